package main

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"users-brick/brick/schedule"
)

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

func TestTheListOfRunsSaysWhichShardRan(t *testing.T) {
	s := newSite(t, 1)
	k, _ := s.keep(scheduleOptions{}, []string{"BRICK_SHARD=0/2", "BRICK_SHARD_ORGANIZATION=skip"}, s.here("job.json", "@yearly"))
	if err := k.run(t.Context(), schedule.Job{Name: "job"}, time.Now()); err != nil {
		t.Fatal(err)
	}
	h := k.handler(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if got := asked(h, "GET", "/runs", "localhost", "127.0.0.1:1"); got.Code != 200 || !strings.Contains(got.Body.String(), "<td>sync_domain_and_project, shard 0 of 2</td>") {
		t.Errorf("%d %s", got.Code, got.Body)
	}
	if got := asked(h, "GET", "/metrics", "localhost", "127.0.0.1:1"); !strings.Contains(got.Body.String(), `outcome="converged",shard="0/2"} 1`) {
		t.Errorf("%s", got.Body)
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
