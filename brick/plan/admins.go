package plan

import (
	"slices"

	"users-brick/brick"
)

// Admins says of the roles of a project whether their holders run it, by the
// identifier as the project spells it and folded. Where nobody says which
// roles those are it is empty, and nobody runs anything.
type Admins map[string]bool

// NewAdmins returns the administrative ones of a project's roles.
func NewAdmins(roles []brick.Role) Admins {
	admins := Admins{}
	for _, r := range roles {
		if r.Admin {
			admins[brick.Fold(r.ID)] = true
		}
	}
	if len(admins) > 0 {
		for _, r := range roles {
			admins[r.ID] = admins[brick.Fold(r.ID)]
		}
	}
	return admins
}

// Run reports whether a member runs the project: he is enabled and has one of
// the roles. A member who is not there does not.
func (a Admins) Run(m *brick.Member) bool {
	return m != nil && m.Status == brick.Enabled && a.among(m.Roles)
}

func (a Admins) among(roles []string) bool {
	return len(a) > 0 && slices.ContainsFunc(roles, a.has)
}

// has looks a role up as it is spelled first: so it nearly always comes.
func (a Admins) has(id string) bool {
	admin, known := a[id]
	return admin || !known && a[brick.Fold(id)]
}

// Lead says what a change from now to what it wants means for who runs the
// project; both may be nil.
func (a Admins) Lead(now, wanted *brick.Member) brick.Lead {
	if len(a) == 0 {
		return 0
	}
	switch before, after := a.Run(now), a.willRun(now, wanted); {
	case before && !after:
		return brick.LeadGoes
	case !before && after:
		return brick.LeadComes
	}
	return 0
}

// willRun reports whether somebody runs the project after a change: roles that
// it does not give stay.
func (a Admins) willRun(now, wanted *brick.Member) bool {
	switch {
	case wanted == nil || wanted.Status != brick.Enabled:
		return false
	case wanted.Roles == nil && now != nil:
		return a.among(now.Roles)
	}
	return a.among(wanted.Roles)
}

// lastAdmin is why the last administrators of a project are left alone.
const lastAdmin = "nobody else would run the project; hint: name an enabled administrator in the file, or whitelist one"

// lowers reports whether new roles take the project from one of its last
// administrators.
func (r *Rules) lowers(m *brick.Member, roles []string) bool {
	return r.HoldAdmins && r.Admins.Run(m) && !r.Admins.among(roles)
}

// keepAdmin says why a decided change must not be done to one of the last
// administrators, "" when it may.
func (r *Rules) keepAdmin(d *Decision) string {
	if r.HoldAdmins && d.Change.Lead == brick.LeadGoes {
		return lastAdmin
	}
	return ""
}
