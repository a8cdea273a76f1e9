package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"users-brick/brick"
	"users-brick/brick/plan"
	"users-brick/brick/platform"
)

// Fits proves that a plan still fits the platform: everybody whom it changes
// is as the plan found him, or already as the plan wants him, as after a run
// that broke off, a project that loses people has as many members as the
// guard judged by and keeps an administrator, and the account in use is not
// among those who are changed. Otherwise it is an error of kind Refused that names the
// first who have moved, or the scope that is not there any more. It returns
// whether everybody is already as the plan wants him; passwords are not
// compared.
func (j *Job) Fits(ctx context.Context, view *platform.View, p *plan.Plan) (holds bool, err error) {
	return j.FitsAfter(ctx, view, p, plan.NewOutcome(p.End.Changes))
}

// FitsAfter is Fits for a plan of which an earlier run has done a part: who is
// told as done must be as the plan wants him, and whose change was begun or
// failed may be anything between as the plan found him and as it wants him.
func (j *Job) FitsAfter(ctx context.Context, view *platform.View, p *plan.Plan, out *plan.Outcome) (holds bool, err error) {
	r := j.newReading(view, p)
	r.before = out
	r.clocks = j.clocks()
	defer r.clocks.close()
	if r.sparing, err = j.sparing(ctx, view); err != nil {
		return false, err
	}
	var all moved
	holds = true
	err = r.inOrder(ctx, r.fits, func(s *seen) error {
		all.plus(&s.moved)
		holds = holds && s.holds
		return s.err
	})
	if kind := brick.KindOf(err); err != nil && kind != brick.NotFound && kind != brick.Gone {
		return false, err
	}
	switch {
	case err != nil:
		return false, outdated(append(all.first, err.Error()))
	case all.more > 0:
		return false, outdated(append(all.first, fmt.Sprintf("%d more", all.more)))
	case len(all.first) > 0:
		return false, outdated(all.first)
	}
	return holds, nil
}

// fits looks whether one scope is still as the plan found it.
func (r *reading) fits(ctx context.Context, section plan.Section, b *bench) *seen {
	s := &seen{scope: section.Scope, holds: true}
	missing := r.missingIn(section.Scope)
	defer missing.close()
	other, err := r.sameCrowd(ctx, section, b, func(first, c *brick.Change, now *brick.Member) {
		if plan.Holds(c, now) {
			return
		}
		s.holds = false
		early := r.clocks.early(missing, c)
		switch {
		case early != "":
			s.moved.add(early)
		case r.sparing.Leaves(c.Login()):
			s.moved.add(fmt.Sprintf("%s in %s, whose account is in use now", c.Login(), c.Scope))
		case !r.explained(first, c, now):
			s.moved.add(fmt.Sprintf("%s in %s", c.Login(), c.Scope))
		}
	})
	if err == nil && other != "" && len(s.moved.first) == 0 {
		s.moved.add(other)
	}
	s.err = err
	return s
}

// moved names what is neither as the plan found it nor as it wants it.
type moved struct {
	first []string
	more  int // how many there are beside the first
}

func (m *moved) add(what string) {
	if len(m.first) == firstOut {
		m.more++
		return
	}
	m.first = append(m.first, what)
}

// plus adds what has moved in the next scope.
func (m *moved) plus(next *moved) {
	for _, what := range next.first {
		m.add(what)
	}
	m.more += next.more
}

// outdated refuses a plan for what has moved.
func outdated(moved []string) error {
	return &brick.Error{
		Kind: brick.Refused, Op: "apply plan",
		Err:  fmt.Errorf("the platform has changed since the plan was made: %s", strings.Join(moved, ", ")),
		Hint: "make the plan anew with `plan --out`",
	}
}

// Verify reads the changed scopes again and notes as failed whatever is not
// as the plan wanted it, though the platform said it was done. It returns how
// many changes that are. A scope that cannot be read does not keep the others
// from being looked at; the error is then of kind Partial.
func (j *Job) Verify(ctx context.Context, view *platform.View, p *plan.Plan, out *plan.Outcome) (int64, error) {
	r := j.newReading(view, p)
	var sum int64
	var unread error
	err := r.inOrder(ctx, func(ctx context.Context, section plan.Section, b *bench) *seen {
		return r.verify(ctx, section, b, out)
	}, func(s *seen) error {
		wrong := int64(len(s.wrong))
		j.Emit.Send(brick.Verified{Scope: s.scope, Wrong: wrong, Err: s.err})
		sum, unread = sum+wrong, errors.Join(unread, s.err)
		if j.Journal == nil || wrong == 0 {
			return nil
		}
		return j.Journal.Settle(0, s.wrong, out)
	})
	if err != nil {
		return sum, err
	}
	if unread != nil {
		unread = &brick.Error{Kind: brick.Partial, Op: "verify", Err: unread}
	}
	return sum, unread
}

// verify looks whether one scope is as the changes that are done want it.
func (r *reading) verify(ctx context.Context, section plan.Section, b *bench, out *plan.Outcome) *seen {
	s := &seen{scope: section.Scope}
	s.err = r.eachOf(ctx, section, b, func(_, c *brick.Change, now *brick.Member) {
		if out.Of(c.Seq) == plan.Done && !plan.Holds(c, now) {
			s.wrong = append(s.wrong, c.Seq)
			out.Fail(c.Seq, notSo(c))
		}
	})
	return s
}

func notSo(c *brick.Change) error {
	return &brick.Error{
		Kind: brick.Failed, Op: "verify", Scope: c.Scope, Login: c.Login(),
		Err: errors.New("the platform said it was done, but it is not so"),
	}
}
