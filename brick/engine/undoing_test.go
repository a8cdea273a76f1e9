package engine_test

import (
	"bytes"
	"cmp"
	"context"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"users-brick/brick"
	"users-brick/brick/engine"
	"users-brick/brick/plan"
	"users-brick/brick/platform"
	"users-brick/brick/platform/directory"
)

// deed is a run that was done, with its plan still at hand.
type deed struct {
	run  *run
	plan *plan.Plan
	out  *plan.Outcome
	err  error
}

// forgets closes and deletes a plan.
func (d *deed) forget() {
	d.plan.Close()
	os.RemoveAll(d.plan.Dir)
}

// did runs and keeps the plan.
func (r *run) did(t fataler, d platform.Driver) *deed {
	t.Helper()
	p, err := r.plan(context.Background(), t, d, newDir(t))
	if err != nil {
		t.Fatalf("plan: %v", err)
	}
	out, err := r.job(t, p.Dir).Apply(context.Background(), r.connect(d), p)
	return &deed{r, p, out, err}
}

// undoes plans what takes a run back.
func (d *deed) undoes(t fataler, on platform.Driver) *plan.Plan {
	t.Helper()
	view := func(context.Context) (*platform.View, error) { return d.run.connect(on).View, nil }
	p, err := d.run.job(t, newDir(t)).Undo(context.Background(), view, engine.Past{Run: "run-1", Plan: d.plan, Outcome: d.out})
	if err != nil {
		t.Fatalf("plan the undo: %v", err)
	}
	return p
}

// undo takes a run back.
func (d *deed) undo(t fataler, on platform.Driver) *deed {
	t.Helper()
	p := d.undoes(t, on)
	out, err := d.run.job(t, p.Dir).Apply(context.Background(), d.run.connect(on), p)
	if err != nil {
		t.Fatalf("undo: %v", err)
	}
	return &deed{d.run, p, out, nil}
}

// told says what the plan of a deed says.
func (d *deed) told(t fataler) result { return told(t, d.plan, d.plan.Dir) }

// stays returns what a town must be after a run and its undo: as it was
// before, but for what nothing can take back. The memberships of deleted
// accounts are gone, and a project that nobody ran before keeps those who run
// it since, with their accounts.
func stays(before, after town) town {
	want := before.clone()
	for login := range before.accounts {
		if _, kept := after.accounts[login]; kept {
			continue
		}
		for _, members := range want.projects {
			delete(members, login)
		}
	}
	for id, members := range want.projects {
		if isRun(members) {
			continue
		}
		for login, m := range after.projects[id] {
			if !isRun(map[brick.Login]brick.Member{login: m}) {
				continue
			}
			members[login] = m
			if _, known := want.accounts[login]; !known {
				want.accounts[login] = after.accounts[login]
			}
		}
	}
	return want
}

// isRun reports whether one of some members runs their project.
func isRun(members map[brick.Login]brick.Member) bool {
	for _, m := range members {
		if m.Status == brick.Enabled && slices.Contains(m.Roles, "admin") {
			return true
		}
	}
	return false
}

func TestUndoneARunLeavesEverythingAsItWas(t *testing.T) {
	t.Run("memory", func(t *testing.T) { inMemory(t, 1, undoneIsAsBefore) })
	t.Run("directory", func(t *testing.T) { inDirectory(t, 1, undoneIsAsBefore) })
}

func undoneIsAsBefore(t *rapid.T, before town, r *run, open func() platform.Driver) {
	d := open()
	first := dump(t, d)
	done := r.did(t, d)
	defer done.forget()
	after := look(t, d, projects...)
	undone := done.undo(t, d)
	defer undone.forget()
	want, got := stays(before, after).String(), look(t, d, projects...).String()
	if got != want {
		t.Fatalf("%s, undone, leaves\n%s\nwant\n%s\nthe run:\n%s\nthe undo:\n%s", r.mode, got, want, done.told(t).text, undone.told(t).text)
	}
	if wrong, err := r.job(t, undone.plan.Dir).Verify(context.Background(), r.connect(d).View, undone.plan, undone.out); wrong != 0 || err != nil {
		t.Fatalf("the undo has done %d changes that do not hold, %v\n%s", wrong, err, undone.told(t).text)
	}
	if want == before.String() && len(madeGroups(done.told(t))) == 0 && first != dump(t, d) {
		t.Fatalf("%s, undone, leaves\n%s\nwant\n%s", r.mode, dump(t, d), first)
	}
	again := done.undo(t, d)
	defer again.forget()
	if again.plan.End.Changes != 0 {
		t.Fatalf("undone twice:\n%s", again.told(t).text)
	}
	back := undone.undo(t, d)
	defer back.forget()
	if got := look(t, d, projects...).String(); got != after.String() {
		t.Fatalf("%s, with the undo undone, leaves\n%s\nwant\n%s\nthe run:\n%s\nthe undo:\n%s\nits undo:\n%s",
			r.mode, got, after, done.told(t).text, undone.told(t).text, back.told(t).text)
	}
}

