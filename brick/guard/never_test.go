package guard_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"users-brick/brick"
	"users-brick/brick/guard"
)

// drawn is a limit with its parts, so that it can be read a second time.
type drawn struct {
	set, percent bool
	n            int64 // a number, or hundredths of a percent
}

func drawLimit(t *rapid.T, what string) drawn {
	l := drawn{set: rapid.Bool().Draw(t, what+" is set"), percent: rapid.Bool().Draw(t, what+" is a percentage")}
	l.n = rapid.Int64Range(0, 300).Draw(t, what)
	if l.percent {
		l.n = rapid.Int64Range(0, 10_000).Draw(t, what+" in hundredths of a percent")
	}
	return l
}

func (l drawn) limit() brick.Limit {
	switch {
	case !l.set:
		return brick.Limit{}
	case l.percent:
		return brick.MustLimit(fmt.Sprintf("%d.%02d%%", l.n/100, l.n%100))
	}
	return brick.MustLimit(fmt.Sprint(l.n))
}

// allows says in whole numbers what may be: a share is at least ten people.
func (l drawn) allows(n, whole int64) bool {
	switch {
	case !l.set:
		return true
	case l.percent:
		return n <= 10 || n*10_000 <= l.n*whole
	}
	return n <= l.n
}

// drawSummary draws the figures of a scope, of which only some can be.
func drawSummary(t *rapid.T, i int) *brick.Summary {
	to := func(most int64, what string) int64 {
		return rapid.Int64Range(0, most).Draw(t, fmt.Sprintf("%s of scope %d", what, i))
	}
	s := &brick.Summary{Scope: brick.Project(fmt.Sprint("p", i)), WasEnabled: to(400, "enabled"), WasDisabled: to(400, "disabled")}
	s.LoseAccess = to(s.WasEnabled, "losing")
	s.Counts.Removed = to(s.WasDisabled, "disabled and removed")
	s.Counts.Disabled = s.LoseAccess
	s.Counts.Updated, s.Counts.Enabled = to(s.WasEnabled-s.LoseAccess, "updated"), to(s.WasDisabled-s.Counts.Removed, "enabled again")
	s.Counts.Added = to(100, "added")
	s.LastAdmins = to(min(3, s.WasEnabled-s.LoseAccess), "last administrators")
	s.WillBeUsable = s.WasEnabled - s.LoseAccess + s.Counts.Enabled + s.Counts.Added
	s.MayEmpty = rapid.Bool().Draw(t, "may be empty")
	s.FirstOut, s.FirstLosing, s.FirstUpdated = firstOf(s.Counts.Removals()), firstOf(s.LoseAccess), firstOf(s.Counts.Updated+s.Counts.Enabled)
	return s
}

// firstOf returns as many logins as an objection to n people names.
func firstOf(n int64) []brick.Login {
	first := make([]brick.Login, min(n, guard.Named))
	for i := range first {
		first[i] = brick.Login(fmt.Sprintf("p%d@acme.com", i))
	}
	return first
}

func TestTheGuardObjectsExactlyWhenALimitIsPassed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		removals, updates, run := drawLimit(t, "max_removals"), drawLimit(t, "max_updates"), drawLimit(t, "max_removals_run")
		l := guard.Limits{Removals: removals.limit(), Updates: updates.limit(), RemovalsRun: run.limit(), AllowEmpty: rapid.Bool().Draw(t, "allow_empty")}
		var total guard.Total
		var members, gone int64
		for i := range rapid.IntRange(1, 4).Draw(t, "scopes") {
			s := drawSummary(t, i)
			total.Add(s)
			whole, out := s.WasEnabled+s.WasDisabled, s.Counts.Disabled+s.Counts.Removed
			members, gone = members+whole, gone+out
			want := map[string]bool{
				"max_removals": !removals.allows(out, whole) || !removals.allows(s.LoseAccess, s.WasEnabled),
				"max_updates":  !updates.allows(s.Counts.Updated+s.Counts.Enabled, whole),
				"allow_empty":  !l.AllowEmpty && !s.MayEmpty && s.LoseAccess > 0 && s.WillBeUsable == s.LastAdmins,
			}
			same(t, l.Scope(s), want)
			enough(t, l, s)
		}
		same(t, l.Run(&total), map[string]bool{"max_removals_run": !run.allows(gone, members)})
	})
}

// enough demands that the limit that a hint names would do.
func enough(t *rapid.T, l guard.Limits, s *brick.Summary) {
	t.Helper()
	for _, o := range l.Scope(s) {
		var n int64
		if _, err := fmt.Sscanf(o.Hint, "when it is meant, set "+o.Rule+" to %d or more", &n); err != nil {
			continue // allow_empty has no number
		}
		raised := guard.Limits{Removals: brick.MustLimit(fmt.Sprint(n)), AllowEmpty: true}
		if o.Rule == "max_updates" {
			raised = guard.Limits{Updates: raised.Removals, AllowEmpty: true}
		}
		if still := raised.Scope(s); still != nil {
			t.Fatalf("hint %q: objections are %+v", o.Hint, still)
		}
	}
}

// same demands that just the wanted rules object, each saying how many are
// concerned.
func same(t *rapid.T, objections []brick.Objection, want map[string]bool) {
	t.Helper()
	got := map[string]bool{}
	for _, o := range objections {
		got[o.Rule] = true
		if o.Found != int64(len(o.First))+o.More || o.Text == "" || o.Hint == "" {
			t.Fatalf("objection is %+v", o)
		}
	}
	for rule, objects := range want {
		if got[rule] != objects {
			t.Fatalf("%s objects: %v, want %v", rule, got[rule], objects)
		}
	}
}
