package engine

import (
	"context"
	"errors"

	"users-brick/brick"
	"users-brick/brick/plan"
	"users-brick/brick/platform"
	"users-brick/brick/spool"
)

// undone is a scope of the run that is undone, and what there is of it now.
type undone struct {
	*undoing
	section plan.Section // of the run
	before  brick.Summary
	groups  []string
	admins  plan.Admins
	have    *spool.Sorted
}

// look reads a scope in which the run may have done something.
func (u *undoing) look(ctx context.Context, scope brick.Scope, b *bench) (*undone, error) {
	w := &undone{undoing: u, section: u.sections[scope]}
	w.before = w.section.Summary()
	var err error
	if w.groups, err = u.groups(ctx, scope); err != nil {
		return nil, ofScope(err)
	}
	if w.admins, err = u.admins(ctx, scope); err != nil {
		return nil, ofScope(err)
	}
	w.have, err = u.members(ctx, scope, platform.Need{Groups: true, Members: w.before.WasEnabled + w.before.WasDisabled + w.before.Counts.Added}, b)
	return w, err
}

// rules are how the run is undone in the scope.
func (w *undone) rules() *plan.Undoing {
	return &plan.Undoing{
		Scope: w.section.Scope, Spares: w.sparing.Spares, Groups: plan.NewGroups(w.groups), Admins: w.admins,
		NewGroups: w.job.Params.CreateNonExistingUserGroups, KnewGroups: w.past.Plan.Header.Groups,
		Clears: w.view.Clears(), Stays: w.keepers.stays,
	}
}

// uncounted are the rules by which nobody counts as spared, where that is done
// another time.
func (w *undone) uncounted() *plan.Undoing {
	rules := w.rules()
	rules.Spares = func(login brick.Login, _ bool) bool { return w.sparing.Leaves(login) }
	return rules
}

// holding are the rules where nobody would be left who runs the project. Who is
// spared has been counted before.
func (w *undone) holding() *plan.Undoing {
	rules := w.uncounted()
	rules.HoldAdmins = true
	return rules
}

// takeBack finds what takes back what the run did in one scope.
func (u *undoing) takeBack(ctx context.Context, t *target, b *bench, s *section) error {
	w, err := u.look(ctx, t.scope, b)
	if err != nil {
		return err
	}
	defer w.have.Close()
	rules := w.rules()
	crew, err := u.reverse(ctx, w, rules, s.reversed)
	if err == nil && crew.leaves() {
		s.close()
		*s = *u.newSection(t)
		rules = w.holding()
		_, err = u.reverse(ctx, w, rules, s.reversed)
	}
	if err != nil {
		return err
	}
	s.summary.CreateGroups = rules.Groups.Created()
	s.summary.Handover = crew.handsOver()
	s.summary.MayEmpty = w.before.WasEnabled == 0 // and empty it is to be again
	return s.noteLeftovers(&w.before, w.groups, u.past.Plan.Header.Groups)
}

// reverse compares what the run did in a scope with its members, and returns
// what taking it back means for those who run a project.
func (u *undoing) reverse(ctx context.Context, w *undone, rules *plan.Undoing, do func(*plan.Reversal) error) (crew, error) {
	var c crew
	n := 0
	for r, err := range plan.Inverse(u.deeds(w.section), membersOf(w.have), rules) {
		if n++; n%lookUpEvery == 0 && ctx.Err() != nil {
			return c, stopped(ctx)
		}
		if errors.Is(err, plan.ErrOrder) {
			return c, ofScope(err)
		}
		if err == nil {
			c.add(rules.Admins, &r.Decision)
			err = do(&r)
		}
		if err != nil {
			return c, err
		}
	}
	return c, nil
}
