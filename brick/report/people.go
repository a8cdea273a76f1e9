package report

import (
	"errors"
	"iter"
	"strings"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// Person is somebody whom a report must name: held, failed or absent; or a
// bad row, or a scope that could not be planned.
type Person struct {
	plan.Note
	Kind      *brick.Kind `json:"kind,omitzero"` // of the failure
	RequestID string      `json:"request_id,omitzero"`
	Places    []string    `json:"places,omitzero"` // the lines as file:line, of files that a pattern names

	byGuard bool  // held by the guard, whose objection says why
	seq     int64 // of the change that was not done, 0 for what the plan noted
}

// What a Person of a report is, beside what package plan says.
const failedOne = "failed"

// heldByGuard begins the reason of who was held by the guard.
const heldByGuard = "held by the guard: "

// People yields everybody whom a report must name: first what the plan
// noted, then the changes that failed or were held back by the guard.
func (r *Report) People() iter.Seq2[Person, error] {
	return func(yield func(Person, error) bool) {
		if r.Plan == nil {
			return
		}
		yield = r.placed(yield)
		for n, err := range r.Plan.Notes() {
			if !yield(Person{Note: n}, err) || err != nil {
				return
			}
		}
		if r.Done == nil {
			return
		}
		for section, err := range r.Plan.Sections() {
			if err != nil {
				yield(Person{}, err)
				return
			}
			if seen := r.fates(section); !seen[plan.Failed] && !seen[plan.HeldBack] {
				continue
			}
			if !r.undone(section, yield) {
				return
			}
		}
	}
}

// undone yields the changes of a section that failed or were held back.
func (r *Report) undone(section plan.Section, yield func(Person, error) bool) bool {
	summary := section.Summary()
	bad := func(seq int64) bool { f := r.Done.Of(seq); return f == plan.Failed || f == plan.HeldBack }
	for c, err := range section.Pick(bad) {
		if err != nil {
			yield(Person{}, err)
			return false
		}
		p := Person{Note: plan.Note{Scope: c.Scope, Login: c.Login(), Action: c.Action, Lines: r.lines(c.Seq)}, seq: c.Seq}
		if r.Done.Of(c.Seq) == plan.Failed {
			p.blame(r.Done.Err(c.Seq))
		} else {
			p.byGuard = true
			p.What, p.Text = plan.HeldOne, heldByGuard+r.Plan.End.HeldTakes(&summary)
		}
		if !yield(p, nil) {
			return false
		}
	}
	return true
}

func (r *Report) lines(seq int64) []int {
	if line := r.Plan.Line(seq); line > 0 {
		return []int{line}
	}
	return nil
}

// blame says why a change failed.
func (p *Person) blame(err error) {
	p.What, p.Text = failedOne, err.Error()
	kind := brick.KindOf(err)
	p.Kind = &kind
	if e, ok := errors.AsType[*brick.Error](err); ok {
		p.RequestID, p.Hint = e.RequestID, e.Hint
		if e.Err != nil { // the rest of e has fields of its own
			p.Text = strings.Replace(p.Text, e.Error(), e.Err.Error(), 1)
		}
	}
}
