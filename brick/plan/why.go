package plan

import (
	"fmt"
	"strings"

	"users-brick/brick"
)

// membershipChanges says in a line what becomes of a member.
func membershipChanges(m, after *brick.Member, roles, groups bool) string {
	why := ""
	if m.Status == brick.Disabled {
		why = "in the file, but disabled"
	}
	return joinWhy(why, rolesAndGroups(m, after, roles, groups))
}

// rolesAndGroups says how roles and groups of a member differ, as far as they
// do.
func rolesAndGroups(m, after *brick.Member, roles, groups bool) (why string) {
	if roles {
		why = "role " + list(m.Roles) + " -> " + list(after.Roles)
	}
	if groups {
		why = joinWhy(why, "groups "+list(m.Groups)+" -> "+list(after.Groups))
	}
	return why
}

// joinWhy joins what is said one after the other; either may be empty.
func joinWhy(why, more string) string {
	if why == "" || more == "" {
		return why + more
	}
	return why + "; " + more
}

// profileChanges says in a line what becomes of an account.
func profileChanges(before, after *brick.Member, clear brick.FieldSet, password bool) string {
	var parts []string
	for f := range brick.Fields() {
		if after.Profile[f] != "" || clear.Has(f) {
			parts = append(parts, fieldChange(f, before.Profile[f], after.Profile[f]))
		}
	}
	if password {
		parts = append(parts, "password given")
	}
	return strings.Join(parts, "; ")
}

// fieldChange says how an attribute differs.
func fieldChange(f brick.Field, before, after string) string {
	return fmt.Sprintf("%s %s -> %s", f, quoted(before), quoted(after))
}

func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ",")
}

func quoted(text string) string {
	if text == "" {
		return "none"
	}
	return fmt.Sprintf("%q", text)
}
