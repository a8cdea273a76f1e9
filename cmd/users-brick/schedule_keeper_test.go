package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"users-brick/brick"
	"users-brick/brick/platform"
	"users-brick/brick/runs"
	"users-brick/brick/schedule"
)

// keep returns what runs the jobs of some params, in this process.
func (s *site) keep(o scheduleOptions, environ []string, args ...string) (*keeper, *bytes.Buffer) {
	s.t.Helper()
	var out bytes.Buffer
	p := &program{
		environ: append([]string{"BRICK_RUN_DIR=" + filepath.Join(s.dir, "runs"), "BRICK_TMP_DIR=" + s.t.TempDir()}, environ...),
		version: "test", stdin: strings.NewReader(""), stdout: &out, stderr: io.Discard, now: time.Now,
	}
	if o.catchUp == "" {
		o.catchUp = "none"
	}
	k, err := p.newKeeper(args, &o)
	if err != nil {
		s.t.Fatal(err)
	}
	k.docket.look(s.t.Context())
	k.publish()
	return k, &out
}

func (s *site) path(name string) string { return filepath.Join(s.dir, name) }

// here writes params of a job whose paths do not depend on the folder that the
// process is in.
func (s *site) here(name, schedule string) string {
	s.write(name, `{"sync_mode": "sync_domain_and_project", "organization": "acme", "project": "sales", "schedule": "`+schedule+`", "timezone": "UTC",
		"input_source": "`+s.path("users.csv")+`", "platform": {"type": "directory", "path": "`+s.path("users.db")+`", "seed": "`+s.path("seed.json")+`"}}`)
	return s.path(name)
}

func openFiles(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("open files cannot be counted here")
	}
	return len(entries)
}

func TestRunsLeaveNoFilesAndNoGoroutines(t *testing.T) {
	s := newSite(t, 3)
	address := s.here("job.json", "@yearly")
	synctest.Test(t, func(t *testing.T) {
		k, _ := s.keep(scheduleOptions{}, []string{"BRICK_KEEP_RUNS=3"}, address)
		job := schedule.Job{Name: "job"}
		run := func(times int) (files, goroutines int) {
			for range times {
				k.ended(job, k.run(t.Context(), job, time.Now()))
				time.Sleep(time.Minute)
			}
			synctest.Wait() // until what ends by itself has ended
			return openFiles(t), runtime.NumGoroutine()
		}
		files, goroutines := run(3)
		moreFiles, moreGoroutines := run(15)
		if moreFiles > files {
			t.Errorf("%d open files, before %d", moreFiles, files)
		}
		if moreGoroutines > goroutines+1 {
			t.Errorf("%d goroutines, before %d", moreGoroutines, goroutines)
		}
	})
	if kept, err := os.ReadDir(s.path("runs")); err != nil || len(kept) > 8 {
		t.Errorf("%d entries in the directory of runs, %v", len(kept), err)
	}
}

