package gooddata

import (
	"context"
	"sync"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// mostKnown is how much is remembered of all projects: each of them, each of
// their groups, every three who are in groups and every five who were moved
// count one and take about a hundred bytes.
const mostKnown = 1 << 18

// projects remember what was learnt of projects, so that planning and
// applying ask for it once. When there are too many, arbitrary ones are
// forgotten. The zero projects know nothing.
type projects struct {
	mu      sync.Mutex
	known   map[string]*knownProject
	size    int
	busy    map[string]chan struct{} // what is being asked for
	shared  map[string]*roleSet      // sets of roles, since most projects have the same
	public  bool                     // the internal list of roles is not there
	mixed   bool                     // new members do not come last in the list of members
	lookers map[string]int           // how many batches of a project look for the accounts of new members
}

type knownProject struct {
	roles   *roleSet     // nil when they are not known
	groups  *groupSet    // nil when they are not known
	fresh   asker        // who has not used the groups yet since they were read
	inside  *memberships // who was in which group, nil when that is not known
	moved   moved        // who has come into groups or left some since the run began
	members int          // how many the list of members had, 0 when that is not known
}

func (k *knownProject) size() int {
	n := 1
	if k.groups != nil {
		n += len(k.groups.groups)
	}
	if k.inside != nil {
		n += k.inside.size()
	}
	return n + len(k.moved.people)/5
}

// turn waits until nobody else asks for the same.
func (p *projects) turn(ctx context.Context, what string) (leave func(), err error) {
	for {
		p.mu.Lock()
		other, taken := p.busy[what]
		if !taken {
			break
		}
		p.mu.Unlock()
		select {
		case <-other:
		case <-ctx.Done():
			return nil, stopped(ctx)
		}
	}
	defer p.mu.Unlock()
	if p.busy == nil {
		p.busy = map[string]chan struct{}{}
	}
	mine := make(chan struct{})
	p.busy[what] = mine
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.busy, what)
		close(mine)
	}, nil
}

// stopped is the error of what is not begun any more.
func stopped(ctx context.Context) error { return platform.NotBegun(ctx) }

// roles returns the roles of a project, nil when they are not known.
func (p *projects) roles(id string) *roleSet {
	p.mu.Lock()
	defer p.mu.Unlock()
	if k := p.known[id]; k != nil {
		return k.roles
	}
	return nil
}

// keepRoles remembers the roles of a project that is there.
func (p *projects) keepRoles(id string, roles []brick.Role) *roleSet {
	set, key := newRoleSet(id, roles)
	p.mu.Lock()
	defer p.mu.Unlock()
	if same, known := p.shared[key]; known {
		set = same
	} else if len(p.shared) < mostShared {
		if p.shared == nil {
			p.shared = map[string]*roleSet{}
		}
		p.shared[key] = set
	}
	p.change(id, func(k *knownProject) { k.roles = set })
	return set
}

// groups returns the groups of a project, nil when they are not known.
func (p *projects) groups(id string) *groupSet {
	p.mu.Lock()
	defer p.mu.Unlock()
	if k := p.known[id]; k != nil {
		return k.groups
	}
	return nil
}

// asker is who asks for the groups of a project when a plan is made.
type asker uint8

const (
	namesOfGroups asker = 1 << iota
	listOfMembers
)

// takeGroups returns the groups of a project if somebody has read them and the
// asker has not used them yet.
func (p *projects) takeGroups(id string, who asker) *groupSet {
	p.mu.Lock()
	defer p.mu.Unlock()
	k := p.known[id]
	if k == nil || k.fresh&who == 0 {
		return nil
	}
	k.fresh &^= who
	return k.groups
}

// keepGroups remembers the groups of a project, and who may take them for
// fresh.
func (p *projects) keepGroups(id string, groups *groupSet, fresh asker) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.change(id, func(k *knownProject) { k.groups, k.fresh = groups, fresh })
}

// addGroup remembers a group that was made in a project whose groups are
// known.
func (p *projects) addGroup(id string, g group) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if k := p.known[id]; k != nil && k.groups != nil {
		p.change(id, func(k *knownProject) { k.groups = k.groups.with(g) })
	}
}

// change alters what is known of a project, and keeps to the limit. The
// caller holds the lock.
func (p *projects) change(id string, alter func(*knownProject)) {
	k := p.known[id]
	if k == nil {
		k = &knownProject{}
	} else {
		p.size -= k.size()
	}
	alter(k)
	for other, old := range p.known {
		if p.size+k.size() <= mostKnown {
			break
		}
		if old != k {
			p.size -= old.size()
			delete(p.known, other)
		}
	}
	if p.known == nil {
		p.known = map[string]*knownProject{}
	}
	p.known[id] = k
	p.size += k.size()
}

// onlyPublic reports whether the internal list of roles is known not to be
// there.
func (p *projects) onlyPublic() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.public
}

func (p *projects) setOnlyPublic() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.public = true
}
