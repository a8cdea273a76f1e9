package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"users-brick/brick/metrics"
	"users-brick/brick/platform"
	"users-brick/brick/report"
	"users-brick/brick/runs"
)

// slowly makes each run take so long: half of it to look at the platform, half
// to act there.
func slowly(run time.Duration) func(platform.Driver) platform.Driver {
	return func(d platform.Driver) platform.Driver {
		time.Sleep(run / 2)
		return d
	}
}

// kept returns the reports that runs have left, the first one first.
func (s *site) kept() (all []*report.Document) {
	s.t.Helper()
	paths, err := filepath.Glob(s.path("runs/2*/" + runs.ReportFile)) // in the order of time
	if err != nil {
		s.t.Fatal(err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			s.t.Fatal(err)
		}
		d, err := report.Read(bytes.NewReader(text))
		if err != nil {
			s.t.Fatal(err)
		}
		all = append(all, d)
	}
	return all
}

// TestAMinuteOfEverySecondWithRunsOfFiveSeconds lets a schedule of every
// second go on for a minute by a clock of its own, through all that the command
// does, and compares what the metrics tell with the reports that were left.
func TestAMinuteOfEverySecondWithRunsOfFiveSeconds(t *testing.T) {
	for catchUp, madeUp := range map[string]int{"none": 0, "once": 1} {
		t.Run(catchUp, func(t *testing.T) {
			s := newSite(t, 3)
			address := s.here("job.json", "* * * * * *")
			synctest.Test(t, func(t *testing.T) {
				k, out := s.keep(scheduleOptions{catchUp: catchUp}, nil, address)
				k.program.onDriver = slowly(5 * time.Second)
				ctx, stop := context.WithCancelCause(t.Context())
				ended := make(chan error, 1)
				go func() { ended <- k.serve(ctx, nil, nil) }()
				time.Sleep(24*time.Second + 500*time.Millisecond)
				goroutines := mostGoroutines()
				time.Sleep(24 * time.Second)
				if n := mostGoroutines(); n > goroutines+1 {
					t.Errorf("%d goroutines, half a minute before %d", n, goroutines)
				}
				stop(stopSignal{syscall.SIGTERM})
				if err := <-ended; err != nil {
					t.Error(err)
				}
				s.compare(k, out.String(), 60-madeUp) // the one that was to be made up when it ended
			})
		})
	}
}

// mostGoroutines returns the most that there are in six seconds, within which
// a run has been through all it does.
func mostGoroutines() (most int) {
	for range 12 {
		time.Sleep(500 * time.Millisecond)
		synctest.Wait() // for what else happens at that moment
		most = max(most, runtime.NumGoroutine())
	}
	return most
}

// compare checks the metrics of a schedule against the reports: there were so
// many ticks, each of which had a run or was skipped.
func (s *site) compare(k *keeper, printed string, ticks int) {
	s.t.Helper()
	all := s.kept()
	outcomes := map[string]int{}
	var end, success time.Time
	changes, calls := int64(0), int64(0)
	for _, d := range all {
		if d.Started.Before(end) {
			s.t.Errorf("run %s began at %s, before the last one ended at %s", d.RunID, d.Started, end)
		}
		if end = d.Started.Add(time.Duration(d.DurationMS) * time.Millisecond); d.ExitCode == 0 {
			success = end
			if d.DurationMS != 5000 {
				s.t.Errorf("run %s took %d ms", d.RunID, d.DurationMS)
			}
		}
		outcomes[d.Outcome]++
		changes += d.Totals.Added
		calls += d.Calls
	}
	if len(all) < 10 || len(all) > 12 || outcomes["converged"] != 1 || strings.Count(printed, "job job, due ") != len(all) {
		s.t.Errorf("%d runs, ended %v, printed\n%s", len(all), outcomes, printed)
	}
	var text bytes.Buffer
	if err := k.metrics.Write(&text); err != nil {
		s.t.Fatal(err)
	}
	const of = `{job="job",shard=""}`
	want := []string{
		fmt.Sprint("skipped_ticks_total", of, " ", ticks-len(all)), "running_runs" + of + " 0",
		fmt.Sprint("platform_requests_total", of, " ", calls), fmt.Sprint("panics_total", of, " 0"), "held_total" + of + " 0",
		fmt.Sprint("last_success_timestamp_seconds", of, " ", float64(success.UnixMilli())/1000),
		fmt.Sprint("last_run_timestamp_seconds", of, " ", float64(end.UnixMilli())/1000),
		fmt.Sprintf(`changes_total{action="add",job="job",level="organization",shard=""} %d`, 3),
		fmt.Sprintf(`changes_total{action="add",job="job",level="project",shard=""} %d`, changes-3),
	}
	for _, outcome := range metrics.Outcomes() {
		want = append(want, fmt.Sprintf(`runs_total{job="job",outcome=%q,shard=""} %d`, outcome, outcomes[outcome]))
	}
	for _, line := range want {
		if !strings.Contains(text.String(), "\n"+metrics.Prefix+line+"\n") {
			s.t.Errorf("%s is not in\n%s", line, &text)
		}
	}
}
