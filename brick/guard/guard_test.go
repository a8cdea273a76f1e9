package guard_test

import (
	"slices"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/brick/guard"
)

func limit(text string) brick.Limit {
	if text == "" {
		return brick.Limit{}
	}
	return brick.MustLimit(text)
}

// losing is the summary of a project that disables some of its members.
func losing(enabled, disabled, lose int64) *brick.Summary {
	return &brick.Summary{
		Scope: brick.Project("p1"), WasEnabled: enabled, WasDisabled: disabled,
		WillBeUsable: enabled - lose, LoseAccess: lose, Counts: brick.Counts{Disabled: lose},
		FirstOut: []brick.Login{"ann@acme.com"}, FirstLosing: []brick.Login{"ann@acme.com"},
	}
}

// rules names the rules that object, in their order.
func rules(objections []brick.Objection) string {
	var names []string
	for _, o := range objections {
		names = append(names, o.Rule)
	}
	return strings.Join(names, " ")
}

func TestRemovalsAreLimitedPerScope(t *testing.T) {
	for _, c := range []struct {
		name                    string
		max                     string
		enabled, disabled, lose int64
		objects                 bool
	}{
		{"a fifth may go", "20%", 100, 0, 20, false},
		{"more than a fifth may not", "20%", 100, 0, 21, true},
		{"a small project may lose ten", "20%", 12, 0, 10, false},
		{"a small project may not lose eleven", "20%", 12, 0, 11, true},
		{"a number is exact", "3", 100, 0, 3, false},
		{"a number has no floor", "3", 100, 0, 4, true},
		{"none at all", "0", 100, 0, 1, true},
		{"a crowd of disabled members hides no loss", "20%", 50, 500, 40, true},
		{"without a limit everything goes", "", 1000, 0, 999, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := guard.Limits{Removals: limit(c.max)}
			got := l.Scope(losing(c.enabled, c.disabled, c.lose))
			if c.objects != (rules(got) == "max_removals") || !c.objects && got != nil {
				t.Errorf("objections are %v", got)
			}
		})
	}
}

func TestDeletingManyWhoCouldNotComeInIsARemovalToo(t *testing.T) {
	s := &brick.Summary{Scope: brick.Project("p1"), WasEnabled: 50, WasDisabled: 50, WillBeUsable: 50, Counts: brick.Counts{Removed: 50}}
	l := guard.Limits{Removals: limit("20%")}
	if got := l.Scope(s); rules(got) != "max_removals" || got[0].Found != 50 || got[0].Limit != 20 {
		t.Errorf("objections are %v", got)
	}
}

// Members who could not come in before are deleted, too, and come first in the
// order of logins.
func TestWhoIsNamedIsWhoLosesAccessWhereThatIsWhatThereIsAgainstIt(t *testing.T) {
	s := losing(12, 500, 12)
	s.Counts.Removed, s.FirstOut = 60, []brick.Login{"aaron@acme.com"}
	l := guard.Limits{Removals: limit("20%")}
	got := l.Scope(s)
	if rules(got) != "allow_empty max_removals" {
		t.Fatalf("objections are %v", got)
	}
	for _, o := range got {
		if !slices.Equal(o.First, s.FirstLosing) || o.Found != 12 || o.More != 11 {
			t.Errorf("objection is %+v", o)
		}
	}
	l.Removals = limit(strings.TrimSuffix(strings.Fields(got[1].Hint)[7], ","))
	if again := l.Scope(s); rules(again) != "allow_empty" {
		t.Errorf("the limit of the hint %q is not enough: %v", got[1].Hint, again)
	}
}

func TestAScopeMustNotEndEmpty(t *testing.T) {
	for _, c := range []struct {
		name     string
		limits   guard.Limits
		mayEmpty bool
		usable   int64
		lose     int64
		objects  bool
	}{
		{"all members go", guard.Limits{}, false, 0, 3, true},
		{"allow_empty permits it", guard.Limits{AllowEmpty: true}, false, 0, 3, false},
		{"the mode itself permits it", guard.Limits{}, true, 0, 3, false},
		{"somebody stays", guard.Limits{}, false, 1, 3, false},
		{"it was empty before", guard.Limits{}, false, 0, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := losing(c.usable+c.lose, 0, c.lose)
			s.MayEmpty = c.mayEmpty
			got := c.limits.Scope(s)
			if c.objects != (rules(got) == "allow_empty") || !c.objects && got != nil {
				t.Errorf("objections are %v", got)
			}
		})
	}
}

