package platformtest

import (
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// groups are the stories of groups in a project.
func (e *exam) groups(t *testing.T) {
	if _, ok := e.sit(t, town()).driver.(platform.Groups); !ok {
		t.Skip("the candidate is no platform.Groups: not examined")
	}
	e.groupNames(t)
	e.story(t, "shows who is in which group", townWithGroups(), func(c *candidate) {
		c.holds(first, inGroups(ann, "admin", "Sales"), member(ben, brick.Disabled, "viewer"))
	})
	e.story(t, "given groups are exactly those", townWithGroups(), func(c *candidate) {
		c.do(first, change(brick.Update, brick.Member{Login: ann, Groups: []string{"Support"}}))
		c.holds(first, inGroups(ann, "admin", "Support"), member(ben, brick.Disabled, "viewer"))
	})
	e.story(t, "puts a new member into several groups", townWithGroups(), func(c *candidate) {
		c.do(first, change(brick.Add, inGroups(cem, "editor", "Sales", "Support")))
		c.holds(first, inGroups(ann, "admin", "Sales"), member(ben, brick.Disabled, "viewer"), inGroups(cem, "editor", "Sales", "Support"))
	})
	e.story(t, "empty groups are no groups", townWithGroups(), func(c *candidate) {
		c.do(first, change(brick.Update, brick.Member{Login: ann, Groups: []string{}}))
		c.holds(first, town().Projects[0].Members...)
	})
	e.story(t, "groups that are not given stay", townWithGroups(), func(c *candidate) {
		c.idle(first, change(brick.Update, brick.Member{Login: ann}), change(brick.Add, member(ann, 0, "admin")))
	})
	e.story(t, "an unknown group changes nothing for that person", townWithGroups(), func(c *candidate) {
		c.refuse(first, change(brick.Add, inGroups(cem, "viewer", "Sales", "Nowhere")), brick.NotFound)
		c.refuse(first, change(brick.Update, inGroups(ann, "viewer", "Nowhere")), brick.NotFound)
	})
	e.story(t, "group names ignore letter case", townWithGroups(), func(c *candidate) {
		c.idle(first, change(brick.Update, brick.Member{Login: ann, Groups: []string{"SALES"}}))
	})
	e.story(t, "a group named twice is one", townWithGroups(), func(c *candidate) {
		c.do(first, change(brick.Update, brick.Member{Login: ann, Groups: []string{"Support", "SUPPORT", "Support"}}))
		c.holds(first, inGroups(ann, "admin", "Support"), member(ben, brick.Disabled, "viewer"))
	})
	e.story(t, "every page tells the groups", crowdInGroups(3*e.page), func(c *candidate) {
		c.holds(first, crowdInGroups(3 * e.page).Projects[0].Members...)
	})
	e.leavingGroups(t)
}

// leavingGroups are the stories of groups of those who are taken out.
func (e *exam) leavingGroups(t *testing.T) {
	e.story(t, "disabling takes out of groups where they are given", townWithGroups(), func(c *candidate) {
		c.do(first, change(brick.Disable, brick.Member{Login: ann, Status: brick.Disabled, Groups: []string{}}))
		c.holds(first, member(ann, brick.Disabled, "admin"), member(ben, brick.Disabled, "viewer"))
	})
	e.story(t, "disabling leaves groups that are not given", townWithGroups(), func(c *candidate) {
		c.do(first, change(brick.Disable, brick.Member{Login: ann, Status: brick.Disabled}))
		want := inGroups(ann, "admin", "Sales")
		want.Status = brick.Disabled
		c.holds(first, want, member(ben, brick.Disabled, "viewer"))
	})
	e.story(t, "who comes back to the organization is in no group", townWithGroups(), func(c *candidate) {
		c.do(acme, remove(ann))
		c.do(acme, newAccount(town().Accounts[0]))
		c.do(first, change(brick.Add, member(ann, 0, "admin")))
		c.holds(first, town().Projects[0].Members...)
	})
	e.story(t, "a member who comes back is in no group", townWithGroups(), func(c *candidate) {
		c.do(first, remove(ann))
		c.do(first, change(brick.Add, member(ann, 0, "admin")))
		c.holds(first, town().Projects[0].Members...)
	})
}

// groupNames are the stories of the groups themselves.
func (e *exam) groupNames(t *testing.T) {
	e.story(t, "lists the groups of a project", townWithGroups(), func(c *candidate) {
		c.groupsAre(first, "Sales", "Support")
		c.groupsAre(empty)
	})
	e.story(t, "makes a group once, letter case ignored", townWithGroups(), func(c *candidate) {
		g := able[platform.Groups](c, "Groups")
		for _, name := range []string{"Board", "Board", "BOARD", "sales"} {
			if err := g.CreateGroup(c.ctx, first, name); err != nil {
				c.Fatalf("CreateGroup %s: %v", name, err)
			}
		}
		c.groupsAre(first, "Board", "Sales", "Support")
		c.holds(first, inGroups(ann, "admin", "Sales"), member(ben, brick.Disabled, "viewer"))
	})
	e.story(t, "a group that was made takes members", townWithGroups(), func(c *candidate) {
		if err := able[platform.Groups](c, "Groups").CreateGroup(c.ctx, empty, "Board"); err != nil {
			c.Fatal(err)
		}
		c.do(empty, change(brick.Add, inGroups(cem, "viewer", "Board")))
		c.holds(empty, inGroups(cem, "viewer", "Board"))
		c.groupsAre(first, "Sales", "Support")
	})
	e.story(t, "groups of an unknown project are not found", townWithGroups(), func(c *candidate) {
		g := able[platform.Groups](c, "Groups")
		_, err := g.Groups(c.ctx, away)
		c.kind(err, brick.NotFound)
		c.kind(g.CreateGroup(c.ctx, away, "Board"), brick.NotFound)
	})
}

// groupsAre demands that a project has exactly these groups.
func (c *candidate) groupsAre(s brick.Scope, want ...string) {
	c.Helper()
	have, err := able[platform.Groups](c, "Groups").Groups(c.ctx, s)
	if err != nil {
		c.Fatalf("Groups %v: %v", s, err)
	}
	if len(have) != len(want) || !brick.SameFolded(brick.FoldSet(have), want) {
		c.Errorf("groups of %v are %q, want %q", s, have, want)
	}
}

// inGroups is an enabled member with a role and groups.
func inGroups(login brick.Login, role string, groups ...string) brick.Member {
	m := member(login, brick.Enabled, role)
	m.Groups = groups
	return m
}
