package main

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"users-brick/brick"
	"users-brick/brick/notify"
	"users-brick/brick/report"
	"users-brick/brick/runs"
	"users-brick/params"
)

// hurry is how long others are told of a run when a signal has come, before it
// ended or since: whoever sent it waits.
const hurry = 5 * time.Second

// lingering returns a context that ends so long after another one has, and what
// frees it.
func lingering(ctx context.Context, long time.Duration) (context.Context, func()) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	forget := context.AfterFunc(ctx, func() { time.AfterFunc(long, cancel) })
	return longer, func() {
		forget()
		cancel()
	}
}

// tellOthers tells those of the run, which has ended, whom the params name.
// A plan is a matter of whoever asked for it, unless the params make each run
// a plan. Whatever goes wrong is a warning: the run has ended as it has.
func (n *session) tellOthers(ctx context.Context) {
	if len(n.params.Notify) == 0 || n.report.PlanOnly && !n.params.DryRun {
		return
	}
	e, err := n.event()
	if err != nil {
		n.untold(err)
		return
	}
	file, err := n.reportForPrograms(&e)
	if err != nil {
		n.untold(err)
		return
	}
	t := notify.Teller{Agent: n.job.Program, Now: n.program.now, Emit: n.emit, LinkLocal: n.env.LinkLocal}
	for _, name := range []string{"PATH", "HOME"} {
		t.Env = append(t.Env, name+"="+n.program.variable(name))
	}
	ctx, done := lingering(ctx, hurry)
	defer done()
	for _, err := range t.Tell(ctx, n.params.Notify, e, file) {
		n.untold(err)
	}
}

// untold says that somebody was not told of the run.
func (n *session) untold(err error) {
	n.emit.Send(brick.Noticed{Finding: brick.Finding{
		Warning: true, Text: "somebody is not told of the run: " + err.Error(), Hint: "the report is not concerned, nor is the exit code",
	}})
}

// event is what others are told.
func (n *session) event() (notify.Event, error) {
	r := &n.report
	e := notify.Event{
		RunID: r.RunID, Shard: r.Shard, Program: r.Program, Mode: r.Mode, Platform: r.Platform, Target: r.Target, PlanOnly: r.PlanOnly,
		Outcome: r.Outcome, ExitCode: r.ExitCode, Started: r.Started.UTC(), DurationMS: r.Duration.Milliseconds(),
		Totals: totalsOf(&r.Total), Guard: notify.Guard{Objections: []brick.Objection{}}, People: []notify.Person{}, Report: n.reportPath(),
	}
	if r.Err != nil {
		e.Error = firstOf(r.Err.Error())
	}
	if r.Plan == nil {
		return e, nil
	}
	e.Guard.Command = r.Next
	if r.Plan.End.Refusal != nil {
		e.Guard.Refusal = r.Plan.End.Refusal.Text
	}
	if err := n.firstObjections(&e); err != nil {
		return e, err
	}
	for person, err := range r.People() {
		if err != nil {
			return e, err
		}
		if len(e.People) == notify.Shown {
			e.More = true
			break
		}
		e.People = append(e.People, toldOf(&person))
	}
	return e, nil
}

func totalsOf(t *report.Total) notify.Totals {
	return notify.Totals{
		Counts: t.Counts, Planned: t.Planned, Untried: t.Untried, Unknown: t.Unknown,
		Scopes: t.Scopes, Unplanned: t.Unplanned, HeldScopes: t.HeldScopes, Waiting: t.Waiting, FirstDue: t.FirstDue,
	}
}

// firstOf returns the first lines of an error, which has one for each scope
// when many could not be verified.
func firstOf(text string) string {
	lines := strings.Split(text, "\n")
	if extra := len(lines) - notify.Shown; extra > 1 {
		lines = append(lines[:notify.Shown], "and "+brick.Number(int64(extra), "more line"))
	}
	return strings.Join(lines, "\n")
}

// firstObjections adds what the guard has against the run as a whole, then
// against its scopes.
func (n *session) firstObjections(e *notify.Event) error {
	add := func(objections []brick.Objection) {
		e.Guard.Objections = append(e.Guard.Objections, objections[:min(len(objections), notify.Shown-len(e.Guard.Objections))]...)
	}
	add(n.report.Plan.End.Objections)
	for s, err := range n.report.Plan.Summaries() {
		if err != nil {
			return err
		}
		if add(s.Objections); len(e.Guard.Objections) == notify.Shown {
			break
		}
	}
	return nil
}

// toldLines is how many lines of the file are told of one person.
const toldLines = 10

func toldOf(p *report.Person) notify.Person {
	told := notify.Person{
		What: p.What, Scope: p.Scope, Login: p.Login, Action: p.Action, Lines: p.Lines[:min(len(p.Lines), toldLines)],
		Text: p.Text, Hint: p.Hint, RequestID: p.RequestID,
	}
	if p.Kind != nil {
		told.Kind = p.Kind.String()
	}
	return told
}

// reportPath returns where the report stays, nothing when it does not.
func (n *session) reportPath() string {
	dir := n.record
	if dir == "" && !n.passing {
		dir = n.job.Dir
	}
	if dir == "" {
		return ""
	}
	path, err := filepath.Abs(filepath.Join(dir, reportFile))
	if err != nil {
		return ""
	}
	return path
}

// reportForPrograms returns the file of the report. One that does not stay is
// written when a program is to get it.
func (n *session) reportForPrograms(e *notify.Event) (string, error) {
	started := slices.ContainsFunc(n.params.Notify, func(told params.Notification) bool {
		return told.Type == params.CommandNotice && e.Concerns(&told)
	})
	if e.Report != "" || !started {
		return e.Report, nil
	}
	path := filepath.Join(n.job.Dir, reportFile)
	return path, runs.Replace(path, n.report.JSON)
}
