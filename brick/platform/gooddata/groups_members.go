package gooddata

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"
)

// groupsAtOnce is how many groups of a project are read or changed at once.
const groupsAtOnce = 16

// readGroups calls a function with everybody who is in the groups: the place
// of the group in the list, and the id of the person's account. It is called
// by one goroutine at a time.
func (d *Driver) readGroups(ctx context.Context, groups []group, note func(place int, id string)) error {
	var mu sync.Mutex
	crew, ctx := errgroup.WithContext(ctx)
	crew.SetLimit(groupsAtOnce)
	for place, g := range groups {
		crew.Go(func() error {
			return d.readGroup(ctx, g, func(id string) {
				mu.Lock()
				defer mu.Unlock()
				note(place, id)
			})
		})
	}
	return crew.Wait()
}

// readGroup calls a function with the id of everybody who is in a group.
func (d *Driver) readGroup(ctx context.Context, g group, note func(id string)) error {
	first := groupPrefix + segment(g.id) + "/members"
	pages := listing[string]{
		kind: "members of groups", linked: true,
		path:   func(int, int) string { return first },
		decode: decodeProfiles,
		key:    func(*string) string { return "" }, // to be noted twice does no harm
	}
	for id, err := range each(ctx, d, pages) {
		if err != nil {
			return err
		}
		note(id)
	}
	return nil
}

// memberships reads who is in which group of a project.
func (d *Driver) memberships(ctx context.Context, project string) (*memberships, error) {
	d.playGroups()
	set, err := d.groupsFor(ctx, project, listOfMembers)
	if err != nil {
		return nil, err
	}
	return d.readMemberships(ctx, project, set)
}

// knownMemberships returns who is in which of a project's groups, and reads
// that unless it is known.
func (d *Driver) knownMemberships(ctx context.Context, project string, set *groupSet) (*memberships, error) {
	leave, err := d.projects.turn(ctx, "members of the groups of "+project)
	if err != nil {
		return nil, err
	}
	defer leave()
	if m := d.projects.memberships(project); m != nil {
		return m, nil
	}
	return d.readMemberships(ctx, project, set)
}

func (d *Driver) readMemberships(ctx context.Context, project string, set *groupSet) (*memberships, error) {
	m := newMemberships()
	err := d.readGroups(ctx, set.groups, func(place int, id string) { m.add(id, set.groups[place].name) })
	if err != nil {
		return nil, err
	}
	d.projects.keepMemberships(project, m)
	return m, nil
}
