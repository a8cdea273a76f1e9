package main

import (
	"encoding/json"

	"fmt"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"users-brick/brick"
	"users-brick/brick/engine"
	"users-brick/brick/plan"
)

// fullDisk is a journal whose disk is full when so many lines are on it.
type fullDisk struct {
	engine.Journal
	room  atomic.Int64
	begun *atomic.Int64 // batches that may be sent
}

func (j *fullDisk) full() error {
	if j.room.Add(-1) >= 0 {
		return nil
	}
	return &brick.Error{Kind: brick.Failed, Op: "write the journal", Err: syscall.ENOSPC, Hint: "make room"}
}

func (j *fullDisk) Begin(seqs []int64) (int64, error) {
	if err := j.full(); err != nil {
		return 0, err
	}
	j.begun.Add(1)
	return j.Journal.Begin(seqs)
}

func (j *fullDisk) Settle(batch int64, seqs []int64, out *plan.Outcome) error {
	if err := j.full(); err != nil {
		return err
	}
	return j.Journal.Settle(batch, seqs, out)
}

// printed runs the program and returns its exit code, the report that it
// prints, and all that it says.
func (s *stage) printed(args ...string) (code int, r tally, out string) {
	s.t.Helper()
	code, out = s.main(append(args, "--format", "json")...)
	at := max(0, strings.Index(out, "{\n"))
	if err := json.NewDecoder(strings.NewReader(out[at:])).Decode(&r); err != nil {
		s.t.Fatalf("exit %d, no report: %v\n%s", code, err, out)
	}
	return code, r, out
}

// When a line of the journal cannot be written no batch is begun any more, and
// the report tells what was done all the same.
func TestARunWhoseJournalFillsTheDiskEndsAndIsGoneOnWith(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.batch = 60
	start := s.look()
	s.must("run", s.path("params.json"))
	want := s.dump()
	for n := int64(0); ; n++ {
		when := fmt.Sprintf("room for %d lines", n)
		s.restore(start)
		var begun, sent atomic.Int64
		s.journals = func(j engine.Journal) engine.Journal {
			full := &fullDisk{Journal: j, begun: &begun}
			full.room.Store(n)
			return full
		}
		s.sends = func() { sent.Add(1) }
		code, told, out := s.printed("run", s.path("params.json"))
		s.journals, s.sends = nil, nil
		if code == 0 {
			if n < 8 {
				t.Errorf("%s are enough", when)
			}
			return
		}
		if code != brick.ExitFailed || !strings.Contains(out, syscall.ENOSPC.Error()) || !strings.Contains(out, "make room") {
			t.Errorf("%s: exit %d\n%s", when, code, out)
		}
		if sent.Load() > begun.Load() {
			t.Errorf("%s: %d batches were sent, %d begun", when, sent.Load(), begun.Load())
		}
		s.tells(when, told)
		dir := s.run()
		s.fates(dir, s.audit())
		if code, out := s.main("run", "--resume", "last"); code != 0 {
			t.Fatalf("%s: going on: exit %d\n%s", when, code, out)
		}
		s.arrived(when, dir, want)
	}
}

// What cannot be kept at all is not begun.
func TestWithoutRoomForAJournalNothingIsWritten(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	before := s.dump()
	s.journals = func(j engine.Journal) engine.Journal {
		full := &fullDisk{Journal: j, begun: new(atomic.Int64)}
		return full
	}
	code, told, _ := s.printed("run", s.path("params.json"))
	if code != brick.ExitFailed || told.Totals.Changes() != 0 || told.Totals.Untried != stageChanges {
		t.Errorf("exit %d, %+v", code, told)
	}
	if s.dump() != before {
		t.Error("the directory has changed")
	}
}
