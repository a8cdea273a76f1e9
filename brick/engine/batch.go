package engine

import (
	"context"
	"errors"
	"fmt"

	"users-brick/brick"
	"users-brick/brick/plan"
	"users-brick/brick/platform"
)

// batch does some changes of one scope, between two lines of the journal.
func (a *applying) batch(ctx context.Context, batch []brick.Change) {
	if a.stopped(ctx) != nil {
		return
	}
	number, err := a.begin(batch)
	if err != nil {
		a.end(err)
		return
	}
	if a.stopped(ctx) == nil { // which beginning may have taken until now
		a.send(ctx, batch)
	}
	a.settle(number, batch)
}

// send does some changes of one scope. Those whose password is refused are
// done again without it.
func (a *applying) send(ctx context.Context, batch []brick.Change) {
	generatePasswords(batch)
	var refused []int
	errs := a.conn.Apply(ctx, batch[0].Scope, batch)
	for i, err := range errs {
		if err != nil && brick.KindOf(err) == brick.BadPassword {
			refused = append(refused, i)
			continue
		}
		a.answer(&batch[i], err)
	}
	if len(refused) == 0 {
		return
	}
	for i, err := range a.withoutPasswords(ctx, batch, refused) {
		at := refused[i]
		if err == nil {
			err = fmt.Errorf("all is done but the password: %w", errs[at])
		}
		a.answer(&batch[at], err)
	}
}

// withoutPasswords does changes of a batch again whose given password was
// refused: a new account gets a generated one, an existing account keeps its
// own.
func (a *applying) withoutPasswords(ctx context.Context, batch []brick.Change, refused []int) []error {
	again := make([]brick.Change, len(refused))
	for i, at := range refused {
		again[i] = batch[at]
		again[i].Password, again[i].SetPassword = brick.Secret{}, false
	}
	generatePasswords(again)
	return a.conn.Apply(ctx, batch[0].Scope, again)
}

// answer remembers what became of a change that went to the platform. When the
// run was stopped meanwhile, nobody knows what became of it, unless the platform
// is sure that it did not begin it.
func (a *applying) answer(c *brick.Change, err error) {
	if brick.KindOf(err) == brick.Interrupted && !errors.Is(err, platform.ErrNotBegun) {
		a.out.Set(c.Seq, plan.Unknown)
		return
	}
	a.note(c, err)
}

// note remembers what became of a change. What was not tried stays as it was.
func (a *applying) note(c *brick.Change, err error) {
	switch k := brick.KindOf(err); {
	case err == nil:
		a.out.Set(c.Seq, plan.Done)
	case k == brick.Interrupted:
		return
	case k == brick.Locked: // nothing was done, and nothing more may be
		a.end(lockedOut(err))
		return
	default:
		a.out.Fail(c.Seq, err)
		if k == brick.Denied {
			a.end(err)
		}
	}
	a.job.Emit.Send(brick.Applied{Change: c, Err: err, Done: a.done.Add(1), Total: a.plan.End.Changes})
}

// generatePasswords gives the new accounts of a batch that have no password
// one of their own.
func generatePasswords(batch []brick.Change) {
	for i := range batch {
		c := &batch[i]
		if c.Scope.Level == brick.OrganizationLevel && c.Action == brick.Add && !c.Password.Given() {
			c.Password = GeneratePassword()
		}
	}
}

// lockedOut returns the error of a run that may not go on, which is no matter
// of the one change that found out.
func lockedOut(err error) error {
	e, ok := errors.AsType[*brick.Error](err)
	if !ok {
		return err
	}
	return &brick.Error{Kind: brick.Locked, Err: e.Err, Hint: e.Hint}
}
