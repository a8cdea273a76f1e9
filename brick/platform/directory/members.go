package directory

import (
	"database/sql"
	"encoding/json"
	"slices"

	"users-brick/brick"
)

// changeMember does one change of a project.
func (t *transaction) changeMember(c *brick.Change) error {
	login := fold(c.Login())
	have, known, err := t.readMember(t.place, login)
	if err != nil {
		return err
	}
	exists := have.Status != 0
	switch {
	case c.Action == brick.Remove && !exists:
		return nil
	case c.Action == brick.Remove:
		if err := t.deleteMember(t.place, login); err != nil {
			return err
		}
		return t.audit(t.scope, login, c.Action.String(), have, nil)
	case !known:
		return brick.Errorf(brick.NotFound, "the project's organization has no such account")
	case !exists && (c.Action == brick.Update || c.Action == brick.Disable):
		return brick.Errorf(brick.NotFound, "not a member")
	}
	want, err := t.wanted(have, c)
	if err != nil {
		return err
	}
	return t.putMembership(c.Action, have, want)
}

// wanted returns what the member becomes, once roles and groups are checked.
func (t *transaction) wanted(have brick.Member, c *brick.Change) (brick.Member, error) {
	want := have
	switch c.Action {
	case brick.Add, brick.Enable:
		want.Status = brick.Enabled
	case brick.Disable:
		want.Status = brick.Disabled
	}
	if c.After == nil {
		return want, nil
	}
	var err error
	if c.After.Roles != nil && !c.Action.Takes() {
		if want.Roles, err = t.rolesAs(c.After.Roles); err != nil {
			return want, err
		}
	}
	if c.After.Groups != nil {
		want.Groups, err = t.groupsAs(c.After.Groups)
	}
	return want, err
}

// rolesAs returns the project's own spelling of role identifiers.
func (t *transaction) rolesAs(ids []string) ([]string, error) {
	known := make([]string, len(ids))
	for i, id := range ids {
		role, ok := t.roleNames[brick.Fold(id)]
		if !ok {
			return nil, brick.Errorf(brick.NotFound, "the project has no role %q", id)
		}
		known[i] = role
	}
	return brick.Set(known), nil
}

// groupsAs returns the project's own spelling of group names.
func (t *transaction) groupsAs(names []string) ([]string, error) {
	known := make([]string, len(names))
	for i, name := range names {
		g, ok := t.groupNames[brick.Fold(name)]
		if !ok {
			return nil, brick.Errorf(brick.NotFound, "the project has no group %q", name)
		}
		known[i] = g.name
	}
	return brick.FoldSet(known), nil
}

// putMembership writes the member where he differs.
func (t *transaction) putMembership(action brick.Action, have, want brick.Member) error {
	sameGroups := slices.Equal(have.Groups, want.Groups)
	sameRow := have.Status == want.Status && slices.Equal(have.Roles, want.Roles)
	if sameRow && sameGroups {
		return nil
	}
	login := string(want.Login)
	if !sameRow {
		if _, err := t.putMember.ExecContext(t.ctx, t.place, login, int64(want.Status), joinRoles(want.Roles)); err != nil {
			return err
		}
	}
	if !sameGroups {
		if err := t.putGroups(login, want.Groups); err != nil {
			return err
		}
	}
	var before any
	if have.Status != 0 {
		before = have
	}
	return t.audit(t.scope, want.Login, action.String(), before, want)
}

// putGroups makes the member's groups exactly these.
func (t *transaction) putGroups(login string, names []string) error {
	if _, err := t.dropMemberGroups.ExecContext(t.ctx, t.place, login); err != nil {
		return err
	}
	for _, name := range names {
		id := t.groupNames[brick.Fold(name)].id
		if _, err := t.putMemberGroup.ExecContext(t.ctx, t.place, login, id); err != nil {
			return err
		}
	}
	return nil
}

func (t *transaction) deleteMember(place int64, login brick.Login) error {
	if _, err := t.dropMemberGroups.ExecContext(t.ctx, place, string(login)); err != nil {
		return err
	}
	_, err := t.dropMember.ExecContext(t.ctx, place, string(login))
	return err
}

// readMember returns the member, whose Status is zero when he is none, and
// whether there is an account of the login.
func (t *transaction) readMember(place int64, login brick.Login) (m brick.Member, known bool, err error) {
	var status sql.NullInt64
	var roles sql.NullString
	var groups []byte // JSON, since a group's name may hold anything
	row := t.member.QueryRowContext(t.ctx, t.organization, place, string(login))
	if err := row.Scan(&known, &status, &roles, &groups); err != nil {
		return m, false, err
	}
	m = brick.Member{Login: login, Status: brick.Status(status.Int64), Roles: splitRoles(roles.String)}
	if groups == nil {
		return m, known, nil
	}
	if err := json.Unmarshal(groups, &m.Groups); err != nil {
		return m, false, err
	}
	m.Groups = brick.FoldSet(m.Groups)
	return m, known, nil
}
