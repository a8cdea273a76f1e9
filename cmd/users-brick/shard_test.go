package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform/gooddata/gooddatatest"
	"users-brick/modes"
)

// account is what a report says that is the same however often a run is split.
type account struct {
	Outcome  string          `json:"outcome"`
	ExitCode int             `json:"exit_code"`
	Input    json.RawMessage `json:"input"`
	Totals   json.RawMessage `json:"totals"`
	Scopes   json.RawMessage `json:"scopes"`
	People   json.RawMessage `json:"people"`
}

// ended waits for a program and returns its exit code, and what it printed.
func ended(t *testing.T, cmd *exec.Cmd, out *bytes.Buffer) int {
	t.Helper()
	err := cmd.Wait()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok && failed.ExitCode() >= 0 {
		return failed.ExitCode()
	}
	if err != nil && cmd.ProcessState.ExitCode() != -1 {
		t.Errorf("%v\n%s", err, out)
	}
	return cmd.ProcessState.ExitCode()
}

// fleet is the shards of one run, as processes.
type fleet struct {
	*site
	of   int
	cmds []*exec.Cmd
	outs []bytes.Buffer
}

func (s *site) fleet(of int) *fleet {
	f := &fleet{s, of, make([]*exec.Cmd, of), make([]bytes.Buffer, of)}
	for i := range of {
		f.begin(i)
	}
	return f
}

// begin makes the process of a shard, without starting it.
func (f *fleet) begin(i int) { f.make(i, "users-brick") }

// dies makes the process of a shard that is killed after so many steps.
func (f *fleet) dies(i, steps int) { f.make(i, "users-brick-dies", strconv.Itoa(steps)) }

func (f *fleet) make(i int, name string, before ...string) {
	f.cmds[i] = f.program(name, append(before, "run", "params.json", "--shard", fmt.Sprintf("%d/%d", i, f.of), "--run-dir", "runs", "--log-level", "info", "--shard-wait", "5m")...)
	f.outs[i].Reset()
	f.cmds[i].Stdout, f.cmds[i].Stderr = &f.outs[i], &f.outs[i]
}

func (f *fleet) start(i int) {
	f.t.Helper()
	if err := f.cmds[i].Start(); err != nil {
		f.t.Fatal(err)
	}
}

// wait waits for all shards; the one that is killed, if any, runs again.
func (f *fleet) wait() (killed []int) {
	f.t.Helper()
	for i := range f.of {
		switch code := ended(f.t, f.cmds[i], &f.outs[i]); code {
		case -1:
			killed = append(killed, i)
		case brick.ExitDone, brick.ExitPartial:
		default:
			f.t.Errorf("shard %d of %d: exit %d\n%s", i, f.of, code, &f.outs[i])
		}
	}
	for _, i := range killed {
		f.begin(i)
		f.start(i)
		if code := ended(f.t, f.cmds[i], &f.outs[i]); code != brick.ExitDone && code != brick.ExitPartial {
			f.t.Errorf("shard %d of %d, run again: exit %d\n%s", i, f.of, code, &f.outs[i])
		}
	}
	return killed
}

// merged is what the shards report together.
func (f *fleet) merged() account {
	f.t.Helper()
	return f.tells("report", "merge", "runs", "--format", "json")
}

