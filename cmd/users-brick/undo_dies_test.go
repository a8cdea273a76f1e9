package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// newTurmoil is a stage after a run that added, changed, enabled and removed
// people, so that its undo has all there can be in one: two changes of one
// person, an attribute that is emptied, an account that goes. It returns the
// directory before the run, and where the run is kept.
func newTurmoil(t *testing.T) (s *stage, before, run string) {
	s = &stage{t: t, dir: t.TempDir(), ctx: t.Context(), batch: 2}
	s.write("users.csv", `login,first_name,company,role,user_groups
john@example.com,Jonny,Acme,admin,East
todd@example.com,Todd,,viewer,East
ben@example.com,Ben,,editor,"East,West"
jane@example.com,Jane,,viewer,West
`)
	s.write("seed.json", `{"organizations": [{"name": "acme",
  "users": [{"login": "ann@example.com"}, {"login": "ben@example.com", "first_name": "Ben"}, {"login": "jane@example.com", "first_name": "Jane"},
    {"login": "john@example.com", "first_name": "John"}, {"login": "kim@example.com"}, {"login": "lea@example.com"}, {"login": "seth@example.com"}],
  "projects": [{"id": "sales", "roles": ["admin", "editor", "viewer"], "groups": ["East", "West"], "members": [
    {"login": "ann@example.com", "roles": ["admin"]},
    {"login": "ben@example.com", "roles": ["admin"], "groups": ["West"], "status": "disabled"},
    {"login": "jane@example.com", "roles": ["viewer"], "groups": ["East"]},
    {"login": "john@example.com", "roles": ["admin"], "groups": ["East"]},
    {"login": "kim@example.com", "roles": ["editor"], "groups": ["East", "West"], "status": "disabled"},
    {"login": "lea@example.com", "roles": ["viewer"], "status": "disabled"},
    {"login": "seth@example.com", "roles": ["viewer"], "groups": ["East"]}]}]}]}`)
	s.write("params.json", fmt.Sprintf(`{"organization": "acme", "project": "sales", "remove_users_from_project": true, "whitelists": "ann@example.com",
		"input_source": %q, "platform": {"type": "directory", "path": %q}}`, s.path("users.csv"), s.path("users.db")))
	s.must("directory", "load", s.path("seed.json"), "--db", s.path("users.db"))
	before = s.dump()
	s.must("run", s.path("params.json"))
	return s, before, s.run()
}

// other returns the directory of the only run beside one.
func (s *stage) other(run string) string {
	s.t.Helper()
	found, err := filepath.Glob(s.path("runs/*/params.json"))
	if err != nil || len(found) != 2 {
		s.t.Fatalf("runs: %q, %v", found, err)
	}
	for _, params := range found {
		if dir := filepath.Dir(params); dir != run {
			return dir
		}
	}
	return ""
}

// Wherever an undo is killed, also between the two changes of one person: going
// on with it, and undoing the run once more, both lead to where the run began.
func TestAnUndoThatIsKilledAfterAnyStepComesToItsEnd(t *testing.T) {
	t.Parallel()
	s, before, run := newTurmoil(t)
	var after []left
	s.after = func() { after = append(after, s.look()) }
	s.must("undo", filepath.Base(run))
	s.after = nil
	if have := s.dump(); have != before || len(after) < 15 {
		t.Fatalf("%d steps lead to\n%s", len(after), firstDifference(have, before))
	}
	changes := s.counts(s.other(run))[plan.Done]
	between := 0
	for n, l := range after {
		when := fmt.Sprintf("killed after step %d of %d", n+1, len(after))
		s.restore(l)
		undo := s.other(run)
		if s.between(undo) {
			between++
		}
		if code, out := s.main("run", "--resume", filepath.Base(undo)); code != 0 {
			t.Errorf("%s: going on: exit %d\n%s", when, code, out)
		}
		if have := s.dump(); have != before {
			t.Errorf("%s and gone on with: the directory is not as it was:\n%s", when, firstDifference(have, before))
		}
		if told := s.report(undo); told.Outcome != "converged" || told.Totals.Changes() != int64(changes) || s.counts(undo)[plan.Done] != changes {
			t.Errorf("%s and gone on with: the report says %+v, the journal %v", when, told, s.counts(undo))
		}
		s.restore(l)
		if code, out := s.main("undo", filepath.Base(run)); code != 0 {
			t.Errorf("%s: once more: exit %d\n%s", when, code, out)
		}
		if have := s.dump(); have != before {
			t.Errorf("%s and undone once more: the directory is not as it was:\n%s", when, firstDifference(have, before))
		}
	}
	if between == 0 {
		t.Error("it was never killed between the two changes of one person")
	}
}

