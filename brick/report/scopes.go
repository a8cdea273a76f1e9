package report

import (
	"iter"

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
	Unplanned    *brick.Failure    `json:"unplanned,omitzero"`
	RemovalsHeld string            `json:"removals_held,omitzero"` // why the guard held them back
	Objections   []brick.Objection `json:"objections,omitzero"`
}

// Scopes yields what became of every scope, in order.
func (r *Report) Scopes() iter.Seq2[Scope, error] {
	return func(yield func(Scope, error) bool) {
		if r.Plan == nil {
			return
		}
		sections := r.Plan.Sections()
		for s, err := range r.Plan.Summaries() {
			var told Scope
			if err == nil {
				told = r.told(&s)
				if len(sections) > 0 && sections[0].Scope == s.Scope {
					err = r.count(&told, sections[0])
					sections = sections[1:]
				}
			}
			if !yield(told, err) || err != nil {
				return
			}
		}
	}
}

func (r *Report) told(s *brick.Summary) Scope {
	c := s.Counts
	return Scope{
		Scope: s.Scope, Rows: s.Rows, Planned: s.Counts, Unplanned: s.Failure, Objections: s.Objections,
		RemovalsHeld: r.Plan.End.HeldTakes(s),
		Counts:       brick.Counts{Kept: c.Kept, Spared: c.Spared, Held: c.Held, Absent: c.Absent},
	}
}

// count adds what became of the changes of a scope.
func (r *Report) count(told *Scope, section plan.Section) error {
	if r.Done == nil {
		return nil
	}
	if r.allDone(section) {
		held := told.Counts
		told.Counts = told.Planned
		told.Counts.Held, told.Counts.Failed = held.Held, held.Failed
		return nil
	}
	for c, err := range section.Changes() {
		if err != nil {
			return err
		}
		switch r.Done.Of(c.Seq) {
		case plan.Done:
			*told.Counts.Of(c.Action)++
		case plan.Failed:
			told.Counts.Failed++
		case plan.HeldBack:
			told.Counts.Held++
		default:
			told.Untried++
		}
	}
	return nil
}

func (r *Report) allDone(section plan.Section) bool {
	for seq := section.First; seq < section.First+section.N; seq++ {
		if r.Done.Of(seq) != plan.Done {
			return false
		}
	}
	return true
}