// tells returns what a command reports.
func (s *site) tells(args ...string) (r account) {
	s.t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := s.command(args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	code := 0
	if err := cmd.Run(); err != nil {
		code = cmd.ProcessState.ExitCode()
	}
	if err := json.Unmarshal(stdout.Bytes(), &r); err != nil || r.ExitCode != code {
		s.t.Fatalf("exit %d, report %v: %v\n%s%s", code, r.ExitCode, err, &stdout, &stderr)
	}
	return r
}

// equals demands that shards did and said what one run did and said.
func (r account) equals(t *testing.T, want account) {
	t.Helper()
	if r.Outcome != want.Outcome || r.ExitCode != want.ExitCode {
		t.Errorf("the outcome is %s (%d), want %s (%d)", r.Outcome, r.ExitCode, want.Outcome, want.ExitCode)
	}
	for _, c := range []struct {
		name       string
		have, want json.RawMessage
	}{{"input", r.Input, want.Input}, {"totals", r.Totals, want.Totals}, {"scopes", r.Scopes, want.Scopes}, {"people", r.People, want.People}} {
		if !bytes.Equal(c.have, c.want) {
			t.Errorf("%s: %s", c.name, firstDifference(string(c.have), string(c.want)))
		}
	}
}

// newVillage is a directory with so many projects, and a file that changes most
// of them, in which some rows are bad.
func newVillage(t *testing.T, projects int) *site {
	t.Helper()
	s := &site{t: t, dir: t.TempDir()}
	var users, places []string
	file := "project_id,login,role,user_groups\n"
	for i := range townsfolk {
		users = append(users, fmt.Sprintf(`{"login": %q}`, person(i)))
	}
	for p := range projects {
		var members []string
		for i := p % 2; i < townsfolk; i += 2 {
			members = append(members, fmt.Sprintf(`{"login": %q, "roles": ["viewer"], "status": "enabled"}`, person(i)))
		}
		places = append(places, fmt.Sprintf(`{"id": "p%02d", "roles": ["viewer", "editor"], "members": [%s]}`, p, strings.Join(members, ",")))
		for i := p % 3; i < townsfolk; i += 3 {
			file += fmt.Sprintf("p%02d,%s,%s,Group %d\n", p, person(i), []string{"viewer", "editor"}[i%2], i%4)
		}
	}
	file += "p01,nobody@example.com,viewer,\np02,person03@example.com,no such role,\np03,no login,viewer,\nelsewhere,person01@example.com,viewer,\n"
	s.write("users.csv", file)
	s.write("seed.json", fmt.Sprintf(`{"organizations": [{"name": "acme", "users": [%s], "projects": [%s]}]}`, strings.Join(users, ","), strings.Join(places, ",")))
	s.write("params.json", `{"sync_mode": "sync_multiple_projects_based_on_pid", "organization": "acme", "max_removals": "100%",
		"input_source": "users.csv", "platform": {"type": "directory", "path": "users.db"}}`)
	s.must("directory", "load", "seed.json")
	return s
}

// On the embedded directory all shards write to one file.
func TestShardsDoTogetherWhatOneRunDoesOnADirectory(t *testing.T) {
	t.Parallel()
	whole := newVillage(t, 17)
	want := whole.tells("run", "params.json", "--format", "json", "--log-level", "error")
	dump := whole.must("directory", "dump")
	for _, of := range []int{1, 2, 7} {
		s := newVillage(t, 17)
		f := s.fleet(of)
		for i := range of {
			f.start(i)
		}
		f.wait()
		f.merged().equals(t, want)
		if have := s.must("directory", "dump"); have != dump {
			t.Errorf("%d shards: the directory is not as it should be:\n%s", of, firstDifference(have, dump))
		}
	}
}

// A shard that is killed while the others work is run again: killed by itself,
// so that it never comes to its end before.
func TestAShardOnADirectoryIsKilledAndRunAgain(t *testing.T) {
	t.Parallel()
	whole := newVillage(t, 17)
	want := whole.tells("run", "params.json", "--format", "json", "--log-level", "error")
	end := whole.must("directory", "dump")
	for _, steps := range []int{1, 50} {
		s := newVillage(t, 17)
		f := s.fleet(2)
		f.dies(1, steps)
		f.start(1)
		f.start(0)
		if killed := f.wait(); !slices.Equal(killed, []int{1}) {
			t.Errorf("killed after %d steps were %v", steps, killed)
		}
		if r := f.merged(); r.Outcome != want.Outcome || r.ExitCode != want.ExitCode {
			t.Errorf("killed after %d steps: the outcome is %s (%d), want %s (%d)", steps, r.Outcome, r.ExitCode, want.Outcome, want.ExitCode)
		}
		if have := s.must("directory", "dump"); have != end {
			t.Errorf("killed after %d steps: the directory is not as it should be:\n%s", steps, firstDifference(have, end))
		}
	}
}

var shardedModes = []string{"sync_multiple_projects_based_on_pid", "sync_domain_client_workspaces", "sync_domain_and_project"}

func TestShardsDoTogetherWhatOneRunDoesOnGoodData(t *testing.T) {
	for _, name := range shardedModes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mode, _ := modes.Find(name)
			whole := newFar(t, mode, gooddatatest.Faults{})
			want := whole.tells("run", "params.json", "--format", "json", "--log-level", "error")
			requests := whole.server.Counts().Requests
			for _, of := range []int{1, 2, 7} {
				f := newFar(t, mode, gooddatatest.Faults{})
				shards := f.site.fleet(of)
				for i := range of {
					shards.start(i)
				}
				shards.wait()
				shards.merged().equals(t, want)
				if have := f.town(); have != whole.town() {
					t.Errorf("%d shards: the town is not as it should be:\n%s", of, firstDifference(have, whole.town()))
				}
			}
			killedAtRequests(t, mode, want, whole.town(), requests)
		})
	}
}

// killedAtRequests kills the shard that has a project while it waits for the
// answer to a request about it, behind several requests of the whole run. At
// another shard's request it might have left its report already.
func killedAtRequests(t *testing.T, mode brick.Mode, want account, town string, requests int) {
	victim := 0
	for i := range 2 {
		if (brick.Shard{Index: i, Of: 2}).Owns(brick.Project("one")) {
			victim = i
		}
	}
	killed := 0
	for at := 5; at < requests; at += requests/3 + 1 {
		f := newFar(t, mode, gooddatatest.Faults{})
		shards := f.site.fleet(2)
		doomed, started := shards.cmds[victim], make(chan struct{})
		var once sync.Once
		f.server.SetHooks(gooddatatest.Hooks{After: func(n int, r *http.Request) {
			if n >= at && strings.Contains(r.URL.Path+"/", "/projects/one/") {
				<-started
				once.Do(func() { doomed.Process.Kill() })
			}
		}})
		for i := range 2 {
			shards.start(i)
		}
		close(started)
		killed += len(shards.wait())
		if have := f.town(); have != town {
			t.Errorf("killed at request %d: the town is not as it should be:\n%s", at, firstDifference(have, town))
		}
		if r := shards.merged(); r.Outcome != want.Outcome && r.Outcome != "nothing_to_do" {
			t.Errorf("killed at request %d: the outcome is %s, want %s", at, r.Outcome, want.Outcome)
		}
	}
	if killed == 0 {
		t.Error("no shard was killed")
	}
}

// What was left of a run that was killed does not count as its report.
func TestAKilledShardLeavesNoReport(t *testing.T) {
	t.Parallel()
	s := newVillage(t, 3)
	f := s.fleet(2)
	f.start(0)
	if code := ended(t, f.cmds[0], &f.outs[0]); code != brick.ExitPartial {
		t.Fatalf("exit %d\n%s", code, &f.outs[0])
	}
	if err := os.MkdirAll(filepath.Join(s.dir, "runs", "20260101T000000Z-0a1b2c"), 0o700); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd := s.command("report", "merge", "runs")
	cmd.Stderr = &stderr
	if err := cmd.Run(); err == nil || cmd.ProcessState.ExitCode() != brick.ExitBadInput || !strings.Contains(stderr.String(), "these have no report: 1") {
		t.Errorf("it ends with %v\n%s", err, &stderr)
	}
}
