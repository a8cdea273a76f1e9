package main

import (
	"strings"
	"testing"
)

func TestACommandTellsWhatTheEnvironmentGaveButNoSecret(t *testing.T) {
	for _, c := range []struct{ environ, want string }{
		{"", ""},
		{"BRICK_PARAM_on_guard=hold_removals", "BRICK_PARAM_on_guard=hold_removals "},
		{"BRICK_PARAM_ON_GUARD=hold_removals BRICK_PARAM_ALLOW_EMPTY=yes", "BRICK_PARAM_allow_empty=true BRICK_PARAM_on_guard=hold_removals "},
		{"BRICK_PARAM_domain=acme", "BRICK_PARAM_organization=acme "},
		{"BRICK_PARAM_whitelists=[\"a@x.y\",\"o'hara@x.y\"]", `BRICK_PARAM_whitelists='["a@x.y","o'\''hara@x.y"]' `},
		{"BRICK_PARAM_max_removals= HIDDEN_BRICK_PARAM_sso_provider=s3cr3t OTHER=2", ""},
		{`BRICK_PARAM_notify=[{"type":"webhook","url":"https://h.example.com/","secret":"s3cr3t"}]`, ""},
		{"BRICK_PARAM_input_source=https://ann:s3cr3t@acme.com/users.csv?key=s3cr3t", ""},
	} {
		environ := strings.Fields(c.environ)
		n := session{settings: job(t, append([]string{"BRICK_PARAM_input_source=users.csv"}, environ...)...), program: &program{environ: environ}}
		if got := n.variables(); got != c.want || strings.Contains(got, "s3cr3t") {
			t.Errorf("%s: got %q, want %q", c.environ, got, c.want)
		}
	}
}
