package gooddata

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"users-brick/brick"
)

const groupPrefix = "/gdc/userGroups/"

// Groups returns the names of a project's groups, in folded order. An unknown
// project is an error of kind NotFound, a deleted one of kind Gone, one that
// is closed to the brick of kind Forbidden.
func (d *Driver) Groups(ctx context.Context, project brick.Scope) ([]string, error) {
	d.playGroups()
	if _, err := d.ready(ctx, project.ID); err != nil {
		return nil, err
	}
	set, err := d.groupsFor(ctx, project.ID, namesOfGroups)
	if err != nil {
		return nil, err
	}
	return set.names(), nil
}

// CreateGroup makes a group in a project. If it is known to be there, letter
// case ignored, nothing is sent; if the platform says that it is there, that
// is as good.
func (d *Driver) CreateGroup(ctx context.Context, project brick.Scope, name string) error {
	d.playGroups()
	name = strings.TrimSpace(name)
	if _, err := d.ready(ctx, project.ID); err != nil {
		return err
	}
	set, err := d.groups(ctx, project.ID)
	if err != nil {
		return err
	}
	if _, there := set.spelled(name); there {
		return nil
	}
	id, err := d.postGroup(ctx, project.ID, name)
	if err == nil && id != "" {
		d.projects.addGroup(project.ID, group{id: id, name: name})
		return nil
	}
	if err != nil && !refusedAs(err, http.StatusConflict) {
		return err
	}
	return d.lookForGroup(ctx, project.ID, name, err)
}

// postGroup makes a group and returns its id, "" when the platform does not
// tell. A second group of the name is refused, so that asking again after a
// lost answer makes no other one.
func (d *Driver) postGroup(ctx context.Context, project, name string) (id string, err error) {
	if ctx.Err() != nil {
		return "", stopped(ctx)
	}
	type content struct {
		Name        string `json:"name"`
		Description string `json:"description"`
		Project     string `json:"project"`
	}
	a, err := d.do(ctx, call{method: http.MethodPost, path: "/gdc/userGroups", again: true, body: map[string]any{
		"userGroup": map[string]any{"content": content{name, name, projectPrefix + project}},
	}})
	if err != nil {
		return "", err
	}
	var made struct {
		URI string `json:"uri"`
	}
	if json.Unmarshal(a.body, &made) != nil || made.URI == "" {
		made.URI = a.header.Get("Location")
	}
	return d.idIn(made.URI, groupPrefix), nil
}

// lookForGroup reads the groups again to learn the id of one that must be
// there. When it is not, why it could not be made is the error.
func (d *Driver) lookForGroup(ctx context.Context, project, name string, refused error) error {
	set, err := d.askGroups(ctx, project)
	if err != nil {
		return err
	}
	d.projects.keepGroups(project, set, 0)
	if _, there := set.spelled(name); there {
		return nil
	}
	if refused != nil {
		return refused
	}
	return brick.Errorf(brick.Failed, "the platform says that group %q was made, but it is not there", name)
}

// groups returns the groups of a project, and asks for them unless they are
// known.
func (d *Driver) groups(ctx context.Context, project string) (*groupSet, error) {
	leave, err := d.projects.turn(ctx, "groups of "+project)
	if err != nil {
		return nil, err
	}
	defer leave()
	if set := d.projects.groups(project); set != nil {
		return set, nil
	}
	set, err := d.askGroups(ctx, project)
	if err == nil {
		d.projects.keepGroups(project, set, 0)
	}
	return set, err
}

// groupsFor returns the groups of a project as they are now, to one of the two
// who ask for them when a plan is made. What one has read serves the other, but
// only once.
func (d *Driver) groupsFor(ctx context.Context, project string, who asker) (*groupSet, error) {
	leave, err := d.projects.turn(ctx, "groups of "+project)
	if err != nil {
		return nil, err
	}
	defer leave()
	if set := d.projects.takeGroups(project, who); set != nil {
		return set, nil
	}
	set, err := d.askGroups(ctx, project)
	if err == nil {
		d.projects.keepGroups(project, set, (namesOfGroups|listOfMembers)&^who)
	}
	return set, err
}

// askGroups asks for the groups of a project.
func (d *Driver) askGroups(ctx context.Context, project string) (*groupSet, error) {
	first := "/gdc/userGroups?project=" + url.QueryEscape(project)
	pages := listing[group]{
		kind: "groups", linked: true,
		path:   func(int, int) string { return first },
		decode: decodeGroups,
		key:    func(g *group) string { return g.id },
	}
	set := &groupSet{}
	for g, err := range each(ctx, d, pages) {
		if err != nil {
			return nil, err
		}
		if ordinary(g.id) && g.name != "" {
			set.groups = append(set.groups, g)
		}
	}
	set.sort()
	return set, nil
}
