package report

import (
	"slices"
	"time"

	"users-brick/brick"
)

// fact is one thing about the run. Time is set when it is a time, as machines
// read it.
type fact struct{ Name, Value, Time string }

// facts are what one wants to know first.
func (r *Report) facts() []fact {
	all := []fact{
		{Name: "Exit code", Value: grouped(int64(r.ExitCode)) + " · " + r.Outcome}, {Name: "Platform", Value: r.Platform + " " + r.Target},
		{Name: "Mode", Value: r.Mode}, {Name: "Effect", Value: r.effect()},
		{Name: "File", Value: r.inputLine()},
		{Name: "Began", Value: r.Started.UTC().Format("2 Jan 2006, 15:04:05 UTC"), Time: r.Started.UTC().Format(time.RFC3339)},
		{Name: "Took", Value: rounded(r.Duration)}, {Name: "Platform calls", Value: grouped(r.Calls)}, {Name: "Undoes run", Value: r.Undoes},
	}
	return given(all)
}

// effect says whether the platform was changed.
func (r *Report) effect() string {
	switch n := r.Total.Changes(); {
	case r.PlanOnly:
		return "none, this is a plan"
	case r.Done == nil || n == 0:
		return "nothing was written"
	default:
		return brick.Number(n, "change") + " done"
	}
}

// inputLine says what was read.
func (r *Report) inputLine() string {
	if r.Plan == nil {
		return r.Input
	}
	e := &r.Plan.End
	text := r.Plan.Header.Input.Name + ", " + grouped(e.Rows) + " rows"
	if e.BadRows > 0 {
		text += ", " + grouped(e.BadRows) + " of them bad"
	}
	if e.OtherRows > 0 {
		text += ", " + grouped(e.OtherRows) + " for none of the scopes"
	}
	return text
}

// smallFacts are what one wants to know last.
func (r *Report) smallFacts() []fact {
	o := r.opening()
	all := []fact{
		{Name: "Run", Value: r.RunID + r.ofWhole()}, {Name: "Program", Value: r.Program},
		{Name: "Params", Value: o.Digests.Params}, {Name: "File, SHA-256", Value: o.Digests.Input}, {Name: "Plan", Value: o.Digests.Plan},
	}
	return given(all)
}

// given leaves out what there is nothing to say of.
func given(all []fact) []fact {
	return slices.DeleteFunc(all, func(f fact) bool { return f.Value == "" })
}

// headline says in a word how a run ended, and how grave that is; the tone
// names the sign and the colour.
func headline(outcome string) (label, tone string) {
	switch outcome {
	case Converged:
		return "Converged", "ok"
	case NothingToDo:
		return "Nothing to do", "ok"
	case Pending:
		return "Changes pending", "wait"
	case Partial:
		return "Done in part", "warn"
	case Interrupted:
		return "Interrupted", "warn"
	case Refused:
		return "Refused", "stop"
	case BadInput:
		return "Bad input", "stop"
	case Locked:
		return "Locked", "stop"
	case Denied:
		return "Denied", "stop"
	}
	return "Failed", "stop"
}
