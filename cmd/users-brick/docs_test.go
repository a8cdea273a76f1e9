package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"users-brick/brick"
	"users-brick/brick/journal"
	"users-brick/brick/metrics"
	"users-brick/brick/plan"
	"users-brick/brick/report"
	"users-brick/brick/runs"
	"users-brick/modes"
	"users-brick/params"
)

// docs is where the pages for operators and consultants are.
const docs = "../../docs"

// page is a page of the documentation.
type page struct {
	path   string
	text   string
	prose  string // the text with its blocks made empty
	blocks []block
}

// block is a fenced block. A comment before it says what is done with it.
type block struct {
	line     int // of its opening fence
	comment  string
	language string
	text     string
	from, to int // of the text in that of the page
}

var (
	fenced  = regexp.MustCompile("(?m)^ *```([a-z]*)\n((?s:.*?))^ *```$")
	comment = regexp.MustCompile(`<!-- ([^>]*) -->\s*\z`)
)

func pagesOfDocs(t *testing.T) []*page {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(docs, "*.md"))
	if err != nil || len(found) == 0 {
		t.Fatalf("no pages in %s: %v", docs, err)
	}
	var all []*page
	for _, path := range found {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, newPage(path, string(text)))
	}
	return all
}

func newPage(path, text string) *page {
	p := &page{path: path, text: text}
	var prose strings.Builder
	end := 0
	for _, at := range fenced.FindAllStringSubmatchIndex(text, -1) {
		b := block{line: 1 + strings.Count(text[:at[0]], "\n"), language: text[at[2]:at[3]], text: text[at[4]:at[5]], from: at[4], to: at[5]}
		if m := comment.FindStringSubmatch(text[end:at[0]]); m != nil {
			b.comment = m[1]
		}
		p.blocks = append(p.blocks, b)
		prose.WriteString(text[end:at[0]] + strings.Repeat("\n", strings.Count(text[at[0]:at[1]], "\n")))
		end = at[1]
	}
	p.prose = prose.String() + text[end:]
	return p
}

// errorf says what is wrong with a line of the page.
func (p *page) errorf(t *testing.T, line int, format string, args ...any) {
	t.Helper()
	t.Errorf("%s:%d: %s", strings.TrimPrefix(p.path, "../../"), line, fmt.Sprintf(format, args...))
}

// lineOf returns the line of the prose in which a byte of it is.
func (p *page) lineOf(at int) int { return 1 + strings.Count(p.prose[:at], "\n") }

// tablesOfDocs are the tables that are generated in the pages.
func tablesOfDocs() map[string]func() [][]string {
	all := tables()
	all["commands"], all["flags"] = commandsTable, flagsTable
	all["outcomes"] = func() [][]string { return outcomes }
	all["files"] = func() [][]string { return runFiles }
	return all
}

// eachCommand calls f with every command that can be run, in the order of
// their names.
func eachCommand(cmd *cobra.Command, f func(*cobra.Command)) {
	if cmd.HasParent() && !cmd.HasSubCommands() {
		f(cmd)
	}
	for _, c := range cmd.Commands() {
		eachCommand(c, f)
	}
}

func commandsTable() [][]string {
	table := [][]string{{"command", "what it does"}}
	eachCommand((&program{}).root(), func(c *cobra.Command) {
		table = append(table, []string{"`" + strings.TrimSuffix(c.UseLine(), " [flags]") + "`", c.Short})
	})
	return table
}

