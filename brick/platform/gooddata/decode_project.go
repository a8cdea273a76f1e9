package gooddata

import (
	"errors"
	"strings"

	"github.com/mailru/easyjson/jlexer"

	"users-brick/brick"
)

// readOnlyRole is the identifier of the role that may only look.
const readOnlyRole = "readOnlyUserRole"

// adminRole is the identifier of the role of those who run a project.
const adminRole = "adminRole"

// roleShape takes the document of a role. Where it was found is mostly not in
// it.
func roleShape(role *brick.Role) shape {
	return shape{"projectRole": shape{"meta": shape{
		"identifier": into(&role.ID),
		"title":      into(&role.Title),
		"summary":    into(&role.Summary),
		"uri":        into(&role.URI),
	}.take}.take}
}

// decodeRoles reads the internal list of a project's roles.
func decodeRoles(body []byte) (roles []brick.Role, err error) {
	var role brick.Role
	one := roleShape(&role)
	list := pageShape{name: "roles", item: func(l *jlexer.Lexer) {
		role = brick.Role{}
		one.take(l)
		roles = append(roles, role)
	}}
	err = decode(body, shape{"internalProjectRoles": list.take}.take)
	if err == nil && !list.found {
		err = errors.New("it has no roles")
	}
	return roles, err
}

// decodeRole reads the document of one role.
func decodeRole(body []byte) (role brick.Role, err error) {
	err = decode(body, roleShape(&role).take)
	return role, err
}

// decodeRoleLinks reads the public list of a project's roles.
func decodeRoleLinks(body []byte) (links []string, err error) {
	list := pageShape{name: "roles", item: func(l *jlexer.Lexer) { links = append(links, word(l)) }}
	err = decode(body, shape{"projectRoles": list.take}.take)
	if err == nil && !list.found {
		err = errors.New("it has no roles")
	}
	return links, err
}

// group is a group of a project.
type group struct {
	id   string
	name string
}

// decodeGroups reads a page of the groups of a project.
func decodeGroups(body []byte) (groups []group, next string, err error) {
	var g group
	one := shape{"userGroup": shape{
		"content": shape{"name": into(&g.name)}.take,
		"links":   shape{"self": func(l *jlexer.Lexer) { g.id = accountIn(glance(l)) }}.take,
	}.take}
	list := pageShape{name: "userGroups", item: func(l *jlexer.Lexer) {
		g = group{}
		one.take(l)
		g.name = strings.TrimSpace(g.name)
		groups = append(groups, g)
	}}
	err = decode(body, list.take)
	return groups, list.next, err
}
