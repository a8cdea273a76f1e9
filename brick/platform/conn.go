package platform

import (
	"context"
	"errors"
	"time"

	"users-brick/brick"
)

// Conn is a View that can also act. Only applying gets one.
type Conn struct {
	*View
}

// Connect returns a Conn to the platform behind a driver.
func Connect(d Driver, o Options) *Conn { return &Conn{Look(d, o)} }

// CreateGroup makes a group of a project; one that is there is left alone.
func (c *Conn) CreateGroup(ctx context.Context, project brick.Scope, name string) error {
	d, ok := c.driver.(Groups)
	if !ok {
		return cannot("make groups")
	}
	return c.try(ctx, "make group in", project, func(ctx context.Context) error {
		return d.CreateGroup(ctx, project, name)
	})
}

// Apply does the changes of one scope in one batch, which must not be larger
// than Features allow, and returns what became of each. Changes that failed
// for a reason that may pass are tried again, the others never. Once it has
// begun, a batch is finished even when ctx ends; only the waiting between
// attempts is cut short then, and what was left is Interrupted: with
// [ErrNotBegun] what was surely not begun, without it what nobody knows.
func (c *Conn) Apply(ctx context.Context, s brick.Scope, batch []brick.Change) []error {
	results := make([]error, len(batch))
	left := make([]int, len(batch))
	for i := range left {
		left[i] = i
	}
	started := time.Now()
	for attempt := 1; ; attempt++ {
		if err := ctx.Err(); err != nil && attempt == 1 {
			fill(results, left, NotBegun(ctx))
			return results
		}
		tried := left
		left = c.attempt(ctx, s, batch, left, results)
		if attempt > 1 { // that nothing is begun now says nothing of before
			for _, at := range tried {
				results[at] = Begun(results[at])
			}
		}
		if len(left) == 0 {
			return results
		}
		err := worst(results, left)
		wait, again := c.retry.wait(attempt, started, err)
		if !again {
			return results
		}
		c.emit.Send(brick.Retrying{Op: "apply", Scope: s, Attempt: attempt, Wait: wait, Err: err})
		if err := sleep(ctx, wait); err != nil {
			fill(results, left, err)
			return results
		}
	}
}

// attempt does the changes that are left and returns those that may succeed
// later.
func (c *Conn) attempt(ctx context.Context, s brick.Scope, batch []brick.Change, left []int, results []error) []int {
	part := make([]brick.Change, len(left))
	for i, at := range left {
		part[i] = batch[at]
	}
	var errs []error
	whole := ctx
	if c.web == nil { // or else the driver knows best what may still be begun
		whole = context.WithoutCancel(ctx)
	}
	if err := c.call(whole, func(ctx context.Context) error {
		errs = c.driver.Apply(ctx, s, part)
		if len(errs) != len(part) { // nobody can tell which were done
			return brick.Errorf(brick.Failed, "the platform tells of %d changes, %d were asked for", len(errs), len(part))
		}
		return nil
	}); err != nil {
		fill(results, left, err)
		return nil
	}
	var again []int
	for i, at := range left {
		results[at] = errs[i]
		if errs[i] == nil {
			continue
		}
		results[at] = described(s, &part[i], errs[i])
		if brick.KindOf(errs[i]).Temporary() {
			again = append(again, at)
		}
	}
	return again
}

// described says of which change an error speaks.
func described(s brick.Scope, c *brick.Change, err error) error {
	full := brick.Error{Kind: brick.KindOf(err), Err: err}
	if e, ok := asError(err); ok {
		full = *e
	}
	full.Op, full.Scope, full.Login = c.Action.String(), s, c.Login()
	return &full
}

// worst returns the error that asks for the longest wait.
func worst(results []error, left []int) error {
	err := results[left[0]]
	for _, at := range left[1:] {
		a, _ := asError(err)
		b, _ := asError(results[at])
		if a == nil || (b != nil && b.After > a.After) {
			err = results[at]
		}
	}
	return err
}

func fill(results []error, at []int, err error) {
	for _, i := range at {
		results[i] = err
	}
}

func asError(err error) (*brick.Error, bool) { return errors.AsType[*brick.Error](err) }
