package gooddatatest

import (
	"net/http"

	"users-brick/brick"
)

// member appends a membership as the platform writes it.
func (o out) member(p *project, m *member) out {
	a, relative := m.account, p.uri()+"/users/"+m.account.id
	o = o.raw(`{"user":{"content":{"email":`).nullable(a.texts[email]).raw(`,"firstname":`).nullable(a.texts[firstName]).
		raw(`,"userRoles":`).roles(m).raw(`,"phonenumber":`).nullable(a.texts[phoneNumber]).
		raw(`,"status":"`, wireStatus(m.status), `","lastname":`).nullable(a.texts[lastName]).
		raw(`,"login":`).text(a.login).raw(`},"links":{"roles":`).uri(relative, "/roles").
		raw(`,"permissions":`).uri(relative, "/permissions").raw(`,"self":`).uri(profilePath, a.id).
		raw(`,"projects":`).uri(profilePath, a.id, "/projects").raw(`,"projectRelUri":`).uri(relative)
	return o.raw(`},"meta":{"created":"`, a.created, `","updated":"`, a.updated, `","author":`).uri(profilePath, a.id).
		raw(`,"title":`).text(a.texts[firstName].string, " ", a.texts[lastName].string).
		raw(`,"contributor":`).uri(profilePath, a.id).raw(`}}}`)
}

func wireStatus(s brick.Status) string {
	if s == brick.Disabled {
		return "DISABLED"
	}
	return "ENABLED"
}

// roles appends the URIs of a member's roles.
func (o out) roles(m *member) out {
	o = append(o, '[')
	for i, r := range m.roles {
		o = o.comma(i).uri(r.uri)
	}
	return append(o, ']')
}

// defaultMembers is how many members a page has when the client does not say.
const defaultMembers = 100

func (s *Server) listMembers(c *call) answer {
	offset, limit, proper := c.slice(defaultMembers, atMost(c.faults.Pages.Members))
	if !proper {
		return c.badStructure("paging", c.r.URL.RawQuery)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, refused := s.pathProject(c, true)
	if refused != nil {
		return *refused
	}
	o, n := make(out, 0, 700*min(limit, p.members.len())+16).raw(`{"users":[`), 0
	p.members.page(offset, limit, func(m *member) {
		o = o.comma(n).member(p, m)
		n++
	})
	return ok(o.raw(`]}`))
}

// pathMember returns the member of the path.
func (s *Server) pathMember(c *call) (*project, *member, *answer) {
	p, refused := s.pathProject(c, true)
	if refused != nil {
		return nil, nil, refused
	}
	m := p.members.get(c.r.PathValue("user"))
	if m == nil {
		return nil, nil, refuse(c.objectNotFound(c.r.PathValue("user")))
	}
	return p, m, nil
}

func (s *Server) getMember(c *call) answer {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, m, refused := s.pathMember(c)
	if refused != nil {
		return *refused
	}
	return ok(out(nil).member(p, m))
}

func (s *Server) memberRoles(c *call) answer {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, m, refused := s.pathMember(c)
	if refused != nil {
		return *refused
	}
	return ok(out(nil).raw(`{"associatedRoles":{"roles":`).roles(m).raw(`,"links":{"project":`).text(p.uri()).
		raw(`,"user":`).text(m.account.uri()).raw(`}}}`))
}

// deleteMember ends a membership. The only admin cannot leave; a wrong id and
// a missing right give 405.
func (s *Server) deleteMember(c *call) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, refused := s.pathProject(c, false)
	if refused != nil {
		return *refused
	}
	m := p.members.get(c.r.PathValue("user"))
	switch {
	case m == nil || !s.mayEnter(c, p, true):
		return c.perlError(http.StatusMethodNotAllowed, "GDC::Exception::User", "User %s cannot be removed", c.r.PathValue("user"))
	case m.account == c.caller && m.isAdmin() && !p.hasOtherAdmin(m):
		return c.perlError(http.StatusForbidden, "GDC::Exception::Forbidden", "The only admin cannot leave project %s", p.ID)
	}
	p.leave(m.account, c.faults.DropGroups)
	return bare(http.StatusNoContent)
}

func (p *project) hasOtherAdmin(but *member) bool {
	found := false
	p.members.all(func(m *member) { found = found || m != but && m.isAdmin() })
	return found
}
