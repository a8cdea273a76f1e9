package plan

import (
	"slices"

	"users-brick/brick"
)

// Holds reports whether what a change wants is so already. Now is the person
// as the platform holds him, nil when he is not there.
func Holds(c *brick.Change, now *brick.Member) bool {
	if c.After == nil || now == nil {
		return c.After == nil && now == nil
	}
	return hasStatus(c, now) && len(now.Profile.Differs(&c.After.Profile)) == 0 && now.Profile.Given(c.Clear) == 0 && sameMembership(c, now)
}

// hasStatus reports whether somebody has the status that a change leaves. Where
// another change of his follows, After says what both leave together; Add alone
// leaves him enabled, and Update alone as he was.
func hasStatus(c *brick.Change, now *brick.Member) bool {
	switch {
	case now.Status == c.After.Status:
		return true
	case c.Action == brick.Add:
		return now.Status == brick.Enabled
	case c.Action == brick.Update:
		return c.Before != nil && now.Status == c.Before.Status
	}
	return false
}

// Fits reports whether a person is still as a change found him: a member of a
// project altogether, an account in the attributes that the change sets. An
// account with a Ref is changed by laying the change over what the plan found,
// so that all of it must be as it was.
func Fits(c *brick.Change, now *brick.Member) bool {
	if c.Before == nil || now == nil {
		return c.Before == nil && now == nil
	}
	if c.Scope.Level == brick.ProjectLevel {
		return now.Status == c.Before.Status && slices.Equal(now.Roles, c.Before.Roles) && brick.SameFolded(now.Groups, c.Before.Groups)
	}
	if c.After != nil && c.Before.Ref != "" {
		return now.Profile == c.Before.Profile && now.Ref == c.Before.Ref
	}
	for f := range brick.Fields() {
		if c.After != nil && (c.After.Profile[f] != "" || c.Clear.Has(f)) && now.Profile[f] != c.Before.Profile[f] {
			return false
		}
	}
	return true
}

// sameMembership compares roles and groups where a change gives them.
func sameMembership(c *brick.Change, now *brick.Member) bool {
	want := c.After
	groups := want.Groups
	if c.AddGroups {
		groups = brick.FoldSet(slices.Concat(now.Groups, groups))
	}
	return (want.Roles == nil || slices.Equal(want.Roles, now.Roles)) &&
		(want.Groups == nil || brick.SameFolded(groups, now.Groups))
}
