package plan

import (
	"iter"

	"users-brick/brick"
)

// Deed says what a run did of a change.
type Deed uint8

// The deeds.
const (
	NotDone Deed = iota // the run left it alone
	WasDone             // it was done
	MayBe               // the run broke off meanwhile, and only the platform can tell
	InPart              // the platform refused it, perhaps after some of it
)

// Past is a change of an earlier plan, and what its run did of it.
type Past struct {
	Change brick.Change
	Deed   Deed
}

// Undoing says how what a run did in a scope is taken back. It is read-only
// while Inverse runs, except for Groups.
type Undoing struct {
	Scope brick.Scope

	// Spares reports who is left alone; nobody is in a file here.
	Spares     func(login brick.Login, inFile bool) bool
	Groups     *Groups // spells group names; needed for projects
	NewGroups  bool    // groups that are gone meanwhile may be made again
	KnewGroups bool    // the earlier plan knew who was in which group

	Clears brick.FieldSet // the attributes of an account that can be emptied

	// Stays returns why an account must not be deleted, "" when it may; nil
	// lets all be deleted.
	Stays func(brick.Login) string

	Admins     Admins // who runs the project
	HoldAdmins bool   // they stay as they are, since nobody else would run it
}

// Reversal is what Inverse found for one person. The embedded Change is the
// last of Changes.
type Reversal struct {
	Decision
	// Changes are what to do when he is Changed: one, or two, of which the
	// second disables him since the first cannot. Both say what must hold when
	// both are done.
	Changes []brick.Change
	Lost    string // what of the run nothing can take back, "" when all of it can be

	onward bool // the first of two changes was done by an undo that broke off
}

// Inverse finds what takes back what a run did in a scope. Past holds the
// run's changes in the order of logins, those of one login in the order in
// which they were done; have the scope's members in the order of logins, each
// once. It yields one reversal for everybody on either side, in the order of
// logins, and ends at the first error of either.
//
// Only what the run left is taken back. Whatever a person is that is neither
// what the run made of him nor what he was before was somebody else's doing
// since: then he is left alone, Held, and the reason says what has changed.
// Who is already as he was before the run is Kept.
func Inverse(past iter.Seq2[Past, error], have iter.Seq2[brick.Member, error], u *Undoing) iter.Seq2[Reversal, error] {
	return func(yield func(Reversal, error) bool) {
		next, stop := iter.Pull2(have)
		defer stop()
		j := join{next: next, yield: func(d Decision, err error) bool { return yield(Reversal{Decision: d}, err) }}
		if !j.advance() {
			return
		}
		for t, err := range traces(past) {
			if err != nil {
				yield(Reversal{}, err)
				return
			}
			for j.has && j.member.Login < t.login {
				if !yield(u.decide(&trace{login: j.member.Login}, &j.member), nil) || !j.advance() {
					return
				}
			}
			if j.has && j.member.Login == t.login {
				if !yield(u.decide(t, &j.member), nil) || !j.advance() {
					return
				}
				continue
			}
			if !yield(u.decide(t, nil), nil) {
				return
			}
		}
		for j.has {
			if !yield(u.decide(&trace{login: j.member.Login}, &j.member), nil) || !j.advance() {
				return
			}
		}
	}
}

// decide says what becomes of one person.
func (u *Undoing) decide(t *trace, now *brick.Member) Reversal {
	r := Reversal{Decision: Decision{Login: t.login, Member: now}}
	if now != nil {
		r.Before = now.Status
	}
	switch {
	case u.Spares(t.login, false):
		r.Verdict = Spared
	case t.deed == NotDone:
		r.Verdict = Unmentioned
	case u.Scope.Level == brick.OrganizationLevel:
		u.account(&r, t, now)
	default:
		u.member(&r, t, now)
	}
	if t.deed == InPart && (r.Verdict == Changed || r.Lost != "") {
		r.hold(r.Change.Action, "the run failed with him, and he is not as he was before it; what it did of the change is not known")
	}
	u.lead(&r, now)
	return r
}

