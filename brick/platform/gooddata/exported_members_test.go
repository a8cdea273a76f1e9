package gooddata

import (
	"bytes"
	"strconv"

	"users-brick/brick"
)

// Person is a member as a page shows him.
type Person struct {
	Login, ID string
	Status    brick.Status
	Roles     []string
}

// gone decodes a page whose memory is used for something else afterwards.
func gone[T any](decode func([]byte) ([]T, string, error), body []byte) ([]T, string, error) {
	page := bytes.Clone(body)
	defer clear(page)
	return decode(page)
}

// DecodeMembers reads a page of the members of a project.
func DecodeMembers(body []byte) (people []Person, next string, err error) {
	read, next, err := gone(decodeMembers, body)
	for _, p := range read {
		people = append(people, Person{p.login, p.id, p.status, p.roles})
	}
	return people, next, err
}

// DecodeMembersOnly reads a page of the members of a project and says how many
// there were.
func DecodeMembersOnly(body []byte) (int, error) {
	people, _, err := decodeMembers(body)
	return len(people), err
}

// DecodeProfiles reads a page of the members of a group.
func DecodeProfiles(body []byte) ([]string, string, error) { return gone(decodeProfiles, body) }

// DecodeGroups reads a page of groups, as ids and names.
func DecodeGroups(body []byte) (ids, names []string, next string, err error) {
	groups, next, err := gone(decodeGroups, body)
	for _, g := range groups {
		ids, names = append(ids, g.id), append(names, g.name)
	}
	return ids, names, next, err
}

// DecodeRoles reads the internal list of a project's roles.
func DecodeRoles(body []byte) ([]brick.Role, error) { return decodeRoles(body) }

// Looking returns how many batches look for new members of a project.
func (d *Driver) Looking(project string) int { return d.projects.looking(project) }

// MostKnown is how much is remembered of projects.
const MostKnown = mostKnown

// KnowProjects remembers so many projects of so many groups, with three people
// in each, and returns how much is remembered then and whether the last of them
// is.
func KnowProjects(names []string, groups int) (size int, last bool) {
	var p projects
	for _, name := range names {
		p.keepRoles(name, []brick.Role{{ID: "adminRole", URI: projectPrefix + name + "/roles/2"}})
		p.keepGroups(name, &groupSet{groups: make([]group, groups)}, 0)
		inside := newMemberships()
		var moved []*task
		for i := range 3 * groups {
			inside.add(strconv.Itoa(i), "group")
			moved = append(moved, &task{id: strconv.Itoa(i)})
		}
		p.keepMemberships(name, inside)
		p.move(name, moved)
	}
	return p.size, p.groups(names[len(names)-1]) != nil
}

// FirstTimes returns how many of the keys come for the first time.
func FirstTimes(keys []string) (n int) {
	var s seen
	for _, key := range keys {
		if s.add(key) {
			n++
		}
	}
	return n
}

// SeenBytes is how much it takes to tell so many items apart.
func SeenBytes(n int) int {
	var s seen
	for i := range n {
		s.add(strconv.Itoa(i))
	}
	return 8 * cap(s.slots)
}
