package plan

import "users-brick/brick"

// Groups spells the names of one project's groups as the project does, and
// notes those that must be made first.
type Groups struct {
	spelling map[string]string // folded name to name
	created  []string
}

// NewGroups starts with the groups that are there.
func NewGroups(names []string) *Groups {
	g := &Groups{spelling: make(map[string]string, len(names))}
	for _, n := range names {
		g.spelling[brick.Fold(n)] = n
	}
	return g
}

// Has reports whether there is a group of that name, or one is noted to be
// made.
func (g *Groups) Has(name string) bool {
	_, ok := g.spelling[brick.Fold(name)]
	return ok
}

// Spell returns the names as the project spells them. A name that is new is
// noted to be made, in the spelling in which it comes first.
func (g *Groups) Spell(names []string) []string {
	if names == nil {
		return nil
	}
	spelled := make([]string, 0, len(names))
	for _, n := range names {
		known, ok := g.spelling[brick.Fold(n)]
		if !ok {
			known = n
			g.spelling[brick.Fold(n)] = n
			g.created = append(g.created, n)
		}
		spelled = append(spelled, known)
	}
	return spelled
}

// Created returns the groups to be made, nil when there are none.
func (g *Groups) Created() []string { return brick.FoldSet(g.created) }
