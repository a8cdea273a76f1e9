package plan

import (
	"slices"

	"users-brick/brick"
)

// Partway reports whether a person may be what a change left of him that was
// begun and cut off: in each respect he is still as the change found him, or
// already as it wants him. Who [Fits] or [Holds] is partway, too.
func Partway(c *brick.Change, now *brick.Member) bool {
	if Fits(c, now) || Holds(c, now) {
		return true
	}
	if now == nil || c.Before == nil && c.After == nil {
		return false
	}
	if c.Scope.Level == brick.ProjectLevel {
		return memberPartway(c, now)
	}
	return accountPartway(c, now)
}

// memberPartway looks at status, roles and groups, which a platform may set
// one after the other.
func memberPartway(c *brick.Change, now *brick.Member) bool {
	status, roles := false, false
	var kept, wanted []string
	if b := c.Before; b != nil {
		status, roles, kept = now.Status == b.Status, slices.Equal(now.Roles, b.Roles), b.Groups
	}
	if a := c.After; a != nil {
		status = status || hasStatus(c, now)
		roles = roles || a.Roles == nil || slices.Equal(now.Roles, a.Roles)
		wanted = a.Groups
	}
	if c.Before == nil {
		kept = now.Groups // he may have been in them though he was no member
	}
	return status && roles && groupsPartway(kept, wanted, now.Groups, c.After != nil && c.After.Groups == nil)
}

// groupsPartway reports whether somebody who was in some groups and is to be
// in others is in none but these, and in all that are both; or, where they
// stay, in the same.
func groupsPartway(before, after, now []string, stay bool) bool {
	if stay {
		return before == nil || brick.SameFolded(before, now)
	}
	for _, name := range now {
		if !hasFolded(before, name) && !hasFolded(after, name) {
			return false
		}
	}
	for _, name := range before {
		if hasFolded(after, name) && !hasFolded(now, name) {
			return false
		}
	}
	return true
}

func hasFolded(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return brick.Fold(n) == brick.Fold(name) })
}

// accountPartway looks at each attribute that the change sets.
func accountPartway(c *brick.Change, now *brick.Member) bool {
	if c.After == nil {
		return false // an account is deleted in one step
	}
	var before brick.Profile
	if c.Before != nil {
		before = c.Before.Profile
	}
	for f := range brick.Fields() {
		want := c.After.Profile[f]
		if (want != "" || c.Clear.Has(f)) && now.Profile[f] != want && now.Profile[f] != before[f] {
			return false
		}
	}
	return true
}
