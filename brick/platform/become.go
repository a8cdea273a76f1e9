package platform

import "users-brick/brick"

// Names finds how a project spells a role or a group, letter case ignored;
// false when it has none of that name.
type Names func(name string) (spelling string, known bool)

// Become returns what a member of a project is after a change other than
// Remove, as the contract of Driver.Apply says; the zero Member is somebody
// who was none. A role or a group that the project does not have is an error
// of kind NotFound.
func Become(have brick.Member, c *brick.Change, roles, groups Names) (brick.Member, error) {
	want := have
	want.Login = brick.Login(brick.Fold(string(c.Login())))
	switch c.Action {
	case brick.Add, brick.Enable:
		want.Status = brick.Enabled
	case brick.Disable:
		want.Status = brick.Disabled
	}
	if c.After == nil {
		return want, nil
	}
	if c.After.Roles != nil && !c.Action.Takes() {
		ids, err := spelled("role", c.After.Roles, roles)
		if err != nil {
			return have, err
		}
		want.Roles = brick.Set(ids)
	}
	if c.After.Groups != nil {
		names, err := spelled("group", c.After.Groups, groups)
		if err != nil {
			return have, err
		}
		if c.AddGroups {
			names = append(names, have.Groups...)
		}
		want.Groups = brick.FoldSet(names)
	}
	return want, nil
}

// spelled returns the names as the project spells them.
func spelled(what string, names []string, find Names) ([]string, error) {
	known := make([]string, len(names))
	for i, name := range names {
		spelling, ok := find(name)
		if !ok {
			return nil, brick.Errorf(brick.NotFound, "the project has no %s %q", what, name)
		}
		known[i] = spelling
	}
	return known, nil
}
