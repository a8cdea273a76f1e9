package engine

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"users-brick/brick"
	"users-brick/brick/plan"
	"users-brick/brick/spool"
)

// lowersSomebody reports whether a change may take a project from somebody who
// runs it now.
func lowersSomebody(c *brick.Change, now *brick.Member) bool {
	return statusOf(now) == brick.Enabled && (c.After == nil || c.After.Status != brick.Enabled || c.After.Roles != nil)
}

// leaderless reports whether what is left to do of a section would leave its
// project without anybody who runs it, as the project is now: not as it was
// when the plan was made.
func (r *reading) leaderless(ctx context.Context, section plan.Section, s *brick.Summary, have *spool.Sorted) (bool, error) {
	roles, err := r.view.Roles(ctx, section.Scope)
	admins := plan.NewAdmins(roles)
	if err != nil || len(admins) == 0 {
		return false, err
	}
	held := r.plan.End.HeldTakes(s) != ""
	var c crew
	err = everybody(section.Changes(), have, func(change *brick.Change, now *brick.Member) {
		if hasSecond(change) && !admins.Run(change.Before) {
			return // if he runs it now, then only until his second change
		}
		lead := brick.Lead(0)
		if change != nil && !(held && change.Action.Takes()) {
			lead = admins.Lead(now, change.After)
		}
		c.count(lead, admins.Run(now))
	})
	return c.leaves() || c.handsOver() && !s.Handover, err
}

// hasSecond reports whether a change is the first of two, of which the second
// disables its person.
func hasSecond(c *brick.Change) bool {
	return c != nil && c.After != nil && c.After.Status == brick.Disabled && !c.Action.Takes()
}

// everybody walks the changes of a scope along its members, both in the order
// of logins: those who have a change and no membership, or a membership and no
// change, come, too.
func everybody(changes iter.Seq2[brick.Change, error], have *spool.Sorted, each func(*brick.Change, *brick.Member)) error {
	next, stop := iter.Pull2(changes)
	defer stop()
	c, err, more := next()
	for m, broken := range membersOf(have) {
		for ; err == nil && more && c.Login() < m.Login; c, err, more = next() {
			each(&c, nil)
		}
		switch {
		case errors.Join(err, broken) != nil:
			return errors.Join(err, broken)
		case more && c.Login() == m.Login:
			each(&c, &m)
			c, err, more = next()
		default:
			each(nil, &m)
		}
	}
	for ; err == nil && more; c, err, more = next() {
		each(&c, nil)
	}
	return err
}

// successor returns what keeps those who run a project from going: that all of
// them go, and none of those whom the plan puts in their place has come.
func (a *applying) successor(section plan.Section, s *brick.Summary) (func(*brick.Change) error, error) {
	if section.Scope.Level == brick.OrganizationLevel {
		return a.leading()
	}
	if !s.Handover {
		return nobody, nil
	}
	for c, err := range section.Changes() {
		if err != nil {
			return nil, err
		}
		if c.Lead == brick.LeadComes && a.out.Of(c.Seq) == plan.Done {
			return nobody, nil
		}
	}
	return func(c *brick.Change) error {
		if c.Lead != brick.LeadGoes {
			return nil
		}
		return &brick.Error{
			Kind: brick.Failed, Op: c.Action.String(), Scope: c.Scope, Login: c.Login(),
			Err:  errors.New("nobody else runs the project: none of those whom the plan makes administrators became one"),
			Hint: "see why they failed, and run again",
		}
	}, nil
}

// leading returns what keeps accounts from being deleted: that their owner runs
// a project which the same plan was to take from him, and could not. With his
// account he would lose that, too.
func (a *applying) leading() (func(*brick.Change) error, error) {
	runs := map[brick.Login]brick.Scope{}
	for section, err := range a.plan.Sections() {
		if err != nil {
			return nil, err
		}
		if section.Scope.Level != brick.ProjectLevel {
			continue
		}
		for c, err := range section.Half(true) {
			if err != nil {
				return nil, err
			}
			if c.Lead == brick.LeadGoes && a.out.Of(c.Seq) != plan.Done {
				runs[c.Login()] = c.Scope
			}
		}
	}
	return func(c *brick.Change) error {
		project, ok := runs[c.Login()]
		if !ok {
			return nil
		}
		return &brick.Error{
			Kind: brick.Failed, Op: c.Action.String(), Scope: c.Scope, Login: c.Login(),
			Err: fmt.Errorf("he runs %s, which could not be taken from him; it would go with his account", project),
		}
	}, nil
}

// nobody is refused.
func nobody(*brick.Change) error { return nil }
