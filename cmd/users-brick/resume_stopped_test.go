package main

import (
	"context"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// stopAfter lets a signal come after so many steps.
func (s *stage) stopAfter(steps int) {
	ctx, stop := context.WithCancelCause(s.t.Context())
	s.ctx = ctx
	s.after = func() {
		if steps--; steps == 0 {
			stop(stopSignal{syscall.SIGTERM})
		}
	}
}

func (s *stage) goAhead() { s.ctx, s.after = s.t.Context(), nil }

// A run that is asked to stop writes its journal to the end, and keeps the
// passwords as long as accounts are among what is left.
func TestARunThatIsStoppedIsGoneOnWith(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	start := s.look()
	s.must("run", s.path("params.json"))
	want := s.dump()
	kept, forgotten := 0, 0
	for n := 1; ; n += 4 {
		when := fmt.Sprintf("stopped after step %d", n)
		s.restore(start)
		s.stopAfter(n)
		code, out := s.main("run", s.path("params.json"))
		s.goAhead()
		if code == 0 {
			break
		}
		dir := s.run()
		told := s.report(dir)
		if code != 143 || told.Outcome != "interrupted" || !strings.Contains(out, "\n  to go on with what is left: users-brick run --resume ") {
			t.Errorf("%s: exit %d, %+v\n%s", when, code, told, out)
		}
		s.tells(when, told)
		counts := s.fates(dir, s.audit())
		if counts[plan.Pending] != int(told.Totals.Untried) || counts[plan.Done] != int(told.Totals.Changes()) {
			t.Errorf("%s: the journal says %v, the report %+v", when, counts, told)
		}
		if accounts := told.Totals.Added < crowdSize; accounts != passwords(dir) {
			t.Errorf("%s: %d added, passwords are there: %v", when, told.Totals.Added, passwords(dir))
		} else if accounts {
			kept++
		} else {
			forgotten++
		}
		if code, out := s.main("run", "--resume", "last"); code != 0 {
			t.Fatalf("%s: going on: exit %d\n%s", when, code, out)
		}
		s.arrived(when, dir, want)
	}
	if kept == 0 || forgotten == 0 {
		t.Errorf("passwords were kept %d times, and forgotten %d times", kept, forgotten)
	}
}

// A plan that was kept is gone on with by applying it again.
func TestAnAppliedPlanThatIsKilledIsAppliedAgain(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	dir := s.path("tonight")
	s.must("plan", s.path("params.json"), "--out", dir)
	var after []left
	s.after = func() { after = append(after, s.look()) }
	s.must("apply", dir)
	s.after = nil
	want := s.dump()
	for n := 0; n < len(after); n += 5 {
		when := fmt.Sprintf("killed after step %d", n+1)
		s.restore(after[n])
		before := s.fates(dir, s.audit())
		if code, out := s.main("apply", dir); code != 0 {
			t.Fatalf("%s: exit %d, after %v\n%s", when, code, before, out)
		}
		s.arrived(when, dir, want)
	}
	took := len(s.audit())
	if out := s.must("apply", dir); !strings.Contains(out, "\nnothing_to_do: ") || len(s.audit()) != took {
		t.Errorf("applied once more:\n%s", out)
	}
}

// What somebody else has changed meanwhile is not run over.
func TestARunIsNotGoneOnWithWhenOthersHaveChangedWhatItDid(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	after, _ := s.kills()
	var dir, done string
	for n := 0; done == ""; n++ { // until one batch is done
		s.restore(after[n])
		dir = s.run()
		done = s.firstDone(dir)
	}
	counts := s.fates(dir, s.audit())
	other := s.path("other.json")
	s.write("other.json", fmt.Sprintf(`{"sync_mode": "remove_from_organization", "organization": "acme", "max_removals": "none",
		"input_source": %q, "platform": {"type": "directory", "path": %q}}`, s.path("other.csv"), s.path("users.db")))
	s.write("other.csv", "login\n"+done+"\n")
	s.must("run", other)
	before := s.dump()
	code, out := s.main("run", "--resume", dir)
	if code != brick.ExitRefused || !strings.Contains(out, done) || s.dump() != before {
		t.Errorf("exit %d\n%s", code, out)
	}
	told := s.report(dir)
	if int(told.Totals.Changes()) != counts[plan.Done] || int(told.Totals.Unknown) != counts[plan.Unknown] || int(told.Totals.Untried) != counts[plan.Pending] {
		t.Errorf("the report says %+v, the journal %v", told, counts)
	}
	if !passwords(dir) {
		t.Error("the passwords are gone")
	}
}

// firstDone returns somebody whom the journal of a run knows as done, "" when
// there is nobody.
func (s *stage) firstDone(dir string) (login string) {
	s.t.Helper()
	s.each(dir, func(c *brick.Change, fate plan.Fate) {
		if fate == plan.Done && login == "" {
			login = string(c.Login())
		}
	})
	return login
}
