package platform_test

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"testing"
	"time"

	"users-brick/brick"
	"users-brick/brick/platform"
)

var project1 = brick.Project("p1")

// script is a driver that does what a test writes down for each of its calls,
// from 1, and remembers how it was called.
type script struct {
	list     func(call int) ([]brick.Member, error)
	apply    func(ctx context.Context, call int, batch []brick.Change) []error
	features platform.Features

	mu     sync.Mutex
	at     []time.Time // when each call came
	inside int
	most   int // calls at once
}

// enter notes a call and returns its number.
func (s *script) enter() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = append(s.at, time.Now())
	s.inside++
	s.most = max(s.most, s.inside)
	return len(s.at)
}

func (s *script) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inside--
}

// waits returns the times between the calls.
func (s *script) waits() []time.Duration {
	var waits []time.Duration
	for i := 1; i < len(s.at); i++ {
		waits = append(waits, s.at[i].Sub(s.at[i-1]))
	}
	return waits
}

func (s *script) List(context.Context, brick.Scope) iter.Seq2[brick.Member, error] {
	return func(yield func(brick.Member, error) bool) {
		call := s.enter()
		defer s.leave()
		members, err := s.list(call)
		for _, m := range members {
			if !yield(m, nil) {
				return
			}
		}
		if err != nil {
			yield(brick.Member{}, err)
		}
	}
}

func (s *script) Apply(ctx context.Context, _ brick.Scope, batch []brick.Change) []error {
	call := s.enter()
	defer s.leave()
	return s.apply(ctx, call, batch)
}

func (s *script) Features() platform.Features { return s.features }
func (s *script) Close() error                { return nil }

// readAll reads a scope and returns what the last attempt brought.
func readAll(ctx context.Context, v *platform.View) (logins []brick.Login, err error) {
	err = v.Read(ctx, project1, platform.Need{}, func() error {
		logins = nil
		return nil
	}, func(m *brick.Member) error {
		logins = append(logins, m.Login)
		return nil
	})
	return logins, err
}

// members makes members of a few logins.
func members(n int) []brick.Member {
	var all []brick.Member
	for i := range n {
		all = append(all, brick.Member{Login: brick.Login(fmt.Sprintf("u%d@acme.com", i))})
	}
	return all
}

// changes makes a batch.
func changes(n int) []brick.Change {
	var batch []brick.Change
	for _, m := range members(n) {
		batch = append(batch, brick.Change{Scope: project1, Action: brick.Add, After: &m})
	}
	return batch
}

// busy is what a platform says that may be asked again.
func busy(after time.Duration) error {
	return &brick.Error{Kind: brick.Throttled, After: after, Err: fmt.Errorf("slow down")}
}

// patient tries again for a minute.
var patient = platform.Options{Retry: platform.Retry{First: time.Second, Most: 8 * time.Second, Deadline: time.Minute}}

func within(t *testing.T, what string, d, low, high time.Duration) {
	t.Helper()
	if d < low || d > high {
		t.Errorf("%s is %v, want %v to %v", what, d, low, high)
	}
}