// between reports whether of the two changes of somebody the first is done and
// the second is not.
func (s *stage) between(dir string) (found bool) {
	s.t.Helper()
	first := map[string]plan.Fate{}
	s.each(dir, func(c *brick.Change, fate plan.Fate) {
		who := fmt.Sprint(c.Scope, c.Login())
		if before, second := first[who]; second && before == plan.Done && fate != plan.Done {
			found = true
		}
		first[who] = fate
	})
	return found
}

// The same on GoodData, where a change takes several requests: people who were
// in the middle of their groups, or had a role and not yet their groups.
func TestAnUndoOnGoodDataThatIsKilledAfterAnyStepComesToItsEnd(t *testing.T) {
	t.Parallel()
	f := newFarStage(t)
	f.must("run", f.path("params.json"))
	run := f.run()
	var after []farLeft
	f.after = func() { after = append(after, farLeft{f.look(), f.server.Load().State()}) }
	f.must("undo", filepath.Base(run), "--params", f.path("params.json"))
	f.after = nil
	want := f.holds()
	for n := 0; n < len(after); n += 4 {
		when := fmt.Sprintf("killed after step %d of %d", n+1, len(after))
		f.restoreFar(after[n])
		undo := f.other(run)
		if code, out := f.main("run", "--resume", filepath.Base(undo), f.path("params.json")); code != 0 {
			t.Errorf("%s: going on: exit %d\n%s", when, code, out)
		}
		f.arrived(when+" and gone on with", want)
		if counts := f.counts(undo); counts != [5]int{plan.Done: farChanges} {
			t.Errorf("%s: the journal ends with %v", when, counts)
		}
		f.restoreFar(after[n])
		if code, out := f.main("undo", filepath.Base(run), "--params", f.path("params.json")); code != 0 {
			t.Errorf("%s: once more: exit %d\n%s", when, code, out)
		}
		f.arrived(when+" and undone once more", want)
	}
}

// A run of three hundred adds, role changes and disables leaves no byte behind
// when it is undone.
func TestALargeRunIsUndoneToTheByte(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.swap("seed.json", `"old089@example.com","roles":["viewer"]`, `"old089@example.com","roles":["admin"]`) // or else nobody runs the project afterwards
	s.swap("users.csv", "old089@example.com,viewer", "old089@example.com,admin")
	s.must("directory", "load", s.path("seed.json"), "--db", s.path("users.db"))
	before := s.dump()
	s.must("run", s.path("params.json"))
	run := s.run()
	if s.dump() == before {
		t.Fatal("the run has done nothing")
	}
	s.must("undo", filepath.Base(run))
	if have := s.dump(); have != before {
		t.Errorf("the directory is not as it was:\n%s", firstDifference(have, before))
	}
	if counts := s.counts(s.other(run)); counts != [5]int{plan.Done: stageChanges} {
		t.Errorf("the journal of the undo says %v", counts)
	}
}

// swap puts one text of a file in the place of another.
func (s *stage) swap(name, before, after string) {
	s.t.Helper()
	text, err := os.ReadFile(s.path(name))
	if err != nil || strings.Count(string(text), before) != 1 {
		s.t.Fatalf("%s holds %q %d times, %v", name, before, strings.Count(string(text), before), err)
	}
	s.write(name, strings.Replace(string(text), before, after, 1))
}
