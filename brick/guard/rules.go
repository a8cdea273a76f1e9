package guard

import (
	"fmt"

	"users-brick/brick"
)

// A rule for one scope, and one for the whole run. Adding a rule is writing
// it and naming it here.
var (
	scopeRules = [...]func(*Limits, *brick.Summary) (brick.Objection, bool){endsEmpty, tooManyRemovals, tooManyUpdates}
	runRules   = [...]func(*Limits, *Total) (brick.Objection, bool){tooManyRemovalsInAll}
)

// endsEmpty objects when nobody could use a scope any more that somebody can
// use now, unless the mode itself means that. A last administrator who is held
// makes it no less empty.
func endsEmpty(l *Limits, s *brick.Summary) (brick.Objection, bool) {
	if l.AllowEmpty || s.MayEmpty || s.LoseAccess == 0 || s.WillBeUsable > s.LastAdmins {
		return brick.Objection{}, false
	}
	found := s.LoseAccess + s.LastAdmins
	return brick.Objection{
		Rule: "allow_empty", Found: found, Removals: true, First: s.FirstLosing, More: beside(s.FirstLosing, found),
		Text: fmt.Sprintf("%s would end empty: all of its %d members would be taken out", s.Scope, found),
		Hint: "check that the file and its column names are the right ones; when it is meant, set allow_empty to true",
	}, true
}

// tooManyRemovals objects when more people are taken out of a scope than the
// limit allows. Its members are counted twice: all of them, and those who can
// use the scope now, so that a crowd of disabled members does not hide how
// many others lose their access. A limit that would do permits both.
func tooManyRemovals(l *Limits, s *brick.Summary) (brick.Objection, bool) {
	whole, found, first := s.WasEnabled+s.WasDisabled, s.Counts.Removals(), s.FirstOut
	if l.Removals.Allows(found, whole) {
		whole, found, first = s.WasEnabled, s.LoseAccess, s.FirstLosing
	}
	if l.Removals.Allows(found, whole) {
		return brick.Objection{}, false
	}
	most := l.Removals.Most(whole)
	return brick.Objection{
		Rule: "max_removals", Found: found, Limit: most, Removals: true, First: first, More: beside(first, found),
		Text: fmt.Sprintf("%s would lose %d of its %d members, at most %d may go (max_removals %s)", s.Scope, found, whole, most, l.Removals),
		Hint: fmt.Sprintf("when it is meant, set max_removals to %d or more", s.Counts.Removals()),
	}, true
}

// tooManyUpdates objects when more members of a scope are changed than the
// limit allows.
func tooManyUpdates(l *Limits, s *brick.Summary) (brick.Objection, bool) {
	whole, found := s.WasEnabled+s.WasDisabled, s.Counts.Updated+s.Counts.Enabled
	if l.Updates.Allows(found, whole) {
		return brick.Objection{}, false
	}
	most := l.Updates.Most(whole)
	return brick.Objection{
		Rule: "max_updates", Found: found, Limit: most, First: s.FirstUpdated, More: beside(s.FirstUpdated, found),
		Text: fmt.Sprintf("%s would have %d of its %d members updated, at most %d may be (max_updates %s)", s.Scope, found, whole, most, l.Updates),
		Hint: fmt.Sprintf("when it is meant, set max_updates to %d or more", found),
	}, true
}

// tooManyRemovalsInAll objects when more people are taken out over all scopes
// than the limit allows, or than a shard's part of it.
func tooManyRemovalsInAll(l *Limits, t *Total) (brick.Objection, bool) {
	part := l.RemovalsRun.Part(l.Shard)
	if part.Allows(t.Removals, t.Members) {
		return brick.Objection{}, false
	}
	most := part.Most(t.Members)
	who, of, enough := "the run", "", t.Removals
	if !l.Shard.Whole() {
		who, of, enough = l.Shard.String(), "its part of ", t.Removals*int64(l.Shard.Of)
	}
	return brick.Objection{
		Rule: "max_removals_run", Found: t.Removals, Limit: most, Removals: true, First: t.First, Where: t.Where, More: beside(t.First, t.Removals),
		Text: fmt.Sprintf("%s would take out %d of %d members, at most %d may go (%smax_removals_run %s)", who, t.Removals, t.Members, most, of, l.RemovalsRun),
		Hint: fmt.Sprintf("when it is meant, set max_removals_run to %d or more", enough),
	}, true
}

// beside returns how many are concerned beside the first.
func beside(first []brick.Login, found int64) int64 { return max(0, found-int64(len(first))) }
