package brick_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "users-brick"

// layers are the packages from the words up; a name that ends in /...
// means every package below.
var layers = [][]string{
	{"brick", "brick/reach"},
	{"params"},
	{"brick/plan", "brick/guard", "brick/spool", "brick/runs", "brick/lock", "brick/grace", "inputs", "inputs/fetch", "brick/platform", "modes", "brick/schedule", "brick/metrics"},
	{"brick/engine", "brick/report", "brick/notify", "brick/journal", "inputs/...", "brick/platform/..."},
	{"cmd/...", "deploy/check/..."},
}

// closed are packages that must not see what lies below them by right of
// their layer: a new socket never means touching them.
var closed = map[string][]string{
	"brick/engine": {"inputs", "inputs/...", "modes", "brick/platform/..."},
	"brick/report": {"inputs", "inputs/...", "modes", "brick/platform/...", "params"},
}

// sources returns what every package of the module imports, test files aside.
func sources(t *testing.T) map[string][]string {
	t.Helper()
	imports := map[string][]string{}
	err := filepath.WalkDir("..", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel("..", filepath.Dir(file))
		pkg := filepath.ToSlash(folder)
		for _, spec := range parsed.Imports {
			name, _ := strconv.Unquote(spec.Path.Value)
			imports[pkg] = append(imports[pkg], name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(imports) < len(layers) {
		t.Fatalf("only %d packages found", len(imports))
	}
	return imports
}

// covers reports whether a pattern of layers means the package.
func covers(pattern, pkg string) bool {
	folder, below := strings.CutSuffix(pattern, "/...")
	if below {
		return strings.HasPrefix(pkg, folder+"/")
	}
	return pkg == pattern
}

func coveredBy(patterns []string, pkg string) bool {
	for _, p := range patterns {
		if covers(p, pkg) {
			return true
		}
	}
	return false
}

func layerOf(pkg string) int {
	for i, patterns := range layers {
		if coveredBy(patterns, pkg) {
			return i
		}
	}
	return -1
}

func TestImportsPointDownOnly(t *testing.T) {
	for pkg, imports := range sources(t) {
		own := layerOf(pkg)
		if own < 0 {
			t.Errorf("package %s is in no layer", pkg)
		}
		for _, name := range imports {
			target, ours := strings.CutPrefix(name, module+"/")
			if layer := layerOf(target); ours && (layer < 0 || layer >= own) {
				t.Errorf("%s (layer %d) imports %s (layer %d)", pkg, own, target, layer)
			}
		}
	}
}

func TestTheWordsNeedOnlyTheStandardLibrary(t *testing.T) {
	for _, name := range sources(t)["brick"] {
		if first, _, _ := strings.Cut(name, "/"); strings.Contains(first, ".") || first == module {
			t.Errorf("package brick imports %s", name)
		}
	}
}

func TestTheEngineKnowsNoInputNoModeAndNoConnector(t *testing.T) {
	all := sources(t)
	for pkg, forbidden := range closed {
		if all[pkg] == nil {
			t.Errorf("package %s is gone", pkg)
		}
		for _, name := range all[pkg] {
			if target, ours := strings.CutPrefix(name, module+"/"); ours && coveredBy(forbidden, target) {
				t.Errorf("%s imports %s", pkg, target)
			}
		}
	}
}
