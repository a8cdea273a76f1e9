package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"users-brick/brick"
	"users-brick/brick/lock"
	"users-brick/brick/metrics"
	"users-brick/brick/report"
	"users-brick/params"
)

// measured does a run of the params that args name, and adds its metrics to
// the file that BRICK_METRICS_FILE names. The run counts for the shard that its
// report names, or else for the one that this process was to be.
func (p *program) measured(ctx context.Context, args []string, run func() error) error {
	env, findings := params.ParseEnv(p.environ)
	if findings.Err() != nil || env.MetricsFile == "" {
		return run() // which says what is wrong
	}
	of := metrics.Job{Name: jobName(env.ParamsFile)}
	if len(args) > 0 {
		of.Name = jobName(args[0])
	}
	of.Shard, _ = p.shard(&env) // the run says what is wrong
	own := metrics.New()
	p.hears = own.Hear(of)
	var settled *report.Report
	p.settled = func(r *report.Report) { settled = r }
	started := p.now()
	err := run()
	switch {
	case settled != nil:
		of.Shard = settled.Shard
	case err != nil:
		settled = p.failure(err, started, signalCode(ctx))
	}
	if settled != nil {
		own.Ended(of, figures(settled, err))
	}
	if failed := p.leaveMetrics(ctx, own, of, env.MetricsFile); failed != nil {
		fmt.Fprintln(p.stderr, "error: the metrics are not written:", failed)
		if err == nil {
			return exit(brick.ExitFailed)
		}
	}
	return err
}

// figures are what the metrics tell of a settled report, and of what came
// after it: a run that did all its work and could not leave its report has not
// ended with 0.
func figures(r *report.Report, after error) metrics.Run {
	code := r.ExitCode
	if code == brick.ExitDone && after != nil {
		code = brick.ExitFailed
	}
	return metrics.Run{
		Outcome: r.Outcome, ExitCode: code, Ended: r.Started.Add(r.Duration), Duration: r.Duration,
		Held: r.Total.Held, Failed: r.Total.Failed, Requests: r.Calls,
	}
}

// leaveMetrics adds metrics to those of a file. Whoever else does so waits,
// and whoever reads it has the file as it was or as it is.
func (p *program) leaveMetrics(ctx context.Context, own *metrics.Metrics, of metrics.Job, path string) error {
	info, err := os.Stat(path)
	if strings.HasSuffix(path, "/") || err == nil && info.IsDir() {
		path = filepath.Join(path, "users-brick-"+of.Name+".prom")
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil { // node_exporter could not read one that is made here
		return err
	}
	return lock.Exclusively(context.WithoutCancel(ctx), path, func() error {
		all := metrics.New()
		p.goOn(all, path)
		all.Known(of)
		if err := all.Plus(own); err != nil {
			return err
		}
		return all.WriteFile(path)
	})
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
