package deploy_test

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/params"
)

// ourVariable finds what looks like a variable of this program, in any format.
var ourVariable = regexp.MustCompile(`\b(?:HIDDEN_BRICK|BRICK|CLIENT_GDC|GDC)_[A-Za-z0-9_]+`)

// written returns what operators read: all files but these tests and what
// they check with.
func written(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (file == "check" || file == "testdata" || d.Name() == "__pycache__"):
			return fs.SkipDir
		case !d.IsDir() && !strings.HasSuffix(file, "_test.go"):
			texts[file] = string(content(t, file))
		}
		return nil
	})
	if err != nil || len(texts) < 20 {
		t.Fatalf("%d files: %v", len(texts), err)
	}
	return texts
}

func TestVariablesExist(t *testing.T) {
	for file, text := range written(t) {
		for _, name := range ourVariable.FindAllString(text, -1) {
			if !strings.HasSuffix(name, "_") && !exists(name) { // a prefix is not the name of one
				t.Errorf("%s: this program has no variable %s", file, name)
			}
		}
	}
}

// exists reports whether the program reads a variable.
func exists(name string) bool {
	if slices.ContainsFunc(params.EnvVars(), func(v params.EnvVar) bool { return v.Name == name }) {
		return true
	}
	param, prefixed := strings.CutPrefix(strings.TrimPrefix(name, "HIDDEN_"), "BRICK_PARAM_")
	plain, fromFile := strings.CutSuffix(param, "_FILE")
	for _, f := range params.Fields() {
		known := slices.ContainsFunc(append(f.Aliases, f.Name), func(n string) bool { return brick.Fold(n) == brick.Fold(plain) })
		if known && (prefixed || strings.Contains(f.Name, "GDC_") && (!fromFile || f.Secret)) {
			return true
		}
	}
	return false
}

// TestSecretsAreNotWrittenDown looks for variables that hold a secret and not
// the name of a file; ECS, which has no files for them, names where they are.
func TestSecretsAreNotWrittenDown(t *testing.T) {
	eachDeployment(t, func(t *testing.T, d *deployment) {
		_, work := d.work(t)
		c := work.container(t)
		for _, v := range c.Env {
			if !secret(v.Name) {
				continue
			}
			if !strings.HasSuffix(v.Name, "_FILE") || !mountsSecret(work, c, filepath.Dir(v.Value)) {
				t.Errorf("%s is no file of a Secret", v.Name)
			}
		}
	})
}

// secret reports whether a variable holds a secret, or names the file of one.
func secret(name string) bool {
	plain := strings.TrimSuffix(name, "_FILE")
	if plain == "GDC_PASSWORD" || plain == "GDC_SST" || name == "BRICK_PARAMS" {
		return true
	}
	return strings.HasPrefix(name, "HIDDEN_")
}

func mountsSecret(work *workload, c *container, dir string) bool {
	for _, m := range c.VolumeMounts {
		for _, v := range work.Template.Spec.Volumes {
			if m.MountPath == dir && m.Name == v.Name && v.Secret != nil {
				return true
			}
		}
	}
	return false
}
