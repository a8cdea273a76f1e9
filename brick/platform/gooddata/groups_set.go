package gooddata

import (
	"cmp"
	"slices"

	"users-brick/brick"
)

// groupSet is the groups of a project. It does not change.
type groupSet struct {
	groups []group // by folded name
}

func (s *groupSet) sort() {
	slices.SortFunc(s.groups, func(a, b group) int {
		return cmp.Or(cmp.Compare(brick.Fold(a.name), brick.Fold(b.name)), cmp.Compare(a.name, b.name), cmp.Compare(a.id, b.id))
	})
}

// with returns the set with one group more.
func (s *groupSet) with(g group) *groupSet {
	more := &groupSet{groups: append(slices.Clone(s.groups), g)}
	more.sort()
	return more
}

// names returns the names of the groups.
func (s *groupSet) names() []string {
	names := make([]string, len(s.groups))
	for i, g := range s.groups {
		names[i] = g.name
	}
	return brick.FoldSet(names)
}

// folded returns the name of the group at a place in the form in which names
// compare.
func (s *groupSet) folded(place int) string { return brick.Fold(s.groups[place].name) }

// span returns the places of the groups of a name, letter case ignored. The
// platform should know no more than one; if it does, the first is meant
// wherever somebody comes in, and all of them wherever he leaves.
func (s *groupSet) span(name string) (first, end int) {
	name = brick.Fold(name)
	first, _ = slices.BinarySearchFunc(s.groups, name, func(g group, name string) int {
		return cmp.Compare(brick.Fold(g.name), name)
	})
	for end = first; end < len(s.groups) && s.folded(end) == name; {
		end++
	}
	return first, end
}

// spelled returns a name as the project spells it, false when it has no such
// group.
func (s *groupSet) spelled(name string) (string, bool) {
	first, end := s.span(name)
	if first == end {
		return "", false
	}
	return s.groups[first].name, true
}
