package metrics_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"users-brick/brick"
	"users-brick/brick/metrics"
)

func families(t testing.TB, text []byte) map[string]*dto.MetricFamily {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	all, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return all
}

func written(t testing.TB, m *metrics.Metrics) string {
	t.Helper()
	var b bytes.Buffer
	if err := m.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// sales is a job, and third a part of one.
var (
	sales = metrics.Job{Name: "sales"}
	other = metrics.Job{Name: "other"}
	third = metrics.Job{Name: "sales", Shard: brick.Shard{Index: 2, Of: 3}}
)

// busy returns metrics in which everything has happened to a job.
func busy(job metrics.Job) *metrics.Metrics {
	m := metrics.New()
	m.Known(job)
	happens(m, job)
	return m
}

func happens(m *metrics.Metrics, job metrics.Job) {
	at := time.Unix(1_790_000_000, 500e6)
	hear := m.Hear(job)
	hear(brick.Applied{Change: &brick.Change{Action: brick.Add, Scope: brick.Scope{Level: brick.ProjectLevel, ID: "secret-project"}, After: &brick.Member{Login: "jane@example.com"}}})
	hear(brick.Applied{Change: &brick.Change{Action: brick.Add, Scope: brick.Scope{Level: brick.ProjectLevel, ID: "secret-project"}}, Err: errors.New("no")})
	hear(brick.Retrying{Err: brick.Errorf(brick.Throttled, "jane@example.com"), Wait: 1500 * time.Millisecond})
	hear(brick.Retrying{Err: brick.Errorf(brick.Unavailable, "secret-project")})
	hear(brick.Retrying{Err: errors.New("odd")})
	hear(brick.RunEnded{})
	hear(brick.Retrying{Err: brick.Errorf(brick.Throttled, "a webhook"), Wait: time.Hour})
	m.Running(job, 1)
	m.Ended(job, metrics.Run{Outcome: "partial", ExitCode: 4, Ended: at, Duration: 90 * time.Second, Held: 2, Failed: 3, Requests: 40})
	m.Ended(job, metrics.Run{Outcome: "refused", ExitCode: 3, Ended: at.Add(time.Hour), Duration: time.Second})
	m.Next(job, at.Add(2*time.Hour))
	m.Skipped(job, 3)
	m.Panicked(job)
}

func TestCountsWhatHappens(t *testing.T) {
	m := busy(sales)
	m.Ended(sales, metrics.Run{Outcome: "converged", Ended: time.Unix(1_790_007_200, 0), Duration: 2 * time.Second, Requests: 2})
	text := written(t, m)
	for _, line := range []string{
		`changes_total{action="add",job="sales",level="project",shard=""} 1`,
		`changes_total{action="remove",job="sales",level="organization",shard=""} 0`,
		`retries_total{job="sales",reason="throttled",shard=""} 1`,
		`retries_total{job="sales",reason="unavailable",shard=""} 1`,
		`retries_total{job="sales",reason="other",shard=""} 1`,
		`rate_limit_waits_total{job="sales",shard=""} 1`,
		`rate_limit_wait_seconds_total{job="sales",shard=""} 1.5`,
		`runs_total{job="sales",outcome="partial",shard=""} 1`,
		`runs_total{job="sales",outcome="converged",shard=""} 1`,
		`runs_total{job="sales",outcome="denied",shard=""} 0`,
		`guard_refusals_total{job="sales",shard=""} 1`,
		`held_total{job="sales",shard=""} 2`,
		`failed_total{job="sales",shard=""} 3`,
		`platform_requests_total{job="sales",shard=""} 42`,
		`run_duration_seconds{job="sales",shard=""} 2`,
		`running_runs{job="sales",shard=""} 1`,
		`last_success_timestamp_seconds{job="sales",shard=""} 1.7900072e+09`,
		`last_run_timestamp_seconds{job="sales",shard=""} 1.7900072e+09`,
		`next_run_timestamp_seconds{job="sales",shard=""} 1.7900072005e+09`,
		`skipped_ticks_total{job="sales",shard=""} 3`,
		`panics_total{job="sales",shard=""} 1`,
	} {
		if !strings.Contains(text, "\n"+metrics.Prefix+line+"\n") {
			t.Errorf("%s is not in\n%s", line, text)
		}
	}
}

func TestARunThatFailsIsNoSuccess(t *testing.T) {
	if text := written(t, busy(sales)); strings.Contains(text, "\nusers_brick_last_success_timestamp_seconds{") {
		t.Errorf("a success without one:\n%s", text)
	}
}

func TestLabelsNameNobody(t *testing.T) {
	text := written(t, busy(sales))
	for _, word := range []string{"jane", "secret-project", "odd"} {
		if strings.Contains(text, word) {
			t.Errorf("%q is in\n%s", word, text)
		}
	}
}

func TestEveryMetricIsWellNamedAndExplained(t *testing.T) {
	text := written(t, busy(sales))
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
	all := families(t, []byte(text))
	for _, row := range metrics.Table() {
		f := all[row.Name]
		if f == nil {
			if row.Name != metrics.Prefix+"last_success_timestamp_seconds" && row.Name != metrics.Prefix+"build_info" {
				t.Errorf("%s is not written", row.Name)
			}
			continue
		}
		if f.GetHelp() != row.Help || !strings.HasSuffix(row.Help, ".") || strings.ToLower(f.GetType().String()) != row.Type {
			t.Errorf("%s: help %q, type %s", row.Name, f.GetHelp(), f.GetType())
		}
		if _, unit, _ := cutLast(row.Name, "_"); !slices.Contains([]string{"total", "seconds", "info", "runs"}, unit) {
			t.Errorf("%s has no unit", row.Name)
		}
		for _, metric := range f.GetMetric() {
			var labels []string
			for _, l := range metric.GetLabel() {
				labels = append(labels, l.GetName())
			}
			slices.Sort(labels)
			if want := slices.Sorted(slices.Values(row.Labels)); !slices.Equal(labels, want) {
				t.Errorf("%s has the labels %v, want %v", row.Name, labels, want)
			}
		}
		delete(all, row.Name)
	}
	for name := range all {
		t.Errorf("%s is in no table", name)
	}
}

func cutLast(text, sep string) (before, after string, found bool) {
	i := strings.LastIndex(text, sep)
	return text[:max(i, 0)], text[i+1:], i >= 0
}

func TestAScrapeTellsOfTheProcessAndAFileDoesNot(t *testing.T) {
	m := busy(sales)
	path := filepath.Join(t.TempDir(), "users.prom")
	if err := m.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, family := range families(t, text) {
		if !strings.HasPrefix(name, metrics.Prefix) {
			t.Errorf("the file has %s, which is node_exporter's own", name)
		}
		for _, metric := range family.GetMetric() {
			if !slices.ContainsFunc(metric.GetLabel(), func(l *dto.LabelPair) bool { return l.GetName() == "job" && l.GetValue() == "sales" }) {
				t.Errorf("two files of one folder would both have %s", name)
			}
		}
	}
	answer := httptest.NewRecorder()
	m.WithProcess("1.2").Handler().ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	for _, name := range []string{"go_goroutines", "process_open_fds", "users_brick_runs_total", "users_brick_build_info"} {
		if families(t, answer.Body.Bytes())[name] == nil {
			t.Errorf("a scrape does not tell %s", name)
		}
	}
}

func TestAFileIsReadableAndAloneInItsFolder(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "users.prom")
	for range 2 {
		if err := busy(sales).WriteFile(path); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 {
		t.Fatalf("%v %v", entries, err)
	}
	if info, err := entries[0].Info(); err != nil || info.Mode().Perm()&0o444 != 0o444 {
		t.Errorf("node_exporter cannot read it: %v %v", info.Mode(), err)
	}
}

func TestResumingGoesOnCounting(t *testing.T) {
	first := busy(sales)
	first.Ended(sales, metrics.Run{Outcome: "converged", Ended: time.Unix(1_790_007_200, 0), Duration: 2 * time.Second})
	happens(first, other)
	second := metrics.New()
	if err := second.Resume(strings.NewReader(written(t, first))); err != nil {
		t.Fatal(err)
	}
	happens(second, sales)
	text := written(t, second)
	for _, line := range []string{
		`runs_total{job="sales",outcome="partial",shard=""} 2`,
		`changes_total{action="add",job="sales",level="project",shard=""} 2`,
		`last_success_timestamp_seconds{job="sales",shard=""} 1.7900072e+09`,
		`last_run_timestamp_seconds{job="sales",shard=""} 1.7900036005e+09`,
		`runs_total{job="other",outcome="partial",shard=""} 1`,
	} {
		if !strings.Contains(text, "\n"+metrics.Prefix+line+"\n") {
			t.Errorf("%s is not in\n%s", line, text)
		}
	}
	if strings.Contains(text, `running_runs{job="other"`) {
		t.Errorf("what is over goes on:\n%s", text)
	}
}

func TestEachShardHasItsOwnMetrics(t *testing.T) {
	m := busy(sales)
	happens(m, third)
	happens(m, third)
	text := written(t, m)
	for _, line := range []string{`runs_total{job="sales",outcome="partial",shard=""} 1`, `runs_total{job="sales",outcome="partial",shard="2/3"} 2`} {
		if !strings.Contains(text, "\n"+metrics.Prefix+line+"\n") {
			t.Errorf("%s is not in\n%s", line, text)
		}
	}
	m.Forget(third)
	if text := written(t, m); strings.Contains(text, "2/3") || !strings.Contains(text, `held_total{job="sales",shard=""} 2`) {
		t.Errorf("forgotten is the wrong one:\n%s", text)
	}
}

func TestWhatWasCountedApartAddsUp(t *testing.T) {
	all, own := busy(sales), busy(sales)
	happens(own, third)
	own.Ended(sales, metrics.Run{Outcome: "converged", Ended: time.Unix(1_790_009_000, 0), Duration: 7 * time.Second})
	if err := all.Plus(own); err != nil {
		t.Fatal(err)
	}
	text := written(t, all)
	for _, line := range []string{
		`runs_total{job="sales",outcome="partial",shard=""} 2`, `runs_total{job="sales",outcome="partial",shard="2/3"} 1`,
		`run_duration_seconds{job="sales",shard=""} 7`, `last_run_timestamp_seconds{job="sales",shard=""} 1.790009e+09`,
	} {
		if !strings.Contains(text, "\n"+metrics.Prefix+line+"\n") {
			t.Errorf("%s is not in\n%s", line, text)
		}
	}
}

func TestAFileWithoutShardsIsGoneOnWith(t *testing.T) {
	old := strings.ReplaceAll(written(t, busy(sales)), `,shard=""`, "")
	m := metrics.New()
	if err := m.Resume(strings.NewReader(old)); err != nil {
		t.Fatal(err)
	}
	if text := written(t, m); !strings.Contains(text, `held_total{job="sales",shard=""} 2`) {
		t.Errorf("forgotten:\n%s", text)
	}
}

func TestANameThatIsNoTextIsMadeOne(t *testing.T) {
	if text := written(t, busy(metrics.Job{Name: "a\xff"})); !strings.Contains(text, "held_total{job=\"a\ufffd\",shard=\"\"} 2") {
		t.Errorf("the job is not in\n%s", text)
	}
}

// namedInBraces is a text over which the library panics.
const namedInBraces = "# TYPE s summary\nx 1\n{s,a=\"b\"} 1\n"

func TestAFileThatCannotBeReadLeavesTheMetricsAsTheyWere(t *testing.T) {
	m := busy(sales)
	before := written(t, m)
	for _, text := range []string{"x", before + "x", before + namedInBraces, strings.ReplaceAll(namedInBraces, "summary", "histogram")} {
		if err := m.Resume(strings.NewReader(text)); err == nil {
			t.Errorf("%.100q is read", text)
		}
	}
	if written(t, m) != before {
		t.Error("the metrics are others")
	}
}

func FuzzResume(f *testing.F) {
	f.Add([]byte(written(f, busy(sales))))
	for _, seed := range []string{
		"", "x", "users_brick_held_total{job=\"a\"} -1\n", "# TYPE users_brick_held_total counter\nusers_brick_held_total{job=\"a\"} NaN\n",
		"# TYPE users_brick_held_total counter\nusers_brick_held_total{job=\"a\"} +Inf\n", "# TYPE users_brick_held_total gauge\nusers_brick_held_total 7\n",
		"# TYPE users_brick_held_total counter\nusers_brick_held_total{job=\"a\",job=\"b\"} 1\n",
		"# TYPE users_brick_held_total histogram\nusers_brick_held_total_bucket{job=\"a\",le=\"1\"} 1\n",
		"# TYPE users_brick_held_total counter\nusers_brick_held_total{job=\"\xff\"} 1\n", namedInBraces,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		m := metrics.New()
		_ = m.Resume(bytes.NewReader(text))
		m.Known(metrics.Job{Name: "a"})
		families(t, []byte(written(t, m)))
	})
}

