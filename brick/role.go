package brick

import (
	"fmt"
	"slices"
	"strings"
)

// Role is one role that a project knows.
type Role struct {
	ID       string // the identifier that Member.Roles holds, such as adminRole
	Title    string // for people, such as Admin
	Summary  string
	URI      string
	ReadOnly bool // the role given to a new member when nothing says which
	Admin    bool // whoever has it runs the project; the last of them is never taken out
}

// FindRole returns the role that a name in a file means: by identifier, by
// identifier without its ending "Role", by title, by summary or by URI, in
// this order, ignoring letter case and outer spaces. A name that matches two
// roles at the first of these where it matches any, or none at all, is an
// error that lists the choice.
func FindRole(roles []Role, name string) (Role, error) {
	ways := []func(Role) string{
		func(r Role) string { return r.ID },
		func(r Role) string { return shortID(r.ID) },
		func(r Role) string { return r.Title },
		func(r Role) string { return r.Summary },
		func(r Role) string { return r.URI },
	}
	want := Fold(name)
	for _, way := range ways {
		var found []Role
		for _, r := range roles {
			if want != "" && Fold(way(r)) == want {
				found = append(found, r)
			}
		}
		switch len(found) {
		case 0:
			continue
		case 1:
			return found[0], nil
		}
		return Role{}, fmt.Errorf("role %q is ambiguous: it may mean %s", name, roleIDs(found))
	}
	return Role{}, fmt.Errorf("role %q is not known here (known: %s)", name, roleIDs(roles))
}

// ReadOnlyRole returns the role for new members of whom nothing else is said,
// and false when the project names none.
func ReadOnlyRole(roles []Role) (Role, bool) {
	i := slices.IndexFunc(roles, func(r Role) bool { return r.ReadOnly })
	if i < 0 {
		return Role{}, false
	}
	return roles[i], true
}

func shortID(id string) string {
	if short := strings.TrimSuffix(Fold(id), "role"); short != "" {
		return short
	}
	return id
}

func roleIDs(roles []Role) string {
	ids := make([]string, len(roles))
	for i, r := range roles {
		ids[i] = r.ID
	}
	slices.Sort(ids)
	if len(ids) == 0 {
		return "none"
	}
	return strings.Join(ids, ", ")
}
