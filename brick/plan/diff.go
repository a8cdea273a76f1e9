package plan

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"

	"users-brick/brick"
)

// Rules say how a scope is compared. They are read-only while Diff runs,
// except for Groups.
type Rules struct {
	Scope  brick.Scope
	Policy brick.Policy

	// Spares reports who is left alone; inFile says that a row names him.
	Spares func(login brick.Login, inFile bool) bool
	// Doubt returns why nothing may be done with a person in any scope, "" when
	// all is well.
	Doubt func(brick.Login) string
	// Stay returns why a person must not be taken out, "" when he may.
	Stay func(brick.Login) string
	// Meant reports whether a row that cannot be read may mean a person, so that
	// he may not be missing from the file. Nil: none does.
	Meant func(brick.Login) bool

	NewRole         string  // identifier of the role of new members; "" when there is none
	NeedRole        bool    // the project has roles, so that a member needs one
	Groups          *Groups // spells group names; needed for projects
	Additive        bool    // nobody is taken out, groups only gain people
	RemoveMembers   bool    // who is taken out is removed, not only disabled
	LeaveGroups     bool    // who is taken out leaves his groups
	UpdatePasswords bool    // given passwords are sent to existing accounts, too

	Grace *Grace // nil: who is to be deleted is deleted at once

	Admins     Admins // who runs the project
	HoldAdmins bool   // they stay as they are, since nobody else would run it
}

// Verdict says what is to become of a person.
type Verdict uint8

// The verdicts.
const (
	Unmentioned Verdict = iota // not in the file, and not to be touched
	Kept                       // in the file, and already so
	Spared                     // left alone
	Held                       // something is in doubt, see Reason
	Absent                     // to be deleted, but not there
	Changed                    // see Change
)

// String returns the verdict's word.
func (v Verdict) String() string {
	return [...]string{"unmentioned", "kept", "spared", "held", "absent", "changed"}[v]
}

// Decision is what Diff found for one person.
type Decision struct {
	Login    brick.Login
	Verdict  Verdict
	Member   *brick.Member // as the platform holds him, nil when he is not there; good until the next decision
	Before   brick.Status  // of Member, zero when he is not there
	Change   brick.Change  // when Changed: Seq is not set; it shares nothing with Member
	Withheld brick.Action  // when Held: what would have been done, zero when that is not known
	Reason   string        // when Held
	Last     bool          // when Held: as one of the last administrators of the project
	Missing  Missing       // since when he is missing from the file, and until when he stays
	Lines    []int         // the person's rows
	BadRows  int           // how many of them only the comparison showed to be bad
}

// Diff compares the wants of a scope with its members. Both must come in the
// order of logins, each login once; members out of order are an error, since
// people would be taken for missing. It yields one decision for everybody on
// either side, in the order of logins, and ends at the first error of either.
func Diff(want iter.Seq2[Want, error], have iter.Seq2[brick.Member, error], r *Rules) iter.Seq2[Decision, error] {
	return func(yield func(Decision, error) bool) {
		next, stop := iter.Pull2(have)
		defer stop()
		j := join{next: next, rules: r, yield: yield}
		if !j.advance() {
			return
		}
		for w, err := range want {
			if err != nil {
				yield(Decision{}, err)
				return
			}
			if !j.want(&w) {
				return
			}
		}
		for j.has {
			if !j.alone() {
				return
			}
		}
	}
}

// ErrOrder is the error of a listing that has somebody twice, or out of
// order.
var ErrOrder = errors.New("members listed twice or out of order")

// join walks both sides at once.
type join struct {
	next   func() (brick.Member, error, bool)
	rules  *Rules
	yield  func(Decision, error) bool
	member brick.Member
	has    bool // there is a member at hand
}

// advance takes the next member; it returns false when the walk must end.
func (j *join) advance() bool {
	last, had := j.member.Login, j.has
	m, err, ok := j.next()
	if ok && err == nil && had && m.Login <= last {
		err = fmt.Errorf("%w: %s after %s", ErrOrder, m.Login, last)
	}
	if err != nil {
		j.yield(Decision{}, err)
		return false
	}
	j.member, j.has = m, ok
	return true
}

// alone decides about the member at hand, whom the file does not name.
func (j *join) alone() bool {
	return j.yield(j.rules.decide(nil, &j.member), nil) && j.advance()
}

// want decides about everybody up to and including w.
func (j *join) want(w *Want) bool {
	for j.has && j.member.Login < w.Login {
		if !j.alone() {
			return false
		}
	}
	if j.has && j.member.Login == w.Login {
		return j.yield(j.rules.decide(w, &j.member), nil) && j.advance()
	}
	return j.yield(j.rules.decide(w, nil), nil)
}

// decide says what becomes of one person; at least one side is there.
func (r *Rules) decide(w *Want, m *brick.Member) Decision {
	var d Decision
	if m != nil {
		d.Login, d.Member, d.Before = m.Login, m, m.Status
	}
	if w != nil {
		d.Login, d.Lines = w.Login, w.Lines
	}
	if r.Spares(d.Login, w != nil) {
		d.Verdict = Spared
		return d
	}
	doubt := r.Doubt(d.Login)
	if w != nil && len(w.Doubts) > 0 {
		doubt, d.BadRows = cmp.Or(doubt, w.Reason()), w.BadRows
	}
	if w == nil || doubt == "" {
		r.compare(&d, w, m)
	}
	if d.Missing != (Missing{}) && (doubt != "" || r.Meant != nil && r.Meant(d.Login)) {
		d.Missing = Missing{} // he may be back
	}
	r.hold(&d, doubt, w != nil)
	return d
}

