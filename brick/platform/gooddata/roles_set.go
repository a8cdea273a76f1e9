package gooddata

import (
	"cmp"
	"slices"
	"strings"

	"users-brick/brick"
)

// mostShared is how many different sets of roles are kept to be shared.
const mostShared = 1000

// roleSet is the roles of a project, or of many that have the same: a URI
// that lies below its project is kept without the part that tells projects
// apart. It does not change.
type roleSet struct {
	roles []brick.Role
}

// newRoleSet returns the set of a project's roles that can be named and given,
// and what tells it from other sets.
func newRoleSet(project string, roles []brick.Role) (set *roleSet, key string) {
	set = &roleSet{}
	for _, r := range roles {
		if r.ID == "" || r.URI == "" {
			continue
		}
		r.URI = strings.TrimPrefix(r.URI, inProject(project))
		r.ReadOnly = strings.EqualFold(r.ID, readOnlyRole)
		r.Admin = strings.EqualFold(r.ID, adminRole)
		set.roles = append(set.roles, r)
	}
	slices.SortFunc(set.roles, func(a, b brick.Role) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.URI, b.URI))
	})
	var b strings.Builder
	for _, r := range set.roles {
		for _, part := range []string{r.ID, r.Title, r.Summary, r.URI} {
			b.WriteString(part)
			b.WriteByte(0)
		}
	}
	return set, b.String()
}

func inProject(project string) string { return projectPrefix + project + "/" }

// of returns the roles of a project.
func (s *roleSet) of(project string) []brick.Role {
	roles := slices.Clone(s.roles)
	for i := range roles {
		roles[i].URI = s.uriOf(&roles[i], project)
	}
	return roles
}

func (s *roleSet) uriOf(r *brick.Role, project string) string {
	if strings.HasPrefix(r.URI, "/") {
		return r.URI
	}
	return inProject(project) + r.URI
}

// identifier returns the identifier of the role with a URI, and the URI itself
// when the project does not know it.
func (s *roleSet) identifier(project, uri string) string {
	for i := range s.roles {
		if s.uriOf(&s.roles[i], project) == uri {
			return s.roles[i].ID
		}
	}
	return uri
}

// spelled returns an identifier as the project spells it, false when it has no
// such role.
func (s *roleSet) spelled(name string) (string, bool) {
	i := s.find(name)
	if i < 0 {
		return "", false
	}
	return s.roles[i].ID, true
}

// uris returns the URIs of roles, false when one of them is not known. What a
// listing could not name is its own URI.
func (s *roleSet) uris(project string, ids []string) ([]string, bool) {
	uris := make([]string, len(ids))
	for at, id := range ids {
		switch i := s.find(id); {
		case i >= 0:
			uris[at] = s.uriOf(&s.roles[i], project)
		case strings.HasPrefix(id, "/"):
			uris[at] = id
		default:
			return nil, false
		}
	}
	return uris, true
}

// find returns the place of a role, -1 when there is none. Nearly always it is
// spelled as the project does.
func (s *roleSet) find(id string) int {
	if i := slices.IndexFunc(s.roles, func(r brick.Role) bool { return r.ID == id }); i >= 0 {
		return i
	}
	return slices.IndexFunc(s.roles, func(r brick.Role) bool { return brick.Fold(r.ID) == brick.Fold(id) })
}
