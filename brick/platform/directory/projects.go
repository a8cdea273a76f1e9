package directory

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// readOnlyNames are the roles that a new member may get unasked, the best
// first, folded.
var readOnlyNames = []string{"viewer", "readonlyuserrole", "readonly", "read_only", "read-only"}

// adminName is the role of those who run a project, folded.
const adminName = "admin"

// Roles returns the project's roles in the order of their identifiers, one of
// them marked ReadOnly and one marked Admin when their names say so.
func (d *Directory) Roles(ctx context.Context, s brick.Scope) ([]brick.Role, error) {
	ids, err := d.namesIn(ctx, "read roles", s, "SELECT role FROM roles WHERE project = ? ORDER BY role")
	roles := make([]brick.Role, len(ids))
	best := len(readOnlyNames)
	for i, id := range ids {
		roles[i].ID = id
		if rank := slices.Index(readOnlyNames, brick.Fold(id)); rank >= 0 {
			best = min(best, rank)
		}
	}
	for i, id := range ids {
		roles[i].ReadOnly = best < len(readOnlyNames) && brick.Fold(id) == readOnlyNames[best]
		roles[i].Admin = brick.Fold(id) == adminName
	}
	return roles, err
}

// Groups returns the names of the project's groups, letter case ignored in
// their order.
func (d *Directory) Groups(ctx context.Context, s brick.Scope) ([]string, error) {
	return d.namesIn(ctx, "read groups", s, "SELECT name FROM groups WHERE project = ? ORDER BY folded")
}

// namesIn returns the names that a query finds in a project.
func (d *Directory) namesIn(ctx context.Context, op string, s brick.Scope, query string) ([]string, error) {
	if s.Level != brick.ProjectLevel {
		return nil, &brick.Error{Kind: brick.NotFound, Op: op, Scope: s}
	}
	place, err := d.place(ctx, s)
	if err != nil {
		return nil, fault(op, err)
	}
	names, err := d.names(ctx, query, place)
	return names, fault(op, err)
}

// names returns the one column of a query.
func (d *Directory) names(ctx context.Context, query string, args ...any) ([]string, error) {
	d.lock.RLock()
	defer d.lock.RUnlock()
	rows, err := d.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// CreateGroup makes a group unless the project has one of that name, letter
// case and outer spaces ignored. A name of spaces only is an error of kind Invalid.
func (d *Directory) CreateGroup(ctx context.Context, s brick.Scope, name string) error {
	name = strings.TrimSpace(name)
	folded := brick.Fold(name)
	if folded == "" {
		return &brick.Error{Kind: brick.Invalid, Op: "create group", Scope: s, Err: errors.New("its name is empty")}
	}
	err := d.transact(ctx, s, func(t *transaction) error {
		if t.place == 0 {
			return &brick.Error{Kind: brick.NotFound, Scope: s}
		}
		result, err := t.putGroup.ExecContext(t.ctx, t.place, folded, name)
		if err != nil {
			return err
		}
		if made, err := result.RowsAffected(); err != nil || made == 0 {
			return err
		}
		return t.audit(s, "", "create group", nil, map[string]string{"group": name})
	})
	return fault("create group", err)
}

// learn reads the roles and groups of the transaction's project.
func (t *transaction) learn() error {
	t.roleNames, t.groupNames = map[string]string{}, map[string]group{}
	if t.place == 0 {
		return nil
	}
	roles, err := t.roles.QueryContext(t.ctx, t.place)
	if err != nil {
		return err
	}
	defer roles.Close()
	for roles.Next() {
		var id string
		if err := roles.Scan(&id); err != nil {
			return err
		}
		t.roleNames[brick.Fold(id)] = id
	}
	return errors.Join(roles.Err(), t.learnGroups())
}

func (t *transaction) learnGroups() error {
	groups, err := t.groups.QueryContext(t.ctx, t.place)
	if err != nil {
		return err
	}
	defer groups.Close()
	for groups.Next() {
		var g group
		if err := groups.Scan(&g.id, &g.name); err != nil {
			return err
		}
		t.groupNames[brick.Fold(g.name)] = g
	}
	return groups.Err()
}

// Project returns what is known of a project; see [platform.Projects]. The
// project of another organization or data product has no client here.
func (d *Directory) Project(ctx context.Context, organization, dataProduct, id string) (platform.Project, error) {
	p := platform.Project{ID: id}
	var owner, product string
	err := d.scan(ctx, `SELECT o.name, p.title, p.custom_id, p.client_id, p.data_product
		FROM projects p JOIN organizations o ON o.id = p.organization WHERE p.project = ?`, []any{id},
		&owner, &p.Title, &p.CustomID, &p.ClientID, &product)
	if errors.Is(err, sql.ErrNoRows) {
		return platform.Project{}, &brick.Error{Kind: brick.NotFound, Op: "read", Scope: brick.Project(id)}
	}
	if err == nil && organization != "" {
		_, err = d.product(ctx, organization, dataProduct)
	}
	if err != nil {
		return platform.Project{}, fault("read project "+id, err)
	}
	if owner != organization || product != orDefault(dataProduct) {
		p.ClientID = ""
	}
	return p, nil
}

// scan reads the one row that a query finds.
func (d *Directory) scan(ctx context.Context, query string, args []any, into ...any) error {
	d.lock.RLock()
	defer d.lock.RUnlock()
	return d.read.QueryRowContext(ctx, query, args...).Scan(into...)
}
