package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"users-brick/brick/plan"
)

// kills does a whole run and returns what a kill -9 would leave after each
// step of it, and the directory as it is in the end.
func (s *stage) kills() (after []left, want string) {
	s.t.Helper()
	s.after = func() { after = append(after, s.look()) }
	s.must("run", s.path("params.json"))
	s.after = nil
	if len(after) < 24 {
		s.t.Fatalf("only %d steps", len(after))
	}
	want = s.dump()
	s.tells("undisturbed", s.report(s.run()))
	return after, want
}

func (s *stage) dump() string {
	s.t.Helper()
	return s.must("directory", "dump", "--db", s.path("users.db"))
}

// passwords reports whether given passwords lie beside the plan of a run.
func passwords(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, plan.PasswordsFile))
	return err == nil
}

// After each effect and after each line of the journal the run is killed. What
// the journal says then is true, and going on comes to the right end.
func TestARunThatIsKilledAfterAnyStepIsGoneOnWith(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	after, want := s.kills()
	for n, l := range after {
		when := fmt.Sprintf("killed after step %d of %d", n+1, len(after))
		s.restore(l)
		dir := s.run()
		before := s.fates(dir, s.audit())
		if !passwords(dir) {
			t.Errorf("%s: the passwords are gone", when)
		}
		code, out := s.main("run", "--resume", "last")
		if code != 0 || !strings.Contains(out, "\nconverged: ") {
			t.Fatalf("%s: exit %d\n%s", when, code, out)
		}
		if told := fmt.Sprintf("going on: %d change", before[plan.Done]); !strings.Contains(out, told) {
			t.Errorf("%s: it does not say %q:\n%s", when, told, out)
		}
		s.arrived(when, dir, want)
	}
}

// arrived demands that all is done that the plan of a run wants, once, and
// that the run tells so.
func (s *stage) arrived(when, dir, want string) {
	s.t.Helper()
	if have := s.dump(); have != want {
		s.t.Errorf("%s: the directory is not as it should be:\n%s", when, firstDifference(have, want))
	}
	s.tells(when, s.report(dir))
	if counts := s.fates(dir, s.audit()); counts != [5]int{plan.Done: stageChanges} {
		s.t.Errorf("%s: the journal ends with %v", when, counts)
	}
	if passwords(dir) {
		s.t.Errorf("%s: the passwords are still there", when)
	}
}

func TestARunThatIsKilledAfterAnyStepIsMadeGoodByTheNext(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	after, want := s.kills()
	for n, l := range after {
		s.restore(l)
		when := fmt.Sprintf("killed after step %d of %d", n+1, len(after))
		if code, out := s.main("run", s.path("params.json")); code != 0 {
			t.Fatalf("%s: exit %d\n%s", when, code, out)
		}
		if have := s.dump(); have != want {
			t.Errorf("%s: the directory is not as it should be:\n%s", when, firstDifference(have, want))
		}
		for what, times := range s.audit() {
			if times != 1 {
				t.Errorf("%s: %s took place %d times", when, what, times)
			}
		}
	}
}