func flagsTable() [][]string {
	table := [][]string{{"command", "flag", "default", "meaning"}}
	p := &program{}
	root := p.root()
	row := func(path string) func(*pflag.Flag) {
		return func(f *pflag.Flag) {
			usual := f.DefValue
			if usual == "false" || usual == "[]" || usual == "0s" {
				usual = ""
			}
			table = append(table, []string{path, "`--" + f.Name + "`", usual, f.Usage})
		}
	}
	for _, c := range root.Commands() {
		c.PersistentFlags().VisitAll(row("all of " + strings.TrimPrefix(c.CommandPath(), "users-brick ")))
		eachCommand(c, func(c *cobra.Command) {
			c.NonInheritedFlags().VisitAll(func(f *pflag.Flag) {
				if c.PersistentFlags().Lookup(f.Name) == nil {
					row(strings.TrimPrefix(c.CommandPath(), "users-brick "))(f)
				}
			})
		})
	}
	return table
}

// outcomes are the words with which reports say how a run ended, and the exit
// codes that go with them.
var outcomes = [][]string{
	{"outcome", "code", "meaning"},
	{report.Converged, fmt.Sprint(brick.ExitDone), "every change of the plan was done"},
	{report.NothingToDo, fmt.Sprint(brick.ExitDone), "everything was as the file says"},
	{report.Pending, fmt.Sprintf("%d, %d with `--detailed-exitcode`", brick.ExitDone, brick.ExitChangesPending), "of a plan: there is something to do, and nothing was done"},
	{report.Partial, fmt.Sprintf("%d, %d with `ignore_failures`", brick.ExitPartial, brick.ExitDone), "somebody was held or failed, a row was bad, a scope could not be planned, or removals were held; the rest was done"},
	{report.Refused, fmt.Sprint(brick.ExitRefused), "the guard refused the plan, or a plan no longer fits; nothing was written"},
	{report.BadInput, fmt.Sprint(brick.ExitBadInput), "the params or the file cannot be used; nothing was written"},
	{report.Failed, fmt.Sprint(brick.ExitFailed), "something broke; the report says whether anything was written"},
	{report.Locked, fmt.Sprint(brick.ExitLocked), "another run works on the same target; nothing was written"},
	{report.Denied, fmt.Sprint(brick.ExitDenied), "the platform refused the login of the brick, or its rights"},
	{report.Interrupted, "130, 143", "stopped by SIGINT or SIGTERM; what was begun was finished"},
}

// runFiles are what can lie in the directory of a run.
var runFiles = [][]string{
	{"file", "what it holds", "when it is there"},
	{"`" + runs.ParamsFile + "`", "the params as they counted, defaults written out, secrets as `***`", "always"},
	{"`" + plan.PlanFile + "`", "the plan: a header, each scope with its counts and changes, an end", "when the file could be read"},
	{"`" + plan.FindingsFile + "`", "bad rows, held people, warnings, with their lines", "with a plan"},
	{"`" + plan.LinesFile + "`", "for each change the line of its row", "with a plan"},
	{"`" + runs.TallyFile + "`", "how many people the file names for each project; the next file is compared with it", "with a plan"},
	{"`" + journal.File + "`", "what was begun and what became of it; `--resume` and `undo` read it", "when something was to be changed"},
	{"`" + plan.MissingFile + "`", "who is missing from the file since when", "with `removal_grace`"},
	{"`" + plan.PasswordsFile + "`", "passwords that the file gives; only its owner can read it, and it is deleted when the plan is done", "with a plan that waits or was cut off, when the file gives passwords"},
	{"`" + plan.HeldFolder + "/`", "the removals that the guard held back, as a plan of its own", "with `on_guard: hold_removals`, when it held some"},
	{"`" + reportFile + "`", "the report for programs", "when the run has ended"},
	{"`" + runs.TextFile + "`", "the report as it was printed", "when the run has ended"},
	{"`" + reportPage + "`", "the report as a page for people", "when the run has ended"},
	{"`running`", "which process it is", "while the run goes on, or when it was killed"},
}