// hold turns a decision into Held when something speaks against it.
func (r *Rules) hold(d *Decision, doubt string, inFile bool) {
	action := d.Change.Action
	if d.Verdict == Changed && action.Takes() {
		doubt = cmp.Or(doubt, r.Stay(d.Login))
	}
	if last := r.keepAdmin(d); doubt == "" && last != "" {
		doubt, d.Last = last, true
	}
	if doubt == "" || (d.Verdict == Unmentioned && !inFile) {
		return
	}
	d.Verdict, d.Withheld, d.Reason, d.Change = Held, action, doubt, brick.Change{}
}

// compare finds what must be done to make m like w.
func (r *Rules) compare(d *Decision, w *Want, m *brick.Member) {
	switch {
	case w == nil:
		if r.Policy == brick.Mirror && !r.Additive {
			r.takeOut(d, m)
		}
	case r.Policy == brick.Erase && m == nil:
		d.Verdict = Absent
	case r.Policy == brick.Erase:
		before := *m
		r.change(d, brick.Remove, &before, nil, "in the file of people to delete")
	case r.Scope.Level == brick.OrganizationLevel:
		r.account(d, w, m)
	case m == nil:
		r.join(d, w)
	default:
		r.adjust(d, w, m)
	}
}

func (r *Rules) change(d *Decision, a brick.Action, before, after *brick.Member, why string) {
	d.Verdict = Changed
	d.Change = brick.Change{Scope: r.Scope, Action: a, Before: before, After: after, Why: why, Lead: r.Admins.Lead(before, after)}
}

// takeOut ends the membership of somebody who is not in the file.
func (r *Rules) takeOut(d *Decision, m *brick.Member) {
	before := *m
	after := &brick.Member{Login: m.Login, Status: brick.Disabled}
	if r.LeaveGroups && len(m.Groups) > 0 {
		after.Groups = []string{}
	}
	switch {
	case r.RemoveMembers && r.Grace != nil:
		r.wait(d, &before, after)
	case r.RemoveMembers && m.Status == brick.Disabled:
		r.change(d, brick.Remove, &before, nil, "disabled earlier and not in the file")
	case r.RemoveMembers:
		r.change(d, brick.Remove, &before, nil, "not in the file")
	case m.Status == brick.Enabled:
		r.change(d, brick.Disable, &before, after, "not in the file")
	}
}

// join makes somebody a member who is none.
func (r *Rules) join(d *Decision, w *Want) {
	roles := w.Roles
	if roles == nil && r.NewRole != "" {
		roles = []string{r.NewRole}
	}
	if roles == nil && r.NeedRole {
		d.Verdict, d.Reason = Held, "the row gives no role and the project has no read-only role; hint: default_role"
		d.Withheld = brick.Add
		return
	}
	after := &brick.Member{Login: w.Login, Status: brick.Enabled, Roles: roles, Groups: r.Groups.Spell(w.Groups)}
	if r.Additive && len(after.Groups) == 0 {
		after.Groups = nil // he may be in some, though he is no member
	}
	r.change(d, brick.Add, nil, after, "in the file, not a member")
	d.Change.AddGroups = r.Additive && after.Groups != nil
}

// adjust makes a member what the file says.
func (r *Rules) adjust(d *Decision, w *Want, m *brick.Member) {
	groups := w.Groups
	if groups != nil && r.Additive {
		groups = brick.FoldSet(slices.Concat(m.Groups, groups))
	}
	newRoles := w.Roles != nil && !slices.Equal(w.Roles, m.Roles)
	if newRoles && r.lowers(m, w.Roles) {
		d.Verdict, d.Withheld, d.Reason, d.Last = Held, brick.Update, lastAdmin, true
		return
	}
	newGroups := groups != nil && !brick.SameFolded(groups, m.Groups)
	spelled := r.Groups.Spell(groups)
	if m.Status == brick.Enabled && !newRoles && !newGroups {
		d.Verdict = Kept // most people are, and cost nothing
		return
	}
	both := &[2]brick.Member{*m, {Login: m.Login, Status: brick.Enabled, Roles: w.Roles, Groups: spelled}}
	action := brick.Update
	if m.Status == brick.Disabled {
		action = brick.Enable
	}
	r.change(d, action, &both[0], &both[1], membershipChanges(m, &both[1], newRoles, newGroups))
}

// account makes an account what the file says.
func (r *Rules) account(d *Decision, w *Want, m *brick.Member) {
	if m == nil {
		after := &brick.Member{Login: w.Login, Status: brick.Enabled, Profile: brick.NewProfile(w.Login).Overlay(&w.Profile)}
		r.change(d, brick.Add, nil, after, "in the file, no account yet")
		d.Change.SetPassword, d.Change.Password = w.Password.Given(), w.Password
		return
	}
	fields := m.Profile.Differs(&w.Profile)
	password := r.UpdatePasswords && w.Password.Given()
	if len(fields) == 0 && !password {
		d.Verdict = Kept
		return
	}
	before, after := *m, brick.Member{Login: m.Login, Status: brick.Enabled}
	for _, f := range fields {
		after.Profile[f] = w.Profile[f]
	}
	r.change(d, brick.Update, &before, &after, profileChanges(&before, &after, 0, password))
	if password {
		d.Change.SetPassword, d.Change.Password = true, w.Password
	}
}
