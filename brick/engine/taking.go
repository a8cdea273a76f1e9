package engine

import (
	"context"
	"iter"

	"golang.org/x/sync/errgroup"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// take does what takes in one scope. Of two changes of one person, which only
// what undoes a run has, the first is done before the second is begun.
func (a *applying) take(ctx context.Context, section plan.Section, n int64, refuse func(*brick.Change) error, batches *errgroup.Group) error {
	if a.plan.Header.Undoes == "" {
		return a.cut(ctx, section.Half(true), section, n, refuse, batches)
	}
	var firsts errgroup.Group
	firsts.SetLimit(a.features.Concurrency)
	err := a.cut(ctx, only(section.Half(true), hasSecond), section, n, refuse, &firsts)
	firsts.Wait()
	if err != nil {
		return err
	}
	return a.cut(ctx, only(section.Half(true), func(c *brick.Change) bool { return !hasSecond(c) }), section, n, refuse, batches)
}

// only passes on the changes that are wanted.
func only(changes iter.Seq2[brick.Change, error], wanted func(*brick.Change) bool) iter.Seq2[brick.Change, error] {
	return func(yield func(brick.Change, error) bool) {
		for c, err := range changes {
			if (err != nil || wanted(&c)) && !yield(c, err) {
				return
			}
		}
	}
}

// holdBack notes that nobody is taken out of a scope.
func (a *applying) holdBack(section plan.Section) error {
	held := aside{applying: a}
	defer held.flush()
	for c, err := range section.Changes() {
		if err != nil {
			return err
		}
		if c.Action.Takes() && !a.out.Settled(c.Seq) {
			a.out.Set(c.Seq, plan.HeldBack)
			a.done.Add(1)
			held.add(c.Seq)
		}
	}
	return nil
}
