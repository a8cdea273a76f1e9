package engine_test

import (
	"maps"
	"slices"
	"strings"

	"users-brick/brick"
	"users-brick/modes"
)

// model says what a town must look like after a run, written down a second
// time, with maps and without hurry: nothing of it comes from the engine.
type model struct {
	town
	run    *run
	mode   brick.Mode
	spared func(brick.Login) bool
}

// after returns the town as the run must leave it.
func (r *run) after(before town, spared func(brick.Login) bool) town {
	mode, _ := modes.Find(r.mode)
	m := model{before.clone(), r, mode, spared}
	for _, step := range mode.Steps {
		if step.Level == brick.OrganizationLevel {
			m.organization(step)
			continue
		}
		for id := range m.projects {
			if m.concerns(step, id) {
				m.project(step, id)
			}
		}
	}
	return m.town
}

// cell is how the file names a project in this mode.
func (m *model) cell(id string) string {
	if m.mode.LooksUpClients() {
		return "c" + id[1:]
	}
	return id
}

// concerns reports whether a step makes the project like the file.
func (m *model) concerns(step brick.Step, id string) bool {
	if step.CurrentOnly || step.Route == brick.Everyone {
		return id == project1.ID
	}
	named := slices.ContainsFunc(m.run.rows, func(r brick.Row) bool { return m.sure(&r) && r.Project == m.cell(id) })
	return named || step.EmptyOthers
}

// sure reports whether it is clear where a row belongs.
func (m *model) sure(r *brick.Row) bool { return r.Bad == nil || !r.Bad.Anywhere }

// rowsFor returns the rows that belong to a project, or to everybody.
func (m *model) rowsFor(id string) []brick.Row {
	var rows []brick.Row
	for _, r := range m.run.rows {
		if m.sure(&r) && (!m.mode.ByProject() || r.Project == m.cell(id)) {
			rows = append(rows, r)
		}
	}
	return rows
}

// doubted reports whether nothing may be done with a person.
func (m *model) doubted(login brick.Login, rows []brick.Row) bool {
	for _, r := range m.doubtful(rows) {
		if r.Login == login || slices.Contains(r.Bad.Suspects, login) {
			return true
		}
	}
	return m.differ(login, rows)
}

// doubtful returns the bad rows among some, and those that may belong
// anywhere.
func (m *model) doubtful(rows []brick.Row) []brick.Row {
	var bad []brick.Row
	for _, r := range rows {
		if r.Bad != nil {
			bad = append(bad, r)
		}
	}
	for _, r := range m.run.rows {
		if !m.sure(&r) {
			bad = append(bad, r)
		}
	}
	return bad
}

// stays reports whether a person must not be taken out.
func (m *model) stays(login brick.Login, rows []brick.Row) bool {
	for _, r := range m.doubtful(rows) {
		if r.Bad.Nameless || r.Bad.Local != "" && (strings.HasPrefix(string(login), r.Bad.Local+"@") || brick.Letters(string(login)) == brick.Letters(r.Bad.Local)) {
			return true
		}
	}
	return m.doubted(login, rows)
}

// differ reports whether the rows of a person contradict each other, or name
// what is not there.
func (m *model) differ(login brick.Login, rows []brick.Row) bool {
	said := map[string]string{}
	for _, r := range rows {
		if r.Login != login {
			continue
		}
		for what, text := range m.says(&r) {
			if text == "?" || said[what] != "" && said[what] != text {
				return true
			}
			said[what] = text
		}
	}
	return false
}

// says returns what a row gives, "?" for what nobody understands.
func (m *model) says(r *brick.Row) map[string]string {
	said := map[string]string{}
	if _, account := m.mode.Step(brick.OrganizationLevel); account {
		for f := range brick.Fields() {
			if r.Profile[f] != "" {
				said[f.String()] = r.Profile[f]
			}
		}
	}
	if _, member := m.mode.Step(brick.ProjectLevel); !member {
		return said
	}
	if role := m.role(r); role != "" {
		said["role"] = role
	}
	if r.Groups != nil {
		said["groups"] = "of " + strings.ToLower(strings.Join(r.Groups, ","))
		for _, g := range r.Groups {
			if !m.run.params.CreateNonExistingUserGroups && !strings.EqualFold(g, "Sales") {
				said["groups"] = "?"
			}
		}
	}
	return said
}

