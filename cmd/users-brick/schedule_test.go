package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// running is a schedule in a process of its own.
type running struct {
	*site
	cmd     *exec.Cmd
	log     *bufio.Scanner
	stdout  string // the file that it prints to
	address string
}

// line is what is of matter in a line of the log.
type line struct {
	Message string `json:"message"`
	Job     string `json:"job"`
	Outcome string `json:"outcome"`
	Address string `json:"address"`
	Error   string `json:"error"`
}

// begin starts a schedule and waits until it listens.
func (s *site) begin(args ...string) *running { return s.beginWith(nil, args...) }

// beginWith is begin with some variables.
func (s *site) beginWith(environ []string, args ...string) *running {
	s.t.Helper()
	r := &running{site: s, stdout: filepath.Join(s.dir, "stdout")}
	r.cmd = s.command(append([]string{"schedule", "--listen", "127.0.0.1:0", "--log-format", "json", "--run-dir", "runs"}, args...)...)
	r.cmd.Env = append(r.cmd.Env, environ...)
	out, err := os.Create(r.stdout)
	if err != nil {
		s.t.Fatal(err)
	}
	defer out.Close()
	r.cmd.Stdout = out
	stderr, err := r.cmd.StderrPipe()
	if err == nil {
		err = r.cmd.Start()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	r.log = bufio.NewScanner(stderr)
	r.address = r.until("listening", "").Address
	return r
}

// until reads the log up to a message about a job; an empty job is any.
func (r *running) until(message, job string) line {
	r.t.Helper()
	var read []string
	for r.log.Scan() {
		read = append(read, r.log.Text())
		var l line
		if json.Unmarshal(r.log.Bytes(), &l) == nil && l.Message == message && (job == "" || l.Job == job) {
			return l
		}
	}
	r.t.Fatalf("the log ends without %q of %q:\n%s", message, job, strings.Join(read, "\n"))
	return line{}
}

// signal sends a signal to the schedule.
func (r *running) signal(s syscall.Signal) {
	r.t.Helper()
	if err := r.cmd.Process.Signal(s); err != nil {
		r.t.Fatal(err)
	}
}

// ends waits for the end and returns the exit code and what was printed.
func (r *running) ends() (int, string) {
	r.t.Helper()
	for r.log.Scan() { // so that it never waits for us
	}
	code := 0
	if err := r.cmd.Wait(); err != nil {
		ended, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			r.t.Fatal(err)
		}
		code = ended.ExitCode()
	}
	text, err := os.ReadFile(r.stdout)
	if err != nil {
		r.t.Fatal(err)
	}
	return code, string(text)
}

