package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"users-brick/brick"
	"users-brick/brick/report"
)

// counts is a program that leaves its metrics in a file, and whose runs do
// nothing but end.
func counts(t *testing.T, file string, environ ...string) *program {
	return &program{environ: append(environ, "BRICK_METRICS_FILE="+file), version: "test", stderr: t.Output(), now: time.Now}
}

// ends settles a run that went well, as a session does.
func (p *program) ends(shard brick.Shard) error {
	r := &report.Report{Started: p.now(), Shard: shard}
	err := r.Settle()
	p.settled(r)
	return err
}

// hasMetrics fails unless a file of metrics has all of some lines.
func hasMetrics(t *testing.T, file string, lines ...string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		if !strings.Contains(string(text), "\nusers_brick_"+line+"\n") {
			t.Errorf("%s is not in\n%s", line, text)
		}
	}
}

func TestRunsThatOverlapAllCountInOneFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "users.prom")
	sales, hr, again := counts(t, file), counts(t, file), counts(t, file)
	err := sales.measured(t.Context(), []string{"sales.json"}, func() error {
		err := hr.measured(t.Context(), []string{"hr.json"}, func() error { return hr.ends(brick.Shard{}) })
		return errors.Join(err, again.measured(t.Context(), []string{"sales.json"}, func() error { return again.ends(brick.Shard{}) }), sales.ends(brick.Shard{}))
	})
	if err != nil {
		t.Fatal(err)
	}
	hasMetrics(t, file, `runs_total{job="hr",outcome="nothing_to_do",shard=""} 1`, `runs_total{job="sales",outcome="nothing_to_do",shard=""} 2`)
}

func TestARunCountsForTheShardThatItsReportNames(t *testing.T) {
	file := filepath.Join(t.TempDir(), "users.prom")
	p := counts(t, file)
	err := p.measured(t.Context(), []string{"sales.json"}, func() error { // as run --resume does, without --shard
		p.hears(brick.RunStarted{Shard: brick.Shard{Index: 1, Of: 3}})
		p.hears(brick.Applied{Change: &brick.Change{Action: brick.Add, Scope: brick.Project("p")}})
		return p.ends(brick.Shard{Index: 1, Of: 3})
	})
	if err != nil {
		t.Fatal(err)
	}
	hasMetrics(t, file, `runs_total{job="sales",outcome="nothing_to_do",shard="1/3"} 1`, `changes_total{action="add",job="sales",level="project",shard="1/3"} 1`)
	if text, _ := os.ReadFile(file); strings.Contains(string(text), `shard=""`) {
		t.Errorf("a whole run is counted:\n%s", text)
	}
	p = counts(t, file, "BRICK_SHARD=2/3")
	broken := brick.Errorf(brick.BadInput, "no such params")
	if err := p.measured(t.Context(), []string{"sales.json"}, func() error { return broken }); err != broken {
		t.Errorf("it ends with %v", err)
	}
	hasMetrics(t, file, `runs_total{job="sales",outcome="bad_input",shard="2/3"} 1`, `runs_total{job="sales",outcome="nothing_to_do",shard="1/3"} 1`)
}
