package platformtest

import (
	"testing"

	"users-brick/brick"
)

// members are the stories of a project.
func (e *exam) members(t *testing.T) {
	e.story(t, "lists enabled and disabled members", town(), func(c *candidate) {
		c.holds(first, town().Projects[0].Members...)
	})
	e.story(t, "lists an empty project", town(), func(c *candidate) {
		c.holds(empty)
	})
	e.story(t, "adds a member with his role", town(), func(c *candidate) {
		c.do(empty, change(brick.Add, member(cem, 0, "editor")))
		c.holds(empty, member(cem, brick.Enabled, "editor"))
		c.holds(first, town().Projects[0].Members...)
	})
	e.story(t, "adding a member again changes nothing", town(), func(c *candidate) {
		c.do(empty, change(brick.Add, member(cem, 0, "editor")))
		c.idle(empty, change(brick.Add, member(cem, 0, "editor")), change(brick.Enable, member(cem, 0)))
	})
	e.story(t, "changes a role", town(), func(c *candidate) {
		c.do(first, change(brick.Update, member(ann, 0, "viewer")))
		c.holds(first, member(ann, brick.Enabled, "viewer"), member(ben, brick.Disabled, "viewer"))
	})
	e.story(t, "gives several roles, in any order", town(), func(c *candidate) {
		c.do(first, change(brick.Update, member(ann, 0, "viewer", "admin")))
		c.idle(first, change(brick.Update, member(ann, 0, "admin", "viewer")))
		c.holds(first, member(ann, brick.Enabled, "admin", "viewer"), member(ben, brick.Disabled, "viewer"))
	})
	e.story(t, "leaves roles and status that are not given", town(), func(c *candidate) {
		c.idle(first, change(brick.Update, brick.Member{Login: ben}), change(brick.Add, brick.Member{Login: ann}))
	})
	e.story(t, "updating a disabled member leaves him disabled", town(), func(c *candidate) {
		c.do(first, change(brick.Update, member(ben, 0, "editor")))
		c.holds(first, member(ann, brick.Enabled, "admin"), member(ben, brick.Disabled, "editor"))
	})
	e.story(t, "cannot update or disable who is no member", town(), func(c *candidate) {
		c.refuse(first, change(brick.Update, member(cem, 0, "viewer")), brick.NotFound)
		c.refuse(first, change(brick.Disable, member(cem, 0)), brick.NotFound)
	})
	e.statuses(t)
	e.leaving(t)
}

// statuses are the stories of disabling and enabling.
func (e *exam) statuses(t *testing.T) {
	e.story(t, "disables a member, who keeps his role", town(), func(c *candidate) {
		c.do(first, change(brick.Disable, member(ann, brick.Disabled)))
		c.holds(first, member(ann, brick.Disabled, "admin"), member(ben, brick.Disabled, "viewer"))
	})
	e.story(t, "disabling leaves the role, whatever is given", town(), func(c *candidate) {
		c.do(first, change(brick.Disable, member(ann, brick.Disabled, "viewer")))
		c.holds(first, member(ann, brick.Disabled, "admin"), member(ben, brick.Disabled, "viewer"))
	})
	e.story(t, "disabling again changes nothing", town(), func(c *candidate) {
		c.idle(first, change(brick.Disable, member(ben, brick.Disabled)))
	})
	e.story(t, "enables a disabled member with the role he has", town(), func(c *candidate) {
		c.do(first, change(brick.Enable, member(ben, brick.Enabled)))
		c.holds(first, member(ann, brick.Enabled, "admin"), member(ben, brick.Enabled, "viewer"))
	})
	e.story(t, "enables a disabled member with a new role", town(), func(c *candidate) {
		c.do(first, change(brick.Enable, member(ben, brick.Enabled, "editor")))
		c.holds(first, member(ann, brick.Enabled, "admin"), member(ben, brick.Enabled, "editor"))
	})
	e.story(t, "adding a disabled member enables him", town(), func(c *candidate) {
		c.do(first, change(brick.Add, member(ben, brick.Enabled)))
		c.holds(first, member(ann, brick.Enabled, "admin"), member(ben, brick.Enabled, "viewer"))
	})
}

// leaving are the stories of members who go.
func (e *exam) leaving(t *testing.T) {
	e.story(t, "removes a member and keeps his account", town(), func(c *candidate) {
		c.do(first, remove(ann), remove(ben))
		c.holds(first)
		c.holds(acme, town().Accounts...)
	})
	e.story(t, "removing again changes nothing", town(), func(c *candidate) {
		c.do(first, remove(ann))
		c.idle(first, remove(ann), remove(nobody))
	})
	e.story(t, "a member who comes back has no old role", town(), func(c *candidate) {
		c.do(first, remove(ann))
		c.do(first, change(brick.Add, member(ann, 0, "viewer")))
		c.holds(first, member(ann, brick.Enabled, "viewer"), member(ben, brick.Disabled, "viewer"))
	})
}
