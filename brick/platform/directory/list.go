package directory

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"strings"

	"users-brick/brick"
)

// page is how many members one query reads. Between pages nothing is locked,
// so that a slow reader keeps no writer waiting.
const page = 1000

// List yields the members of the scope in login order, a page at a time.
func (d *Directory) List(ctx context.Context, s brick.Scope) iter.Seq2[brick.Member, error] {
	return func(yield func(brick.Member, error) bool) {
		if err := d.list(ctx, s, func(m brick.Member) bool { return yield(m, nil) }); err != nil {
			e := fault("list", err).(*brick.Error)
			e.Op, e.Scope = "list", s
			yield(brick.Member{}, e)
		}
	}
}

// list hands over the members until one is not wanted.
func (d *Directory) list(ctx context.Context, s brick.Scope, give func(brick.Member) bool) error {
	var last brick.Login
	for {
		members, err := d.membersAfter(ctx, s, last)
		if err != nil {
			return err
		}
		for _, m := range members {
			if err := stopped(ctx); err != nil {
				return err
			}
			if !give(m) {
				return nil
			}
		}
		if len(members) < page {
			return nil
		}
		last = members[page-1].Login
	}
}

// membersAfter reads one page: the members of the scope that follow a login.
// It looks the scope up each time, because a document that is loaded between
// two pages gives out the keys of the tables anew.
func (d *Directory) membersAfter(ctx context.Context, s brick.Scope, after brick.Login) ([]brick.Member, error) {
	if err := stopped(ctx); err != nil {
		return nil, err
	}
	d.lock.RLock()
	defer d.lock.RUnlock()
	// One transaction, so that what is read belongs together whatever other
	// programs write in between.
	tx, err := d.read.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	place, err := placeIn(ctx, tx, s)
	switch {
	case err != nil:
		return nil, err
	case s.Level == brick.OrganizationLevel:
		return accountPage(ctx, tx, place, after)
	}
	return memberPage(ctx, tx, place, after)
}

// place returns the key under which the tables know the scope.
func (d *Directory) place(ctx context.Context, s brick.Scope) (int64, error) {
	d.lock.RLock()
	defer d.lock.RUnlock()
	return placeIn(ctx, d.read, s)
}

// rowQuerier is a database, or a transaction on it.
type rowQuerier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func placeIn(ctx context.Context, q rowQuerier, s brick.Scope) (int64, error) {
	query := "SELECT id FROM projects WHERE project = ?"
	if s.Level == brick.OrganizationLevel {
		query = "SELECT id FROM organizations WHERE name = ?"
	}
	var place int64
	err := q.QueryRowContext(ctx, query, s.ID).Scan(&place)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, &brick.Error{Kind: brick.NotFound, Scope: s, Err: errors.New("there is no such " + s.Level.String())}
	}
	return place, err
}

// accountPage reads the accounts that follow a login.
func accountPage(ctx context.Context, tx *sql.Tx, organization int64, after brick.Login) ([]brick.Member, error) {
	rows, err := tx.QueryContext(ctx, selectAccounts, organization, after, page)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var members []brick.Member
	into := make([]any, 1+brick.NumFields)
	for rows.Next() {
		m := brick.Member{Status: brick.Enabled}
		into[0] = &m.Login
		for f := range brick.Fields() {
			into[1+f] = &m.Profile[f]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		members = append(members, m)
	}
	return members, rows.Err()
}

const fields = `first_name, last_name, email, authentication_modes, sso_provider,
	language, company, position, country, phone, ip_whitelist`

const selectAccounts = `SELECT login, ` + fields + ` FROM accounts
	WHERE organization = ? AND login > ? ORDER BY login LIMIT ?`

// memberPage reads the members that follow a login, with their groups.
func memberPage(ctx context.Context, tx *sql.Tx, project int64, after brick.Login) ([]brick.Member, error) {
	rows, err := tx.QueryContext(ctx, selectMembers, project, after, page)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var members []brick.Member
	for rows.Next() {
		var m brick.Member
		var roles string
		if err := rows.Scan(&m.Login, &m.Status, &roles); err != nil {
			return nil, err
		}
		m.Roles = splitRoles(roles)
		members = append(members, m)
	}
	if err := rows.Err(); err != nil || len(members) == 0 {
		return nil, err
	}
	return members, joinGroups(ctx, tx, project, members)
}

const selectMembers = `SELECT login, status, roles FROM members
	WHERE project = ? AND login > ? ORDER BY login LIMIT ?`

// joinGroups gives the members of one page, which are in login order, their
// groups.
func joinGroups(ctx context.Context, tx *sql.Tx, project int64, members []brick.Member) error {
	rows, err := tx.QueryContext(ctx, selectGroups, project, members[0].Login, members[len(members)-1].Login)
	if err != nil {
		return err
	}
	defer rows.Close()
	i := 0
	for rows.Next() {
		var login brick.Login
		var group string
		if err := rows.Scan(&login, &group); err != nil {
			return err
		}
		for i < len(members) && members[i].Login < login {
			i++
		}
		if i < len(members) && members[i].Login == login {
			members[i].Groups = append(members[i].Groups, group)
		}
	}
	return rows.Err()
}

const selectGroups = `SELECT m.login, g.name FROM group_members m CROSS JOIN groups g ON g.id = m.group_id
	WHERE m.project = ? AND m.login BETWEEN ? AND ? ORDER BY m.login, g.folded`

// joinRoles writes a Set of role identifiers as one cell, splitRoles reads it.
func joinRoles(roles []string) string { return strings.Join(roles, "\n") }

func splitRoles(cell string) []string {
	if cell == "" {
		return nil
	}
	return strings.Split(cell, "\n")
}
