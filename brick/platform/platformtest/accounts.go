package platformtest

import (
	"testing"

	"users-brick/brick"
)

// accounts are the stories of an organization.
func (e *exam) accounts(t *testing.T) {
	e.story(t, "shows the accounts it holds", town(), func(c *candidate) {
		c.holds(acme, town().Accounts...)
	})
	e.story(t, "lists an organization without accounts", State{Organization: organization}, func(c *candidate) {
		c.holds(acme)
	})
	e.story(t, "adds an account with all that is given", town(), func(c *candidate) {
		eve := rich("eve@example.com")
		c.do(acme, newAccount(eve))
		c.holds(acme, append(town().Accounts, eve)...)
	})
	e.story(t, "adding an account again changes nothing", town(), func(c *candidate) {
		eve := newAccount(rich("eve@example.com"))
		c.do(acme, eve)
		c.idle(acme, eve)
	})
	e.updates(t)
	e.removals(t)
}

// updates are the stories of accounts that change.
func (e *exam) updates(t *testing.T) {
	e.story(t, "adding an existing account lays what is given over it", town(), func(c *candidate) {
		c.do(acme, newAccount(position(ann, "Chief")))
		want := town().Accounts
		want[0].Profile[brick.Position] = "Chief"
		c.holds(acme, want...)
	})
	e.story(t, "updates one attribute and leaves the others", town(), func(c *candidate) {
		before := c.list(acme)
		c.do(acme, change(brick.Update, position(ann, "Chief")))
		want := before[ann]
		want.Profile[brick.Position] = "Chief"
		before[ann] = want
		c.unchanged(acme, before)
	})
	e.story(t, "a new password leaves nothing else undone", town(), func(c *candidate) {
		update := newAccount(position(ann, "Chief"))
		update.Action, update.SetPassword = brick.Update, true
		c.do(acme, update)
		want := town().Accounts
		want[0].Profile[brick.Position] = "Chief"
		c.holds(acme, want...)
	})
	e.story(t, "updating an account to what it is changes nothing", town(), func(c *candidate) {
		c.idle(acme, change(brick.Update, town().Accounts[0]), change(brick.Update, brick.Member{Login: ben}))
	})
	e.story(t, "cannot update an account that is not there", town(), func(c *candidate) {
		c.refuse(acme, change(brick.Update, position(nobody, "Chief")), brick.NotFound)
	})
}

// removals are the stories of accounts that go.
func (e *exam) removals(t *testing.T) {
	e.story(t, "removes an account with its memberships", town(), func(c *candidate) {
		c.do(acme, remove(ann))
		c.holds(acme, town().Accounts[1:]...)
		c.holds(first, town().Projects[0].Members[1:]...)
	})
	e.story(t, "an account that comes back is no member of anything", town(), func(c *candidate) {
		c.do(acme, remove(ann))
		c.do(acme, newAccount(town().Accounts[0]))
		c.holds(first, town().Projects[0].Members[1:]...)
	})
	e.story(t, "removing an account again changes nothing", town(), func(c *candidate) {
		c.do(acme, remove(ann))
		c.idle(acme, remove(ann), remove(nobody))
	})
}

// passwords are the stories of changes whose password is refused.
func (e *exam) passwords(t *testing.T) {
	if !e.refused.Given() {
		t.Skip("the candidate refuses no password: not examined")
	}
	e.story(t, "a refused password leaves no account", town(), func(c *candidate) {
		add := newAccount(rich("eve@example.com"))
		add.Password = e.refused
		c.refuse(acme, add, brick.BadPassword)
	})
	e.story(t, "a refused password leaves the account as it is", town(), func(c *candidate) {
		update := change(brick.Update, position(ann, "Chief"))
		update.Password, update.SetPassword = e.refused, true
		c.refuse(acme, update, brick.BadPassword)
	})
	e.story(t, "a refused password keeps nobody else waiting", town(), func(c *candidate) {
		bad, good := newAccount(rich("eve@example.com")), newAccount(rich("fred@example.com"))
		bad.Password = e.refused
		errs := c.apply(acme, bad, good)
		c.kind(errs[0], brick.BadPassword)
		if errs[1] != nil {
			c.Error(errs[1])
		}
		c.holds(acme, append(town().Accounts, rich("fred@example.com"))...)
	})
}

// rich is an account that gives every attribute.
func rich(login brick.Login) brick.Member {
	m := account(login, "Eve")
	m.Profile[brick.SSOProvider] = "provider.example.com"
	m.Profile[brick.Language] = "fr-FR"
	m.Profile[brick.Company] = "Acme, Inc."
	m.Profile[brick.Position] = "Owner \"in chief\""
	m.Profile[brick.Country] = "Česko"
	m.Profile[brick.Phone] = "+420 123 456 789"
	m.Profile.SetList(brick.AuthenticationModes, []string{"password", "sso"})
	m.Profile.SetList(brick.IPWhitelist, []string{"192.0.2.1", "198.51.100.0/24"})
	return m
}

// position is an account of which only the position is given.
func position(login brick.Login, text string) brick.Member {
	m := brick.Member{Login: login}
	m.Profile[brick.Position] = text
	return m
}

// newAccount adds an account with a password that no policy should refuse.
func newAccount(m brick.Member) brick.Change {
	add := change(brick.Add, m)
	add.Password = brick.NewSecret("Exam-7fK!qz0RtW-9vB2")
	return add
}
