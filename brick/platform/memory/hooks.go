package memory

import (
	"maps"
	"slices"

	"users-brick/brick"
)

// Hooks let a test break the platform. A nil hook does nothing. Fail, OnApply
// and Password are called with the platform locked and must not call it.
type Hooks struct {
	// Fail is asked before each change; its error becomes the change's.
	Fail func(brick.Scope, *brick.Change) error
	// OnApply is called before the n-th effect, from 1. When it panics the
	// effect does not take place and the platform stays usable, as after a
	// crash.
	OnApply func(n int)
	// ListFail is asked before each member, with the number yielded so far,
	// and once after the last; its error ends the listing.
	ListFail func(s brick.Scope, yielded int) error
	// Password is the rule for passwords; its error refuses the change with
	// the kind BadPassword, and nothing of the change is done.
	Password func(brick.Login, string) error
}

// Counts says how much a platform was asked and did.
type Counts struct {
	Lists   int // listings begun
	Applies int // calls of Apply
	Changes int // changes asked for
	Effects int // changes, groups made included, that altered something
}

// Counts returns the counts so far.
func (p *Platform) Counts() Counts {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.counts
}

// Passwords returns the passwords that each login was given, in order.
func (p *Platform) Passwords() map[brick.Login][]string {
	p.mu.Lock()
	defer p.mu.Unlock()
	passwords := maps.Clone(p.passwords)
	for login := range passwords {
		passwords[login] = slices.Clone(passwords[login])
	}
	return passwords
}

// effect counts an effect that is about to happen. The caller holds the lock.
func (p *Platform) effect() {
	if p.Hooks.OnApply != nil {
		p.Hooks.OnApply(p.counts.Effects + 1)
	}
	p.counts.Effects++
}
