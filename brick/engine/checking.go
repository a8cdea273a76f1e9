package engine

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"users-brick/brick"
	"users-brick/brick/plan"
	"users-brick/brick/platform"
	"users-brick/brick/spool"
)

// Fits proves that a plan still fits the platform: everybody whom it changes
// is as the plan found him, or already as the plan wants him, as after a run
// that broke off, and a project that loses people has as many members as the
// guard judged by. Otherwise it is an error of kind Refused that names the
// first who have moved, or the scope that is not there any more. It returns
// whether everybody is already as the plan wants him; passwords are not
// compared.
func (j *Job) Fits(ctx context.Context, view *platform.View, p *plan.Plan) (holds bool, err error) {
	var moved []string
	more := 0
	holds = true
	each := func(c *brick.Change, now *brick.Member) {
		if plan.Holds(c, now) {
			return
		}
		holds = false
		switch {
		case plan.Fits(c, now):
		case len(moved) < firstOut:
			moved = append(moved, fmt.Sprintf("%s in %s", c.Login(), c.Scope))
		default:
			more++
		}
	}
	r := j.newReading(view, p)
	defer r.close()
	if r.sparing, err = j.sparing(ctx, view); err != nil {
		return false, err
	}
	for _, section := range p.Sections() {
		before := len(moved) + more
		same, broken := r.sameCrowd(ctx, section, each)
		if broken == nil && !same && len(moved)+more == before {
			moved = append(moved, "the members of "+section.Scope.String())
		}
		if err = broken; err != nil {
			break
		}
	}
	if kind := brick.KindOf(err); err != nil && kind != brick.NotFound && kind != brick.Gone {
		return false, err
	}
	switch {
	case err != nil:
		moved = append(moved, err.Error())
	case more > 0:
		moved = append(moved, fmt.Sprintf("%d more", more))
	case len(moved) == 0:
		return holds, nil
	}
	return false, outdated(moved)
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
	defer r.close()
	var sum int64
	var unread error
	for _, section := range p.Sections() {
		var wrong int64
		err := r.eachOf(ctx, section, func(c *brick.Change, now *brick.Member) {
			if out.Of(c.Seq) == plan.Done && !plan.Holds(c, now) {
				wrong++
				out.Fail(c.Seq, notSo(c))
			}
		})
		j.Emit.Send(brick.Verified{Scope: section.Scope, Wrong: wrong, Err: err})
		if fatal(err) {
			return sum, err
		}
		sum, unread = sum+wrong, errors.Join(unread, err)
	}
	if unread != nil {
		unread = &brick.Error{Kind: brick.Partial, Op: "verify", Err: unread}
	}
	return sum, unread
}

func notSo(c *brick.Change) error {
	return &brick.Error{
		Kind: brick.Failed, Op: "verify", Scope: c.Scope, Login: c.Login(),
		Err: errors.New("the platform said it was done, but it is not so"),
	}
}

// reading looks at scopes again, one after the other.
type reading struct {
	planning
	bench  *bench
	groups bool // the plan sets groups
}

func (j *Job) newReading(view *platform.View, p *plan.Plan) *reading {
	r := &reading{planning: planning{job: j, view: view}, groups: p.Header.Groups}
	r.bench = r.newBench(1)
	return r
}

func (r *reading) close() { r.bench.close() }

// need says what is read of a scope that a plan was made for.
func (r *reading) need(s *brick.Summary) platform.Need {
	return platform.Need{Groups: r.groups, Members: s.WasEnabled + s.WasDisabled}
}

// eachOf calls a function with every change of a section and the member as
// the platform holds him now, nil when he is not there.
func (r *reading) eachOf(ctx context.Context, section plan.Section, each func(*brick.Change, *brick.Member)) error {
	summary, err := section.Summary()
	if err != nil {
		return err
	}
	have, err := r.members(ctx, section.Scope, r.need(&summary), r.bench)
	if err != nil {
		return err
	}
	defer have.Close()
	return pair(section.Changes(), have, each)
}

// crowd counts the members of a scope, without the spared.
type crowd struct{ enabled, disabled int64 }

func (c *crowd) add(s brick.Status, n int64) {
	switch s {
	case brick.Enabled:
		c.enabled += n
	case brick.Disabled:
		c.disabled += n
	}
}

// sameCrowd does what eachOf does, and where the plan takes people out it also
// reports whether the scope has as many members as the guard judged by, but
// for changes that are done already.
func (r *reading) sameCrowd(ctx context.Context, section plan.Section, each func(*brick.Change, *brick.Member)) (bool, error) {
	summary, err := section.Summary()
	if err != nil {
		return false, err
	}
	have, err := r.members(ctx, section.Scope, r.need(&summary), r.bench)
	if err != nil {
		return false, err
	}
	defer have.Close()
	expected := crowd{summary.WasEnabled, summary.WasDisabled}
	err = pair(section.Changes(), have, func(c *brick.Change, now *brick.Member) {
		if plan.Holds(c, now) && !plan.Fits(c, now) {
			expected.add(statusOf(c.Before), -1)
			expected.add(statusOf(c.After), 1)
		}
		each(c, now)
	})
	if err != nil || summary.Counts.Removals() == 0 {
		return true, err
	}
	now, err := r.crowd(have)
	return now == expected, err
}

// crowd counts sorted members.
func (r *reading) crowd(have *spool.Sorted) (crowd, error) {
	var c crowd
	for m, err := range membersOf(have) {
		if err != nil {
			return c, err
		}
		if !r.sparing.Spares(m.Login, false) {
			c.add(m.Status, 1)
		}
	}
	return c, nil
}

// statusOf returns the status of a member, zero when he is not there.
func statusOf(m *brick.Member) brick.Status {
	if m == nil {
		return 0
	}
	return m.Status
}

// pair walks the changes of a scope along its members, both in the order of
// logins.
func pair(changes iter.Seq2[brick.Change, error], have *spool.Sorted, each func(*brick.Change, *brick.Member)) error {
	next, stop := iter.Pull2(membersOf(have))
	defer stop()
	m, err, ok := next()
	for c, broken := range changes {
		if broken != nil {
			return broken
		}
		for ok && err == nil && m.Login < c.Login() {
			m, err, ok = next()
		}
		if err != nil {
			return err
		}
		if ok && m.Login == c.Login() {
			each(&c, &m)
			continue
		}
		each(&c, nil)
	}
	return nil
}
