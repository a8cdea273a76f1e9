package main

import (
	"strings"
	"testing"

	"users-brick/modes"
	"users-brick/params"
)

// job returns the settings of params that are written in the environment.
func job(t *testing.T, environ ...string) *settings {
	t.Helper()
	loaded, findings := params.Load(params.Source{Name: "params.json", Text: []byte(`{"project": "p1", "organization": "acme"}`)}, modes.All(), environ, nil)
	if err := findings.Err(); err != nil {
		t.Fatal(err)
	}
	s, err := settle(params.Env{}, loaded, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFilesAreComparedWithinOneJobOnly(t *testing.T) {
	const in, to = "BRICK_PARAM_input_source=", "BRICK_PARAM_platform="
	usual := jobKey(job(t, in+"users.csv"))
	for what, environ := range map[string][]string{
		"another mode":     {in + "users.csv", "BRICK_PARAM_sync_mode=sync_project"},
		"another project":  {in + "users.csv", "BRICK_PARAM_project=p2"},
		"another file":     {in + "others.csv"},
		"standard input":   {in + "-"},
		"the web":          {in + `{"type": "web", "url": "https://acme.com/users.csv"}`},
		"a bucket":         {in + `{"type": "s3", "bucket": "acme", "key": "users.csv"}`},
		"another platform": {in + "users.csv", to + `{"type": "directory", "path": "others.db"}`},
	} {
		if jobKey(job(t, environ...)) == usual {
			t.Errorf("%s counts as the same", what)
		}
	}
	for what, environ := range map[string][]string{
		"the path in full":   {in + absolute("users.csv")},
		"a detour":           {in + "x/../users.csv"},
		"params that differ": {in + "users.csv", "BRICK_PARAM_dry_run=true", "BRICK_PARAM_max_removals=3"},
		"how it is read":     {in + `{"type": "file", "path": "users.csv", "delimiter": ";"}`},
	} {
		if jobKey(job(t, environ...)) != usual {
			t.Errorf("%s counts as another job", what)
		}
	}
}

func TestNoSecretAndNoQueryIsPartOfAnAddress(t *testing.T) {
	const in = "BRICK_PARAM_input_source="
	for _, url := range []string{
		"https://acme.com/users.csv", "https://acme.com/users.csv?X-Signature=s3cr3t", "https://ann:s3cr3t@acme.com/users.csv", "https://acme.com/users.csv?day=1#s3cr3t",
	} {
		s := job(t, in+`{"type": "web", "url": "`+url+`"}`)
		if got := strings.Join(address(&s.params.Input), " "); got != "web  https://acme.com/users.csv  " {
			t.Errorf("%s is %q", url, got)
		}
	}
	hidden := job(t, "HIDDEN_BRICK_PARAM_input_source={\"type\": \"file\", \"path\": \"s3cr3t.csv\"}")
	if got := strings.Join(address(&hidden.params.Input), " "); strings.Contains(got, "s3cr3t") || !strings.Contains(got, "***") {
		t.Errorf("what is hidden is %q", got)
	}
}

func TestTheStateDirectoryIsFoundAsXDGSays(t *testing.T) {
	for _, c := range []struct {
		environ, runDir string
		want            string
		asked           bool
	}{
		{"HOME=/home/ann", "", "/home/ann/.local/state/users-brick", false},
		{"HOME=/home/ann XDG_STATE_HOME=/state", "", "/state/users-brick", false},
		{"HOME=/home/ann XDG_STATE_HOME=state", "", "/home/ann/.local/state/users-brick", false},
		{"HOME=ann", "", "", false},
		{"", "", "", false},
		{"HOME=/home/ann", "runs", "runs", true},
		{"HOME=/home/ann", " None", "", true},
	} {
		p := program{environ: strings.Fields(c.environ)}
		store, asked := p.store(&params.Env{RunDir: c.runDir})
		got := ""
		if store != nil {
			got = store.String()
		}
		if got != c.want || asked != c.asked {
			t.Errorf("%s, BRICK_RUN_DIR=%s: %q, asked %v", c.environ, c.runDir, got, asked)
		}
	}
}
