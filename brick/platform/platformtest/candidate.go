package platformtest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// candidate is a driver in one test.
type candidate struct {
	*testing.T
	ctx    context.Context
	driver platform.Driver
}

// list returns the members of a scope; each must come once, and well formed.
func (c *candidate) list(s brick.Scope) map[brick.Login]brick.Member {
	c.Helper()
	members := map[brick.Login]brick.Member{}
	for m, err := range c.driver.List(c.ctx, s) {
		if err != nil {
			c.Fatalf("List %v: %v", s, err)
		}
		if _, twice := members[m.Login]; twice {
			c.Fatalf("List %v: %s comes twice", s, m.Login)
		}
		if login, err := brick.ParseLogin(string(m.Login)); err != nil || login != m.Login {
			c.Errorf("List %v: %q is no parsed login", s, m.Login)
		}
		if m.Status != brick.Enabled && m.Status != brick.Disabled {
			c.Errorf("List %v: %s is %v", s, m.Login, m.Status)
		}
		if len(brick.Set(m.Roles)) != len(m.Roles) || len(brick.FoldSet(m.Groups)) != len(m.Groups) {
			c.Errorf("List %v: %s has a role or a group twice: %q, %q", s, m.Login, m.Roles, m.Groups)
		}
		members[m.Login] = m
	}
	return members
}

// listErr returns the error with which the listing of a scope ends.
func (c *candidate) listErr(ctx context.Context, s brick.Scope) error {
	var last error
	for _, err := range c.driver.List(ctx, s) {
		if last != nil {
			c.Errorf("List %v goes on after an error", s)
		}
		last = err
	}
	return last
}

// apply does changes of one scope in batches as large as the candidate takes.
func (c *candidate) apply(s brick.Scope, changes ...brick.Change) []error {
	c.Helper()
	return c.applyWith(c.ctx, s, changes)
}

func (c *candidate) applyWith(ctx context.Context, s brick.Scope, changes []brick.Change) []error {
	c.Helper()
	var errs []error
	for batch := range slices.Chunk(changes, max(1, c.driver.Features().Batch)) {
		for i := range batch {
			batch[i].Scope = s
		}
		results := c.driver.Apply(ctx, s, batch)
		if len(results) != len(batch) {
			c.Errorf("Apply %v returns %d errors for %d changes", s, len(results), len(batch))
			results = make([]error, len(batch))
		}
		errs = append(errs, results...)
	}
	return errs
}

// do applies changes that must all succeed.
func (c *candidate) do(s brick.Scope, changes ...brick.Change) {
	c.Helper()
	for i, err := range c.apply(s, changes...) {
		if err != nil {
			c.Fatalf("%v %v %s: %v", s, changes[i].Action, changes[i].Login(), err)
		}
	}
}

// refuse applies a change that must fail with one of the kinds and leave the
// scope as it is.
func (c *candidate) refuse(s brick.Scope, bad brick.Change, kinds ...brick.Kind) {
	c.Helper()
	before := c.list(s)
	err := c.apply(s, bad)[0]
	switch {
	case err == nil:
		c.Errorf("%v %v %s succeeds", s, bad.Action, bad.Login())
	case !slices.Contains(kinds, brick.KindOf(err)):
		c.Errorf("%v %v %s fails as %v, want %v: %v", s, bad.Action, bad.Login(), brick.KindOf(err), kinds, err)
	}
	c.unchanged(s, before)
}

// idle applies changes that must succeed and alter nothing.
func (c *candidate) idle(s brick.Scope, changes ...brick.Change) {
	c.Helper()
	before := c.list(s)
	c.do(s, changes...)
	c.unchanged(s, before)
}

// unchanged demands that the scope is exactly as it was.
func (c *candidate) unchanged(s brick.Scope, before map[brick.Login]brick.Member) {
	c.Helper()
	after := c.list(s)
	if !maps.EqualFunc(before, after, equal) {
		c.Errorf("%v is no longer as it was:\n was %v\n is  %v", s, sorted(before), sorted(after))
	}
}

// holds demands that the scope has exactly these members, each as described;
// attributes of accounts that are not described may be anything.
func (c *candidate) holds(s brick.Scope, want ...brick.Member) {
	c.Helper()
	have := c.list(s)
	for _, w := range want {
		m, ok := have[w.Login]
		if !ok {
			c.Errorf("%v: %s is missing", s, w.Login)
			continue
		}
		described := m
		described.Profile = m.Profile.Overlay(&w.Profile)
		w.Profile = described.Profile
		if m.Profile != described.Profile || !equal(m, w) {
			c.Errorf("%v:\n want %+v\n have %+v", s, w, m)
		}
	}
	if len(have) != len(want) {
		c.Errorf("%v has %d members, want %d: %v", s, len(have), len(want), sorted(have))
	}
}

// equal compares two members as listings show them; an absent list and an
// empty one are the same.
func equal(a, b brick.Member) bool {
	return a.Login == b.Login && a.Status == b.Status && a.Profile == b.Profile &&
		slices.Equal(brick.Set(a.Roles), brick.Set(b.Roles)) &&
		brick.SameFolded(brick.FoldSet(a.Groups), brick.FoldSet(b.Groups))
}

func sorted(members map[brick.Login]brick.Member) []brick.Member {
	return slices.SortedFunc(maps.Values(members), func(a, b brick.Member) int { return cmp.Compare(a.Login, b.Login) })
}
