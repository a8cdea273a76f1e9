package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"users-brick/brick"
	"users-brick/brick/metrics"
	"users-brick/brick/report"
	"users-brick/brick/schedule"
)

// run does a job as the command run does it, with the params as they are now.
func (k *keeper) run(ctx context.Context, job schedule.Job, due time.Time) error {
	e := k.docket.find(job.Name)
	if e == nil {
		return nil // it went a moment ago
	}
	var text bytes.Buffer
	text.WriteString(dueLine(job, due))
	defer k.tell(&text) // also what a run wrote that panicked
	p := k.part(job.Name, &text)
	var settled *report.Report
	p.settled = func(r *report.Report) { settled = r }
	started := p.now()
	s, err := k.docket.read(ctx, e)
	switch {
	case err == nil:
		err = p.runWith(ctx, s, "text")
	case e.vanished(err):
		text.Reset()
		k.docket.look(ctx)
		return nil
	}
	if settled == nil && err != nil {
		settled = p.failure(err, started, signalCode(ctx))
		err = errors.Join(exit(settled.ExitCode), settled.Text(&text))
	}
	if settled != nil {
		k.metrics.Ended(k.of(job.Name), figures(settled, err))
	}
	return err
}

// part returns the program as one job sees it: what it prints is kept, and
// what it does is counted.
func (k *keeper) part(job string, text io.Writer) *program {
	p := *k.program
	p.stdout, p.stdin, p.stdinTerminal = text, strings.NewReader(""), false
	p.job = job
	p.hears = k.metrics.Hear(k.of(job))
	if k.options.parallel > 1 { // lines of progress would fight for their place
		p.environ = append(slices.Clone(p.environ), "BRICK_PROGRESS=off")
	}
	return &p
}

// of is what the metrics of a job are about.
func (k *keeper) of(job string) metrics.Job { return metrics.Job{Name: job, Shard: k.shard} }

// failure returns the settled report of a run that ended before it had one.
func (p *program) failure(err error, started time.Time, signal int) *report.Report {
	r := &report.Report{Program: "users-brick " + p.version, Started: started, Duration: p.now().Sub(started), Err: err}
	if stoppedBy(err) {
		r.Signal = signal
	}
	_ = r.Settle() // which only reading a plan could break
	return r
}

// tell prints what a run has to say, in one piece.
func (k *keeper) tell(text *bytes.Buffer) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if text.Len() == 0 {
		return
	}
	if _, err := k.program.stdout.Write(text.Bytes()); err != nil {
		k.log.Error().Err(err).Msg("the report cannot be printed")
	}
}

// ended notes that a run is over. One that failed has said why, unless it
// panicked.
func (k *keeper) ended(job schedule.Job, err error) {
	thrown, panicked := errors.AsType[*schedule.Panic](err)
	if panicked {
		k.metrics.Panicked(k.of(job.Name))
		k.metrics.Ended(k.of(job.Name), metrics.Run{Outcome: report.Failed, ExitCode: brick.ExitFailed, Ended: k.program.now()})
		k.log.Error().Str("job", job.Name).Err(err).Bytes("stack", thrown.Stack).Msg("run failed: a fault of the program")
	} else if _, told := errors.AsType[exit](err); err != nil && !told {
		k.log.Error().Str("job", job.Name).Err(err).Msg("run failed")
	}
	k.publish() // its params may have changed
}
