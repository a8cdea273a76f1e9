package directory

import (
	"database/sql"
	"errors"
	"slices"

	"users-brick/brick"
)

// Clears says that every attribute of an account can be emptied.
func (d *Directory) Clears() brick.FieldSet {
	return brick.NewFieldSet(slices.Collect(brick.Fields())...)
}

// changeAccount does one change of an organization.
func (t *transaction) changeAccount(c *brick.Change) error {
	login := fold(c.Login())
	have, exists, err := t.readAccount(login)
	if err != nil {
		return err
	}
	switch {
	case c.Action == brick.Remove && !exists:
		return nil
	case c.Action == brick.Remove:
		return t.removeAccount(login, have)
	case c.Action == brick.Update && !exists:
		return brick.Errorf(brick.NotFound, "no such account")
	case c.Action == brick.Add || c.Action == brick.Update:
		return t.layAccount(c, login, have, exists)
	}
	return brick.Errorf(brick.Invalid, "an account cannot be %s", c.Action.Done())
}

// layAccount makes the account or lays what is given over it. A password is
// for new accounts and for updates.
func (t *transaction) layAccount(c *brick.Change, login brick.Login, have brick.Profile, exists bool) error {
	if _, err := brick.ParseLogin(string(login)); err != nil {
		return &brick.Error{Kind: brick.Invalid, Err: err}
	}
	want := have
	if c.After != nil {
		want = have.Overlay(&c.After.Profile).Without(c.Clear)
	}
	var passwordSet any
	if c.Password.Given() && (!exists || c.Action == brick.Update) {
		passwordSet = t.at
	}
	if exists && want == have && passwordSet == nil {
		return nil
	}
	cells := append(profileCells(want, t.organization, string(login)), passwordSet)
	if _, err := t.putAccount.ExecContext(t.ctx, cells...); err != nil {
		return err
	}
	var before any
	if exists {
		before = accountOf(login, have)
	}
	return t.audit(t.scope, login, c.Action.String(), before, accountOf(login, want))
}

// profileCells returns the first cells followed by those of the profile.
func profileCells(p brick.Profile, first ...any) []any {
	for _, text := range p {
		first = append(first, text)
	}
	return first
}

// removeAccount deletes the account, and before it every membership.
func (t *transaction) removeAccount(login brick.Login, have brick.Profile) error {
	projects, err := t.projectsOf(login)
	if err != nil {
		return err
	}
	for _, p := range projects {
		m, _, err := t.readMember(p.place, login)
		if err != nil {
			return err
		}
		if err := t.deleteMember(p.place, login); err != nil {
			return err
		}
		if err := t.audit(p.scope, login, brick.Remove.String(), m, nil); err != nil {
			return err
		}
	}
	if _, err := t.dropAccount.ExecContext(t.ctx, t.organization, string(login)); err != nil {
		return err
	}
	return t.audit(t.scope, login, brick.Remove.String(), accountOf(login, have), nil)
}

// membership is a project that somebody is a member of.
type membership struct {
	place int64
	scope brick.Scope
}

func (t *transaction) projectsOf(login brick.Login) ([]membership, error) {
	rows, err := t.memberships.QueryContext(t.ctx, t.organization, string(login))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var projects []membership
	for rows.Next() {
		p := membership{scope: brick.Scope{Level: brick.ProjectLevel}}
		if err := rows.Scan(&p.place, &p.scope.ID); err != nil {
			return nil, err
		}
		projects = append(projects, p)
	}
	return projects, rows.Err()
}

func (t *transaction) readAccount(login brick.Login) (p brick.Profile, exists bool, err error) {
	into := make([]any, brick.NumFields)
	for f := range brick.Fields() {
		into[f] = &p[f]
	}
	err = t.account.QueryRowContext(t.ctx, t.organization, string(login)).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return p, false, nil
	}
	return p, err == nil, err
}

func accountOf(login brick.Login, p brick.Profile) brick.Member {
	return brick.Member{Login: login, Status: brick.Enabled, Profile: p}
}

// fold keeps two spellings of one login from becoming two people.
func fold(l brick.Login) brick.Login { return brick.Login(brick.Fold(string(l))) }
