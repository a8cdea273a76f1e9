package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"users-brick/brick"
	"users-brick/brick/engine"
	"users-brick/brick/journal"
	"users-brick/brick/plan"
)

// Runs are kept on a disk that is really full, at every page that a run writes
// there: its params, its plan, its passwords, its journal, its report.
func TestARunOnAFullDiskEndsAndIsMadeGood(t *testing.T) {
	s := newStage(t)
	if err := os.Mkdir(s.path("runs"), 0o700); err != nil {
		t.Fatal(err)
	}
	start := s.look()
	s.must("run", s.path("params.json"))
	want := s.dump()
	resumed := 0
	for pages := 2; ; pages += 2 {
		when := fmt.Sprintf("room for %d pages", pages)
		done := func() bool {
			s.restore(start)
			s.mount(fmt.Sprintf("size=%d", pages*os.Getpagesize()), 0)
			defer s.unmount()
			code, out := s.main("run", s.path("params.json"))
			if code == 0 {
				return true
			}
			if code != brick.ExitFailed || !strings.Contains(out, syscall.ENOSPC.Error()) {
				t.Errorf("%s: exit %d\n%s", when, code, out)
			}
			s.mount("size=16m", syscall.MS_REMOUNT)
			args, begun := []string{"run", s.path("params.json")}, s.begun()
			if begun {
				args = []string{"run", "--resume", "last"}
				resumed++
			}
			if code, out := s.main(args...); code != 0 {
				t.Fatalf("%s: %v: exit %d\n%s", when, args, code, out)
			}
			if begun {
				s.tells(when, s.report(s.run()))
			}
			if have := s.dump(); have != want {
				t.Errorf("%s: the directory is not as it should be:\n%s", when, firstDifference(have, want))
			}
			return false
		}()
		if done {
			if resumed < 2 || pages < 10 {
				t.Errorf("%d runs were gone on with, and %d pages are enough", resumed, pages)
			}
			return
		}
	}
}

// The disk is filled by others while the journal is written.
func TestADiskThatIsFullInTheMiddleOfTheJournal(t *testing.T) {
	s := newStage(t)
	if err := os.Mkdir(s.path("runs"), 0o700); err != nil {
		t.Fatal(err)
	}
	s.mount("size=1m", 0)
	defer s.unmount()
	s.batch = 4 // or else the journal fits into the page that it has
	s.journals = func(j engine.Journal) engine.Journal {
		s.fill()
		return j
	}
	code, told, out := s.printed("run", s.path("params.json"))
	if code != brick.ExitFailed || !strings.Contains(out, "write the journal: ") || !strings.Contains(out, syscall.ENOSPC.Error()) {
		t.Errorf("exit %d\n%s", code, out)
	}
	if told.Totals.Changes() == 0 || told.Totals.Untried == 0 {
		t.Errorf("the journal was not full in its middle: %+v", told)
	}
	s.tells("full", told)
	dir := s.run()
	s.fates(dir, s.audit())
	s.journals = nil
	if err := os.Remove(s.path("runs/filler")); err != nil {
		t.Fatal(err)
	}
	if code, out := s.main("run", "--resume", "last"); code != 0 {
		t.Fatalf("exit %d\n%s", code, out)
	}
	s.tells("gone on with", s.report(dir))
	if counts := s.fates(dir, s.audit()); counts != [5]int{plan.Done: stageChanges} {
		t.Errorf("the journal ends with %v", counts)
	}
}

// A plan that cannot be applied for want of room is as it was.
func TestAPlanOnAFullDiskIsAppliedLater(t *testing.T) {
	s := newStage(t)
	if err := os.Mkdir(s.path("runs"), 0o700); err != nil {
		t.Fatal(err)
	}
	s.mount("size=1m", 0)
	defer s.unmount()
	before := s.dump()
	dir := s.path("runs/tonight")
	s.must("plan", s.path("params.json"), "--out", dir)
	s.fill()
	if code, out := s.main("apply", dir, "--run-dir", s.path("elsewhere")); code != brick.ExitFailed || !strings.Contains(out, syscall.ENOSPC.Error()) || s.dump() != before {
		t.Errorf("exit %d\n%s", code, out)
	}
	if err := os.Remove(s.path("runs/filler")); err != nil {
		t.Fatal(err)
	}
	if code, out := s.main("apply", dir, "--run-dir", s.path("elsewhere")); code != 0 {
		t.Errorf("exit %d\n%s", code, out)
	}
	s.tells("applied", s.report(dir))
}

// fill leaves no room on the disk of the runs.
func (s *stage) fill() {
	s.t.Helper()
	filler, err := os.Create(s.path("runs/filler"))
	for err == nil {
		_, err = filler.Write(make([]byte, os.Getpagesize()))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		s.t.Error(err)
	}
	filler.Close()
}

// begun reports whether a run has a journal.
func (s *stage) begun() bool {
	found, err := filepath.Glob(s.path("runs/*/" + journal.File))
	if err != nil {
		s.t.Fatal(err)
	}
	return len(found) > 0
}

func (s *stage) mount(options string, flags uintptr) {
	s.t.Helper()
	if err := syscall.Mount("tmpfs", s.path("runs"), "tmpfs", flags, options); err != nil {
		s.t.Skipf("nobody may mount a small disk here: %v", err)
	}
}

func (s *stage) unmount() {
	s.t.Helper()
	if err := syscall.Unmount(s.path("runs"), 0); err != nil {
		s.t.Fatal(err)
	}
}
