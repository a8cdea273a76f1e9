package engine_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"users-brick/brick"
	"users-brick/brick/engine"
	"users-brick/brick/plan"
	"users-brick/brick/platform"
	"users-brick/brick/platform/directory"
	"users-brick/brick/platform/memory"
	"users-brick/modes"
	"users-brick/params"
)

var (
	acme     = brick.Organization("acme")
	project1 = brick.Project("p1")
	project2 = brick.Project("p2")
)

// fataler is what tests and properties have in common.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
	Cleanup(func())
}

// town is an organization with accounts and projects, as plain maps. Project
// p1 belongs to client c1, and so on; each has the roles admin, editor and
// viewer, of which the last is for newcomers, and the group Sales.
type town struct {
	accounts map[brick.Login]brick.Profile
	projects map[string]map[brick.Login]brick.Member
}

func (w town) clone() town {
	c := town{maps.Clone(w.accounts), map[string]map[brick.Login]brick.Member{}}
	for id, members := range w.projects {
		c.projects[id] = maps.Clone(members)
	}
	return c
}

func roles() []brick.Role {
	return []brick.Role{{ID: "admin", Admin: true}, {ID: "editor"}, {ID: "viewer", ReadOnly: true}}
}

// inMemory opens the town on the reference platform.
func (w town) inMemory() *memory.Platform {
	org := memory.Organization{Name: acme.ID}
	for login, p := range w.accounts {
		org.Accounts = append(org.Accounts, brick.Member{Login: login, Profile: p})
	}
	for id, members := range w.projects {
		org.Projects = append(org.Projects, memory.Project{
			Project: platform.Project{ID: id, ClientID: "c" + id[1:], CustomID: "c" + id[1:]},
			Roles:   roles(), Groups: []string{"Sales"}, Members: slices.Collect(maps.Values(members)),
		})
	}
	p := memory.New(org)
	p.Size = 2
	return p
}

// inDirectory opens the town on the embedded directory.
func (w town) inDirectory(t fataler, dir string) platform.Driver {
	users, projects := []map[string]any{}, []map[string]any{}
	for login, p := range w.accounts {
		user := map[string]any{"login": login}
		for f := range brick.Fields() {
			if p[f] != "" {
				user[f.String()] = p[f]
			}
		}
		users = append(users, user)
	}
	for id, members := range w.projects {
		listed := []map[string]any{}
		for _, m := range members {
			listed = append(listed, map[string]any{"login": m.Login, "status": m.Status, "roles": m.Roles, "groups": append([]string{}, m.Groups...)})
		}
		projects = append(projects, map[string]any{
			"id": id, "client_id": "c" + id[1:], "custom_id": "c" + id[1:], "roles": []string{"admin", "editor", "viewer"},
			"groups": []string{"Sales"}, "members": listed,
		})
	}
	text, err := json.Marshal(map[string]any{"organizations": []any{map[string]any{"name": acme.ID, "users": users, "projects": projects}}})
	if err != nil {
		t.Fatalf("describe the town: %v", err)
	}
	path := filepath.Join(dir, "users.db")
	if err := directory.Create(context.Background(), path, "town.json", bytes.NewReader(text)); err != nil {
		t.Fatalf("build the town: %v", err)
	}
	d, err := directory.Open(context.Background(), directory.Options{Path: path, Now: func() time.Time { return started }})
	if err != nil {
		t.Fatalf("open the town: %v", err)
	}
	return d
}

// look reads all of a town back from a platform.
func look(t fataler, d platform.Driver, projects ...string) town {
	t.Helper()
	w := town{map[brick.Login]brick.Profile{}, map[string]map[brick.Login]brick.Member{}}
	each(t, d, acme, func(m brick.Member) { w.accounts[m.Login] = m.Profile })
	for _, id := range projects {
		w.projects[id] = map[brick.Login]brick.Member{}
		each(t, d, brick.Project(id), func(m brick.Member) { w.projects[id][m.Login] = m })
	}
	return w
}

func each(t fataler, d platform.Driver, s brick.Scope, f func(brick.Member)) {
	t.Helper()
	for m, err := range d.List(context.Background(), s) {
		if err != nil {
			t.Fatalf("list %v: %v", s, err)
		}
		f(m)
	}
}

