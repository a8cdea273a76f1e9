package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"users-brick/brick"
	"users-brick/brick/journal"
	"users-brick/brick/plan"
	"users-brick/brick/report"
	"users-brick/brick/runs"
)

// finished returns the report of a run of which nothing is left: its journal
// says so, and the report that lies beside it tells of all of it. It is nil for
// a run that can be gone on with.
func (r *brokenRun) finished() *report.Report {
	out, err := journal.Open(r.dir, r.made.Header.Digest)
	if err != nil || out.Changes() != r.made.End.Changes || !settled(out) {
		return nil // whoever goes on finds out what is wrong
	}
	f, err := os.Open(filepath.Join(r.dir, runs.ReportFile))
	if err != nil {
		return nil
	}
	defer f.Close()
	doc, err := report.Read(f)
	if err != nil || doc.Digests.Plan != "sha256:"+r.made.Header.Digest || doc.Error != "" || doc.Totals.Changes() != out.Count(plan.Done) {
		return nil
	}
	if doc.Guard.Accepted && r.made.Accept(r.made.Header.Digest) != nil {
		return nil
	}
	return &report.Report{
		RunID: doc.RunID, Shard: doc.Shard, Program: doc.Program, Mode: doc.Mode, Undoes: doc.Undoes,
		Platform: doc.Platform, Target: doc.Target, Params: doc.Digests.Params,
		Started: doc.Started, Duration: time.Duration(doc.DurationMS) * time.Millisecond, Phases: doc.Phases, Calls: doc.Calls,
		Next: doc.Guard.Command, Input: doc.Input.Name, Plan: r.made, Done: out, Warnings: doc.Warnings, Unshown: doc.Unshown,
	}
}

// settled reports whether nothing is left to be done.
func settled(out *plan.Outcome) bool {
	return out.Count(plan.Done)+out.Count(plan.HeldBack) == out.Changes()
}

// tellFinished tells the report of a finished run again, and leaves everything
// as it is. The exit code is that of the run.
func (p *program) tellFinished(told *report.Report, format string) error {
	defer told.Plan.Close()
	if err := told.Settle(); err != nil {
		return err
	}
	if p.settled != nil {
		p.settled(told)
	}
	n := &session{program: p, report: *told}
	n.heading(format)
	if format == "text" {
		fmt.Fprintf(p.stdout, "nothing is left to do: %s done before\n", brick.Number(told.Done.Count(plan.Done), "change"))
	}
	if err := n.print(format); err != nil {
		return err
	}
	if told.ExitCode != brick.ExitDone {
		return exit(told.ExitCode)
	}
	return nil
}
