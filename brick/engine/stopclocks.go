package engine

import (
	"io"
	"iter"

	"users-brick/brick"
	"users-brick/brick/grace"
	"users-brick/brick/plan"
	"users-brick/brick/runs"
)

// stop forgets since when those are missing whom a plan without grace may have
// changed: somebody came back by it, or was taken out anew. Without that his old
// clock would be believed when runs know grace again, and he would be deleted
// early. What is damaged remembers nobody.
func (j *Job) stop(p *plan.Plan, out *plan.Outcome) error {
	state, err := grace.Open(j.Missing)
	if err != nil {
		return nil
	}
	defer state.Close()
	forgotten := false
	for _, err := range stillMissing(state, p, out, &forgotten) {
		if err != nil {
			return err
		}
	}
	if !forgotten {
		return nil
	}
	all := func(brick.Scope) (func(int64) bool, bool) { return func(int64) bool { return false }, true }
	return runs.Replace(j.Missing, func(w io.Writer) error {
		return state.Merge(stillMissing(state, p, out, &forgotten), all, j.Started, w)
	})
}

// stillMissing yields who is remembered of the projects that a plan changes, but
// for those whom it may have changed; it notes whether there are any of these.
func stillMissing(state *grace.State, p *plan.Plan, out *plan.Outcome, forgotten *bool) iter.Seq2[grace.Line, error] {
	tried := func(seq int64) bool { f := out.Of(seq); return f != plan.Pending && f != plan.HeldBack }
	return func(yield func(grace.Line, error) bool) {
		for section, err := range p.Sections() {
			switch {
			case err != nil:
				yield(grace.Line{}, err)
				return
			case section.Scope.Level != brick.ProjectLevel:
				continue
			case !yield(grace.Line{Scope: &section.Scope}, nil):
				return
			}
			for e, err := range unchanged(state.Of(section.Scope), section.Pick(tried), forgotten) {
				if !yield(grace.Line{Login: e.Login, Since: e.Since}, err) || err != nil {
					return
				}
			}
		}
	}
}

// unchanged yields the people of a scope who are not among those who are
// changed; both come in the order of logins.
func unchanged(people iter.Seq2[grace.Entry, error], changes iter.Seq2[brick.Change, error], forgotten *bool) iter.Seq2[grace.Entry, error] {
	return func(yield func(grace.Entry, error) bool) {
		next, stop := iter.Pull2(changes)
		defer stop()
		c, broken, more := next()
		for e, err := range people {
			for ; err == nil && broken == nil && more && c.Login() < e.Login; c, broken, more = next() {
			}
			if err == nil {
				err = broken
			}
			if err == nil && more && c.Login() == e.Login {
				*forgotten = true
				continue
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}
