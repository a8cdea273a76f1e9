package directory

import (
	"maps"
	"slices"
	"strings"

	"users-brick/brick"
)

// described is a project as the document describes it.
type described struct {
	id, title, custom, client string
	product, segment          string
	idAt, clientAt            position
	roles                     map[string]bool
	groups                    map[string]*groupSeen // by folded name
	usedRoles                 map[string]position   // where a member names it first
	rolesFolded               map[string]bool
}

// groupSeen is a group that the project declares or a member names.
type groupSeen struct {
	id       int64
	name     string
	declared bool
	at       position
}

// readProject reads one project; its members go straight to their table.
func (l *loader) readProject() error {
	l.project++
	p := &described{
		roles: map[string]bool{}, rolesFolded: map[string]bool{},
		groups: map[string]*groupSeen{}, usedRoles: map[string]position{},
	}
	begin, err := l.object(func(key string) error {
		return l.projectKey(p, key)
	})
	if err != nil {
		return err
	}
	if err := l.checkProject(p, begin); err != nil {
		return err
	}
	return l.putProject(p)
}

func (l *loader) projectKey(p *described, key string) error {
	switch key {
	case "id":
		err := l.name(&p.id, "a project")
		p.idAt = l.at
		return err
	case "client_id":
		err := l.string(&p.client)
		p.clientAt = l.at
		return err
	case "title":
		return l.string(&p.title)
	case "custom_id":
		return l.string(&p.custom)
	case "data_product":
		return l.string(&p.product)
	case "segment":
		return l.string(&p.segment)
	case "roles":
		return l.list(func() error { return l.declareRole(p) })
	case "groups":
		return l.list(func() error { return l.declareGroup(p) })
	case "members":
		return l.list(func() error { return l.readMember(p) })
	}
	return l.unknown(key)
}

func (l *loader) declareRole(p *described) error {
	var role string
	if err := l.name(&role, "a role"); err != nil {
		return err
	}
	folded := brick.Fold(role)
	switch {
	case strings.ContainsAny(role, "\r\n"):
		return l.wrong(l.at, "write it on one line", "%q is no name of a role", role)
	case p.rolesFolded[folded]:
		return l.wrong(l.at, "letter case is ignored; leave one of them", "role %q comes twice", role)
	}
	p.roles[role], p.rolesFolded[folded] = true, true
	return nil
}

func (l *loader) declareGroup(p *described) error {
	var name string
	if err := l.name(&name, "a group"); err != nil {
		return err
	}
	g := l.groupNamed(p, name)
	if g.declared {
		return l.wrong(l.at, "letter case is ignored; leave one of them", "group %q comes twice", name)
	}
	g.declared, g.name = true, name
	return nil
}

// groupNamed returns the group of a name, which is new when nobody named it.
func (l *loader) groupNamed(p *described, name string) *groupSeen {
	folded := brick.Fold(name)
	g := p.groups[folded]
	if g == nil {
		l.group++
		g = &groupSeen{id: l.group, name: name, at: l.at}
		p.groups[folded] = g
	}
	return g
}

// checkProject demands what can be told only at the end of the project that
// begins here.
func (l *loader) checkProject(p *described, begin position) error {
	if p.id == "" {
		return l.wrong(begin, "add the key id", "a project has no id")
	}
	var taken bool
	if err := l.one(&taken, `SELECT EXISTS (SELECT 1 FROM projects WHERE project = ?)`, p.id); err != nil {
		return err
	}
	if taken {
		return l.wrong(p.idAt, "ids of projects are unique over all organizations", "project %q comes twice", p.id)
	}
	if err := l.checkClient(p); err != nil {
		return err
	}
	for _, role := range slices.Sorted(maps.Keys(p.usedRoles)) {
		if !p.roles[role] {
			return l.wrong(p.usedRoles[role], "add it to the project's roles, in the same letter case", "unknown role %q", role)
		}
	}
	for _, folded := range slices.Sorted(maps.Keys(p.groups)) {
		if g := p.groups[folded]; !g.declared {
			return l.wrong(g.at, "add it to the project's groups", "unknown group %q", g.name)
		}
	}
	return nil
}

// checkClient demands that no other project is the client's.
func (l *loader) checkClient(p *described) error {
	var taken bool
	err := l.one(&taken, `SELECT EXISTS (SELECT 1 FROM projects WHERE organization = ? AND data_product = ? AND client_id = ?)`,
		l.organization, orDefault(p.product), p.client)
	if err == nil && taken && p.client != "" {
		return l.wrong(p.clientAt, "a client has one project in a data product", "client %q comes twice", p.client)
	}
	return err
}

func (l *loader) putProject(p *described) error {
	for role := range p.roles {
		if _, err := l.insert(l.putRole, l.project, role); err != nil {
			return err
		}
	}
	for folded, g := range p.groups {
		if _, err := l.insert(l.putGroup, g.id, l.project, folded, g.name); err != nil {
			return err
		}
	}
	_, err := l.conn.ExecContext(l.ctx, `INSERT INTO projects
		(id, organization, project, title, custom_id, client_id, data_product, segment) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		l.project, l.organization, p.id, p.title, p.custom, p.client, orDefault(p.product), p.segment)
	return err
}
