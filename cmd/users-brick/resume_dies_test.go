package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"users-brick/brick"
	"users-brick/brick/engine"
	"users-brick/brick/plan"
	"users-brick/brick/platform"
	"users-brick/brick/platform/directory"
	"users-brick/brick/platform/gooddata/gooddatatest"
	"users-brick/modes"
)

// dies is the program users-brick, which is killed after so many steps of a
// run, each an effect on the directory or a line of the journal:
//
//	users-brick-dies 7 run params.json
func dies() {
	after, err := strconv.Atoi(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "usage: users-brick-dies STEPS ARG ...")
		os.Exit(2)
	}
	d := &death{steps: after}
	p := program{
		args: os.Args[2:], environ: os.Environ(), version: "test",
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, stdinTerminal: true, now: time.Now,
		onDriver: func(driver platform.Driver) platform.Driver {
			if driver, ok := driver.(*directory.Directory); ok {
				return &mortalDirectory{driver, d}
			}
			return driver
		},
		onJournal: func(j engine.Journal) engine.Journal { return &mortalJournal{j, d} },
	}
	os.Exit(p.main(context.Background()))
}

// death comes after so many steps.
type death struct {
	mu    sync.Mutex
	steps int
}

func (d *death) step(do func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	do()
	if d.steps--; d.steps == 0 {
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // it comes at once
	}
}

type mortalDirectory struct {
	*directory.Directory
	death *death
}

func (m *mortalDirectory) Features() platform.Features {
	return platform.Features{Batch: 2, Concurrency: 1} // in an order that scenarios can tell
}

func (m *mortalDirectory) Apply(ctx context.Context, s brick.Scope, batch []brick.Change) (errs []error) {
	m.death.step(func() { errs = m.Directory.Apply(ctx, s, batch) })
	return errs
}

type mortalJournal struct {
	engine.Journal
	death *death
}

func (m *mortalJournal) Begin(seqs []int64) (batch int64, err error) {
	m.death.step(func() { batch, err = m.Journal.Begin(seqs) })
	return batch, err
}

func (m *mortalJournal) Settle(batch int64, seqs []int64, out *plan.Outcome) (err error) {
	m.death.step(func() { err = m.Journal.Settle(batch, seqs, out) })
	return err
}

// killedAfter runs a process that is killed after so many steps.
func (s *stage) killedAfter(steps int, args ...string) {
	s.t.Helper()
	cmd := exec.CommandContext(s.t.Context(), "users-brick-dies", append([]string{strconv.Itoa(steps)}, args...)...)
	cmd.Env = append(environ(), "BRICK_RUN_DIR="+s.path("runs"))
	out, err := cmd.CombinedOutput()
	ended, ok := errors.AsType[*exec.ExitError](err)
	if !ok || ended.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		s.t.Fatalf("not killed after %d steps: %v\n%s", steps, err, out)
	}
}

// The same as in the large matrix with real processes, some of which are
// killed while they go on with what others left.
func TestAProcessThatIsKilledIsGoneOnWith(t *testing.T) {
	s := newStage(t)
	start := s.look()
	s.must("run", s.path("params.json"))
	want := s.dump()
	for _, deaths := range [][]int{{1}, {2}, {7, 1, 1, 2, 5}, {200}, {300, 50}, {400}} {
		when := fmt.Sprintf("killed after %v", deaths)
		s.restore(start)
		s.killedAfter(deaths[0], "run", s.path("params.json"))
		dir := s.run()
		for _, steps := range deaths[1:] {
			s.fates(dir, s.audit())
			s.killedAfter(steps, "run", "--resume", "last")
		}
		s.fates(dir, s.audit())
		if code, out := s.main("run", "--resume", "last"); code != 0 {
			t.Fatalf("%s: exit %d\n%s", when, code, out)
		}
		s.arrived(when, dir, want)
	}
}

// On GoodData a process is killed between two requests.
func TestAProcessThatIsKilledBetweenRequestsIsGoneOnWith(t *testing.T) {
	mode, _ := modes.Find("sync_domain_and_project")
	calm := newQuiet(t, mode)
	resumed := 0
	for n := 5; n < calm.requests; n += 6 {
		f := newFar(t, mode, gooddatatest.Faults{})
		f.environ = []string{"BRICK_RUN_DIR=" + filepath.Join(f.dir, "runs")}
		f.killed(n)
		code, report := f.goneOnWith()
		switch {
		case code == brick.ExitBadInput: // it had not begun to change anything
			f.converges(calm.town)
			continue
		case code != 0:
			t.Fatalf("killed at %d: exit %d\n%s", n, code, report.text)
		}
		resumed++
		if have := f.town(); have != calm.town || !bytes.Equal(report.Totals, calm.report.Totals) {
			t.Errorf("killed at %d: totals are %s, want %s\n%s", n, report.Totals, calm.report.Totals, firstDifference(have, calm.town))
		}
	}
	if resumed < 3 {
		t.Errorf("only %d runs were gone on with", resumed)
	}
}

// goneOnWith goes on with the last run.
func (f *far) goneOnWith() (code int, report townReport) {
	f.t.Helper()
	out, err := f.command("run", "--resume", "last", "params.json", "--format", "json", "--log-level", "warn").CombinedOutput()
	if ended, ok := errors.AsType[*exec.ExitError](err); ok {
		code = ended.ExitCode()
	} else if err != nil {
		f.t.Fatal(err)
	}
	report.text = string(out)
	if at := strings.Index(report.text, "{\n"); at >= 0 {
		if err := json.NewDecoder(strings.NewReader(report.text[at:])).Decode(&report); err != nil {
			f.t.Fatalf("exit %d: %v\n%s", code, err, out)
		}
	}
	return code, report
}
