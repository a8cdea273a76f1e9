package gooddata

import (
	"context"
	"iter"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// listMembers yields the enabled and disabled members of a project, each once.
func (d *Driver) listMembers(ctx context.Context, s brick.Scope, need platform.Need) iter.Seq2[brick.Member, error] {
	panic("seam")
}

// applyMembers does the changes of one project; the i-th error says what
// became of the i-th change.
func (d *Driver) applyMembers(ctx context.Context, s brick.Scope, batch []brick.Change) []error {
	panic("seam")
}
