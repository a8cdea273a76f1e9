package gooddata

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"golang.org/x/sync/errgroup"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// accountsAtOnce is how many accounts are changed at once; what goes out at
// once is the business of the Web.
const accountsAtOnce = 64

// applyAccounts does changes of an organization's accounts; the i-th error
// says what became of the i-th change. Once ctx has ended no more are begun.
func (d *Driver) applyAccounts(ctx context.Context, s brick.Scope, batch []brick.Change) []error {
	errs := make([]error, len(batch))
	var b brake
	var crew errgroup.Group
	crew.SetLimit(accountsAtOnce)
	for i := range batch {
		crew.Go(func() error {
			errs[i] = b.try(ctx, func() error { return d.applyAccount(ctx, s, &batch[i]) })
			return nil
		})
	}
	_ = crew.Wait() // nobody returns an error
	return errs
}

func (d *Driver) applyAccount(ctx context.Context, s brick.Scope, c *brick.Change) error {
	login := brick.Login(brick.Fold(string(c.Login())))
	switch c.Action {
	case brick.Add:
		return d.addAccount(ctx, s, login, c)
	case brick.Update:
		return d.updateAccount(ctx, s, login, c)
	case brick.Remove:
		return d.removeAccount(ctx, s, login, c)
	}
	return brick.Errorf(brick.Invalid, "an account cannot be %s", c.Action.Done())
}

// updateAccount lays what is given over an account.
func (d *Driver) updateAccount(ctx context.Context, s brick.Scope, login brick.Login, c *brick.Change) error {
	if have, ok := accountOf(c.Before); ok {
		err := d.put(ctx, &have, wantedOf(c))
		if !absent(err) {
			return err
		}
	}
	have, found, err := d.lookUp(ctx, s, login)
	if err != nil {
		return err
	}
	if !found {
		return brick.Errorf(brick.NotFound, "the organization has no such account")
	}
	return d.put(ctx, &have, wantedOf(c))
}

// Clears says which attributes of an account can be emptied.
func (d *Driver) Clears() brick.FieldSet { return clearable }

// put sends an account as it is to be. Nothing is sent when it is so already
// and there is no password to set.
func (d *Driver) put(ctx context.Context, have *account, w *wanted) error {
	if w.holds(&have.profile) {
		return nil
	}
	a, err := d.do(ctx, call{
		method: http.MethodPut, path: profilePath(have.ref.id),
		body: changedAccount(have, w), hide: []brick.Secret{w.password},
	})
	if err != nil {
		return d.putBefore(ctx, have, w, ofPassword(err, w.password))
	}
	return cleared(a, have.profile.Given(w.clear))
}

// putBefore returns what a refused update comes to. When the update was sent
// before and no answer came, its password may be refused for being the one that
// the account has since then. The rest of the account tells: where it has become
// as it should be the update was done, for of a refused one nothing is. Where
// it was so before, the reason must speak of a password that was used.
func (d *Driver) putBefore(ctx context.Context, have *account, w *wanted, refused error) error {
	p, ok := errors.AsType[*problem](refused)
	if !ok || !p.doubt || brick.KindOf(refused) != brick.BadPassword {
		return refused
	}
	a, err := d.do(ctx, call{method: http.MethodGet, path: profilePath(have.ref.id)})
	if err != nil {
		return platform.Begun(err)
	}
	var now account
	if err := decode(a.body, shape{"accountSetting": accountShape(&now).take}.take); err != nil {
		return garbled(a, err)
	}
	rest := wanted{profile: w.profile, clear: w.clear}
	if became := !rest.holds(&have.profile); rest.holds(&now.profile) && (became || p.ofUsedPassword()) {
		return nil
	}
	return refused
}

// cleared makes sure that the answer to an update shows empty what was to
// become so: nobody has promised that the platform empties anything.
func cleared(a *answer, fields brick.FieldSet) error {
	if fields == 0 {
		return nil
	}
	var is account
	if err := decode(a.body, shape{"accountSetting": accountShape(&is).take}.take); err != nil {
		return garbled(a, err)
	}
	for f := range fields.All() {
		if is.profile[f] != "" || f == brick.IPWhitelist && is.ref.blocked {
			return &brick.Error{Kind: brick.Failed, RequestID: requestID(a, ""), Err: fmt.Errorf("the platform does not empty %s", f)}
		}
	}
	return nil
}

// removeAccount deletes an account; one that is gone is as it should be.
func (d *Driver) removeAccount(ctx context.Context, s brick.Scope, login brick.Login, c *brick.Change) error {
	have, ok := accountOf(c.Before)
	if !ok {
		var err error
		if have, ok, err = d.lookUp(ctx, s, login); err != nil || !ok {
			return err
		}
	}
	_, err := d.do(ctx, call{method: http.MethodDelete, path: profilePath(have.ref.id)})
	if err != nil && !absent(err) {
		return err
	}
	d.forget(login)
	return nil
}

// absent reports whether an error says that the account is not there.
func absent(err error) bool {
	kind := brick.KindOf(err)
	return err != nil && (kind == brick.NotFound || kind == brick.Gone)
}

// given returns what a change gives.
func given(c *brick.Change) *brick.Profile {
	if c.After == nil {
		return &brick.Profile{}
	}
	return &c.After.Profile
}

// ofPassword finds out whether it was the password that the platform refused.
// A refusal without any reason is one of these: it is what a password gets
// that was used before.
func ofPassword(err error, password brick.Secret) error {
	e, ok := errors.AsType[*brick.Error](err)
	p, refused := errors.AsType[*problem](err)
	if !ok || !refused || !password.Given() || e.Kind != brick.Invalid || !p.aboutPassword() {
		return err
	}
	full := *e
	full.Kind = brick.BadPassword
	return &full
}
