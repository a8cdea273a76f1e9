package directory

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"
)

// writer is the one connection that writes, with its statements. The caller
// holds the directory's lock.
type writer struct {
	db   *sql.DB
	conn *sql.Conn

	organization, project            *sql.Stmt
	account, putAccount              *sql.Stmt
	dropAccount, memberships         *sql.Stmt
	member, putMember, dropMember    *sql.Stmt
	roles, groups, putGroup          *sql.Stmt
	dropMemberGroups, putMemberGroup *sql.Stmt
	note, noteMany                   *sql.Stmt

	prepared []*sql.Stmt // all of these
}

// newWriter opens the writing connection to a file that exists. It writes
// nothing yet.
func newWriter(ctx context.Context, path string, wait time.Duration) (*writer, error) {
	db, err := connect(path, "rw", wait)
	if err != nil {
		return nil, err
	}
	w := &writer{db: db}
	if w.conn, err = db.Conn(ctx); err == nil {
		err = w.prepare(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

func (w *writer) prepare(ctx context.Context) error {
	for _, s := range []struct {
		into  **sql.Stmt
		query string
	}{
		{&w.organization, `SELECT id FROM organizations WHERE name = ?`},
		{&w.project, `SELECT id, organization FROM projects WHERE project = ?`},
		{&w.account, `SELECT ` + fields + ` FROM accounts WHERE organization = ? AND login = ?`},
		{&w.putAccount, putAccount},
		{&w.dropAccount, `DELETE FROM accounts WHERE organization = ? AND login = ?`},
		{&w.memberships, `SELECT p.id, p.project FROM projects p CROSS JOIN members m ON m.project = p.id AND m.login = ?2
			WHERE p.organization = ?1 ORDER BY p.project`},
		{&w.member, `SELECT EXISTS (SELECT 1 FROM accounts WHERE organization = ?1 AND login = ?3),
			m.status, m.roles, (SELECT nullif(json_group_array(g.name), '[]') FROM group_members n CROSS JOIN groups g ON g.id = n.group_id
				WHERE n.project = ?2 AND n.login = ?3)
			FROM (SELECT 1) LEFT JOIN members m ON m.project = ?2 AND m.login = ?3`},
		{&w.putMember, `INSERT INTO members (project, login, status, roles) VALUES (?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET status = excluded.status, roles = excluded.roles`},
		{&w.dropMember, `DELETE FROM members WHERE project = ? AND login = ?`},
		{&w.roles, `SELECT role FROM roles WHERE project = ?`},
		{&w.groups, `SELECT id, name FROM groups WHERE project = ?`},
		{&w.putGroup, `INSERT INTO groups (project, folded, name) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`},
		{&w.dropMemberGroups, `DELETE FROM group_members WHERE project = ? AND login = ?`},
		{&w.putMemberGroup, `INSERT INTO group_members (project, login, group_id) VALUES (?, ?, ?)`},
		{&w.note, noteInto + noteOne},
		{&w.noteMany, noteInto + strings.Repeat(noteOne+", ", noteRows-1) + noteOne},
	} {
		statement, err := w.conn.PrepareContext(ctx, s.query)
		if err != nil {
			return err
		}
		*s.into = statement
		w.prepared = append(w.prepared, statement)
	}
	return nil
}

// putAccount keeps the time of an earlier password unless a new one is set.
const putAccount = `INSERT INTO accounts (organization, login, ` + fields + `, password_set_at)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT DO UPDATE SET first_name = excluded.first_name, last_name = excluded.last_name, email = excluded.email,
	authentication_modes = excluded.authentication_modes, sso_provider = excluded.sso_provider,
	language = excluded.language, company = excluded.company, position = excluded.position,
	country = excluded.country, phone = excluded.phone, ip_whitelist = excluded.ip_whitelist,
	password_set_at = coalesce(excluded.password_set_at, password_set_at)`

// transact runs work in one transaction and rolls everything back when work
// or the commit fails.
func (w *writer) transact(ctx context.Context, work func() error) error {
	if _, err := w.conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := work()
	if err == nil {
		_, err = w.conn.ExecContext(ctx, "COMMIT")
	}
	if err != nil {
		// SQLite may have rolled back already; then this fails, and nothing is lost.
		_, _ = w.conn.ExecContext(ctx, "ROLLBACK")
	}
	return err
}

// close closes the statements, too: those of a connection are not closed with
// it, and keep the file open.
func (w *writer) close() error {
	var err error
	for _, s := range w.prepared {
		err = errors.Join(err, s.Close())
	}
	if w.conn != nil {
		err = errors.Join(err, w.conn.Close())
	}
	return errors.Join(err, w.db.Close())
}
