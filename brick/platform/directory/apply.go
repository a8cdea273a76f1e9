package directory

import (
	"context"
	"database/sql"
	"errors"

	"users-brick/brick"
)

// Apply does the changes of one scope in one transaction. Each is checked as
// a whole before anything of it is written, so a bad one is left out and the
// others are committed. When the commit fails, all have failed. When ctx ends
// in between, what was done until then is committed and the rest is reported
// as Interrupted. A directory that is open read-only refuses everything with
// kind Forbidden.
func (d *Directory) Apply(ctx context.Context, s brick.Scope, batch []brick.Change) []error {
	errs := make([]error, len(batch))
	if err := d.transact(ctx, s, func(t *transaction) error { return t.apply(ctx, batch, errs) }); err != nil {
		for i := range errs {
			errs[i] = err
		}
	}
	for i := range errs {
		errs[i] = explain(errs[i], s, &batch[i])
	}
	return errs
}

// explain says in an error which change it belongs to.
func explain(err error, s brick.Scope, c *brick.Change) error {
	if err == nil {
		return nil
	}
	e := *fault("", err).(*brick.Error)
	e.Op, e.Scope, e.Login = c.Action.String(), s, c.Login()
	return &e
}

// transaction is one transaction on one scope.
type transaction struct {
	*writer
	ctx   context.Context
	scope brick.Scope
	run   string
	at    string

	organization int64
	place        int64             // of a project; 0 for an organization
	roleNames    map[string]string // folded to as written
	groupNames   map[string]group  // folded to group

	notes []any // cells of the audit that are not written yet
}

type group struct {
	id   int64
	name string
}

// transact runs work in a transaction on the scope, which must be known.
func (d *Directory) transact(ctx context.Context, s brick.Scope, work func(*transaction) error) error {
	if d.write == nil {
		return brick.Errorf(brick.Forbidden, "the directory is open for reading only")
	}
	d.lock.Lock()
	defer d.lock.Unlock()
	// Here, since those before may have waited long for another program.
	if err := stopped(ctx); err != nil {
		return err
	}
	// Statements run to their end even when ctx ends: a cancelled commit
	// would leave open whether it took place. Apply looks at ctx in between.
	free := context.WithoutCancel(ctx)
	t := &transaction{writer: d.write, ctx: free, scope: s, run: d.run, at: stamp(d.now())}
	return d.inTurn(free, func() error {
		if err := t.find(); err != nil {
			return err
		}
		if err := work(t); err != nil {
			return err
		}
		return t.flush()
	})
}

// find looks the scope up.
func (t *transaction) find() error {
	var err error
	if t.scope.Level == brick.OrganizationLevel {
		err = t.writer.organization.QueryRowContext(t.ctx, t.scope.ID).Scan(&t.organization)
	} else {
		err = t.project.QueryRowContext(t.ctx, t.scope.ID).Scan(&t.place, &t.organization)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return &brick.Error{Kind: brick.NotFound, Scope: t.scope}
	}
	return err
}

// apply does a batch. It returns an error only when all must be rolled back.
func (t *transaction) apply(ctx context.Context, batch []brick.Change, errs []error) error {
	if err := t.learn(); err != nil {
		return err
	}
	change := t.changeMember
	if t.scope.Level == brick.OrganizationLevel {
		change = t.changeAccount
	}
	for i := range batch {
		err := stopped(ctx)
		if err == nil {
			err = change(&batch[i])
		}
		if _, refused := errors.AsType[*brick.Error](err); err != nil && !refused {
			return err
		}
		errs[i] = err
	}
	return nil
}
