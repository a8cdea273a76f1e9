package platformtest

import (
	"slices"

	"users-brick/brick"
)

// model is what a town must look like: the members of each scope.
type model map[brick.Scope]map[brick.Login]brick.Member

func newModel(state State) model {
	m := model{acme: {}}
	for _, a := range state.Accounts {
		m[acme][a.Login] = a
	}
	for _, p := range state.Projects {
		m[p.Scope()] = map[brick.Login]brick.Member{}
		for _, member := range p.Members {
			m[p.Scope()][member.Login] = member
		}
	}
	return m
}

// apply does a change and reports whether it is a possible one.
func (m model) apply(s brick.Scope, c brick.Change) bool {
	login := c.Login()
	have, exists := m[s][login]
	_, known := m[acme][login]
	if c.Action == brick.Remove {
		m.remove(s, login)
		return true
	}
	if (c.Action == brick.Update || c.Action == brick.Disable) && !exists {
		return false
	}
	if s != acme && (!known || !possible(c.After)) {
		return false
	}
	if !exists {
		have = brick.Member{Login: login, Status: brick.Enabled}
	}
	m[s][login] = lay(have, c)
	return true
}

// possible reports whether a member has only roles and groups that exist.
func possible(m *brick.Member) bool {
	return !slices.Contains(m.Roles, "no-such-role") && !slices.Contains(m.Groups, "Nowhere")
}

// lay returns the member after the change.
func lay(have brick.Member, c brick.Change) brick.Member {
	have.Profile = have.Profile.Overlay(&c.After.Profile).Without(c.Clear)
	switch c.Action {
	case brick.Add, brick.Enable:
		have.Status = brick.Enabled
	case brick.Disable:
		have.Status = brick.Disabled
	}
	if c.After.Roles != nil && c.Action != brick.Disable {
		have.Roles = c.After.Roles
	}
	if c.After.Groups != nil {
		have.Groups = c.After.Groups
	}
	return have
}

// remove takes a login out of a scope; out of the organization means out of
// everything.
func (m model) remove(s brick.Scope, login brick.Login) {
	delete(m[s], login)
	if s != acme {
		return
	}
	for _, members := range m {
		delete(members, login)
	}
}
