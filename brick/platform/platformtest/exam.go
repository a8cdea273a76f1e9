// Package platformtest is the exam that every connector sits. It tells
// stories to a platform through [platform.Driver] and the optional interfaces
// and looks at what List shows afterwards; it knows nothing of what is behind.
//
//	func TestExam(t *testing.T) {
//		platformtest.Run(t, open, platformtest.Options{Page: 100})
//	}
//
// A candidate without an optional ability skips the stories about it by name.
package platformtest

import (
	"context"
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// Open starts a candidate that holds exactly the state. What it needs to be
// taken away afterwards it leaves to t.Cleanup; the exam closes the driver.
type Open func(t *testing.T, state State) platform.Driver

// Options adapt the exam to a candidate.
type Options struct {
	Page  int // members that come with one request to the platform; 0 means 100
	Walks int // random walks; 0 means 50
	// Refused is a password that the candidate refuses. Without one, refusals
	// of passwords are not examined.
	Refused brick.Secret
}

// Run tells all stories, each to a fresh candidate.
func Run(t *testing.T, open Open, o Options) {
	if o.Page == 0 {
		o.Page = 100
	}
	if o.Walks == 0 {
		o.Walks = 50
	}
	e := &exam{open: open, page: o.Page, walks: o.Walks, refused: o.Refused}
	for _, part := range []struct {
		name string
		tell func(*testing.T)
	}{
		{"accounts", e.accounts},
		{"passwords", e.passwords},
		{"clearing", e.clearing},
		{"members", e.members},
		{"groups", e.groups},
		{"roles", e.roles},
		{"projects", e.projects},
		{"clients", e.clients},
		{"self", e.self},
		{"unknown", e.unknown},
		{"spelling", e.spelling},
		{"batches", e.batches},
		{"paging", e.paging},
		{"cancellation", e.cancellation},
		{"concurrency", e.concurrency},
		{"walks", e.randomWalks},
	} {
		t.Run(part.name, part.tell)
	}
}

// exam holds what all stories share.
type exam struct {
	open    Open
	page    int
	walks   int
	refused brick.Secret
}

// story tells one story to a fresh candidate.
func (e *exam) story(t *testing.T, name string, state State, tell func(*candidate)) {
	t.Run(name, func(t *testing.T) {
		tell(e.sit(t, state))
	})
}

// sit starts a candidate and closes it when the test is over.
func (e *exam) sit(t *testing.T, state State) *candidate {
	t.Helper()
	d := e.open(t, state)
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return &candidate{T: t, ctx: context.Background(), driver: d}
}

// able returns the candidate as a T, or skips the test by the ability's name.
func able[T any](c *candidate, ability string) T {
	c.Helper()
	has, ok := c.driver.(T)
	if !ok {
		c.Skipf("the candidate is no platform.%s: not examined", ability)
	}
	return has
}

// change returns a change of one person.
func change(action brick.Action, after brick.Member) brick.Change {
	return brick.Change{Action: action, After: &after}
}

// remove returns the change that takes a person away.
func remove(login brick.Login) brick.Change {
	return brick.Change{Action: brick.Remove, Before: &brick.Member{Login: login}}
}
