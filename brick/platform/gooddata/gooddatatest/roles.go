package gooddatatest

import (
	"slices"
	"strconv"
)

// permissions appends what a role allows.
func (o out) permissions(r *role) out {
	o = o.raw(`"permissions":{`)
	for i, one := range permissions {
		value := "0"
		if r.admin || one.everyone {
			value = "1"
		}
		o = o.comma(i).text(one.name).raw(`:`).text(value)
	}
	return o.raw(`}`)
}

// meta appends what is known of a role, and its URI where it is given.
func (o out) meta(c *call, p *project, r *role, uri string) out {
	author := c.caller.uri()
	o = o.raw(`"meta":{"author":`).text(author)
	if uri != "" {
		o = o.raw(`,"uri":`).text(uri)
	}
	return o.raw(`,"created":`).text(p.created).raw(`,"identifier":`).text(r.Identifier).raw(`,"summary":`).text(r.Summary).
		raw(`,"title":`).text(r.Title).raw(`,"updated":`).text(p.created).raw(`,"contributor":`).text(author).raw(`}`)
}

// anyOrder returns the roles in an order that means nothing.
func (p *project) anyOrder() []*role {
	roles := slices.Clone(p.roles)
	slices.SortFunc(roles, by(func(r *role) string { return profileID(p.ID + r.Identifier) }))
	return roles
}

func (s *Server) internalRoles(c *call) answer {
	if status := c.faults.NoInternalRoles; status != 0 {
		a := c.notFound()
		a.status = status
		return a
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, refused := s.pathProject(c, false)
	if refused != nil {
		return *refused
	}
	o := out(nil).raw(`{"internalProjectRoles":{"roles":[`)
	for i, r := range p.anyOrder() {
		o = o.comma(i).raw(`{"projectRole":{`).permissions(r).raw(`,`).meta(c, p, r, r.uri).raw(`}}`)
	}
	return ok(o.raw(`],"links":{"project":`).text(p.uri()).raw(`}}}`))
}

func (s *Server) listRoles(c *call) answer {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, refused := s.pathProject(c, false)
	if refused != nil {
		return *refused
	}
	o := out(nil).raw(`{"projectRoles":{"roles":[`)
	for i, r := range p.anyOrder() {
		o = o.comma(i).text(r.uri)
	}
	return ok(o.raw(`],"links":{"project":`).text(p.uri(), "/").raw(`}}}`))
}

// pathRole returns the role of the path.
func (s *Server) pathRole(c *call) (*project, *role, *answer) {
	p, refused := s.pathProject(c, false)
	if refused != nil {
		return nil, nil, refused
	}
	r := p.role(func(r *role) bool { return strconv.Itoa(r.ID) == c.r.PathValue("role") })
	if r == nil {
		return nil, nil, refuse(c.objectNotFound(c.r.PathValue("role")))
	}
	return p, r, nil
}

func (s *Server) getRole(c *call) answer {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, r, refused := s.pathRole(c)
	if refused != nil {
		return *refused
	}
	return ok(out(nil).raw(`{"projectRole":{`).permissions(r).raw(`,"links":{"roleUsers":`).text(r.uri, "/users").
		raw(`},`).meta(c, p, r, "").raw(`}}`))
}

func (s *Server) roleUsers(c *call) answer {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, r, refused := s.pathRole(c)
	if refused != nil {
		return *refused
	}
	o, n := out(nil).raw(`{"associatedUsers":{"users":[`), 0
	p.members.all(func(m *member) {
		if slices.Contains(m.roles, r) {
			o = o.comma(n).text(m.account.uri())
			n++
		}
	})
	return ok(o.raw(`],"links":{"project":`).text(p.uri()).raw(`,"role":`).text(r.uri).raw(`}}}`))
}
