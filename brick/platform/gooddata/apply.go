package gooddata

import (
	"context"
	"iter"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// atOnce is how many listings and batches at once are useful; how many
// requests there are at once is the business of the Web.
const atOnce = 64

// Features says that a call may carry ten thousand changes.
func (d *Driver) Features() platform.Features {
	return platform.Features{Batch: batch, Concurrency: atOnce}
}

// List yields every account of an organization, or every enabled and disabled
// member of a project with his groups.
func (d *Driver) List(ctx context.Context, s brick.Scope) iter.Seq2[brick.Member, error] {
	return d.ListOnly(ctx, s, platform.Need{Groups: true})
}

// ListOnly is List for a caller who needs no more than he says.
func (d *Driver) ListOnly(ctx context.Context, s brick.Scope, need platform.Need) iter.Seq2[brick.Member, error] {
	switch s.Level {
	case brick.OrganizationLevel:
		return d.listAccounts(ctx, s, need)
	case brick.ProjectLevel:
		return d.listMembers(ctx, s, need)
	}
	return func(yield func(brick.Member, error) bool) { yield(brick.Member{}, noScope(s)) }
}

// Apply does the changes of one scope.
func (d *Driver) Apply(ctx context.Context, s brick.Scope, batch []brick.Change) []error {
	switch s.Level {
	case brick.OrganizationLevel:
		return d.applyAccounts(ctx, s, batch)
	case brick.ProjectLevel:
		return d.applyMembers(ctx, s, batch)
	}
	errs := make([]error, len(batch))
	for i := range errs {
		errs[i] = noScope(s)
	}
	return errs
}

func noScope(s brick.Scope) error {
	return brick.Errorf(brick.NotFound, "neither an organization nor a project: %q", s.ID)
}
