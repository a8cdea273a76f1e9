package engine_test

import (
	"slices"
	"strings"
	"testing"

	"users-brick/brick"
)

// users returns who can use a project, in order.
func users(w town, id string) (found []brick.Login) {
	for login, m := range w.projects[id] {
		if enabled(m) {
			found = append(found, login)
		}
	}
	slices.Sort(found)
	return found
}

// The file names others than all who use the project. Whoever has no account
// cannot come.
func TestNobodyGoesWhenNoneComes(t *testing.T) {
	for _, c := range []struct {
		name string
		rows []brick.Row
		want []brick.Login
		all  bool // allow_empty
	}{
		{"none comes", []brick.Row{row("", dan, "viewer")}, []brick.Login{ann, ben}, false},
		{"one of two comes", []brick.Row{row("", cem, "viewer"), row("", dan, "viewer")}, []brick.Login{cem}, false},
		{"one stays", []brick.Row{row("", ben, "viewer"), row("", dan, "viewer")}, []brick.Login{ben}, false},
		{"it may end empty", []brick.Row{row("", dan, "viewer")}, nil, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := townOf([]brick.Member{member(ann, "viewer"), member(ben, "viewer")}, nil)
			before.accounts[cem] = brick.Profile{}
			r := &run{mode: "sync_project", rows: c.rows}
			r.params.AllowEmpty = c.all
			d := before.inMemory()
			res := r.do(t, d)
			if got := users(look(t, d, "p1"), "p1"); res.err != nil || !slices.Equal(got, c.want) {
				t.Errorf("%v use it, want %v; %v", got, c.want, res.err)
			}
			err := res.failed(project1, ann)
			if told := err != nil && strings.Contains(err.Error(), "nobody would be left"); told != slices.Contains(c.want, ann) {
				t.Errorf("of ann is told %v", err)
			}
		})
	}
}
