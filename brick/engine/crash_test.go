package engine_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"users-brick/brick"
	"users-brick/brick/plan"
	"users-brick/brick/platform"
	"users-brick/brick/platform/memory"
)

const (
	ann brick.Login = "ann@acme.com"
	ben brick.Login = "ben@acme.com"
	cem brick.Login = "cem@acme.com"
	dan brick.Login = "dan@acme.com"
	eva brick.Login = "eva@acme.com"
	fay brick.Login = "fay@acme.com"
)

// busyRun adds, updates, enables and disables, and makes a group.
func busyRun(mode string) (town, *run) {
	off := member(cem, "viewer")
	off.Status = brick.Disabled
	before := townOf(
		[]brick.Member{member(ann, "admin"), member(ben, "viewer"), off, member(dan, "viewer", "Sales")},
		[]brick.Member{member(dan, "viewer"), member(eva, "viewer")},
	)
	r := &run{mode: mode, hasGroups: true}
	r.params.CreateNonExistingUserGroups = true
	for _, row := range []brick.Row{
		row("p1", ann, "admin"), row("p1", ben, "admin"), row("p1", cem, "viewer"), row("p1", fay, "editor"),
		row("p2", eva, "admin"), row("p2", ben, "viewer"),
	} {
		row.Groups = []string{"Ops"}
		if mode == "sync_domain_and_project" {
			if row.Project == "p2" {
				continue
			}
			row.Profile[brick.Country] = "CZ"
		}
		r.rows = append(r.rows, row)
	}
	if mode != "sync_domain_and_project" { // which makes the account itself
		before.accounts[fay] = brick.Profile{}
	}
	return before, r
}

// mortal is a platform that is dead after so many effects, as if the program
// had been killed there.
type mortal struct {
	*memory.Platform
	mu   sync.Mutex
	life int
}

var errDead = errors.New("killed")

func (m *mortal) Apply(ctx context.Context, s brick.Scope, batch []brick.Change) []error {
	m.mu.Lock()
	defer m.mu.Unlock()
	errs := make([]error, len(batch))
	for i := range batch {
		if errs[i] = errDead; m.Counts().Effects < m.life {
			errs[i] = m.Platform.Apply(ctx, s, batch[i:i+1])[0]
		}
	}
	return errs
}

func (m *mortal) CreateGroup(ctx context.Context, s brick.Scope, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Counts().Effects >= m.life {
		return errDead
	}
	return m.Platform.CreateGroup(ctx, s, name)
}

func TestWhereverARunIsKilledTheNextOneArrives(t *testing.T) {
	for _, mode := range []string{"sync_domain_and_project", "sync_multiple_projects_based_on_pid"} {
		before, r := busyRun(mode)
		want := r.after(before, func(brick.Login) bool { return false })
		effects := 0
		for n := 0; ; n++ {
			p := before.inMemory()
			r.do(t, &mortal{Platform: p, life: n})
			keepsAccess(t, fmt.Sprintf("%s, killed after %d", mode, n), before, look(t, p, "p1", "p2"), want)
			effects = p.Counts().Effects
			r.do(t, p)
			if got := look(t, p, "p1", "p2").String(); got != want.String() {
				t.Errorf("%s, killed after effect %d, then run again:\n%s\nwant\n%s", mode, n, got, want)
			}
			if effects < n {
				break
			}
		}
		if effects < 8 {
			t.Errorf("%s has only %d effects", mode, effects)
		}
	}
}

func TestWhereverARunIsStoppedTheNextOneArrives(t *testing.T) {
	before, r := busyRun("sync_multiple_projects_based_on_pid")
	want := r.after(before, func(brick.Login) bool { return false })
	for n := 1; ; n++ {
		p := before.inMemory()
		ctx, cancel := context.WithCancel(t.Context())
		stopped := false
		p.Hooks.OnApply = func(at int) {
			if at == n {
				stopped = true
				cancel()
			}
		}
		res := r.doing(ctx, t, p)
		cancel()
		if !stopped {
			break
		}
		agrees(t, n, &res, look(t, p, "p1", "p2"))
		keepsAccess(t, fmt.Sprintf("stopped at %d", n), before, look(t, p, "p1", "p2"), want)
		r.do(t, p)
		if got := look(t, p, "p1", "p2").String(); got != want.String() {
			t.Errorf("stopped at effect %d, then run again:\n%s\nwant\n%s", n, got, want)
		}
	}
}

// agrees demands that the outcome says of each change what is so.
func agrees(t *testing.T, n int, res *result, now town) {
	t.Helper()
	pending := 0
	for i := range res.changes {
		c := &res.changes[i]
		var have *brick.Member
		if m, ok := now.projects[c.Scope.ID][c.Login()]; ok {
			have = &m
		}
		fate := res.out.Of(c.Seq)
		if done := fate == plan.Done; done != plan.Holds(c, have) || fate == plan.Failed {
			t.Errorf("stopped at %d: %v %s is told as %d, and there is %v", n, c.Action, c.Login(), fate, have)
		}
		if fate == plan.Pending {
			pending++
		}
	}
	if (pending > 0) != (res.err != nil) || res.err != nil && brick.KindOf(res.err) != brick.Interrupted {
		t.Errorf("stopped at %d: %d changes not tried, error %v", n, pending, res.err)
	}
}

// keepsAccess demands that nobody is shut out who could come in before and
// may afterwards.
func keepsAccess(t *testing.T, when string, before, now, after town) {
	t.Helper()
	for id, members := range before.projects {
		for login, m := range members {
			stays := m.Status == brick.Enabled && after.projects[id][login].Status == brick.Enabled
			if stays && now.projects[id][login].Status != brick.Enabled {
				t.Errorf("%s: %s cannot use %s", when, login, id)
			}
		}
	}
}

// recorder notes in which order changes arrive.
func recorder(p *memory.Platform) *[]string {
	var calls []string
	p.Hooks.Fail = func(s brick.Scope, c *brick.Change) error {
		what := " gives"
		if c.Action.Takes() {
			what = " takes"
		}
		if call := s.Level.String() + what; len(calls) == 0 || calls[len(calls)-1] != call {
			calls = append(calls, call)
		}
		return nil
	}
	return &calls
}

func TestTheOrganizationComesFirstAndTakingLast(t *testing.T) {
	for mode, want := range map[string]string{
		"sync_domain_and_project":             "[organization gives project gives project takes]",
		"sync_multiple_projects_based_on_pid": "[project gives project takes]",
		"add_to_organization":                 "[organization gives]",
		"remove_from_organization":            "[organization takes]",
	} {
		before, r := busyRun(mode)
		delete(before.accounts, fay)
		r.params.AllowEmpty = true
		p := before.inMemory()
		calls := recorder(p)
		if res := r.do(t, p); res.err != nil {
			t.Fatalf("%s: %v", mode, res.err)
		}
		if got := fmt.Sprint(*calls); got != want {
			t.Errorf("%s: %s, want %s", mode, got, want)
		}
	}
}

var _ platform.Groups = (*mortal)(nil)