// TestDocsTablesAreTrue compares the tables between <!-- show X --> and
// <!-- end --> with what the program says of itself. With UPDATE_DOCS set it
// writes them anew.
func TestDocsTablesAreTrue(t *testing.T) {
	for _, p := range pagesOfDocs(t) {
		fresh := p.text
		for name, table := range tablesOfDocs() {
			before, rest, found := strings.Cut(fresh, "<!-- show "+name+" -->\n")
			_, after, closed := strings.Cut(rest, "<!-- end -->")
			if !found {
				continue
			}
			var b bytes.Buffer
			if err := markdownTable(&b, table()); err != nil || !closed {
				t.Fatalf("%s: the table of %s has no end: %v", p.path, name, err)
			}
			fresh = before + "<!-- show " + name + " -->\n" + b.String() + "<!-- end -->" + after
		}
		renew(t, p, fresh, "tables")
	}
}

// renew demands that a page needs no other text, or writes it with
// UPDATE_DOCS.
func renew(t *testing.T, p *page, fresh, what string) {
	t.Helper()
	if fresh == p.text {
		return
	}
	if os.Getenv("UPDATE_DOCS") == "" {
		t.Errorf("the %s of %s are stale; look at what `UPDATE_DOCS=1 go test ./cmd/users-brick -run Docs` changes", what, p.path)
		return
	}
	if err := os.WriteFile(p.path, []byte(fresh), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestDocsReferenceIsWhole demands every table in docs/reference.md.
func TestDocsReferenceIsWhole(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(docs, "reference.md"))
	if err != nil {
		t.Fatal(err)
	}
	for name := range tablesOfDocs() {
		if !strings.Contains(string(text), "<!-- show "+name+" -->") {
			t.Errorf("docs/reference.md has no table of %s", name)
		}
	}
}

func TestDocsNameEveryOutcome(t *testing.T) {
	var told []string
	for _, row := range outcomes[1:] {
		told = append(told, row[0])
	}
	if slices.Sort(told); !slices.Equal(told, slices.Sorted(slices.Values(metrics.Outcomes()))) {
		t.Errorf("the table of outcomes has %q, there are %q", told, metrics.Outcomes())
	}
}

// TestDocsParamsCanBeUsed loads every block of JSON that is params. One that
// lacks what all params need is taken for a part, and gets it.
func TestDocsParamsCanBeUsed(t *testing.T) {
	read := func(string) ([]byte, error) { return []byte("a secret of a file"), nil }
	for _, p := range pagesOfDocs(t) {
		for _, b := range p.blocks {
			if b.language != "json" || strings.Contains(b.text, `"organizations"`) {
				continue
			}
			text := b.text
			if !strings.Contains(text, `"sync_mode"`) {
				text = completed(t, p, &b)
			}
			environ := []string{"GDC_PASSWORD=secret", "BRICK_ALLOW_EXEC=true"}
			if strings.Contains(text, `"gooddata"`) && !strings.Contains(text, `"url"`) {
				environ = append(environ, "GDC_HOSTNAME=acme.example.com")
			}
			env, findings := params.ParseEnv(environ)
			loaded, more := params.Load(params.Source{Name: "params", Text: []byte(text)}, modes.All(), environ, read)
			if _, err := settle(env, loaded, append(findings, more...)); err != nil {
				p.errorf(t, b.line, "these params cannot be used: %v", err)
			}
		}
	}
}

func completed(t *testing.T, p *page, b *block) string {
	t.Helper()
	whole := map[string]any{"sync_mode": "sync_domain_and_project", "organization": "acme", "project": "sales", "input_source": "users.csv"}
	var part map[string]any
	if err := json.Unmarshal([]byte(b.text), &part); err != nil {
		p.errorf(t, b.line, "this is no JSON: %v", err)
	}
	maps.Copy(whole, part)
	text, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var (
	inBackquotes = regexp.MustCompile("`([^`]+)`")
	variables    = regexp.MustCompile(`\b(HIDDEN_)?BRICK_[A-Za-z_]*[A-Za-z]`)
	snake        = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)+$`)
	dotted       = regexp.MustCompile(`^[a-z0-9_]+\.[a-zA-Z0-9_]+$`)
	ofMetrics    = regexp.MustCompile(metrics.Prefix + `[a-z_]*[a-z]`)
	codes        = regexp.MustCompile(`\b[Ee]xit(?:s with| code|s)? (\d+)\b`)
)

// TestDocsNamesExist demands that variables, params and other words of the
// program that a page writes in back quotes are there.
func TestDocsNamesExist(t *testing.T) {
	known := knownNames(t)
	for _, p := range pagesOfDocs(t) {
		ofOthers := p.cells("old param")
		for _, at := range variables.FindAllStringIndex(p.text, -1) {
			name := p.text[at[0]:at[1]]
			_, param, _ := strings.Cut(name, "BRICK_PARAM_")
			if mistaken := strings.Contains(p.text, `unknown param "`+param+`"`); !mistaken && !knownVariable(known, name) {
				p.errorf(t, 1+strings.Count(p.text[:at[0]], "\n"), "there is no variable %s", name)
			}
		}
		for _, at := range ofMetrics.FindAllStringIndex(p.text, -1) {
			if name := p.text[at[0]:at[1]]; !known[name] {
				p.errorf(t, 1+strings.Count(p.text[:at[0]], "\n"), "there is no metric %s", name)
			}
		}
		for _, at := range inBackquotes.FindAllStringSubmatchIndex(p.prose, -1) {
			name, _, _ := strings.Cut(p.prose[at[2]:at[3]], ":")
			wanted := snake.MatchString(name) || dotted.MatchString(name) && known["param "+strings.Split(name, ".")[0]]
			if wanted && !known[name] && !ofOthers[name] {
				p.errorf(t, p.lineOf(at[0]), "nothing is called %s", name)
			}
		}
		for name := range p.cells("param") {
			if name, _, _ := strings.Cut(name, ":"); !known["param "+name] {
				p.errorf(t, 1, "there is no param %s", name)
			}
		}
	}
}

// cells returns what stands in back quotes in the columns of tables that have
// this heading.
func (p *page) cells(heading string) map[string]bool {
	found := map[string]bool{}
	column := -1
	for line := range strings.Lines(p.prose) {
		cells := strings.Split(strings.ReplaceAll(strings.TrimSpace(line), `\|`, "/"), "|")
		switch {
		case len(cells) < 3:
			column = -1
		case column < 0:
			column = slices.IndexFunc(cells, func(c string) bool { return strings.TrimSpace(c) == heading })
			if column < 0 {
				column = len(cells) // of another table
			}
		case column < len(cells):
			for _, m := range inBackquotes.FindAllStringSubmatch(cells[column], -1) {
				found[m[1]] = true
			}
		}
	}
	return found
}

func knownVariable(known map[string]bool, name string) bool {
	if param, ok := strings.CutPrefix(strings.TrimPrefix(name, "HIDDEN_"), "BRICK_PARAM_"); ok {
		return known["param "+param] || known["param "+strings.TrimSuffix(param, "_FILE")]
	}
	if name == "BRICK_PARAM" || name == "HIDDEN_BRICK_PARAM" { // _<name>
		return true
	}
	return slices.ContainsFunc(params.EnvVars(), func(v params.EnvVar) bool { return v.Name == name })
}

// knownNames are the words of the program; params are there as "param X", too.
func knownNames(t *testing.T) map[string]bool {
	known := map[string]bool{"honor_labels": true} // the words of others
	for _, m := range modes.All() {
		known[m.ProjectColumn()] = true
		known[m.Name] = true
	}
	for _, o := range metrics.Outcomes() {
		known[o] = true
	}
	for _, m := range metrics.Table() {
		known[m.Name] = true
	}
	var add func(above string, fields []params.Field)
	add = func(above string, fields []params.Field) {
		for _, f := range fields {
			for _, name := range append([]string{f.Name}, f.Aliases...) {
				known[above+name], known["param "+above+name] = true, true
			}
			for _, word := range append(slices.Clone(f.Choices), f.Default) {
				known[word] = true
			}
			if above == "" {
				add(f.Name+".", f.Fields)
			}
		}
	}
	add("", params.Fields())
	reportWords(t, known)
	return known
}

// reportWords adds the keys of a report.
func reportWords(t *testing.T, known map[string]bool) {
	t.Helper()
	tour, err := filepath.Abs("../../testdata/tour")
	if err != nil {
		t.Fatal(err)
	}
	var out, log bytes.Buffer
	p := program{
		args: []string{"run", "-", "--format", "json"}, environ: []string{"BRICK_RUN_DIR=none", "BRICK_TMP_DIR=" + t.TempDir()}, version: "test",
		stdin: strings.NewReader(fmt.Sprintf(`{"sync_mode": "sync_project", "project": "sales", "input_source": %q,
			"platform": {"type": "directory", "path": %q, "seed": %q}}`, tour+"/users.csv", filepath.Join(t.TempDir(), "users.db"), tour+"/directory.json")),
		stdout: &out, stderr: &log, now: fixedClock,
	}
	if code := p.main(t.Context()); code != 0 {
		t.Fatalf("the tour ends with %d:\n%s%s", code, out.String(), log.String())
	}
	var document any
	if err := json.Unmarshal(out.Bytes(), &document); err != nil {
		t.Fatal(err)
	}
	var walk func(any)
	walk = func(value any) {
		switch v := value.(type) {
		case map[string]any:
			for key, inside := range v {
				known[key] = true
				walk(inside)
			}
		case []any:
			for _, inside := range v {
				walk(inside)
			}
		}
	}
	walk(document)
}

func TestDocsExitCodesExist(t *testing.T) {
	known := map[string]bool{}
	for _, row := range exitCodesTable()[1:] {
		for code := range strings.SplitSeq(row[0], ", ") {
			known[code] = true
		}
	}
	for _, p := range pagesOfDocs(t) {
		for _, at := range codes.FindAllStringSubmatchIndex(p.text, -1) {
			if code := p.text[at[2]:at[3]]; !known[code] {
				p.errorf(t, 1+strings.Count(p.text[:at[0]], "\n"), "there is no exit code %s", code)
			}
		}
	}
}

var (
	links      = regexp.MustCompile(`\[[^\]]*\]\(([^)\s]+)\)`)
	headings   = regexp.MustCompile(`(?m)^#+ (.*)$`)
	noLetters  = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	elsewhere  = regexp.MustCompile(`^[a-z]+:`)
	inBrackets = regexp.MustCompile("`")
)

