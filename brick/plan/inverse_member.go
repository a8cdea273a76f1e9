package plan

import (
	"fmt"
	"slices"

	"users-brick/brick"
)

// member takes back what a run did to a member of a project.
func (u *Undoing) member(r *Reversal, t *trace, now *brick.Member) {
	switch {
	case t.before == nil && t.left == nil:
		r.Verdict = Kept
	case t.before == nil:
		u.takeOut(r, t, now)
	case t.left == nil:
		u.rejoin(r, t, now)
	default:
		u.turnBack(r, t, now)
	}
}

// takeOut removes somebody whom the run made a member.
func (u *Undoing) takeOut(r *Reversal, t *trace, now *brick.Member) {
	if now == nil {
		r.Verdict = Kept
		return
	}
	if moved := u.moved(t, now, t.left); moved != "" {
		r.hold(brick.Remove, "changed since the run: "+moved)
		return
	}
	u.change(r, brick.Remove, now, nil, "added by the run")
}

// rejoin makes somebody a member again whom the run removed. A platform can
// only add members who are enabled, so that who was disabled is disabled
// again by a second change: the undo of a run that broke off between the two
// goes on with that one.
func (u *Undoing) rejoin(r *Reversal, t *trace, now *brick.Member) {
	switch {
	case now == nil:
		u.add(r, t)
	case u.moved(t, now, t.before) == "":
		u.turnBack(r, t, now) // who leaves or comes back may be in some of his groups only
	case t.before.Status == brick.Disabled && u.moved(t, now, enabled(t.before)) == "":
		u.disableAgain(r, t, now)
	default:
		r.hold(brick.Add, "he is a member again, and not as he was before the run: "+u.moved(t, now, t.before))
	}
}

// disableAgain does what is left with somebody who was only added again so far.
func (u *Undoing) disableAgain(r *Reversal, t *trace, now *brick.Member) {
	after := &brick.Member{Login: t.login, Status: brick.Disabled}
	if u.knowsGroups(t) && !brick.SameFolded(t.before.Groups, now.Groups) {
		names, gone := u.spell(t.before.Groups)
		if gone != "" {
			r.hold(brick.Disable, gone)
			return
		}
		after.Groups = given(names)
	}
	r.onward = true
	u.change(r, brick.Disable, now, after, "removed by the run, disabled before it, and only added again so far")
}

func (u *Undoing) add(r *Reversal, t *trace) {
	groups, gone := u.spell(t.before.Groups)
	if gone != "" {
		r.hold(brick.Add, gone)
		return
	}
	after := &brick.Member{Login: t.login, Status: t.before.Status, Roles: t.before.Roles, Groups: groups}
	u.change(r, brick.Add, nil, after, "removed by the run")
	if t.before.Status == brick.Disabled {
		u.change(r, brick.Disable, nil, &brick.Member{Login: t.login, Status: brick.Disabled}, "disabled before the run")
	}
}

// turnBack gives a member the status, the roles and the groups that he had
// before the run. Disabling leaves roles as they are, so that another change
// comes first when they differ, too.
func (u *Undoing) turnBack(r *Reversal, t *trace, now *brick.Member) {
	if now == nil {
		r.hold(0, "he is no member any more, which the run did not do")
		return
	}
	if moved := u.moved(t, now, t.left, t.before); moved != "" {
		r.hold(0, "changed since the run: "+moved)
		return
	}
	roles := !slices.Equal(t.before.Roles, now.Roles)
	groups := u.knowsGroups(t) && !brick.SameFolded(t.before.Groups, now.Groups)
	if t.before.Status == now.Status && !roles && !groups {
		r.Verdict = Kept
		return
	}
	after := &brick.Member{Login: t.login, Status: t.before.Status}
	if roles {
		after.Roles = given(t.before.Roles)
	}
	if groups {
		names, gone := u.spell(t.before.Groups)
		if gone != "" {
			r.hold(0, gone)
			return
		}
		after.Groups = given(names)
	}
	r.onward = !roles && !slices.Equal(now.Roles, rolesOf(t.left))
	u.turn(r, now, after, roles, groups)
}

// turn makes a member what he is to be.
func (u *Undoing) turn(r *Reversal, now, after *brick.Member, roles, groups bool) {
	why := rolesAndGroups(now, after, roles, groups)
	switch {
	case now.Status == after.Status:
		u.change(r, brick.Update, now, after, why)
	case after.Status == brick.Enabled:
		u.change(r, brick.Enable, now, after, joinWhy("disabled by the run", why))
	case roles:
		first := &brick.Member{Login: after.Login, Status: after.Status, Roles: after.Roles}
		u.change(r, brick.Update, now, first, rolesAndGroups(now, first, true, false))
		after.Roles = nil
		why = rolesAndGroups(now, after, false, groups)
		fallthrough
	default:
		u.change(r, brick.Disable, now, after, joinWhy("enabled by the run", why))
	}
}

// given makes a list that is to be set, also when nothing is in it.
func given(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// enabled returns a member as he is between being added again and disabled.
func enabled(m *brick.Member) *brick.Member {
	e := *m
	e.Status = brick.Enabled
	return &e
}

// knowsGroups reports whether the groups of a person before the run and after
// it are known.
func (u *Undoing) knowsGroups(t *trace) bool {
	return u.KnewGroups || t.groups || t.before == nil || t.before.Groups != nil
}

// moved says in what a member differs from all that he may be, "" when in
// nothing. Each of his groups may be as the run found it or as it left it: that
// is what a run leaves that broke off in the middle of them, and an undo.
func (u *Undoing) moved(t *trace, now *brick.Member, maybe ...*brick.Member) string {
	maybe = slices.DeleteFunc(maybe, func(m *brick.Member) bool { return m == nil })
	unlike := func(same func(*brick.Member) bool) bool { return !slices.ContainsFunc(maybe, same) }
	status := ""
	if unlike(func(m *brick.Member) bool { return m.Status == now.Status }) {
		status = fmt.Sprintf("%s -> %s", maybe[0].Status, now.Status)
	}
	roles := unlike(func(m *brick.Member) bool { return slices.Equal(m.Roles, now.Roles) })
	groups := u.knowsGroups(t) && !groupsPartway(groupsOf(t.before), groupsOf(t.left), now.Groups, false)
	return joinWhy(status, rolesAndGroups(maybe[0], now, roles, groups))
}

// rolesOf returns the roles of a member, none when he is not there.
func rolesOf(m *brick.Member) []string {
	if m == nil {
		return nil
	}
	return m.Roles
}

// groupsOf returns the groups of a member, none when he is not there.
func groupsOf(m *brick.Member) []string {
	if m == nil {
		return nil
	}
	return m.Groups
}

// spell returns group names as the project spells them, or why that cannot
// be.
func (u *Undoing) spell(names []string) (spelled []string, gone string) {
	for _, n := range names {
		if !u.NewGroups && !u.Groups.Has(n) {
			return nil, fmt.Sprintf("group %q is gone, and create_non_existing_user_groups is false", n)
		}
	}
	return u.Groups.Spell(names), ""
}