// dump returns all that a directory holds, "" for other platforms.
func dump(t fataler, d platform.Driver) string {
	t.Helper()
	dir, ok := d.(*directory.Directory)
	if !ok {
		return ""
	}
	var b bytes.Buffer
	if err := dir.Dump(context.Background(), &b); err != nil {
		t.Fatalf("dump: %v", err)
	}
	return b.String()
}

func madeGroups(r result) (names []string) {
	for _, s := range r.scopes {
		names = append(names, s.CreateGroups...)
	}
	return names
}

func TestWhateverFailedTheRestIsUndone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, r := drawTown(t), drawRun(t, 0)
		unlucky := rapid.SampledFrom(folk).Draw(t, "fails")
		d := before.inMemory()
		d.Hooks.Fail = func(_ brick.Scope, c *brick.Change) error {
			if c.Login() == unlucky {
				return brick.Errorf(brick.Invalid, "unlucky")
			}
			return nil
		}
		done := r.did(t, d)
		defer done.forget()
		d.Hooks.Fail = nil
		after := look(t, d, projects...)
		undone := done.undo(t, d)
		defer undone.forget()
		if want, got := stays(before, after).String(), look(t, d, projects...).String(); got != want {
			t.Fatalf("%s leaves\n%s\nwant\n%s\nthe undo:\n%s", r.mode, got, want, undone.told(t).text)
		}
	})
}

func TestOfWhatNobodyKnowsThePlatformTells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, r := drawTown(t), drawRun(t, 0)
		d := &mortal{Platform: before.inMemory(), life: rapid.IntRange(0, 12).Draw(t, "killed after")}
		done := r.did(t, d)
		defer done.forget()
		for seq := range done.plan.End.Changes { // as a journal has it that broke off
			done.out.Set(seq+1, plan.Unknown)
		}
		after := look(t, d, projects...)
		undone := done.undo(t, d.Platform)
		defer undone.forget()
		if want, got := stays(before, after).String(), look(t, d, projects...).String(); got != want {
			t.Fatalf("%s leaves\n%s\nwant\n%s\nthe undo:\n%s", r.mode, got, want, undone.told(t).text)
		}
	})
}

func TestWhereverAnUndoIsKilledTheNextOneArrives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, r := drawTown(t), drawRun(t, 0)
		p := before.inMemory()
		done := r.did(t, p)
		defer done.forget()
		after := look(t, p, projects...)
		cut := done.undoes(t, p)
		defer cut.Close()
		defer os.RemoveAll(cut.Dir)
		killed := &mortal{Platform: p, life: p.Counts().Effects + rapid.IntRange(0, 6).Draw(t, "killed after")}
		_, _ = r.job(t, cut.Dir).Apply(context.Background(), r.connect(killed), cut) // what became of it nobody knows
		next := done.undo(t, p)
		defer next.forget()
		if want, got := stays(before, after).String(), look(t, p, projects...).String(); got != want {
			t.Fatalf("%s leaves\n%s\nwant\n%s\nthe run:\n%s\nthe next undo:\n%s", r.mode, got, want, done.told(t).text, next.told(t).text)
		}
	})
}

func TestWhoWasChangedSinceIsLeftAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, r := drawTown(t), drawRun(t, 0)
		d := before.inMemory()
		done := r.did(t, d)
		defer done.forget()
		res := done.told(t)
		if len(res.changes) == 0 {
			return
		}
		c := rapid.SampledFrom(res.changes).Draw(t, "changed since")
		if done.out.Of(c.Seq) != plan.Done || c.After == nil {
			return
		}
		meddle(t, d, &c)
		since := look(t, d, projects...)
		undone := done.undo(t, d)
		defer undone.forget()
		now := look(t, d, projects...)
		if c.Scope.Level == brick.ProjectLevel {
			id, gone := c.Scope.ID, since.accounts[c.Login()] != now.accounts[c.Login()]
			if a, b := since.projects[id][c.Login()], now.projects[id][c.Login()]; !gone && !sameMember(a, b) {
				t.Fatalf("%s was %+v and is %+v", c.Login(), a, b)
			}
		} else if since.accounts[c.Login()] != now.accounts[c.Login()] {
			t.Fatalf("%s was %v and is %v", c.Login(), since.accounts[c.Login()], now.accounts[c.Login()])
		}
		told := undone.told(t)
		if len(told.notesOf(c.Login(), plan.HeldOne)) == 0 && !r.spares(c.Login()) {
			t.Fatalf("%s is not told of\n%s", c.Login(), told.text)
		}
	})
}

