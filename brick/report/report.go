// Package report tells what a run did: as text for people and logs, as one
// JSON document for programs, as Markdown for chats and pull requests, and as
// one page for browsers, whose parts lie in the folder page. It reads the plan and what became of it, scope
// by scope, so that a report of a million people needs no more memory than
// one of ten. Its words are stable, since scripts read them.
package report

import (
	"time"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// Report is what is known of a run when it ends.
type Report struct {
	RunID    string
	Shard    brick.Shard // the part of a run that this is about; the zero Shard is all of it
	Program  string
	Mode     string
	Undoes   string // the run that this one takes back, "" for any other
	Platform string
	Target   string
	Params   string // digest
	PlanOnly bool   // nothing was to be applied
	Already  bool   // everything was as the plan wants it before anything was tried
	Detailed bool   // changes that are pending have an exit code of their own
	Started  time.Time
	Duration time.Duration
	Phases   []Phase // how long each took, in order
	Calls    int64   // how many times the platform was asked for something

	// Next is the command that does what the guard objected to, for whoever
	// means it; "" when it objected to nothing.
	Next string

	Input    string         // the file, as the user named it; used when there is no plan
	Plan     *plan.Plan     // nil when it could not be made
	Done     *plan.Outcome  // nil when nothing was applied
	Warnings brick.Findings // the first of them
	Unshown  int            // how many warnings there were beyond those
	Err      error          // why the run ended early
	Signal   int            // exit code for the signal that stopped it, 0 for none

	Outcome  string // set by Settle, see the constants
	ExitCode int    // set by Settle
	Total    Total  // set by Settle

	counted map[brick.Scope]Scope // those that were done in part, since counting them takes long
}

// Phase is a part of a run: read, plan, apply, verify.
type Phase struct {
	Name string `json:"name"`
	MS   int64  `json:"ms"` // how long it took, in milliseconds
}

// How a run ended.
const (
	Converged   = "converged"
	NothingToDo = "nothing_to_do"
	Pending     = "changes_pending" // of a plan
	Partial     = "partial"
	Refused     = "refused"
	BadInput    = "bad_input"
	Failed      = "failed"
	Locked      = "locked"
	Denied      = "denied"
	Interrupted = "interrupted"
)

// Total is the sum over all scopes.
type Total struct {
	brick.Counts
	Planned    brick.Counts `json:"planned"`          // what the plan wanted
	Untried    int64        `json:"untried"`          // changes that the run did not get to
	Unknown    int64        `json:"unknown,omitzero"` // changes that were begun, and nobody knows whether they took place
	Scopes     int64        `json:"scopes"`
	Unplanned  int64        `json:"unplanned"`          // scopes that could not be planned
	HeldScopes int64        `json:"held_scopes"`        // scopes whose removals the guard held back
	Waiting    int64        `json:"waiting,omitzero"`   // people who are missing from the file and will be deleted later
	FirstDue   time.Time    `json:"first_due,omitzero"` // when the first of them may be
}

// Settle sums up and decides how the run ended.
func (r *Report) Settle() error {
	for s, err := range r.Scopes() {
		if err != nil {
			return err
		}
		one := totalOf(&s)
		r.Total.plus(&one)
	}
	r.Outcome, r.ExitCode = r.ending()
	return nil
}

// totalOf is the total of one scope.
func totalOf(s *Scope) Total {
	t := Total{Counts: s.Counts, Planned: s.Planned, Untried: s.Untried, Unknown: s.Unknown, Scopes: 1, Waiting: s.Waiting}
	if s.Waiting > 0 {
		t.FirstDue = s.FirstDue
	}
	if s.Unplanned != nil {
		t.Unplanned = 1
	}
	if s.RemovalsHeld != "" && s.Planned.Removals() > 0 {
		t.HeldScopes = 1
	}
	return t
}

// plus adds the total of other scopes.
func (t *Total) plus(u *Total) {
	t.Counts.Plus(&u.Counts)
	t.Planned.Plus(&u.Planned)
	t.Untried += u.Untried
	t.Unknown += u.Unknown
	t.Scopes += u.Scopes
	t.Unplanned += u.Unplanned
	t.HeldScopes += u.HeldScopes
	t.Waiting += u.Waiting
	if !u.FirstDue.IsZero() && (t.FirstDue.IsZero() || u.FirstDue.Before(t.FirstDue)) {
		t.FirstDue = u.FirstDue
	}
}

func (r *Report) ending() (string, int) {
	switch {
	case r.Signal != 0:
		return Interrupted, r.Signal
	case r.Err != nil:
		return r.failing(brick.KindOf(r.Err))
	case r.Plan != nil && r.Plan.End.Refusal != nil:
		return r.failing(r.Plan.End.Refusal.Kind)
	case r.Detailed && r.Total.Planned.Changes() > 0:
		return Pending, brick.ExitChangesPending
	case r.Total.Unplanned > 0 || r.Total.HeldScopes > 0:
		return Partial, brick.ExitPartial
	case r.Total.Held > 0 || r.Total.Failed > 0 || r.badRows() > 0:
		if r.Plan.Header.IgnoreFailures {
			return Partial, brick.ExitDone
		}
		return Partial, brick.ExitPartial
	case r.Already || r.Total.Planned.Changes() == 0:
		return NothingToDo, brick.ExitDone
	case r.PlanOnly:
		return Pending, brick.ExitDone
	}
	return Converged, brick.ExitDone
}

// badRows is how many rows of the file were bad, also those that name nobody
// who could be held.
func (r *Report) badRows() int64 {
	if r.Plan == nil {
		return 0
	}
	return r.Plan.End.BadRows
}

func (r *Report) failing(k brick.Kind) (string, int) {
	switch k {
	case brick.BadInput:
		return BadInput, brick.ExitBadInput
	case brick.Refused:
		return Refused, brick.ExitRefused
	case brick.Locked:
		return Locked, brick.ExitLocked
	case brick.Denied:
		return Denied, brick.ExitDenied
	case brick.Partial:
		return Partial, brick.ExitPartial
	}
	return Failed, brick.ExitFailed
}
