package report

import (
	"strings"

	"users-brick/brick"
)

// aspect is one thing that a change changes. The attributes of an account come
// first, with the numbers of [brick.Field].
type aspect int

// The aspects beside attributes.
const (
	statusAspect aspect = iota + aspect(brick.NumFields)
	roleAspect
	groupsAspect
	passwordAspect

	numAspects
)

// String returns the aspect's name for people.
func (a aspect) String() string {
	switch a {
	case statusAspect:
		return "status"
	case roleAspect:
		return "role"
	case groupsAspect:
		return "groups"
	case passwordAspect:
		return "password"
	}
	return strings.ReplaceAll(brick.Field(a).String(), "_", " ")
}

// difference is what one aspect was and what it becomes; a side that is empty
// means none.
type difference struct {
	aspect        aspect
	before, after string
}

// differences returns what a change changes, in the order of aspects. Of a
// password it only says that one is given.
func differences(c *brick.Change) []difference {
	var before, after brick.Member
	if c.Before != nil {
		before = *c.Before
	}
	if c.After != nil {
		after = *c.After
	}
	gone := c.After == nil
	all := profileDifferences(&before, &after, gone, c.Clear)
	if c.Before != nil && c.After != nil && before.Status != 0 && after.Status != 0 && before.Status != after.Status {
		all = append(all, difference{statusAspect, before.Status.String(), after.Status.String()})
	}
	if was, is := listed(before.Roles), listed(after.Roles); was != is && (gone || after.Roles != nil) {
		all = append(all, difference{roleAspect, was, is})
	}
	if (gone || after.Groups != nil) && !brick.SameFolded(before.Groups, after.Groups) {
		all = append(all, difference{groupsAspect, listed(before.Groups), listed(after.Groups)})
	}
	if c.SetPassword {
		all = append(all, difference{passwordAspect, "", "as given in the file"})
	}
	return all
}

func profileDifferences(before, after *brick.Member, gone bool, cleared brick.FieldSet) []difference {
	var all []difference
	for f := range brick.Fields() {
		was, is := before.Profile[f], after.Profile[f]
		if is == was || is == "" && !gone && !cleared.Has(f) {
			continue
		}
		if f.IsList() {
			was, is = strings.ReplaceAll(was, ",", ", "), strings.ReplaceAll(is, ",", ", ")
		}
		all = append(all, difference{aspect(f), was, is})
	}
	return all
}

func listed(names []string) string { return strings.Join(names, ", ") }
