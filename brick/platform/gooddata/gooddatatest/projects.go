package gooddatatest

import (
	"net/http"

	"users-brick/brick"
)

// stateEnabled is the state of a project that is in use.
const stateEnabled = "ENABLED"

// project returns the project of an id, or the answer to a caller who may not
// see it (or, if he must be an admin, not change it). The caller of project
// holds the lock.
func (s *Server) project(c *call, id string, admin bool) (*project, *answer) {
	p := s.world.projects[id]
	switch {
	case p == nil:
		return nil, refuse(c.objectNotFound(id))
	case p.Gone:
		return nil, refuse(c.perlError(http.StatusGone, "GDC::Exception::Gone", "Project %s is gone", id))
	case p.Forbidden || !s.mayEnter(c, p, admin):
		return nil, refuse(c.forbidden())
	}
	return p, nil
}

func (s *Server) mayEnter(c *call, p *project, admin bool) bool {
	if p.org.isAdmin(c.caller) && !c.faults.MembersOnly {
		return true
	}
	m := p.members.get(c.caller.id)
	return m != nil && m.account == c.caller && (m.isAdmin() || !admin && m.status == brick.Enabled)
}

// pathProject is project for the one of the path.
func (s *Server) pathProject(c *call, admin bool) (*project, *answer) {
	return s.project(c, c.r.PathValue("project"), admin)
}

func (s *Server) getProject(c *call) answer {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, refused := s.pathProject(c, false)
	if refused != nil {
		return *refused
	}
	uri, self, me := p.uri(), c.caller.uri(), p.uri()+"/users/"+c.caller.id
	created := p.created
	return ok(out(nil).raw(`{"project":{"content":{"environment":"TESTING","cluster":"","guidedNavigation":"1","isPublic":"0","driver":"Pg","state":`).
		text(p.State).raw(`},"links":{"self":`).text(uri).raw(`,"invitations":`).text(uri, "/invitations").
		raw(`,"users":`).text(uri, "/users?link=1&offset=0&limit=100").raw(`,"uploads":`).text(uri, "/uploads/").
		raw(`,"metadata":`).text("/gdc/md/", p.ID).raw(`,"roles":`).text(uri, "/roles").
		raw(`,"userRoles":`).text(me, "/roles").raw(`,"userPermissions":`).text(me, "/permissions").
		raw(`,"dataload":`).text(uri, "/dataload").raw(`},"meta":{"created":`).text(created).
		raw(`,"summary":"No summary","updated":`).text(created).raw(`,"author":`).text(self).
		raw(`,"title":`).text(p.Title).raw(`,"contributor":`).text(self).raw(`}}}`))
}
