package params_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/params"
)

// allModes stand in for the real ones, which are defined above this package.
func allModes() []brick.Mode {
	organization := brick.Step{Level: brick.OrganizationLevel, Policy: brick.Upsert, Route: brick.Everyone}
	project := func(route brick.Route, currentOnly bool) brick.Step {
		return brick.Step{Level: brick.ProjectLevel, Policy: brick.Mirror, Route: route, CurrentOnly: currentOnly}
	}
	return []brick.Mode{
		{Name: "add_to_organization", Steps: []brick.Step{organization}},
		{Name: "sync_project", Steps: []brick.Step{project(brick.Everyone, false)}},
		{Name: "sync_domain_and_project", Steps: []brick.Step{organization, project(brick.Everyone, false)}},
		{Name: "sync_multiple_projects_based_on_pid", Steps: []brick.Step{project(brick.ByProjectID, false)}},
		{Name: "sync_one_project_based_on_pid", Steps: []brick.Step{project(brick.ByProjectID, true)}},
		{Name: "sync_multiple_projects_based_on_custom_id", Steps: []brick.Step{project(brick.ByClientID, false)}},
	}
}

func noFile(string) ([]byte, error) { return nil, os.ErrNotExist }

func load(text string, environ ...string) (*params.Params, brick.Findings) {
	return params.Load(params.Source{Name: "p.json", Text: []byte(text)}, allModes(), environ, noFile)
}

// complete returns a document with what every run needs, and more keys.
func complete(keys string) string {
	text := `{"organization": "acme", "project": "p1", "input_source": "users.csv"`
	if keys != "" {
		text += ",\n" + keys
	}
	return text + "}"
}

func mustLoad(t *testing.T, text string, environ ...string) *params.Params {
	t.Helper()
	p, findings := load(text, environ...)
	if err := findings.Err(); err != nil {
		t.Fatalf("%s\ndoes not load: %v", text, err)
	}
	return p
}

func lines(findings brick.Findings) string {
	var all []string
	for _, f := range findings {
		all = append(all, f.String())
	}
	return strings.Join(all, "\n")
}

// expect fails unless exactly one finding starts with want, or none is there
// when want is empty.
func expect(t *testing.T, findings brick.Findings, want string) {
	t.Helper()
	if want == "" {
		if len(findings) > 0 {
			t.Errorf("nothing is wrong, but:\n%s", lines(findings))
		}
		return
	}
	if len(findings) != 1 || !strings.HasPrefix(findings[0].String(), want) {
		t.Errorf("found:\n%s\nwant one:\n%s", lines(findings), want)
	}
}

// examples returns the documents of the brief, by file name.
func examples(t testing.TB) map[string]string {
	t.Helper()
	paths, err := filepath.Glob("../testdata/params/*.json")
	if err != nil || len(paths) < 10 {
		t.Fatalf("the examples are missing: %d found, %v", len(paths), err)
	}
	all := map[string]string{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(path)] = string(text)
	}
	return all
}

// isWhole reports whether an example is meant to load as it stands.
func isWhole(name string) bool {
	return !strings.Contains(name, ".broken.") && !strings.Contains(name, ".fragment.")
}
