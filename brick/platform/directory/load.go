package directory

import (
	"context"
	"database/sql"
	"hash/maphash"
	"io"
)

// loader fills an empty database from a document. Members may stand before
// the accounts, roles and groups that they name, so these are compared when
// the project or the organization ends.
type loader struct {
	*reader
	ctx  context.Context
	conn *sql.Conn

	putAccount, putMember, putGroup, putMemberGroup, putRole *sql.Stmt

	organization, project, group int64 // the last keys given out

	hash   maphash.Seed
	places []place // of the members of this organization
}

// place says where a member stands in the document, in little memory.
type place struct {
	hash         uint64 // of project and login
	line, column uint32
}

// build makes the tables in an empty database and fills them from a document
// called source. A document that is wrong is an error of kind BadInput with
// line and column; the database is of no use then.
func build(ctx context.Context, db *sql.DB, source string, r io.Reader) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, schema+"; BEGIN"); err != nil {
		return err
	}
	l := &loader{reader: newReader(source, r), ctx: context.WithoutCancel(ctx), conn: conn, hash: maphash.MakeSeed()}
	if err := l.prepare(); err != nil {
		return err
	}
	if err := l.document(ctx); err != nil {
		return err
	}
	_, err = conn.ExecContext(l.ctx, "COMMIT")
	return err
}

func (l *loader) prepare() error {
	for _, s := range []struct {
		into  **sql.Stmt
		query string
	}{
		{&l.putAccount, `INSERT INTO accounts (organization, login, ` + fields + `)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`},
		{&l.putMember, `INSERT INTO members (project, login, status, roles) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`},
		{&l.putGroup, `INSERT INTO groups (id, project, folded, name) VALUES (?, ?, ?, ?)`},
		{&l.putMemberGroup, `INSERT INTO group_members (project, login, group_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`},
		{&l.putRole, `INSERT INTO roles (project, role) VALUES (?, ?)`},
	} {
		statement, err := l.conn.PrepareContext(l.ctx, s.query)
		if err != nil {
			return err
		}
		*s.into = statement
	}
	return nil
}

// insert runs a statement and reports whether it added a row.
func (l *loader) insert(s *sql.Stmt, cells ...any) (bool, error) {
	result, err := s.ExecContext(l.ctx, cells...)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// document reads the whole document; ctx may end it between organizations'
// parts.
func (l *loader) document(ctx context.Context) error {
	_, err := l.object(func(key string) error {
		if key != "organizations" {
			return l.unknown(key)
		}
		return l.list(func() error { return l.readOrganization(ctx) })
	})
	if err != nil {
		return err
	}
	return l.end()
}

// readOrganization reads one organization.
func (l *loader) readOrganization(ctx context.Context) error {
	l.organization++
	l.places = l.places[:0]
	var name string
	var nameAt position
	begin, err := l.object(func(key string) error {
		switch key {
		case "name":
			err := l.name(&name, "an organization")
			nameAt = l.at
			return err
		case "users":
			return l.list(func() error { return l.checked(ctx, l.readUser) })
		case "projects":
			return l.list(func() error { return l.checked(ctx, l.readProject) })
		}
		return l.unknown(key)
	})
	switch {
	case err != nil:
		return err
	case name == "":
		return l.wrong(begin, "add the key name", "an organization has no name")
	}
	var taken bool
	if err := l.one(&taken, `SELECT EXISTS (SELECT 1 FROM organizations WHERE name = ?)`, name); err != nil {
		return err
	}
	if taken {
		return l.wrong(nameAt, "put their users and projects together", "organization %q comes twice", name)
	}
	if _, err := l.conn.ExecContext(l.ctx, `INSERT INTO organizations (id, name) VALUES (?, ?)`, l.organization, name); err != nil {
		return err
	}
	return l.accountsOfMembers()
}

// checked reads one thing unless ctx has ended.
func (l *loader) checked(ctx context.Context, read func() error) error {
	if err := stopped(ctx); err != nil {
		return err
	}
	return read()
}

// one reads the one value that a query finds.
func (l *loader) one(into any, query string, args ...any) error {
	return l.conn.QueryRowContext(l.ctx, query, args...).Scan(into)
}

// accountsOfMembers demands that every member has an account.
func (l *loader) accountsOfMembers() error {
	rows, err := l.conn.QueryContext(l.ctx, `SELECT p.id, p.project, m.login FROM projects p CROSS JOIN members m ON m.project = p.id
		WHERE p.organization = ?1 AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.organization = ?1 AND a.login = m.login)
		ORDER BY p.id, m.login LIMIT 1`, l.organization)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		return rows.Err()
	}
	var project int64
	var id, login string
	if err := rows.Scan(&project, &id, &login); err != nil {
		return err
	}
	return l.wrong(l.placeOf(project, login), "add the account to the organization's users",
		"%s is a member of project %q but has no account", login, id)
}

// remember keeps where a member stands.
func (l *loader) remember(project int64, login string, at position) {
	hash := maphash.Comparable(l.hash, memberKey{project, login})
	l.places = append(l.places, place{hash, uint32(at.line), uint32(at.column)})
}

// placeOf returns where a member stands.
func (l *loader) placeOf(project int64, login string) position {
	hash := maphash.Comparable(l.hash, memberKey{project, login})
	for _, p := range l.places {
		if p.hash == hash {
			return position{int(p.line), int(p.column)}
		}
	}
	return l.at
}

type memberKey struct {
	project int64
	login   string
}
