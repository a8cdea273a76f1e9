package platformtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// paging are the stories of scopes about as large as pages are.
func (e *exam) paging(t *testing.T) {
	for _, n := range []int{0, 1, e.page - 1, e.page, e.page + 1, 3 * e.page} {
		e.story(t, fmt.Sprintf("%d members come once each", n), crowd(n), func(c *candidate) {
			c.holds(first, crowd(n).Projects[0].Members...)
			c.holds(acme, crowd(n).Accounts...)
		})
	}
	e.story(t, "every page tells who is disabled", mixedCrowd(3*e.page), func(c *candidate) {
		c.holds(first, mixedCrowd(3 * e.page).Projects[0].Members...)
	})
	e.story(t, "a listing may be left early", crowd(e.page+1), func(c *candidate) {
		for range c.driver.List(c.ctx, first) {
			break
		}
		c.do(first, remove("user000000@example.com"))
		if have := len(c.list(first)); have != e.page {
			c.Errorf("%d members are listed, want %d", have, e.page)
		}
	})
	e.story(t, "changes made while listing do not disturb it", crowd(e.page+1), func(c *candidate) {
		seen := 0
		for m, err := range c.driver.List(c.ctx, first) {
			if err != nil {
				c.Fatal(err)
			}
			if seen++; seen <= 3 {
				c.do(first, change(brick.Update, member(m.Login, 0, "admin")))
			}
		}
		if seen != e.page+1 {
			c.Errorf("%d members are listed, want %d", seen, e.page+1)
		}
	})
}

// cancellation are the stories of work that is called off.
func (e *exam) cancellation(t *testing.T) {
	for _, s := range []brick.Scope{acme, first} {
		e.story(t, "a listing of "+s.Level.String()+" that is called off ends with an error", crowd(3*e.page), func(c *candidate) {
			ctx, cancel := context.WithCancel(c.ctx)
			defer cancel()
			var last error
			for _, last = range c.driver.List(ctx, s) {
				cancel()
			}
			if last == nil {
				c.Error("the listing ends as if it were complete")
			}
		})
		e.story(t, "a listing of "+s.Level.String()+" called off before it begins is an error", town(), func(c *candidate) {
			ctx, cancel := context.WithCancel(c.ctx)
			cancel()
			if c.listErr(ctx, s) == nil {
				c.Error("the listing ends as if it were complete")
			}
		})
	}
	e.story(t, "what is called off is reported, what is reported done holds", crowd(e.page), func(c *candidate) {
		c.callOffAt(e.page / 2)
	})
}

// callOffAt cancels between two batches and compares what Apply reported with
// what List shows.
func (c *candidate) callOffAt(n int) {
	ctx, cancel := context.WithCancel(c.ctx)
	defer cancel()
	var changes []brick.Change
	for login := range c.list(first) {
		changes = append(changes, change(brick.Update, member(login, 0, "admin")))
	}
	done := c.applyWith(ctx, first, changes[:n])
	cancel()
	late := c.applyWith(ctx, first, changes[n:])
	have := c.list(first)
	for i, err := range append(done, late...) {
		m := have[changes[i].Login()]
		holds := equal(m, member(m.Login, brick.Enabled, "admin"))
		if err == nil && !holds {
			c.Errorf("%s is reported done and is not", m.Login)
		}
		if errors.Is(err, platform.ErrNotBegun) && holds {
			c.Errorf("%s is reported as not begun and is done", m.Login)
		}
		if i >= n && err == nil {
			c.Errorf("%s is reported done after the end", m.Login)
		}
	}
}

// concurrency is the story of calls at once, on several scopes and on one,
// for the race detector too.
func (e *exam) concurrency(t *testing.T) {
	const scopes, people = 4, 20
	state := crowd(people)
	state.Projects = nil
	for i := range scopes {
		state.Projects = append(state.Projects, crowd(0).Projects[0])
		state.Projects[i].ID = fmt.Sprintf("p%d", i)
	}
	e.story(t, "several scopes are changed and listed at once", state, func(c *candidate) {
		var crew sync.WaitGroup
		for _, p := range state.Projects {
			crew.Go(func() { c.fill(p.Scope(), state.Accounts[:people/2]) })
			crew.Go(func() { c.fill(p.Scope(), state.Accounts[people/2:]) })
			crew.Go(func() {
				if err := c.listErr(c.ctx, p.Scope()); err != nil {
					c.Errorf("List %v: %v", p.Scope(), err)
				}
			})
		}
		crew.Wait()
		for _, p := range state.Projects {
			if have := len(c.list(p.Scope())); have != people {
				c.Errorf("%v has %d members, want %d", p.Scope(), have, people)
			}
		}
	})
}

// fill makes every account a member, a few at a time.
func (c *candidate) fill(s brick.Scope, accounts []brick.Member) {
	for _, a := range accounts {
		for _, err := range c.apply(s, change(brick.Add, member(a.Login, 0, "viewer"))) {
			if err != nil {
				c.Errorf("add %s to %v: %v", a.Login, s, err)
			}
		}
	}
}
