package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"users-brick/brick"
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
	k, _ := s.keep(scheduleOptions{}, []string{"BRICK_KEEP_RUNS=3"}, s.here("job.json", "@yearly"))
	job := schedule.Job{Name: "job"}
	run := func() {
		k.ended(job, k.run(t.Context(), job, time.Now()))
	}
	for range 3 {
		run()
	}
	files, goroutines := openFiles(t), runtime.NumGoroutine()
	for range 15 {
		run()
	}
	if n := openFiles(t); n > files {
		t.Errorf("%d open files, before %d", n, files)
	}
	if n := runtime.NumGoroutine(); n > goroutines+1 {
		t.Errorf("%d goroutines, before %d", n, goroutines)
	}
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
	if left, err := os.ReadDir(k.env.TempDir); err != nil || len(left) > 0 {
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

func TestARunCountsOnceAndByHowItEnded(t *testing.T) {
	s := newSite(t, 3)
	k, out := s.keep(scheduleOptions{}, []string{"BRICK_REPORT_TO=" + s.path("users.csv/report.json")}, s.here("job.json", "@yearly"))
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
	if err != exit(brick.ExitFailed) || strings.Contains(text.String(), "users_brick_last_success") || strings.Contains(out.String(), "nothing was written") {
		t.Errorf("it ended with %v, printed\n%s\nmetrics\n%s", err, out, &text)
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

// asked returns what a handler answers.
func asked(h http.Handler, method, target, host, from string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://x/", nil)
	r.URL.Path, r.Host, r.RemoteAddr = target, host, from
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestOnlyWhoMayIsAnswered(t *testing.T) {
	s := newSite(t, 1)
	k, _ := s.keep(scheduleOptions{}, nil, s.here("job.json", "@yearly"))
	job := schedule.Job{Name: "job"}
	if err := k.run(t.Context(), job, time.Now()); err != nil {
		t.Fatal(err)
	}
	ids, err := filepath.Glob(s.path("runs/2*"))
	if err != nil || len(ids) != 1 {
		t.Fatal(ids, err)
	}
	run := "/runs/" + filepath.Base(ids[0])
	const here, there = "127.0.0.1:4000", "192.0.2.7:4000"
	loop := k.handler(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9464})
	open := k.handler(&net.TCPAddr{IP: net.IPv4zero, Port: 9464})
	k.env.Listen = "brick.example:9464"
	named := k.handler(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9464})
	k.options.showRuns = true
	shown := k.handler(&net.TCPAddr{IP: net.IPv4zero, Port: 9464})
	for _, test := range []struct {
		name                       string
		handler                    http.Handler
		method, target, host, from string
		want                       int
	}{
		{"metrics", loop, "GET", "/metrics", "localhost:9464", here, 200},
		{"head", loop, "HEAD", "/metrics", "127.0.0.1", here, 200},
		{"ipv6", loop, "GET", "/runs", "[::1]:9464", here, 200},
		{"post", loop, "POST", "/metrics", "localhost", here, 405},
		{"delete", loop, "DELETE", run, "localhost", here, 405},
		{"another name", loop, "GET", "/metrics", "evil.example", here, 421},
		{"a name that looks like ours", loop, "GET", "/runs", "localhost.evil.example", here, 421},
		{"no name", loop, "GET", "/metrics", "", here, 421},
		{"the configured name", named, "GET", run, "Brick.Example.:9464", here, 200},
		{"metrics from elsewhere", open, "GET", "/metrics", "10.0.0.5:9464", there, 200},
		{"health from elsewhere", open, "GET", "/readyz", "10.0.0.5:9464", there, 200},
		{"runs from elsewhere", open, "GET", "/runs", "10.0.0.5:9464", there, 403},
		{"a run from elsewhere", open, "GET", run, "localhost", there, 403},
		{"a run from here by another name", open, "GET", run, "evil.example", here, 421},
		{"runs that are shown", shown, "GET", run, "10.0.0.5:9464", there, 200},
		{"no such run", loop, "GET", run + "0", "localhost", here, 404},
		{"up", loop, "GET", "/runs/..", "localhost", here, 307},
		{"up, hidden", loop, "GET", "/runs/%2e%2e%2fjob.json", "localhost", here, 404},
		{"a path", loop, "GET", run + "/report.json", "localhost", here, 404},
		{"nothing", loop, "GET", "/", "localhost", here, 404},
	} {
		got := asked(test.handler, test.method, test.target, test.host, test.from)
		if got.Code != test.want {
			t.Errorf("%s: %d, want %d: %s", test.name, got.Code, test.want, got.Body)
		}
		if policy := got.Header().Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'") || got.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: policy %q", test.name, policy)
		}
	}
}

func TestAReportIsShownAsAPageWhereThereIsOne(t *testing.T) {
	s := newSite(t, 1)
	k, _ := s.keep(scheduleOptions{}, nil, s.here("job.json", "@yearly"))
	if err := k.run(t.Context(), schedule.Job{Name: "job"}, time.Now()); err != nil {
		t.Fatal(err)
	}
	dirs, err := filepath.Glob(s.path("runs/2*"))
	if err != nil || len(dirs) != 1 {
		t.Fatal(dirs, err)
	}
	h := k.handler(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	target, page := "/runs/"+filepath.Base(dirs[0]), filepath.Join(dirs[0], pageFile)
	os.Remove(page)
	if got := asked(h, "GET", target, "localhost", "127.0.0.1:1"); got.Header().Get("Content-Type") != "text/plain; charset=utf-8" || !strings.Contains(got.Body.String(), "\nconverged: ") {
		t.Errorf("%v %s", got.Header(), got.Body)
	}
	if err := os.Symlink(s.path("job.json"), page); err != nil {
		t.Fatal(err)
	}
	if got := asked(h, "GET", target, "localhost", "127.0.0.1:1"); strings.Contains(got.Body.String(), "input_source") {
		t.Error("a link is followed")
	}
	os.Remove(page)
	if err := os.WriteFile(page, []byte("<title>the page</title>"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := asked(h, "GET", target, "localhost", "127.0.0.1:1")
	if policy := got.Header().Get("Content-Security-Policy"); got.Body.String() != "<title>the page</title>" || !strings.Contains(policy, "sandbox") || got.Header().Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("%v %s", got.Header(), got.Body)
	}
}

func TestHealthFailsWhenTheLoopStandsStill(t *testing.T) {
	s := newSite(t, 1)
	k, _ := s.keep(scheduleOptions{}, nil, s.here("job.json", "@yearly"))
	now := time.Now()
	k.core = schedule.New(schedule.Options{Now: func() time.Time { return now }, Run: k.run})
	h := k.handler(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	health := func() int { return asked(h, "GET", "/healthz", "localhost", "127.0.0.1:1").Code }
	if health() != 503 {
		t.Error("healthy before it began")
	}
	once, stop := context.WithCancel(t.Context())
	k.core = schedule.New(schedule.Options{Now: func() time.Time { stop(); return now }, Run: k.run})
	k.core.Run(once) // turns once
	if health() != 200 {
		t.Error("not healthy although it turned just now")
	}
	now = now.Add(schedule.Stalled + time.Second)
	if health() != 503 {
		t.Error("healthy although it stands still")
	}
}

func TestReadinessNeedsADirectoryOfRunsThatCanBeWritten(t *testing.T) {
	s := newSite(t, 1)
	k, _ := s.keep(scheduleOptions{}, nil, s.here("job.json", "@yearly"))
	h := k.handler(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	ready := func() *httptest.ResponseRecorder { return asked(h, "GET", "/readyz", "localhost", "127.0.0.1:1") }
	if got := ready(); got.Code != 200 {
		t.Errorf("%d %s", got.Code, got.Body)
	}
	s.write("file", "")
	k.env.RunDir = s.path("file/runs")
	if got := ready(); got.Code != 503 || !strings.Contains(got.Body.String(), "the directory of runs cannot be written") {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}