// ask returns the status and the text of an answer.
func (r *running) ask(path string) (int, string) {
	r.t.Helper()
	answer, err := http.Get(r.address + path)
	if err != nil {
		r.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// has fails unless a metric has a value.
func (r *running) has(metric string) {
	r.t.Helper()
	if _, text := r.ask("/metrics"); !strings.Contains(text, "\nusers_brick_"+metric+"\n") {
		r.t.Errorf("%s is not among the metrics:\n%s", metric, text)
	}
}

// scheduled writes params of a job that is due once a year.
func (s *site) scheduled(name, target string) {
	s.write(name, `{"sync_mode": "sync_domain_and_project", "organization": "acme", "project": "sales", "schedule": "@yearly",
		"input_source": "users.csv", "platform": {"type": "directory", "path": "`+target+`", "seed": "seed.json"}}`)
}

func TestAScheduleFollowsItsParamsAndObeysSignals(t *testing.T) {
	s := newSite(t, 3)
	if err := os.Mkdir(filepath.Join(s.dir, "jobs"), 0o700); err != nil {
		t.Fatal(err)
	}
	s.scheduled("jobs/sales.json", "sales.db")
	r := s.begin("jobs", "--run-on-start", "--log-level", "debug")
	if l := r.until("run ended", "sales"); l.Outcome != "converged" {
		t.Errorf("the first run ended %s", l.Outcome)
	}
	r.until("job is idle", "sales")

	s.scheduled("jobs/tests.json", "tests.db")
	r.signal(syscall.SIGHUP)
	outcomes := map[string]string{}
	for range 2 {
		l := r.until("run ended", "")
		outcomes[l.Job] = l.Outcome
		r.until("job is idle", l.Job)
	}
	if outcomes["sales"] != "nothing_to_do" || outcomes["tests"] != "converged" {
		t.Errorf("after SIGHUP: %v", outcomes)
	}

	s.write("jobs/sales.json", "{")
	r.signal(syscall.SIGHUP)
	r.until("params cannot be used", "sales")
	r.until("job is idle", "tests") // sales comes before it
	r.has(`runs_total{job="sales",outcome="bad_input",shard=""} 1`)
	r.has(`runs_total{job="sales",outcome="nothing_to_do",shard=""} 1`)
	r.has(`changes_total{action="add",job="sales",level="project",shard=""} 3`)
	if _, text := r.ask("/metrics"); !strings.Contains(text, `next_run_timestamp_seconds{job="sales",shard=""}`) {
		t.Error("a job whose params cannot be read has lost its schedule")
	}
	if status, text := r.ask("/readyz"); status != 503 || !strings.Contains(text, "job sales: its params cannot be used") {
		t.Errorf("ready: %d %s", status, text)
	}
	if status, _ := r.ask("/healthz"); status != 200 {
		t.Errorf("health: %d", status)
	}

	if err := os.Remove(filepath.Join(s.dir, "jobs", "sales.json")); err != nil {
		t.Fatal(err)
	}
	r.signal(syscall.SIGHUP)
	r.until("job is gone", "sales")
	if status, text := r.ask("/readyz"); status != 200 {
		t.Errorf("ready: %d %s", status, text)
	}
	if _, text := r.ask("/metrics"); strings.Contains(text, `job="sales"`) {
		t.Error("a job that is gone has metrics")
	}
	r.until("job is idle", "tests")

	status, page := r.ask("/runs")
	if status != 200 || strings.Count(page, "nothing_to_do (0)") < 2 || strings.Count(page, "converged (0)") != 2 {
		t.Errorf("the page of runs: %d\n%s", status, page)
	}
	_, after, _ := strings.Cut(page, `<a href="`)
	link, _, _ := strings.Cut(after, `"`)
	if status, text := r.ask(link); status != 200 || !strings.Contains(text, strings.TrimPrefix(link, "/runs/")) {
		t.Errorf("%s: %d %s", link, status, text)
	}

	s.must("health", r.address+"/healthz")
	r.signal(syscall.SIGTERM)
	code, printed := r.ends()
	if code != 143 {
		t.Errorf("exit code %d, want 143", code)
	}
	for _, text := range []string{"job sales, due ", "\nconverged: ", "\nbad_input: "} {
		if !strings.Contains(printed, text) {
			t.Errorf("%q was not printed:\n%s", text, printed)
		}
	}
}

func TestASignalStopsARunOfAScheduleInGoodOrder(t *testing.T) {
	const rows = 10_000
	s := newSite(t, rows)
	s.scheduled("job.json", "users.db")
	r := s.begin("job.json", "--run-on-start", "--log-level", "debug")
	r.until("change", "job")
	r.signal(syscall.SIGINT)
	if code, printed := r.ends(); code != 130 || !strings.Contains(printed, "\ninterrupted: ") {
		t.Errorf("exit code %d, want 130; printed:\n%s", code, printed)
	}
	if outcome, code, totals := s.report(); outcome != "interrupted" || code != 130 || totals["untried"] == 0.0 {
		t.Errorf("the report says %s, exit %d, %v", outcome, code, totals)
	}
}

func TestARunOfEverySecondIsScheduledByTheClock(t *testing.T) {
	s := newSite(t, 3)
	s.write("job.json", `{"sync_mode": "sync_domain_and_project", "organization": "acme", "project": "sales", "schedule": "* * * * * *",
		"input_source": "users.csv", "platform": {"type": "directory", "path": "users.db", "seed": "seed.json"}}`)
	r := s.begin("job.json")
	for i := range 3 {
		if l := r.until("run ended", "job"); (i == 0) != (l.Outcome == "converged") || (i > 0) != (l.Outcome == "nothing_to_do") {
			t.Errorf("run %d ended %s", i, l.Outcome)
		}
	}
	r.signal(syscall.SIGTERM)
	if code, _ := r.ends(); code != 143 {
		t.Errorf("exit code %d, want 143", code)
	}
}

// least returns the least that some askings in a row tell of a metric: what is
// no longer in use is counted until a busy machine finds the time to take it away.
func (r *running) least(name string) float64 {
	least := r.figure(name)
	for range 20 {
		least = min(least, r.figure(name))
	}
	return least
}

// figure returns the value of a metric without labels.
func (r *running) figure(name string) float64 {
	r.t.Helper()
	_, text := r.ask("/metrics")
	_, after, _ := strings.Cut(text, "\n"+name+" ")
	line, _, _ := strings.Cut(after, "\n")
	value, err := strconv.ParseFloat(line, 64)
	if err != nil {
		r.t.Fatalf("%s: %v in\n%s", name, err, text)
	}
	return value
}

func TestAScheduleStaysAsItIsHoweverManyRunsThereAre(t *testing.T) {
	const few, many = 6, 30
	s := newSite(t, 3)
	s.scheduled("job.json", "users.db")
	r := s.beginWith([]string{"GOGC=5", "BRICK_KEEP_RUNS=3"}, "job.json", "--log-level", "debug") // what is in use is nearly all that is counted
	run := func(times int) {
		for range times {
			r.signal(syscall.SIGHUP)
			r.until("job is idle", "job")
		}
	}
	run(few)
	// Asking needs some, too, now more and now less; what each run left would be more than that.
	most := map[string]float64{"go_goroutines": many / 2, "process_open_fds": many / 2, "go_memstats_heap_alloc_bytes": many * 32 << 10}
	for name := range most {
		most[name] += r.least(name)
	}
	run(many)
	for name, want := range most {
		if got := r.least(name); got > want {
			t.Errorf("after %d more runs %s is %.0f, at most %.0f were expected", many, name, got, want)
		}
	}
	r.has(`runs_total{job="job",outcome="converged",shard=""} 1`)
	r.has(fmt.Sprintf(`runs_total{job="job",outcome="nothing_to_do",shard=""} %d`, few+many-1))
	r.signal(syscall.SIGTERM)
	if code, printed := r.ends(); code != 143 || strings.Count(printed, "job job, due ") != few+many {
		t.Errorf("exit code %d, printed:\n%s", code, printed)
	}
}
