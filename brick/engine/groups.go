package engine

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"users-brick/brick"
)

// createGroups makes the groups that a scope needs, several at once, and
// returns why those could not be made that failed, by folded name.
func (a *applying) createGroups(ctx context.Context, summary *brick.Summary) map[string]error {
	errs := make([]error, len(summary.CreateGroups))
	var group errgroup.Group
	group.SetLimit(a.features.Concurrency)
	for i, name := range summary.CreateGroups {
		if a.stopped(ctx) != nil {
			break
		}
		group.Go(func() error {
			errs[i] = a.conn.CreateGroup(ctx, summary.Scope, name)
			return nil
		})
	}
	group.Wait()
	broken := map[string]error{}
	for i, name := range summary.CreateGroups {
		if errs[i] != nil {
			broken[brick.Fold(name)] = fmt.Errorf("group %q: %w", name, errs[i])
		}
	}
	return broken
}

// missingGroup returns why a change cannot be done for want of a group.
func missingGroup(broken map[string]error, c *brick.Change) error {
	if len(broken) == 0 || c.After == nil {
		return nil
	}
	for _, name := range c.After.Groups {
		if err := broken[brick.Fold(name)]; err != nil {
			return err
		}
	}
	return nil
}