func TestAPanicInARunFreesItsTarget(t *testing.T) {
	s := newSite(t, 3)
	k, out := s.keep(scheduleOptions{}, nil, s.here("job.json", "@yearly"))
	settings, err := k.program.load(t.Context(), []string{s.path("job.json")})
	if err != nil {
		t.Fatal(err)
	}
	for _, dry := range []bool{false, true} {
		p := k.part("job", io.Discard)
		p.hears = func(e brick.Event) {
			if _, made := e.(brick.PlanMade); made {
				panic("no such thing")
			}
		}
		settings.params.DryRun = dry
		if thrown := caught(func() { _ = p.runWith(t.Context(), settings, "text") }); thrown != "no such thing" {
			t.Errorf("it ended with %v", thrown)
		}
	}
	job := schedule.Job{Name: "job"}
	err = k.run(t.Context(), job, time.Now())
	k.ended(job, err)
	if err != nil || !strings.Contains(out.String(), "\nconverged: ") {
		t.Errorf("the next run: %v\n%s", err, out)
	}
	k.ended(job, &schedule.Panic{Value: "x"})
	var text bytes.Buffer
	if err := k.metrics.Write(&text); err != nil || !strings.Contains(text.String(), `users_brick_panics_total{job="job",shard=""} 1`) || !strings.Contains(text.String(), `users_brick_runs_total{job="job",outcome="failed",shard=""} 1`) {
		t.Errorf("%v\n%s", err, &text)
	}
	left, err := filepath.Glob(filepath.Join(k.env.TempDir, "*"))
	left = slices.DeleteFunc(left, func(path string) bool { return path == lockPlaces(nil, k.env.TempDir)[0].dir })
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func caught(do func()) (thrown any) {
	defer func() { thrown = recover() }()
	do()
	return nil
}

func TestParamsComeAndGo(t *testing.T) {
	s := newSite(t, 1)
	for _, folder := range []string{"a", "b"} {
		if err := os.Mkdir(s.path(folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	s.here("a/sales.json", "@daily")
	s.here("b/sales.json", "@weekly")
	s.here("one.json", "@monthly")
	k, _ := s.keep(scheduleOptions{}, nil, s.path("a"), s.path("b"), s.path("one.json"), s.path("a/sales.json"))
	expect := func(want ...string) {
		t.Helper()
		k.docket.look(t.Context())
		entries, _ := k.docket.listed()
		var got []string
		for _, e := range entries {
			text := strings.TrimPrefix(e.job.Name, s.dir+"/")
			if e.job.Times != nil {
				text += " " + e.job.Times.String()
			}
			if e.err != nil {
				text += " wrong"
			}
			got = append(got, text)
		}
		if strings.Join(got, ", ") != strings.Join(want, ", ") {
			t.Errorf("jobs %q, want %q", got, want)
		}
	}
	expect("sales @daily", "b/sales.json @weekly", "one @monthly")
	s.write("one.json", "{")
	s.write("b/sales.json", `{"schedule": "@never"}`)
	s.here("a/early.json", "@hourly")
	s.write("a/notes.txt", "{")
	s.write("a/.hidden.json", "{")
	expect("early @hourly", "sales @daily", "b/sales.json @weekly wrong", "one @monthly wrong")
	if err := os.Remove(s.path("one.json")); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(s.path("a/sales.json")); err != nil {
		t.Fatal(err)
	}
	s.here("b/sales.json", "@yearly")
	expect("early @hourly", "b/sales.json @yearly", "one @monthly wrong", "sales @daily wrong") // it is named itself, too
	if err := os.Rename(s.path("a"), s.path("elsewhere")); err != nil {
		t.Fatal(err)
	}
	expect("early @hourly wrong", "b/sales.json @yearly", "one @monthly wrong", "sales @daily wrong")
	if _, trouble := k.docket.listed(); trouble == nil {
		t.Error("a directory that is gone is no trouble")
	}
}

func TestTheNameOfAFileMayBeNoText(t *testing.T) {
	s := newSite(t, 1)
	k, _ := s.keep(scheduleOptions{}, nil, s.here("job\xff.json", "@daily"))
	var text bytes.Buffer
	if err := k.metrics.Write(&text); err != nil || !strings.Contains(text.String(), "next_run_timestamp_seconds{job=\"job\ufffd\"") {
		t.Errorf("%v\n%s", err, &text)
	}
}

// inTheWay leaves folders where runs are to leave their reports.
func (s *site) inTheWay(d platform.Driver) platform.Driver {
	dirs, err := filepath.Glob(s.path("runs/2*"))
	for _, dir := range dirs {
		err = errors.Join(err, os.MkdirAll(filepath.Join(dir, runs.TextFile, "full"), 0o700))
	}
	if err != nil || len(dirs) == 0 {
		s.t.Error(dirs, err)
	}
	return d
}

func TestARunThatCannotLeaveItsReportCountsOnceAndIsNoSuccess(t *testing.T) {
	for name, environ := range map[string]string{"stored": "BRICK_REPORT_TO=users.csv/report.json", "kept": "BRICK_REPORT_TO="} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, 3)
			k, out := s.keep(scheduleOptions{}, []string{strings.Replace(environ, "=users.csv", "="+s.path("users.csv"), 1)}, s.here("job.json", "@yearly"))
			if name == "kept" {
				k.program.onDriver = s.inTheWay
			}
			job := schedule.Job{Name: "job"}
			err := k.run(t.Context(), job, time.Now())
			k.ended(job, err)
			var text bytes.Buffer
			if err := k.metrics.Write(&text); err != nil {
				t.Fatal(err)
			}
			for _, line := range []string{`runs_total{job="job",outcome="converged",shard=""} 1`, `runs_total{job="job",outcome="failed",shard=""} 0`} {
				if !strings.Contains(text.String(), "\nusers_brick_"+line+"\n") {
					t.Errorf("%s is not in\n%s", line, &text)
				}
			}
			if err == nil || strings.Contains(text.String(), "users_brick_last_success") || strings.Contains(out.String(), "nothing was written") {
				t.Errorf("it ended with %v, printed\n%s\nmetrics\n%s", err, out, &text)
			}
		})
	}
}