func TestAModeThatEmptiesScopesStillKeepsToMaxRemovals(t *testing.T) {
	s := losing(30, 0, 30)
	s.MayEmpty = true
	l := guard.Limits{Removals: limit("20%")}
	if got := l.Scope(s); rules(got) != "max_removals" {
		t.Errorf("objections are %v", got)
	}
}

func TestUpdatesAreLimitedPerScope(t *testing.T) {
	s := &brick.Summary{Scope: brick.Project("p1"), WasEnabled: 90, WasDisabled: 10, WillBeUsable: 100, Counts: brick.Counts{Updated: 20, Enabled: 10, Added: 500}}
	for text, objects := range map[string]bool{"30%": false, "29%": true, "30": false, "29": true, "": false} {
		l := guard.Limits{Updates: limit(text)}
		got := l.Scope(s)
		if objects != (rules(got) == "max_updates") {
			t.Errorf("max_updates %q: objections are %v", text, got)
		}
		if objects && got[0].Removals {
			t.Error("holding removals back cannot answer max_updates")
		}
	}
}

func TestRemovalsOfTheWholeRunAddUp(t *testing.T) {
	var total guard.Total
	for range 3 {
		total.Add(losing(40, 10, 10))
	}
	for text, objects := range map[string]bool{"20%": false, "19%": true, "30": false, "29": true, "": false} {
		l := guard.Limits{RemovalsRun: limit(text)}
		got := l.Run(&total)
		if objects != (rules(got) == "max_removals_run") {
			t.Errorf("max_removals_run %q: objections are %v", text, got)
		}
	}
}

// The accounts of an organization from which nobody can be taken must not make
// room for those who are taken out of projects.
func TestAnOrganizationThatLosesNobodyGivesNoRoom(t *testing.T) {
	var total guard.Total
	total.Add(&brick.Summary{Scope: brick.Organization("acme"), WasEnabled: 10_000, WillBeUsable: 10_000})
	total.Add(losing(50, 0, 15))
	l := guard.Limits{RemovalsRun: limit("20%")}
	got := l.Run(&total)
	if rules(got) != "max_removals_run" || got[0].Limit != 10 || !strings.Contains(got[0].Text, "15 of 50 members") {
		t.Errorf("objections are %v", got)
	}
	total.Add(&brick.Summary{Scope: brick.Organization("other"), WasEnabled: 50, WillBeUsable: 49, LoseAccess: 1, Counts: brick.Counts{Removed: 1}})
	if got := l.Run(&total); got != nil {
		t.Errorf("16 of 100: objections are %v", got)
	}
}

func TestOfTheWholeRunItSaysWhereEachIsTakenOut(t *testing.T) {
	var total guard.Total
	for _, id := range []string{"p1", "p2"} {
		s := losing(20, 0, 1)
		s.Scope = brick.Project(id)
		total.Add(s)
	}
	l := guard.Limits{RemovalsRun: limit("1")}
	got := l.Run(&total)
	if len(got) != 1 || !slices.Equal(got[0].First, []brick.Login{"ann@acme.com", "ann@acme.com"}) ||
		!slices.Equal(got[0].Where, []brick.Scope{brick.Project("p1"), brick.Project("p2")}) {
		t.Errorf("objections are %+v", got)
	}
}

func TestAnObjectionSaysWhatWhereHowManyWhoAndWhatToDo(t *testing.T) {
	l := guard.Limits{Removals: limit("2"), Updates: limit("0")}
	s := losing(5, 0, 5)
	s.Counts.Updated = 1
	got := l.Scope(s)
	if rules(got) != "allow_empty max_removals max_updates" {
		t.Fatalf("objections are %v", got)
	}
	for _, o := range got {
		if o.Scope != s.Scope || o.Text == "" || !strings.Contains(o.Hint, o.Rule) {
			t.Errorf("objection is %+v", o)
		}
	}
	if o := got[1]; o.Found != 5 || o.Limit != 2 || !o.Removals || !slices.Equal(o.First, s.FirstOut) {
		t.Errorf("objection is %+v", o)
	}
}
