package gooddata

import (
	"context"
	"errors"
	"net/http"

	"golang.org/x/sync/errgroup"

	"users-brick/brick"
)

// Roles returns the roles of a project, ordered by identifier; readOnlyUserRole
// is the one that may only look, adminRole that of its administrators. An unknown project is an error of kind
// NotFound, a deleted one of kind Gone, one that is closed to the brick of
// kind Forbidden.
func (d *Driver) Roles(ctx context.Context, project brick.Scope) ([]brick.Role, error) {
	set, err := d.ready(ctx, project.ID)
	if err != nil {
		return nil, err
	}
	return set.of(project.ID), nil
}

// askRoles asks for the roles of a project: with one request, where the
// platform has the internal list, or else with one for each role.
func (d *Driver) askRoles(ctx context.Context, id string) ([]brick.Role, error) {
	if d.projects.onlyPublic() {
		return d.askPublicRoles(ctx, id)
	}
	a, err := d.do(ctx, call{method: http.MethodGet, path: "/gdc/internal/projects/" + segment(id) + "/roles"})
	switch {
	case err == nil:
		roles, err := decodeRoles(a.body)
		if err != nil {
			return nil, garbled(a, err)
		}
		return roles, nil
	case refusedAs(err, http.StatusNotFound, http.StatusForbidden, http.StatusMethodNotAllowed):
		roles, err := d.askPublicRoles(ctx, id)
		if err == nil {
			d.projects.setOnlyPublic()
		}
		return roles, err
	}
	return nil, err
}

// rolesAtOnce is how many roles of a project are asked for at once.
const rolesAtOnce = 8

func (d *Driver) askPublicRoles(ctx context.Context, id string) ([]brick.Role, error) {
	a, err := d.do(ctx, call{method: http.MethodGet, path: projectPrefix + segment(id) + "/roles"})
	if err != nil {
		return nil, err
	}
	links, err := decodeRoleLinks(a.body)
	if err != nil {
		return nil, garbled(a, err)
	}
	roles := make([]brick.Role, len(links))
	crew, ctx := errgroup.WithContext(ctx)
	crew.SetLimit(rolesAtOnce)
	for i, link := range links {
		crew.Go(func() (err error) {
			roles[i], err = d.askRole(ctx, link)
			return err
		})
	}
	return roles, crew.Wait()
}

// askRole asks for one role. Where it was found is its URI.
func (d *Driver) askRole(ctx context.Context, link string) (brick.Role, error) {
	path, err := d.local(link)
	if err != nil {
		return brick.Role{}, err
	}
	a, err := d.do(ctx, call{method: http.MethodGet, path: path})
	if err != nil {
		return brick.Role{}, err
	}
	role, err := decodeRole(a.body)
	if err != nil {
		return brick.Role{}, garbled(a, err)
	}
	role.URI = path
	return role, nil
}

// refusedAs reports whether the platform answered with one of the statuses.
func refusedAs(err error, statuses ...int) bool {
	p, ok := errors.AsType[*problem](err)
	if !ok {
		return false
	}
	for _, status := range statuses {
		if p.status == status {
			return true
		}
	}
	return false
}
