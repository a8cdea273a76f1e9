package plan_test

import (
	"testing"

	"users-brick/brick"
	"users-brick/brick/plan"
)

func TestWhatIsToBeEmptiedIsCompared(t *testing.T) {
	c := brick.Change{Scope: acme, Action: brick.Update, Before: account("New", "DE"), After: account("", "CZ"), Clear: brick.NewFieldSet(brick.Company)}
	for _, s := range []struct {
		name                 string
		now                  *brick.Member
		holds, fits, partway bool
	}{
		{"as it was", account("New", "DE"), false, true, true},
		{"as it is to be", account("", "CZ"), true, false, true},
		{"not empty yet", account("New", "CZ"), false, false, true},
		{"another one", account("Other", "CZ"), false, false, false},
	} {
		if h, f, p := plan.Holds(&c, s.now), plan.Fits(&c, s.now), plan.Partway(&c, s.now); h != s.holds || f != s.fits || p != s.partway {
			t.Errorf("%s: holds %v, fits %v, partway %v", s.name, h, f, p)
		}
	}
}

// Nobody knows the groups that somebody was in before he became a member.
func TestOtherGroupsOfANewMemberAreHisOwn(t *testing.T) {
	c := brick.Change{Scope: project1, Action: brick.Add, After: person(brick.Enabled, "admin", "West")}
	for _, s := range []struct {
		name                 string
		now                  *brick.Member
		holds, adds, partway bool // adds: it holds where groups are added
	}{
		{"added", person(brick.Enabled, "admin", "West"), true, true, true},
		{"with a group of his own", person(brick.Enabled, "admin", "East", "west"), false, true, true},
		{"not in the group yet", person(brick.Enabled, "admin", "East"), false, false, true},
		{"added otherwise", person(brick.Enabled, "viewer", "East"), false, false, false},
	} {
		for _, adds := range []bool{false, true} {
			c.AddGroups = adds
			if h, p := plan.Holds(&c, s.now), plan.Partway(&c, s.now); h != (s.holds || adds && s.adds) || p != s.partway {
				t.Errorf("%s, groups are added %v: holds %v, partway %v", s.name, adds, h, p)
			}
		}
	}
}

// Of two changes of one person the first holds when it is done, and still when
// both are.
func TestTheFirstOfTwoChangesHoldsBeforeTheSecond(t *testing.T) {
	const on, off = brick.Enabled, brick.Disabled
	added := brick.Change{Scope: project1, Action: brick.Add, After: person(off, "admin", "West")}
	changed := brick.Change{Scope: project1, Action: brick.Update, Before: person(on, "viewer", "East"), After: person(off, "admin")}
	changed.After.Groups = nil
	for _, s := range []struct {
		name  string
		c     brick.Change
		now   *brick.Member
		holds bool
	}{
		{"added", added, person(on, "admin", "West"), true},
		{"added and disabled", added, person(off, "admin", "West"), true},
		{"not added", added, nil, false},
		{"added otherwise", added, person(on, "viewer", "West"), false},
		{"changed", changed, person(on, "admin", "East"), true},
		{"changed and disabled", changed, person(off, "admin", "East"), true},
		{"not changed", changed, person(on, "viewer", "East"), false},
	} {
		if plan.Holds(&s.c, s.now) != s.holds {
			t.Errorf("%s: it holds %v", s.name, !s.holds)
		}
	}
	if left := plan.Left(&added); left.Status != on {
		t.Errorf("adding leaves %+v", left)
	}
}
