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
	if _, told := errors.AsType[exit](err); err != nil && !told {
		err = reportFailure(p, err, started, signalCode(ctx))
	}
	return err
}

// part returns the program as one job sees it: what it prints is kept, and
// what it does is counted.
func (k *keeper) part(job string, text io.Writer) *program {
	p := *k.program
	p.stdout, p.stdin, p.stdinTerminal = text, strings.NewReader(""), false
	p.job = job
	p.hears = k.metrics.Hear(job)
	p.settled = func(r *report.Report) { k.metrics.Ended(job, figures(r, p.now())) }
	if k.options.parallel > 1 { // lines of progress would fight for their place
		p.environ = append(slices.Clone(p.environ), "BRICK_PROGRESS=off")
	}
	return &p
}

// figures are what the metrics tell of a settled report.
func figures(r *report.Report, ended time.Time) metrics.Run {
	return metrics.Run{
		Outcome: r.Outcome, ExitCode: r.ExitCode, Ended: ended, Duration: r.Duration,
		Held: r.Total.Held, Failed: r.Total.Failed, Requests: r.Calls,
	}
}

// reportFailure settles and prints a report of a run that ended before it had
// one, and returns the exit code.
func reportFailure(p *program, err error, started time.Time, signal int) error {
	r := report.Report{Program: "users-brick " + p.version, Started: started, Duration: p.now().Sub(started), Err: err}
	if stoppedBy(err) {
		r.Signal = signal
	}
	if err := r.Settle(); err != nil {
		return err
	}
	if p.settled != nil {
		p.settled(&r)
	}
	return errors.Join(exit(r.ExitCode), r.Text(p.stdout))
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
		k.metrics.Panicked(job.Name)
		k.metrics.Ended(job.Name, metrics.Run{Outcome: report.Failed, ExitCode: brick.ExitFailed, Ended: k.program.now()})
		k.log.Error().Str("job", job.Name).Err(err).Bytes("stack", thrown.Stack).Msg("run failed: a fault of the program")
	} else if _, told := errors.AsType[exit](err); err != nil && !told {
		k.log.Error().Str("job", job.Name).Err(err).Msg("run failed")
	}
	k.publish() // its params may have changed
}