func TestAForgottenJobLeavesNothing(t *testing.T) {
	m := metrics.New()
	before := written(t, m)
	for i := range 50 {
		job := metrics.Job{Name: fmt.Sprint("job", i), Shard: brick.Shard{Index: i, Of: 50}}
		m.Known(job)
		happens(m, job)
		m.Forget(job)
	}
	if after := written(t, m); after != before {
		t.Errorf("left:\n%s", after)
	}
}

const page = "../../docs/metrics.md"

// TestTheListOfMetricsIsTrue compares the table in docs/metrics.md with the
// metrics that there are. With UPDATE_METRICS set it writes it anew.
func TestTheListOfMetricsIsTrue(t *testing.T) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- metrics -->\n", "<!-- end -->"
	before, rest, found := strings.Cut(string(text), begin)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatalf("%s has no place for the table", page)
	}
	var b strings.Builder
	b.WriteString("| metric | type | labels | meaning |\n|---|---|---|---|\n")
	for _, row := range metrics.Table() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", row.Name, row.Type, strings.Join(row.Labels, ", "), row.Help)
	}
	fresh := before + begin + b.String() + end + after
	if fresh == string(text) {
		return
	}
	if os.Getenv("UPDATE_METRICS") == "" {
		t.Fatalf("%s is stale; run UPDATE_METRICS=1 go test ./brick/metrics", page)
	}
	if err := os.WriteFile(page, []byte(fresh), 0o644); err != nil {
		t.Fatal(err)
	}
}