// role returns the role that a row means, "" when it gives none.
func (m *model) role(r *brick.Row) string {
	switch {
	case r.Roles == nil, len(r.Roles) == 0 && m.run.params.DefaultRole == "":
		return ""
	case len(r.Roles) == 0:
		return m.run.params.DefaultRole
	case r.Roles[0] == "nosuch":
		return "?"
	}
	return r.Roles[0]
}

// named returns everybody whom the rows name and with whom something may be
// done.
func (m *model) named(rows []brick.Row) []brick.Login {
	var logins []brick.Login
	for _, r := range rows {
		if r.Login != "" && !slices.Contains(logins, r.Login) && !m.spared(r.Login) && !m.doubted(r.Login, rows) {
			logins = append(logins, r.Login)
		}
	}
	return logins
}

func (m *model) organization(step brick.Step) {
	rows := m.rowsFor("")
	for _, login := range m.named(rows) {
		if step.Policy == brick.Erase {
			if !m.stays(login, rows) {
				m.erase(login)
			}
			continue
		}
		p, known := m.accounts[login]
		if !known {
			name, _, _ := strings.Cut(string(login), "@")
			p[brick.Email], p[brick.FirstName], p[brick.LastName], p[brick.Language] = string(login), name, name, "en-US"
		}
		for _, r := range rows {
			for f := range brick.Fields() {
				if r.Login == login && r.Profile[f] != "" {
					p[f] = r.Profile[f]
				}
			}
		}
		m.accounts[login] = p
	}
}

func (m *model) erase(login brick.Login) {
	delete(m.accounts, login)
	for _, members := range m.projects {
		delete(members, login)
	}
}

func (m *model) project(step brick.Step, id string) {
	rows, members := m.rowsFor(id), m.projects[id]
	before := maps.Clone(members)
	defer func() { keepLeaders(before, members) }()
	named := m.named(rows)
	for _, login := range named {
		if _, known := m.accounts[login]; known {
			members[login] = m.member(login, members[login], rows)
		}
	}
	for login, have := range members {
		inFile := slices.ContainsFunc(rows, func(r brick.Row) bool { return r.Login == login })
		if inFile || m.spared(login) || m.stays(login, rows) || step.EmptyOthers && len(rows) == 0 && m.mistypes() || m.run.params.DoNotTouchUsersThatAreNotMentioned {
			continue
		}
		if m.run.params.RemoveUsersFromProject {
			delete(members, login)
		} else if have.Status == brick.Enabled {
			have.Status = brick.Disabled
			if m.run.hasGroups {
				have.Groups = nil
			}
			members[login] = have
		}
	}
}

// keepLeaders gives a project back to those who ran it, if nobody does now.
func keepLeaders(before, after map[brick.Login]brick.Member) {
	for _, m := range after {
		if leads(m) {
			return
		}
	}
	for login, m := range before {
		if leads(m) {
			after[login] = m
		}
	}
}

func leads(m brick.Member) bool {
	return m.Status == brick.Enabled && slices.Contains(m.Roles, "admin")
}

// mistypes reports whether the file names a client that nobody knows, so that
// any client may be meant.
func (m *model) mistypes() bool {
	return slices.ContainsFunc(m.run.rows, func(r brick.Row) bool { return m.sure(&r) && r.Project == "c9" })
}

// member is what a person in the file becomes.
func (m *model) member(login brick.Login, have brick.Member, rows []brick.Row) brick.Member {
	role, newcomer := "", have.Login == ""
	for _, r := range rows {
		if r.Login != login {
			continue
		}
		if said := m.role(&r); said != "" {
			role = said
		}
		if r.Groups != nil && m.run.params.DoNotTouchUsersThatAreNotMentioned {
			have.Groups = brick.FoldSet(append(slices.Clone(have.Groups), r.Groups...))
		} else if r.Groups != nil {
			have.Groups = r.Groups
		}
	}
	switch {
	case role != "":
		have.Roles = []string{role}
	case newcomer && m.run.params.DefaultRole != "":
		have.Roles = []string{m.run.params.DefaultRole}
	case newcomer:
		have.Roles = []string{"viewer"}
	}
	have.Login, have.Status = login, brick.Enabled
	return have
}
