package engine

import (
	"errors"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// relief returns what keeps those who use a scope from being taken out: that all
// of them go, and none of those whom the plan brings has come. The guard let the
// plan pass for the sake of these, and could not know that they would fail.
func (a *applying) relief(section plan.Section, s *brick.Summary) (func(*brick.Change) error, error) {
	brought := s.Counts.Added + s.Counts.Enabled
	if a.job.Params.AllowEmpty || s.MayEmpty || brought == 0 || s.WillBeUsable-s.LastAdmins > brought {
		return nobody, nil
	}
	stay := s.WillBeUsable - s.LastAdmins
	for c, err := range section.Changes() {
		switch {
		case err != nil:
			return nil, err
		case !brings(&c):
		case a.out.Of(c.Seq) == plan.Done:
			return nobody, nil
		default:
			stay--
		}
	}
	if stay > 0 || stay == s.WillBeUsable-s.LastAdmins {
		return nobody, nil
	}
	return func(c *brick.Change) error {
		if c.Before == nil || c.Before.Status != brick.Enabled || !c.Action.Takes() {
			return nil
		}
		return &brick.Error{
			Kind: brick.Failed, Op: c.Action.String(), Scope: c.Scope, Login: c.Login(),
			Err:  errors.New("nobody would be left: none of those whom the plan brings here came"),
			Hint: "see why they failed, and run again; when it is meant, set allow_empty to true",
		}
	}, nil
}

// brings reports whether a change gives access to somebody who has none.
func brings(c *brick.Change) bool {
	return (c.Action == brick.Add || c.Action == brick.Enable) && c.After != nil && c.After.Status == brick.Enabled
}
