package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// site is a place where a long run can be started, stopped and started again.
type site struct {
	t       *testing.T
	dir     string
	environ []string // what its processes get besides
}

// newSite makes the params of a run that adds as many people as there are
// rows, first to the organization and then to the project, where it disables
// eight others.
func newSite(t *testing.T, rows int) *site {
	s := &site{t: t, dir: t.TempDir()}
	users := "login,role,first_name\n"
	for i := range rows {
		users += fmt.Sprintf("person%05d@example.com,viewer,Person %d\n", i, i)
	}
	var accounts, members []string
	for i := range 8 {
		accounts = append(accounts, fmt.Sprintf(`{"login": "leaver%d@example.com"}`, i))
		members = append(members, fmt.Sprintf(`{"login": "leaver%d@example.com", "roles": ["viewer"], "status": "enabled"}`, i))
	}
	s.write("users.csv", users)
	s.write("seed.json", fmt.Sprintf(`{"organizations": [{"name": "acme", "users": [%s], "projects": [{"id": "sales", "roles": ["admin", "viewer"], "members": [%s]}]}]}`,
		strings.Join(accounts, ", "), strings.Join(members, ", ")))
	s.write("params.json", `{"sync_mode": "sync_domain_and_project", "organization": "acme", "project": "sales",
		"input_source": "users.csv", "platform": {"type": "directory", "path": "users.db", "seed": "seed.json"}}`)
	return s
}

func (s *site) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) command(args ...string) *exec.Cmd { return s.program("users-brick", args...) }

// program makes the process of the program itself or of one that dies.
func (s *site) program(name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(s.t.Context(), name, args...)
	cmd.Dir = s.dir
	cmd.Env = append(environ(), "TMPDIR="+s.t.TempDir(), "XDG_STATE_HOME="+filepath.Join(s.dir, ".state"))
	cmd.Env = append(cmd.Env, s.environ...)
	return cmd
}

// environ is the environment without what the program takes for settings, which
// somebody who uses it may have there.
func environ() []string {
	return slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return slices.ContainsFunc([]string{"BRICK_", "HIDDEN_BRICK_", "GDC_", "CLIENT_GDC_"}, func(ours string) bool {
			return strings.HasPrefix(variable, ours)
		})
	})
}

// must runs a command that has to succeed and returns what it prints.
func (s *site) must(args ...string) string {
	s.t.Helper()
	var stderr bytes.Buffer
	cmd := s.command(args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		s.t.Fatalf("users-brick %s: %v\n%s%s", strings.Join(args, " "), err, out, &stderr)
	}
	return string(out)
}

// stopped begins a run, sends it a signal as soon as so many changes are
// done, and returns its exit code, -1 when the signal killed it. The run
// cannot be far ahead: its log waits to be read.
func (s *site) stopped(changes int, signal syscall.Signal) int {
	s.t.Helper()
	cmd := s.command("run", "params.json", "--log-level", "debug", "--log-format", "json", "--run-dir", "runs")
	stderr, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	seen := 0
	log := bufio.NewScanner(stderr)
	for seen < changes && log.Scan() {
		if strings.Contains(log.Text(), `"message":"change"`) {
			seen++
		}
	}
	if seen < changes {
		s.t.Fatalf("the run ended after %d changes, before it could be stopped", seen)
	}
	if err := cmd.Process.Signal(signal); err != nil {
		s.t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, stderr); err != nil {
		s.t.Fatal(err)
	}
	err = cmd.Wait()
	if ended, ok := errors.AsType[*exec.ExitError](err); ok {
		return ended.ExitCode()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return 0
}

// undisturbed returns the directory as a run leaves it that nobody stops.
func undisturbed(t *testing.T, rows int) string {
	t.Helper()
	s := newSite(t, rows)
	s.must("run", "params.json")
	return s.must("directory", "dump")
}

// converges runs to the end what was stopped, and compares the directory with
// what it must be.
func (s *site) converges(want string) {
	s.t.Helper()
	if out := s.must("run", "params.json"); !strings.Contains(out, "\nconverged: ") {
		s.t.Errorf("the next run had nothing to do:\n%s", out)
	}
	if out := s.must("run", "params.json"); !strings.Contains(out, "\nnothing_to_do: ") {
		s.t.Errorf("the run after that had something to do:\n%s", out)
	}
	if s.must("directory", "dump") != want {
		s.t.Error("the directory is not as after a run that was not stopped")
	}
}

// report reads the totals of the one report that a site has.
func (s *site) report() (outcome string, exitCode int, totals map[string]any) {
	s.t.Helper()
	found, err := filepath.Glob(filepath.Join(s.dir, "runs", "*", "report.json"))
	if err != nil || len(found) != 1 {
		s.t.Fatalf("reports: %q, %v; want one", found, err)
	}
	text, err := os.ReadFile(found[0])
	if err != nil {
		s.t.Fatal(err)
	}
	var document struct {
		Outcome  string         `json:"outcome"`
		ExitCode int            `json:"exit_code"`
		Totals   map[string]any `json:"totals"`
	}
	if err := json.Unmarshal(text, &document); err != nil {
		s.t.Fatalf("%s: %v", found[0], err)
	}
	return document.Outcome, document.ExitCode, document.Totals
}

func TestASignalStopsARunInGoodOrderAndTheNextOneGoesOn(t *testing.T) {
	const rows = 10_000
	want := undisturbed(t, rows)
	for signal, code := range map[syscall.Signal]int{syscall.SIGTERM: 143, syscall.SIGINT: 130} {
		t.Run(signal.String(), func(t *testing.T) {
			s := newSite(t, rows)
			if got := s.stopped(1, signal); got != code {
				t.Errorf("exit code %d, want %d", got, code)
			}
			outcome, exitCode, totals := s.report()
			if outcome != "interrupted" || exitCode != code {
				t.Errorf("the report says %s, exit %d; want interrupted, exit %d", outcome, exitCode, code)
			}
			added, untried := totals["added"].(float64), totals["untried"].(float64)
			if added < 1 || untried < 1 || added+untried != 2*rows+8 || totals["disabled"] != 0.0 {
				t.Errorf("%v added, %v disabled and %v not tried of %d to add and 8 to disable", added, totals["disabled"], untried, 2*rows)
			}
			s.converges(want)
		})
	}
}

func TestAfterAKillTheNextRunConverges(t *testing.T) {
	const rows = 3_000
	want := undisturbed(t, rows)
	for name, changes := range map[string]int{
		"at the first change": 1, "among the accounts": rows / 2, "between accounts and members": rows, "among the members": rows + rows/2,
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, rows)
			if got := s.stopped(changes, syscall.SIGKILL); got != -1 {
				t.Errorf("exit code %d, want none of its own", got)
			}
			s.converges(want)
		})
	}
}
