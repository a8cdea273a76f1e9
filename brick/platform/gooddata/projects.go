package gooddata

import (
	"context"
	"errors"

	"users-brick/brick"
)

const projectPrefix = "/gdc/projects/"

// errNoProject is what is said of an id that no project can have.
var errNoProject = &brick.Error{Kind: brick.NotFound, Err: errors.New("no project has such an id")}

// ready returns the roles of a project that is there, and asks for them and
// for the project's state only once. Otherwise the error is of kind NotFound,
// Gone or Forbidden.
func (d *Driver) ready(ctx context.Context, id string) (*roleSet, error) {
	if !ordinary(id) {
		return nil, errNoProject
	}
	leave, err := d.projects.turn(ctx, id)
	if err != nil {
		return nil, err
	}
	defer leave()
	if roles := d.projects.roles(id); roles != nil {
		return roles, nil
	}
	roles, err := d.askProject(ctx, id)
	if err != nil {
		return nil, err
	}
	return d.projects.keepRoles(id, roles), nil
}

// askProject asks for state and roles at once. What is wrong with the project
// itself is the better reason why its roles cannot be had.
func (d *Driver) askProject(ctx context.Context, id string) ([]brick.Role, error) {
	ctx, cancel := context.WithCancel(ctx)
	roles := soon(func() ([]brick.Role, error) { return d.askRoles(ctx, id) })
	_, err := d.project(ctx, id)
	if err != nil {
		cancel()
	}
	found, rolesErr := roles.get()
	cancel()
	if err == nil {
		err = rolesErr
	}
	return found, err
}
