package report

import (
	"iter"
	"time"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// Scope is what became of one scope.
type Scope struct {
	Scope        brick.Scope       `json:"scope"`
	Rows         int64             `json:"rows"`
	Planned      brick.Counts      `json:"planned"`
	Counts       brick.Counts      `json:"counts"` // what was done; of a plan alone, what was found
	Untried      int64             `json:"untried,omitzero"`
	Unknown      int64             `json:"unknown,omitzero"` // begun, and nobody knows whether they took place
	Unplanned    *brick.Failure    `json:"unplanned,omitzero"`
	RemovalsHeld string            `json:"removals_held,omitzero"` // why the guard held them back
	Objections   []brick.Objection `json:"objections,omitzero"`
	Waiting      int64             `json:"waiting,omitzero"`   // members who are missing from the file and will be deleted later
	FirstDue     time.Time         `json:"first_due,omitzero"` // when the first of them may be
}

// Scopes yields what became of every scope, in order.
func (r *Report) Scopes() iter.Seq2[Scope, error] {
	return func(yield func(Scope, error) bool) {
		if r.Plan == nil {
			return
		}
		for i := range r.Plan.Scopes() {
			told, err := r.scope(i)
			if !yield(told, err) || err != nil {
				return
			}
		}
	}
}

// scope returns what became of the i-th scope of the plan.
func (r *Report) scope(i int) (Scope, error) {
	section, err := r.Plan.Section(i)
	if err != nil {
		return Scope{}, err
	}
	summary := section.Summary()
	told := r.told(&summary)
	if section.N > 0 {
		err = r.count(&told, section)
	}
	return told, err
}

func (r *Report) told(s *brick.Summary) Scope {
	c := s.Counts
	return Scope{
		Scope: s.Scope, Rows: s.Rows, Planned: s.Counts, Unplanned: s.Failure, Objections: r.commanded(s.Objections),
		RemovalsHeld: r.Plan.End.HeldTakes(s), Waiting: s.Waiting, FirstDue: s.FirstDue,
		Counts: brick.Counts{Kept: c.Kept, Spared: c.Spared, Held: c.Held, Absent: c.Absent},
	}
}

// count adds what became of the changes of a scope.
func (r *Report) count(told *Scope, section plan.Section) error {
	if r.Already {
		told.Counts.Kept += section.N
		return nil
	}
	if r.Done == nil {
		return nil
	}
	switch r.fates(section) {
	case fates{plan.Done: true}:
		held := told.Counts
		told.Counts = told.Planned
		told.Counts.Held, told.Counts.Failed = held.Held, held.Failed
		return nil
	case fates{plan.Pending: true}:
		told.Untried = section.N
		return nil
	case fates{plan.Unknown: true}:
		told.Unknown = section.N
		return nil
	}
	return r.countEach(told, section)
}

// countEach counts the changes of a scope that was done in part.
func (r *Report) countEach(told *Scope, section plan.Section) error {
	if known, ok := r.counted[section.Scope]; ok {
		told.Counts, told.Untried, told.Unknown = known.Counts, known.Untried, known.Unknown
		return nil
	}
	told.Untried = section.N
	tried := func(seq int64) bool { return r.Done.Of(seq) != plan.Pending }
	for c, err := range section.Pick(tried) {
		if err != nil {
			return err
		}
		told.Untried--
		switch r.Done.Of(c.Seq) {
		case plan.Failed:
			told.Counts.Failed++
		case plan.HeldBack:
			told.Counts.Held++
		case plan.Unknown:
			told.Unknown++
		default:
			*told.Counts.Of(c.Action)++
		}
	}
	if r.counted == nil {
		r.counted = map[brick.Scope]Scope{}
	}
	r.counted[section.Scope] = *told
	return nil
}

// fates says which fates there are among some changes.
type fates [plan.Unknown + 1]bool

// fates looks through a section without reading it, which for a run that was
// stopped early would take longer than whoever stopped it waits.
func (r *Report) fates(section plan.Section) fates {
	var seen fates
	for seq := section.First; seq < section.First+section.N; seq++ {
		seen[r.Done.Of(seq)] = true
	}
	return seen
}
