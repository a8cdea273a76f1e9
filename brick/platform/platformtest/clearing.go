package platformtest

import (
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// clearing are the stories of attributes that are emptied.
func (e *exam) clearing(t *testing.T) {
	const eve = "eve@example.com"
	for f := range brick.Fields() {
		e.story(t, "empties "+f.String()+" and nothing else", town(), func(c *candidate) {
			clear := c.clears(f)
			c.do(acme, newAccount(rich(eve)))
			before := c.list(acme)
			c.do(acme, clear)
			want := before[eve]
			want.Profile[f] = ""
			before[eve] = want
			c.unchanged(acme, before)
			c.idle(acme, clear)
		})
	}
	e.story(t, "gives one attribute while it empties another", town(), func(c *candidate) {
		change := c.clears(brick.Company)
		change.After.Profile[brick.Position] = "Chief"
		c.do(acme, newAccount(rich(eve)))
		c.do(acme, change)
		have := c.list(acme)[eve].Profile
		if have[brick.Company] != "" || have[brick.Position] != "Chief" || have[brick.Country] != "Česko" {
			c.Errorf("the account is %v", have)
		}
	})
	e.story(t, "empties nothing of an account that is not there", town(), func(c *candidate) {
		c.refuse(acme, c.clears(brick.Company), brick.NotFound)
	})
}

// clears returns the change that empties an attribute, or skips the test when
// the candidate cannot do that.
func (c *candidate) clears(f brick.Field) brick.Change {
	c.Helper()
	if !able[platform.Clears](c, "Clears").Clears().Has(f) {
		c.Skipf("the candidate cannot empty %s: not examined", f)
	}
	empty := change(brick.Update, brick.Member{Login: "eve@example.com", Status: brick.Enabled})
	empty.Clear = brick.NewFieldSet(f)
	return empty
}
