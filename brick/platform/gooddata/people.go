package gooddata

import (
	"sync"
	"sync/atomic"

	"users-brick/brick"
)

// mostPeople is how many people are remembered.
const mostPeople = 250_000

// people remember the profile ids of accounts by login, since members of
// groups are named by them. Nothing is remembered before groups are in play,
// and nobody new once there are too many.
type people struct {
	wanted atomic.Bool
	mu     sync.RWMutex
	ids    map[brick.Login]string // "" for whom somebody looks for
}

// playGroups says that groups will be worked with.
func (d *Driver) playGroups() { d.people.wanted.Store(true) }

// groupsInPlay reports whether groups are worked with.
func (d *Driver) groupsInPlay() bool { return d.people.wanted.Load() }

// remember notes the profile id of an account, if anybody may ask for it.
func (d *Driver) remember(login brick.Login, id string) {
	if !d.groupsInPlay() || login == "" || id == "" {
		return
	}
	p := &d.people
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, known := p.ids[login]; !known && len(p.ids) >= mostPeople {
		return
	}
	if p.ids == nil {
		p.ids = map[brick.Login]string{}
	}
	p.ids[login] = id
}

// seek says that somebody looks for the profile id of an account.
func (d *Driver) seek(login brick.Login) {
	p := &d.people
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, known := p.ids[login]; known || len(p.ids) >= mostPeople {
		return
	}
	if p.ids == nil {
		p.ids = map[brick.Login]string{}
	}
	p.ids[login] = ""
}

// sought reports whether somebody looks for the profile id of an account.
func (d *Driver) sought(login brick.Login) bool {
	d.people.mu.RLock()
	defer d.people.mu.RUnlock()
	id, known := d.people.ids[login]
	return known && id == ""
}

// forget drops what is remembered of an account that is gone.
func (d *Driver) forget(login brick.Login) {
	d.people.mu.Lock()
	defer d.people.mu.Unlock()
	delete(d.people.ids, login)
}

// knownID returns the profile id of an account, false when it is not known.
func (d *Driver) knownID(login brick.Login) (string, bool) {
	d.people.mu.RLock()
	defer d.people.mu.RUnlock()
	id := d.people.ids[login]
	return id, id != ""
}