// lead says what becomes of who runs the project, and keeps its last
// administrators, but for those who only run it because an undo broke off. Of
// two changes the first one counts for nothing, unless it already takes the
// project from him.
func (u *Undoing) lead(r *Reversal, now *brick.Member) {
	if r.Verdict != Changed {
		return
	}
	lead := u.Admins.Lead(now, r.Change.After)
	if u.HoldAdmins && lead == brick.LeadGoes && !r.onward {
		r.hold(r.Change.Action, "nobody else would run the project; hint: make somebody else an administrator first")
		r.Last = true
		return
	}
	r.Change.Lead, r.Changes[len(r.Changes)-1].Lead = lead, lead
	if first := &r.Changes[0]; lead == brick.LeadGoes && len(r.Changes) > 1 && !u.Admins.among(first.After.Roles) {
		first.Lead = lead
	}
}

// hold leaves a person alone.
func (r *Reversal) hold(a brick.Action, reason string) {
	r.Verdict, r.Withheld, r.Reason = Held, a, reason
	r.Change, r.Changes, r.Lost = brick.Change{}, nil, ""
}

// change adds a change to what is to be done with a person.
func (u *Undoing) change(r *Reversal, a brick.Action, before, after *brick.Member, why string) {
	if before != nil {
		copied := *before
		before = &copied
	}
	r.Verdict = Changed
	r.Change = brick.Change{Scope: u.Scope, Action: a, Before: before, After: after, Why: why}
	r.Changes = append(r.Changes, r.Change)
}

// trace is what a run did to one person in one scope, all its changes taken
// together.
type trace struct {
	login    brick.Login
	deed     Deed
	before   *brick.Member  // as the run found him, nil when he was not there
	left     *brick.Member  // as it left him, nil when it took him out
	given    brick.Profile  // the attributes that it set
	cleared  brick.FieldSet // those that it emptied
	password bool           // it set the password of an account that was there
	groups   bool           // it set his groups
}

// traces takes the changes of each person together.
func traces(past iter.Seq2[Past, error]) iter.Seq2[*trace, error] {
	return func(yield func(*trace, error) bool) {
		var t *trace
		for p, err := range past {
			if err != nil {
				yield(nil, err)
				return
			}
			if login := p.Change.Login(); t == nil || t.login != login {
				if t != nil && !yield(t, nil) {
					return
				}
				t = &trace{login: login}
			}
			t.add(&p)
		}
		if t != nil {
			yield(t, nil)
		}
	}
}

// add follows one more change. Who was done something to and also failed
// counts as done: the platform tells how far it went.
func (t *trace) add(p *Past) {
	c := &p.Change
	switch {
	case p.Deed == NotDone, p.Deed == InPart && t.did():
		return
	case !t.did(): // the first, or after one that failed
		*t = trace{login: t.login, before: c.Before, left: c.Before}
	}
	t.deed = p.Deed
	t.left = result(t.left, c)
	if c.After == nil {
		return
	}
	t.given = t.given.Overlay(&c.After.Profile)
	t.cleared |= c.Clear
	t.password = t.password || c.SetPassword && c.Action == brick.Update && p.Deed != InPart
	t.groups = t.groups || c.After.Groups != nil
}

// did reports whether something was done, or may have been.
func (t *trace) did() bool { return t.deed == WasDone || t.deed == MayBe }

// Left returns what a change leaves of the person whom it found as its Before;
// nil when he is gone.
func Left(c *brick.Change) *brick.Member { return result(c.Before, c) }

// result returns what a person is after a change.
func result(have *brick.Member, c *brick.Change) *brick.Member {
	if c.Action == brick.Remove {
		return nil
	}
	m := brick.Member{Login: c.Login()}
	if have != nil {
		m = *have
	}
	switch c.Action {
	case brick.Add, brick.Enable:
		m.Status = brick.Enabled
	case brick.Disable:
		m.Status = brick.Disabled
	}
	if c.After == nil {
		return &m
	}
	m.Profile = m.Profile.Overlay(&c.After.Profile).Without(c.Clear)
	if c.After.Roles != nil && !c.Action.Takes() {
		m.Roles = c.After.Roles
	}
	if c.After.Groups != nil {
		m.Groups = c.After.Groups
	}
	return &m
}
