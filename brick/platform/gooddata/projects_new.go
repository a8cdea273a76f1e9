package gooddata

// What is remembered of projects for the sake of their new members.

// mostMoved is how many people are remembered whose groups a project changed.
const mostMoved = 1 << 18

// moved are people whose groups were changed, by the ids of their accounts.
type moved struct {
	people map[shortID]bool
	all    bool // there are too many
}

// memberships returns who was in which group of a project when that was read
// last, nil when it is not known. It does not hold for whoever was moved.
func (p *projects) memberships(id string) *memberships {
	p.mu.Lock()
	defer p.mu.Unlock()
	if k := p.known[id]; k != nil {
		return k.inside
	}
	return nil
}

// keepMemberships remembers who is in which group of a project, unless that is
// too much.
func (p *projects) keepMemberships(id string, m *memberships) {
	if m.size() > mostKnown {
		m = nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.change(id, func(k *knownProject) { k.inside = m })
}

// move notes that people are put into groups of a project, or taken out.
func (p *projects) move(id string, people []*task) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.change(id, func(k *knownProject) {
		if k.moved.all {
			return
		}
		if k.moved.people == nil {
			k.moved.people = map[shortID]bool{}
		}
		for _, t := range people {
			k.moved.people[shortOf(t.id)] = true
		}
		if len(k.moved.people) > mostMoved {
			k.moved = moved{all: true}
		}
	})
}

// hasMoved reports whether somebody's groups were changed, or may have been.
func (p *projects) hasMoved(id string, t *task) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	k := p.known[id]
	return k == nil || k.moved.all || k.moved.people[shortOf(t.id)]
}

// length returns how many members the list of a project had when it was read
// last, 0 when that is not known, and whether new ones may stand anywhere in
// such lists.
func (p *projects) length(id string) (members int, mixed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if k := p.known[id]; k != nil {
		members = k.members
	}
	return members, p.mixed
}

// keepLength remembers how many members the list of a project has.
func (p *projects) keepLength(id string, members int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.change(id, func(k *knownProject) { k.members = members })
}

// setMixed says that new members do not come last in the lists of members.
func (p *projects) setMixed() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mixed = true
}

// looks notes that a batch looks for the accounts of new members of a project,
// until what it returns is called.
func (p *projects) looks(id string) (enough func()) {
	add := func(n int) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.lookers == nil {
			p.lookers = map[string]int{}
		}
		if p.lookers[id] += n; p.lookers[id] == 0 {
			delete(p.lookers, id)
		}
	}
	add(1)
	return func() { add(-1) }
}

// looking returns how many batches look for new members of a project.
func (p *projects) looking(id string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lookers[id]
}
