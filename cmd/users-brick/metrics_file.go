package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"users-brick/brick/metrics"
	"users-brick/brick/report"
	"users-brick/params"
)

// measured does a run of the params that args name, and leaves its metrics
// in the file that BRICK_METRICS_FILE names.
func (p *program) measured(ctx context.Context, args []string, run func() error) error {
	env, findings := params.ParseEnv(p.environ)
	if findings.Err() != nil || env.MetricsFile == "" {
		return run() // which says what is wrong
	}
	job := jobName(env.ParamsFile)
	if len(args) > 0 {
		job = jobName(args[0])
	}
	m := metrics.New(p.version)
	p.goOn(m, env.MetricsFile)
	m.Known(job)
	p.hears = m.Hear(job)
	settled := false
	p.settled = func(r *report.Report) {
		settled = true
		m.Ended(job, figures(r, p.now()))
	}
	started := p.now()
	err := run()
	if !settled && err != nil {
		r := report.Report{Started: started, Duration: p.now().Sub(started), Err: err}
		if stoppedBy(err) {
			r.Signal = signalCode(ctx)
		}
		if r.Settle() == nil {
			p.settled(&r)
		}
	}
	if failed := m.WriteFile(env.MetricsFile); failed != nil {
		fmt.Fprintln(p.stderr, "error: the metrics are not written:", failed)
		if err == nil {
			return exit(1)
		}
	}
	return err
}

// goOn takes over what the file holds of earlier runs. One that cannot be read
// is begun anew.
func (p *program) goOn(m *metrics.Metrics, path string) {
	f, err := os.Open(path)
	if err == nil {
		defer f.Close()
		err = m.Resume(f)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		fmt.Fprintf(p.stderr, "warning: %s is begun anew: %v\n", path, err)
	}
}