// meddle changes a person so that he is neither what a change made of him nor
// what he was before.
func meddle(t fataler, d platform.Driver, c *brick.Change) {
	t.Helper()
	other := brick.Change{Action: brick.Update, After: &brick.Member{Login: c.Login()}}
	if c.Scope.Level == brick.ProjectLevel {
		other.After.Roles = []string{"admin", "editor", "viewer"}
	} else {
		for f := range brick.Fields() {
			if c.After.Profile[f] != "" {
				other.After.Profile[f] = "XX"
			}
		}
	}
	if err := cmp.Or(d.Apply(context.Background(), c.Scope, []brick.Change{other})...); err != nil {
		t.Fatalf("meddle with %s: %v", c.Login(), err)
	}
}

func sameMember(a, b brick.Member) bool {
	one := func(m brick.Member) string {
		return town{projects: map[string]map[brick.Login]brick.Member{"p": {m.Login: m}}}.String()
	}
	return one(a) == one(b)
}

func TestARunThatDidNothingLeavesNothingToUndo(t *testing.T) {
	before := townOf([]brick.Member{member(ann, "admin")}, nil)
	r := &run{mode: "sync_project", rows: []brick.Row{row("p1", ann, "admin")}}
	d := before.inMemory()
	done := r.did(t, d)
	defer done.forget()
	lists := d.Counts().Lists
	undone := done.undo(t, d)
	defer undone.forget()
	if e := undone.plan.End; e.Scopes != 0 || e.Changes != 0 || e.Refusal != nil || d.Counts().Lists != lists {
		t.Errorf("the undo of nothing has %+v, %d listings", e, d.Counts().Lists-lists)
	}
}

func TestAnUndoThatTakesTooManyOutIsRefusedAsAWhole(t *testing.T) {
	before := townOf([]brick.Member{member(ann, "admin"), member(ben, "viewer")}, nil)
	for _, login := range []brick.Login{cem, dan, eva} {
		before.accounts[login] = brick.Profile{}
	}
	r := &run{mode: "sync_project", rows: []brick.Row{
		row("p1", ann, "admin"), row("p1", ben, "editor"), row("p1", cem, "viewer"), row("p1", dan, "viewer"), row("p1", eva, "viewer"),
	}}
	r.params.OnGuard = "hold_removals"
	d := before.inMemory()
	done := r.did(t, d)
	defer done.forget()
	r.params.MaxRemovals = brick.MustLimit("2")
	refused := done.undoes(t, d)
	defer refused.Close()
	defer os.RemoveAll(refused.Dir)
	if refused.End.Refusal == nil || refused.End.HoldTakes {
		t.Fatalf("the undo ends with %+v", refused.End)
	}
	r.params.MaxRemovals = brick.MustLimit("3")
	undone := done.undo(t, d)
	defer undone.forget()
	if got := look(t, d, "p1", "p2").String(); got != before.String() {
		t.Errorf("undone leaves\n%s\nwant\n%s", got, before)
	}
}

func TestWhoComesBackDisabledIsNoRemoval(t *testing.T) {
	off := func(login brick.Login) brick.Member {
		m := member(login, "viewer", "Sales")
		m.Status = brick.Disabled
		return m
	}
	before := townOf([]brick.Member{member(ann, "admin"), off(ben), off(cem), off(dan)}, nil)
	r := &run{mode: "sync_project", hasGroups: true, rows: []brick.Row{row("p1", ann, "admin")}}
	r.params.RemoveUsersFromProject = true
	d := before.inMemory()
	done := r.did(t, d)
	defer done.forget()
	r.params.MaxRemovals, r.params.MaxRemovalsRun = brick.MustLimit("0"), brick.MustLimit("0")
	undone := done.undo(t, d)
	defer undone.forget()
	if got := look(t, d, "p1", "p2").String(); got != before.String() {
		t.Errorf("undone leaves\n%s\nwant\n%s\n%s", got, before, undone.told(t).text)
	}
}
