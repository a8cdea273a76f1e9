package gooddata

import "sync"

// pages hold what is known of all listings: how long their pages are, and how
// many of them wait. The zero pages know nothing.
//
// The platform may cut pages shorter than was asked for, always at the same
// length. A page shorter than another of its kind was not cut, and is the
// last; of any other only the next one can tell.
type pages struct {
	mu      sync.Mutex
	kinds   map[string]*lengths
	waiting int // pages asked for ahead, of all listings
}

// lengths are the lengths of pages of one kind.
type lengths struct {
	longest int
	lonely  int  // how often nothing came behind a page that long
	cut     bool // something did
	uneven  bool // something came behind a shorter one
	linked  bool // a page named the next one
}

// enough is how often nothing must come behind pages of one length before
// such a page is taken for the last: a thousand projects of one size are not
// asked a thousand times.
const enough = 16

// of returns what is known of a kind. The caller holds the lock.
func (p *pages) of(kind string) *lengths {
	if p.kinds == nil {
		p.kinds = map[string]*lengths{}
	}
	if p.kinds[kind] == nil {
		p.kinds[kind] = &lengths{}
	}
	return p.kinds[kind]
}

// saw notes a page of n items.
func (p *pages) saw(kind string, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l := p.of(kind); n > l.longest {
		l.longest, l.lonely, l.cut = n, 0, false
	}
}

// followed notes whether something came behind a page of n items.
func (p *pages) followed(kind string, n int, something bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.of(kind)
	switch {
	case n != l.longest:
	case something:
		l.cut = true
	default:
		l.lonely++
	}
}

// distrust notes that something came behind a page shorter than others.
func (p *pages) distrust(kind string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.of(kind).uneven = true
}

// follows notes that pages name the next one, so that none can be asked for
// before.
func (p *pages) follows(kind string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.of(kind).linked = true
}

// likely returns how long the first page of a long listing will be, 0 when
// the next ones cannot be counted off.
func (p *pages) likely(kind string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch l := p.of(kind); {
	case l.uneven || l.linked:
		return 0
	case l.cut:
		return l.longest
	}
	return pageSize
}

// end reports whether a page of n items is surely the last. More says that
// more items are expected.
func (p *pages) end(kind string, n int, more bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.of(kind)
	switch {
	case n == 0:
		return true
	case n >= pageSize || l.uneven:
		return false
	case n < l.longest:
		return true
	}
	return l.lonely >= enough && !l.cut && !more
}

// short reports whether a page of n items is shorter than another was.
func (p *pages) short(kind string, n int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return n < p.of(kind).longest
}

// full reports whether another page as long may follow one of n items, so
// that the next ones can be counted off.
func (p *pages) full(kind string, n int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.of(kind)
	return !l.uneven && n > 0 && (n >= pageSize || n == l.longest && l.cut)
}

// reserve takes room for a page that will wait, false when there is none.
func (p *pages) reserve() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting >= mostWaiting {
		return false
	}
	p.waiting++
	return true
}

func (p *pages) release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting--
}
