package engine

import (
	"context"
	"errors"
	"fmt"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// keepers are the people whom an undo leaves in a project, since nobody else
// would run it. An account that the run added must not be deleted from under
// them: their place would go with it.
type keepers struct {
	runs   map[brick.Login]brick.Scope
	unread brick.Scope // a project that could not be read, so that nobody knows
}

// stays returns why an account must not be deleted, "" when it may.
func (k *keepers) stays(login brick.Login) string {
	if project, ok := k.runs[login]; ok {
		return fmt.Sprintf("he stays in %s, which nobody else would run; hint: make somebody else an administrator first", project)
	}
	if k.unread != (brick.Scope{}) {
		return fmt.Sprintf("%s cannot be read, and he may be the only one who runs it", k.unread)
	}
	return ""
}

// findKeepers looks through the projects of an undo that deletes accounts, too,
// before any of them is planned.
func (u *undoing) findKeepers(ctx context.Context, targets []target) error {
	if len(targets) == 0 || targets[0].scope.Level != brick.OrganizationLevel {
		return nil
	}
	organization := u.sections[targets[0].scope]
	if organization.Summary().Counts.Added == 0 {
		return nil
	}
	benches := u.job.newBenches(u.view)
	defer benches.close()
	for _, t := range targets[1:] {
		err := u.keep(ctx, t.scope, benches)
		if alone := (*scopeError)(nil); errors.As(err, &alone) { // it is not planned, and says why
			u.keepers.unread = t.scope
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// keep notes who would be left in one project.
func (u *undoing) keep(ctx context.Context, project brick.Scope, benches benches) error {
	b := benches.take()
	defer benches.clear(b)
	w, err := u.look(ctx, project, b)
	if err != nil {
		return err
	}
	defer w.have.Close()
	crew, err := u.reverse(ctx, w, w.uncounted(), func(*plan.Reversal) error { return nil })
	if err != nil || !crew.leaves() {
		return err
	}
	_, err = u.reverse(ctx, w, w.holding(), func(r *plan.Reversal) error {
		if r.Last {
			u.keepers.runs[r.Login] = project
		}
		return nil
	})
	return err
}