// TestDocsLinksLeadSomewhere follows the links to files and headings of this
// repository.
func TestDocsLinksLeadSomewhere(t *testing.T) {
	for _, p := range pagesOfDocs(t) {
		for _, at := range links.FindAllStringSubmatchIndex(p.prose, -1) {
			target := p.prose[at[2]:at[3]]
			if elsewhere.MatchString(target) {
				continue
			}
			file, anchor, _ := strings.Cut(target, "#")
			path := p.path
			if file != "" {
				path = filepath.Join(filepath.Dir(p.path), file)
			}
			text, err := os.ReadFile(path)
			if info, bad := os.Stat(path); bad == nil && info.IsDir() {
				err = nil
			}
			if err != nil || anchor != "" && !slices.Contains(anchorsOf(string(text)), anchor) {
				p.errorf(t, p.lineOf(at[0]), "the link %s leads nowhere", target)
			}
		}
	}
}

// anchorsOf returns the anchors that GitHub gives to the headings of a page.
func anchorsOf(text string) []string {
	var all []string
	for _, m := range headings.FindAllStringSubmatch(newPage("", text).prose, -1) {
		plain := noLetters.ReplaceAllString(inBrackets.ReplaceAllString(strings.ToLower(m[1]), ""), "")
		all = append(all, strings.ReplaceAll(plain, " ", "-"))
	}
	return all
}