// String describes a town so that two equal ones read the same.
func (w town) String() string {
	var lines []string
	for login, p := range w.accounts {
		text, _ := json.Marshal(p)
		lines = append(lines, fmt.Sprintf("%v %s %s", acme, login, text))
	}
	for id, members := range w.projects {
		for login, m := range members {
			groups := strings.ToLower(strings.Join(brick.FoldSet(m.Groups), ","))
			lines = append(lines, fmt.Sprintf("project %s %s %v %v [%s]", id, login, m.Status, m.Roles, groups))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

var started = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// run is one run of the engine against a platform.
type run struct {
	mode      string
	params    params.Params
	rows      []brick.Row
	hasGroups bool
	emit      brick.Emit
	options   platform.Options
	memory    int64 // for sorting; 0 means little, so that it goes to disk early
}

func (r *run) job(t fataler, dir string) *engine.Job {
	t.Helper()
	mode, ok := modes.Find(r.mode)
	if !ok {
		t.Fatalf("no mode %s", r.mode)
	}
	p := r.params
	p.SyncMode, p.Organization, p.DataProduct = r.mode, acme.ID, memory.DefaultDataProduct
	if p.Project == "" {
		p.Project = project1.ID
	}
	return &engine.Job{RunID: "run-1", Mode: mode, Params: &p, Started: started, Dir: dir, TmpDir: dir, Memory: cmp.Or(r.memory, 1<<20), Emit: r.emit}
}

func (r *run) source() engine.Source {
	return engine.Source{
		Rows: func(yield func(brick.Row, error) bool) {
			for i, row := range r.rows {
				if row.Line == 0 {
					row.Line = i + 2
				}
				if !yield(row, nil) {
					return
				}
			}
		},
		Input:     func() plan.Input { return plan.Input{Name: "users.csv"} },
		HasGroups: func() bool { return r.hasGroups },
	}
}

func (r *run) connect(d platform.Driver) *platform.Conn {
	o := r.options
	o.Concurrency = cmp.Or(o.Concurrency, 4)
	return platform.Connect(d, o)
}

// plan makes the plan; the caller closes it.
func (r *run) plan(ctx context.Context, t fataler, d platform.Driver, dir string) (*plan.Plan, error) {
	t.Helper()
	return r.planWith(ctx, r.job(t, dir), r.connect(d).View)
}

func (r *run) planWith(ctx context.Context, job *engine.Job, view *platform.View) (*plan.Plan, error) {
	look := func(context.Context) (*platform.View, error) { return view, nil }
	return job.Plan(ctx, look, r.source())
}

// result is what a run left.
type result struct {
	end     plan.End
	text    string // the plan, without its header
	scopes  map[brick.Scope]brick.Summary
	notes   []plan.Note
	changes []brick.Change
	out     *plan.Outcome
	err     error // of Apply
}

// do plans and applies; an error of planning is fatal.
func (r *run) do(t fataler, d platform.Driver) result {
	t.Helper()
	return r.doing(context.Background(), t, d)
}

func (r *run) doing(ctx context.Context, t fataler, d platform.Driver) result {
	t.Helper()
	dir := newDir(t)
	p, err := r.plan(context.Background(), t, d, dir)
	if err != nil {
		t.Fatalf("plan: %v", err)
	}
	defer p.Close()
	res := told(t, p, dir)
	res.out, res.err = r.job(t, dir).Apply(ctx, r.connect(d), p)
	return res
}

// told reads what a plan says.
func told(t fataler, p *plan.Plan, dir string) result {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, plan.PlanFile))
	if err != nil {
		t.Fatalf("read the plan: %v", err)
	}
	_, rest, _ := strings.Cut(string(text), "\n")
	res := result{end: p.End, text: rest, scopes: map[brick.Scope]brick.Summary{}, notes: collect(t, p.Notes())}
	for _, s := range collect(t, p.Summaries()) {
		res.scopes[s.Scope] = s
	}
	for _, section := range collect(t, p.Sections()) {
		res.changes = append(res.changes, collect(t, section.Changes())...)
	}
	return res
}

func collect[T any](t fataler, values iter.Seq2[T, error]) []T {
	t.Helper()
	var all []T
	for v, err := range values {
		if err != nil {
			t.Fatalf("sequence ends with %v", err)
		}
		all = append(all, v)
	}
	return all
}

func newDir(t fataler) string {
	dir, err := os.MkdirTemp("", "engine-test-*")
	if err != nil {
		t.Fatalf("no directory: %v", err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// notesOf returns the findings about a person.
func (r *result) notesOf(login brick.Login, what string) []plan.Note {
	var found []plan.Note
	for _, n := range r.notes {
		if n.Login == login && n.What == what {
			found = append(found, n)
		}
	}
	return found
}

// failed returns why the change of a person in a scope failed.
func (r *result) failed(s brick.Scope, login brick.Login) error {
	for i := range r.changes {
		if c := &r.changes[i]; c.Scope == s && c.Login() == login {
			return r.out.Err(c.Seq)
		}
	}
	return nil
}

// row is a good row with one role.
func row(project string, login brick.Login, role string) brick.Row {
	return brick.Row{Project: project, Login: login, Roles: []string{role}}
}

// member is an enabled member with one role.
func member(login brick.Login, role string, groups ...string) brick.Member {
	return brick.Member{Login: login, Status: brick.Enabled, Roles: []string{role}, Groups: groups}
}

// townOf has accounts for all the given members of p1 and p2.
func townOf(first, second []brick.Member) town {
	w := town{map[brick.Login]brick.Profile{}, map[string]map[brick.Login]brick.Member{"p1": {}, "p2": {}}}
	for id, members := range map[string][]brick.Member{"p1": first, "p2": second} {
		for _, m := range members {
			w.projects[id][m.Login] = m
			w.accounts[m.Login] = brick.Profile{}
		}
	}
	return w
}
