package plan

import (
	"fmt"
	"strings"

	"users-brick/brick"
)

// account takes back what a run did to an account.
func (u *Undoing) account(r *Reversal, t *trace, now *brick.Member) {
	switch {
	case t.before == nil && t.left == nil:
		r.Verdict = Kept
	case t.before == nil:
		u.delete(r, t, now)
	case t.left == nil:
		u.restore(r, t, now)
	case now == nil:
		r.hold(0, "his account is gone, which the run did not do")
	default:
		u.layBack(r, t, now)
	}
	if t.password && r.Verdict != Held {
		r.lose("the password that the run set stays, since nobody knows the one before")
	}
}

func (r *Reversal) lose(what string) {
	if r.Lost != "" {
		what = r.Lost + "; " + what
	}
	r.Lost = what
}

// delete removes an account that the run made.
func (u *Undoing) delete(r *Reversal, t *trace, now *brick.Member) {
	if now == nil {
		r.Verdict = Kept
		return
	}
	if moved := accountMoved(&t.given, &now.Profile); moved != "" {
		r.hold(brick.Remove, "changed since the run: "+moved)
		return
	}
	if u.Stays != nil {
		if why := u.Stays(t.login); why != "" {
			r.hold(brick.Remove, why)
			return
		}
	}
	u.change(r, brick.Remove, now, nil, "added by the run")
}

// restore makes an account again that the run removed.
func (u *Undoing) restore(r *Reversal, t *trace, now *brick.Member) {
	switch {
	case now == nil:
		after := &brick.Member{Login: t.login, Status: brick.Enabled, Profile: t.before.Profile}
		u.change(r, brick.Add, nil, after, "removed by the run")
		r.lose("the account comes back with its attributes, but its password, its history and its places in projects are lost")
	case accountMoved(&t.before.Profile, &now.Profile) == "":
		r.Verdict = Kept
	default:
		r.hold(brick.Add, "there is an account again, and it is not as it was before the run: "+accountMoved(&t.before.Profile, &now.Profile))
	}
}

// layBack gives an account the attributes that it had before the run. One that
// was empty is emptied again where the platform can do that.
func (u *Undoing) layBack(r *Reversal, t *trace, now *brick.Member) {
	after := &brick.Member{Login: t.login, Status: brick.Enabled}
	var empty brick.FieldSet
	var stays, moved []string
	for f := range brick.Fields() {
		was, left, is := t.before.Profile[f], t.left.Profile[f], now.Profile[f]
		switch {
		case t.given[f] == "" && !t.cleared.Has(f) || is == was:
		case is != left:
			moved = append(moved, fieldChange(f, left, is))
		case was != "":
			after.Profile[f] = was
		case u.empties(f, t.before, now):
			empty |= brick.NewFieldSet(f)
		default:
			stays = append(stays, fmt.Sprintf("%s was empty before the run", f))
		}
	}
	switch {
	case moved != nil:
		r.hold(brick.Update, "changed since the run: "+strings.Join(moved, "; "))
		return
	case after.Profile != (brick.Profile{}) || empty != 0:
		u.change(r, brick.Update, now, after, profileChanges(now, after, empty, false))
		r.clear(empty)
	default:
		r.Verdict = Kept
	}
	if stays != nil {
		r.lose(strings.Join(stays, ", ") + " and stays as the run set it, since the platform cannot empty it")
	}
}

// empties reports whether emptying an attribute makes it what it was. Where the
// connector knew something of the account that no attribute shows, and knows
// otherwise now, nobody can tell: an empty list may have kept everybody out.
func (u *Undoing) empties(f brick.Field, before, now *brick.Member) bool {
	return u.Clears.Has(f) && before.Ref == now.Ref
}

// clear empties attributes with the change that was decided last.
func (r *Reversal) clear(fields brick.FieldSet) {
	r.Change.Clear, r.Changes[len(r.Changes)-1].Clear = fields, fields
}

// accountMoved says in what an account differs from attributes that were
// given, "" when in nothing.
func accountMoved(was, now *brick.Profile) string {
	var parts []string
	for _, f := range now.Differs(was) {
		parts = append(parts, fieldChange(f, was[f], now[f]))
	}
	return strings.Join(parts, "; ")
}
