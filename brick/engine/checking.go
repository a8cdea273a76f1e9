package engine

import (
	"context"
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
// that broke off. Otherwise it is an error of kind Refused that names the
// first who have moved, or the scope that is not there any more. It returns
// whether everybody is already as the plan wants him; passwords are not
// compared.
func (j *Job) Fits(ctx context.Context, view *platform.View, p *plan.Plan) (holds bool, err error) {
	var moved []string
	more := 0
	holds = true
	err = j.eachChange(ctx, view, p, func(c *brick.Change, now *brick.Member) {
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
	})
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
// many changes that are.
func (j *Job) Verify(ctx context.Context, view *platform.View, p *plan.Plan, out *plan.Outcome) (int64, error) {
	wrong := map[brick.Scope]int64{}
	err := j.eachChange(ctx, view, p, func(c *brick.Change, now *brick.Member) {
		if out.Of(c.Seq) == plan.Done && !plan.Holds(c, now) {
			wrong[c.Scope]++
			out.Fail(c.Seq, &brick.Error{
				Kind: brick.Failed, Op: "verify", Scope: c.Scope, Login: c.Login(),
				Err: fmt.Errorf("the platform said it was done, but it is not so"),
			})
		}
	})
	var sum int64
	for _, section := range p.Sections() {
		sum += wrong[section.Scope]
		j.Emit.Send(brick.Verified{Scope: section.Scope, Wrong: wrong[section.Scope]})
	}
	return sum, err
}

// eachChange calls a function with every change of a plan and the member as
// the platform holds him now, nil when he is not there.
func (j *Job) eachChange(ctx context.Context, view *platform.View, p *plan.Plan, each func(*brick.Change, *brick.Member)) error {
	reading := planning{job: j, view: view}
	b := reading.newBench(1)
	defer b.close()
	for _, section := range p.Sections() {
		have, err := reading.members(ctx, section.Scope, b)
		if err != nil {
			return err
		}
		err = pair(section.Changes(), have, each)
		have.Close()
		if err != nil {
			return err
		}
	}
	return nil
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