func TestAFileThatIsGoneWhenItsRunBeginsIsNoFailure(t *testing.T) {
	s := newSite(t, 1)
	if err := os.Mkdir(s.path("jobs"), 0o700); err != nil {
		t.Fatal(err)
	}
	s.here("jobs/sales.json", "@daily")
	k, out := s.keep(scheduleOptions{}, nil, s.path("jobs"))
	if err := os.Remove(s.path("jobs/sales.json")); err != nil {
		t.Fatal(err)
	}
	job := schedule.Job{Name: "sales"}
	k.running("sales", true)
	err := k.run(t.Context(), job, time.Now())
	k.ended(job, err)
	k.running("sales", false)
	var text bytes.Buffer
	if werr := k.metrics.Write(&text); err != nil || out.Len() > 0 || werr != nil || strings.Contains(text.String(), "sales") {
		t.Errorf("%v, printed %q, metrics\n%s", err, out, &text)
	}
}

func TestTheDirectoryOfRunsSaysWhenAJobLastRan(t *testing.T) {
	s := newSite(t, 3)
	address := s.here("job.json", "0 */6 * * *")
	k, _ := s.keep(scheduleOptions{catchUp: "once"}, nil, address)
	if entries, _ := k.docket.listed(); !entries[0].job.Since.IsZero() {
		t.Errorf("it ran at %s although it never did", entries[0].job.Since)
	}
	before := time.Now().Add(-time.Second)
	job := schedule.Job{Name: "job"}
	if err := k.run(t.Context(), job, time.Now()); err != nil {
		t.Fatal(err)
	}
	again, _ := s.keep(scheduleOptions{catchUp: "once"}, nil, address)
	if entries, _ := again.docket.listed(); entries[0].job.Since.Before(before) {
		t.Errorf("it last ran at %s, want after %s", entries[0].job.Since, before)
	}
	shard, _ := s.keep(scheduleOptions{catchUp: "once"}, []string{"BRICK_SHARD=0/2"}, address)
	if entries, _ := shard.docket.listed(); !entries[0].job.Since.IsZero() {
		t.Errorf("the run of a whole job is taken for one of %v", shard.shard)
	}
	s.here("job.json", "0 */7 * * *") // other params are another matter
	other, _ := s.keep(scheduleOptions{catchUp: "once"}, nil, address)
	if entries, _ := other.docket.listed(); !entries[0].job.Since.IsZero() {
		t.Errorf("it ran at %s with other params", entries[0].job.Since)
	}
}
