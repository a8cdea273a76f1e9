package plan

import (
	"slices"

	"users-brick/brick"
)

// Admins are the roles whose holders run a project, folded. Where nobody says
// which roles those are it is empty, and nobody runs anything.
type Admins map[string]bool

// NewAdmins returns the administrative ones of a project's roles.
func NewAdmins(roles []brick.Role) Admins {
	admins := Admins{}
	for _, r := range roles {
		if r.Admin {
			admins[brick.Fold(r.ID)] = true
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
	return len(a) > 0 && slices.ContainsFunc(roles, func(id string) bool { return a[brick.Fold(id)] })
}

// Lead says what a change from now to what it wants means for who runs the
// project; both may be nil.
func (a Admins) Lead(now, wanted *brick.Member) brick.Lead {
	if len(a) == 0 {
		return 0
	}
	switch before, after := a.Run(now), a.Run(becomes(now, wanted)); {
	case before && !after:
		return brick.LeadGoes
	case !before && after:
		return brick.LeadComes
	}
	return 0
}

// becomes returns the status and the roles of somebody after a change: roles
// that it does not give stay.
func becomes(now, wanted *brick.Member) *brick.Member {
	if wanted == nil {
		return nil
	}
	after := brick.Member{Status: wanted.Status, Roles: wanted.Roles}
	if after.Roles == nil && now != nil {
		after.Roles = now.Roles
	}
	return &after
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
