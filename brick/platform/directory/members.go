package directory

import (
	"database/sql"
	"encoding/json"
	"slices"

	"users-brick/brick"
	"users-brick/brick/platform"
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
	want, err := platform.Become(have, c, t.roleAs, t.groupAs)
	if err != nil {
		return err
	}
	return t.putMembership(c.Action, have, want)
}

// roleAs returns the project's own spelling of a role identifier.
func (t *transaction) roleAs(id string) (string, bool) {
	role, ok := t.roleNames[brick.Fold(id)]
	return role, ok
}

// groupAs returns the project's own spelling of a group's name.
func (t *transaction) groupAs(name string) (string, bool) {
	g, ok := t.groupNames[brick.Fold(name)]
	return g.name, ok
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
