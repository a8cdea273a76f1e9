package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"users-brick/brick"
	"users-brick/brick/journal"
	"users-brick/brick/plan"
)

// goOn does what is left of a plan of which a part is done, if it still fits.
func (n *session) goOn(ctx context.Context, format string) error {
	if err := n.takeOver(ctx); err != nil {
		return err
	}
	if err := n.recollect(); err != nil {
		return err
	}
	n.tellBefore(format)
	return n.doRest(ctx)
}

// recollect reads what an earlier run has done of the plan. Whatever becomes
// of this session, its report tells that, too.
func (n *session) recollect() error {
	out, err := journal.Open(n.job.Dir, n.report.Plan.Header.Digest)
	if err != nil {
		return err
	}
	if out.Changes() != n.report.Plan.End.Changes {
		return &brick.Error{Kind: brick.BadInput, Op: "read the journal", Err: errors.New("it is of a plan with another number of changes")}
	}
	n.before, n.report.Done = out, out
	return nil
}

// recollectApplied is recollect for a plan that may not have been begun. One
// that was done to its end is begun anew, as if it never had been; what an
// earlier plan left in its directory is no matter.
func (n *session) recollectApplied() error {
	err := n.recollect()
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, journal.ErrOtherPlan):
		return nil // or the directory has been planned into again
	case err == nil && n.settled():
		n.before, n.report.Done = nil, nil
	}
	return err
}

// settled reports whether nothing is left to be done.
func (n *session) settled() bool { return settled(n.before) }

// tellBefore says how far the run had come.
func (n *session) tellBefore(format string) {
	if format != "text" {
		return
	}
	b := n.before
	text := fmt.Sprintf("going on: %s done before", brick.Number(b.Count(plan.Done), "change"))
	for _, f := range []struct {
		fate plan.Fate
		word string
	}{{plan.Failed, "failed"}, {plan.HeldBack, "held back"}, {plan.Unknown, "perhaps done"}, {plan.Pending, "not tried"}} {
		if k := b.Count(f.fate); k > 0 {
			text += fmt.Sprintf(", %d %s", k, f.word)
		}
	}
	fmt.Fprintln(n.program.stdout, text)
}

// doRest does what n.before leaves to be done.
func (n *session) doRest(ctx context.Context) error {
	made := n.report.Plan
	if n.settled() && !made.Header.Verify {
		return errors.Join(n.leaveHeld(n.before), made.ForgetPasswords()) // a run that was killed may not have come to either
	}
	conn, err := n.connect(ctx, false)
	if err != nil {
		return err
	}
	if !n.settled() {
		if _, err := n.job.FitsAfter(ctx, conn.View, made, n.before); err != nil {
			return err
		}
	}
	return n.apply(ctx)
}

// perform does the plan, or the rest of it, beside a journal when the plan
// stays.
func (n *session) perform(ctx context.Context) (*plan.Outcome, error) {
	made, out := n.report.Plan, n.before
	if out == nil {
		out = plan.NewOutcome(made.End.Changes)
	}
	if !n.passing {
		var err error
		if n.journal, err = n.openJournal(); err != nil {
			return out, err
		}
		n.job.Journal = n.journal
		if n.program.onJournal != nil {
			n.job.Journal = n.program.onJournal(n.journal)
		}
	}
	return out, n.job.Resume(ctx, n.conn, made, out)
}

func (n *session) openJournal() (*journal.Journal, error) {
	h := &n.report.Plan.Header
	if n.before == nil {
		return journal.Create(n.job.Dir, journal.Header{
			Plan: h.Digest, Changes: n.report.Plan.End.Changes, RunID: n.job.RunID, Started: n.job.Started,
		})
	}
	j, _, err := journal.Resume(n.job.Dir, h.Digest, n.program.now())
	return j, err
}

// unfinished reports whether there is something to go on with: a journal, and
// changes that were not tried or may not have been done.
func (n *session) unfinished() bool {
	out := n.report.Done
	return (n.journal != nil || n.before != nil) && out != nil && out.Count(plan.Pending)+out.Count(plan.Unknown) > 0
}

// needsPasswords reports whether whoever goes on may need given passwords:
// whether accounts, which come first in a plan, are among what is left. What is
// left the journal says, which may know less than the session does. The plan
// must be open.
func (n *session) needsPasswords() bool {
	if n.journal == nil && n.before == nil || !n.report.Plan.HasPasswords() {
		return false
	}
	out, err := journal.Open(n.job.Dir, n.report.Plan.Header.Digest)
	if err != nil {
		return false // nobody can go on without it
	}
	for section, err := range n.report.Plan.Sections() {
		if err != nil || section.Scope.Level != brick.OrganizationLevel {
			return err != nil
		}
		for seq := section.First; seq < section.First+section.N; seq++ {
			if f := out.Of(seq); f == plan.Pending || f == plan.Unknown {
				return true
			}
		}
	}
	return false
}

// tellOnward says how to go on with a run that has come to no end.
func (n *session) tellOnward() {
	if n.record == "" || n.record != n.job.Dir || !n.unfinished() {
		return
	}
	words := append([]string{"users-brick", "run", "--resume", n.job.RunID}, n.repeated()...)
	variables := ""
	if n.source != "" {
		words, variables = append(words, n.source), n.variables()
	}
	fmt.Fprintf(n.program.stdout, "  to go on with what is left: %s\n", variables+command(words...))
}
