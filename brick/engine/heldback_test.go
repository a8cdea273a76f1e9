package engine_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// leaveHeld writes what the guard held back as a plan that is accepted.
func leaveHeld(t fataler, made *plan.Plan, out *plan.Outcome) *plan.Plan {
	t.Helper()
	dir := newDir(t)
	left, err := made.LeaveHeld(dir, out)
	if err != nil || left == nil {
		t.Fatalf("leave what is held: %v", err)
	}
	left.Close()
	held, err := plan.Open(dir)
	if err != nil {
		t.Fatalf("open what is held: %v", err)
	}
	if err := held.Accept(left.Header.Digest); err != nil {
		t.Fatalf("accept what is held: %v", err)
	}
	return held
}

func TestWhatTheGuardHeldIsAPlanThatEndsAsIfNothingHadBeenHeld(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, r := drawTown(t), drawRun(t, 1)
		free := before.inMemory()
		r.do(t, free)

		r.params.OnGuard, r.params.MaxRemovals = "hold_removals", brick.MustLimit("0")
		d, dir := before.inMemory(), newDir(t)
		made, err := r.plan(t.Context(), t, d, dir)
		if err != nil {
			t.Fatal(err)
		}
		defer made.Close()
		job, conn := r.job(t, dir), r.connect(d)
		out, err := job.Apply(t.Context(), conn, made)
		if err != nil {
			t.Fatal(err)
		}
		if out.Count(plan.HeldBack) == 0 || out.Count(plan.Failed) > 0 { // who failed may be the only administrator to be
			t.Skip("nobody is held, or not all the rest is done")
		}
		held := leaveHeld(t, made, out)
		defer held.Close()
		if _, err := job.Fits(t.Context(), conn.View, held); err != nil {
			t.Fatalf("what is held does not fit: %v", err)
		}
		if _, err := job.Apply(t.Context(), conn, held); err != nil {
			t.Fatal(err)
		}
		if got, want := look(t, d, projects...).String(), look(t, free, projects...).String(); got != want {
			t.Fatalf("%s ends\n%s\nwithout holding\n%s", r.mode, got, want)
		}
	})
}

func TestWhatTheGuardHeldSaysWhereTheFileNamesIt(t *testing.T) {
	before := townOf([]brick.Member{member(ann, "viewer"), member(ben, "viewer"), member(cem, "viewer")}, nil)
	r := &run{mode: "remove_from_organization", rows: []brick.Row{{Login: cem, Line: 7}, {Login: ann, Line: 9}}}
	r.params.OnGuard, r.params.MaxRemovals = "hold_removals", brick.MustLimit("1")
	_, _, made, out := planned(t, r, before.inMemory())
	held := leaveHeld(t, made, out)
	defer held.Close()
	lines := map[brick.Login]int{}
	for _, section := range collect(t, held.Sections()) {
		for _, c := range collect(t, section.Changes()) {
			lines[c.Login()] = held.Line(c.Seq)
		}
	}
	if len(lines) != 2 || lines[ann] != 9 || lines[cem] != 7 {
		t.Errorf("lines are %v", lines)
	}
}

func TestWhatIsHeldIsRefusedWhenSomebodyHasMoved(t *testing.T) {
	before := townOf([]brick.Member{member(ann, "admin"), member(ben, "viewer"), member(cem, "viewer")}, nil)
	r := &run{mode: "sync_project", rows: []brick.Row{row("", ann, "admin")}}
	r.params.OnGuard, r.params.MaxRemovals = "hold_removals", brick.MustLimit("1")
	d := before.inMemory()
	job, conn, made, out := planned(t, r, d)
	held := leaveHeld(t, made, out)
	defer held.Close()
	if held.Header.HeldOf != "sha256:"+made.Header.Digest || held.End.Changes != 2 || len(held.End.Objections)+len(job.Params.Whitelists) != 0 {
		t.Errorf("header %+v, end %+v", held.Header, held.End)
	}
	risen := member(ben, "editor")
	was := member(ben, "viewer")
	errs := d.Apply(t.Context(), project1, []brick.Change{{Scope: project1, Action: brick.Update, Before: &was, After: &risen}})
	if slices.ContainsFunc(errs, func(err error) bool { return err != nil }) {
		t.Fatal(errs)
	}
	if _, err := job.Fits(t.Context(), conn.View, held); err == nil || brick.KindOf(err) != brick.Refused {
		t.Errorf("moved: %v", err)
	}
}
