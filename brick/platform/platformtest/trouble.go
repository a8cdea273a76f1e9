package platformtest

import (
	"strings"
	"testing"

	"users-brick/brick"
)

// unknown are the stories of scopes, roles and people that do not exist.
func (e *exam) unknown(t *testing.T) {
	for _, s := range []brick.Scope{away, brick.Organization("nobody")} {
		e.story(t, "list of "+s.Level.String()+" ends as not found", town(), func(c *candidate) {
			c.kind(c.listErr(c.ctx, s), brick.NotFound)
		})
		e.story(t, "every change of "+s.Level.String()+" is not found", town(), func(c *candidate) {
			for _, err := range c.apply(s, newAccount(town().Accounts[0]), change(brick.Update, member(ben, 0)), remove(cem)) {
				c.kind(err, brick.NotFound)
			}
		})
	}
	e.story(t, "a project's id names no organization", town(), func(c *candidate) {
		c.kind(c.listErr(c.ctx, brick.Organization(first.ID)), brick.NotFound)
		c.kind(c.listErr(c.ctx, brick.Project(organization)), brick.NotFound)
	})
	e.story(t, "an unknown role is refused", town(), func(c *candidate) {
		c.refuse(first, change(brick.Add, member(cem, 0, "no-such-role")), brick.NotFound)
		c.refuse(first, change(brick.Update, member(ann, 0, "viewer", "no-such-role")), brick.NotFound)
		c.refuse(first, change(brick.Enable, member(ben, 0, "no-such-role")), brick.NotFound)
	})
	e.story(t, "a login without an account fails alone", town(), func(c *candidate) {
		c.refuse(first, change(brick.Add, member(nobody, 0, "viewer")), brick.NotFound)
		errs := c.apply(first, change(brick.Add, member(nobody, 0, "viewer")), change(brick.Add, member(cem, 0, "viewer")))
		c.kind(errs[0], brick.NotFound)
		c.holds(first, append(town().Projects[0].Members, member(cem, brick.Enabled, "viewer"))...)
	})
}

// spelling are the stories of odd letter case: it resolves or is refused, but
// makes nothing twice.
func (e *exam) spelling(t *testing.T) {
	e.story(t, "an account written otherwise is the same account", town(), func(c *candidate) {
		odd := town().Accounts[0]
		odd.Login = brick.Login(strings.ToUpper(string(ann)))
		c.apply(acme, newAccount(odd))
		c.holds(acme, town().Accounts...)
	})
	e.story(t, "a member written otherwise is the same member", town(), func(c *candidate) {
		c.apply(first, change(brick.Add, member("Ann@Example.COM", 0, "admin")))
		c.holds(first, town().Projects[0].Members...)
	})
	e.story(t, "a role written otherwise is resolved or refused", town(), func(c *candidate) {
		want := member(ann, brick.Enabled, "admin")
		if c.apply(first, change(brick.Update, member(ann, 0, "VIEWER")))[0] == nil {
			want.Roles = []string{"viewer"}
		}
		c.holds(first, want, member(ben, brick.Disabled, "viewer"))
	})
	e.story(t, "accounts that begin in odd case are found", oddTown(), func(c *candidate) {
		c.holds(acme, account(ann, "Ann"))
		c.idle(first, change(brick.Add, member(ann, 0)))
	})
}

// oddTown is a town whose only login is written in capitals.
func oddTown() State {
	state := town()
	state.Accounts = []brick.Member{account(ann, "Ann")}
	state.Accounts[0].Login = brick.Login(strings.ToUpper(string(ann)))
	state.Projects[0].Members = state.Projects[0].Members[:1]
	state.Projects[0].Members[0].Login = state.Accounts[0].Login
	return state
}

// batches are the stories of several changes at once.
func (e *exam) batches(t *testing.T) {
	e.story(t, "one bad change is reported exactly and the rest is done", town(), func(c *candidate) {
		errs := c.apply(first,
			change(brick.Add, member(cem, 0, "editor")),
			change(brick.Update, member(ann, 0, "no-such-role")),
			change(brick.Enable, member(ben, 0)),
			change(brick.Add, member(dora, 0, "viewer")))
		for i, err := range errs {
			if (err != nil) != (i == 1) {
				c.Errorf("change %d ends with %v", i, err)
			}
		}
		c.holds(first, member(ann, brick.Enabled, "admin"), member(ben, brick.Enabled, "viewer"),
			member(cem, brick.Enabled, "editor"), member(dora, brick.Enabled, "viewer"))
	})
	e.story(t, "several accounts at once", town(), func(c *candidate) {
		errs := c.apply(acme, newAccount(rich("eve@example.com")), change(brick.Update, position(nobody, "Chief")), remove(dora))
		if errs[0] != nil || errs[1] == nil || errs[2] != nil {
			c.Errorf("changes end with %v", errs)
		}
		c.holds(acme, append(town().Accounts[:3], rich("eve@example.com"))...)
	})
	e.story(t, "an empty batch is nothing", town(), func(c *candidate) {
		if errs := c.driver.Apply(c.ctx, first, nil); len(errs) != 0 {
			c.Errorf("an empty batch ends with %v", errs)
		}
		c.holds(first, town().Projects[0].Members...)
	})
}
