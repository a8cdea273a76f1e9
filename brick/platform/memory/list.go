package memory

import (
	"context"
	"iter"

	"users-brick/brick"
)

// List yields the members of the scope in login order, as they were when the
// sequence began.
func (p *Platform) List(ctx context.Context, s brick.Scope) iter.Seq2[brick.Member, error] {
	return func(yield func(brick.Member, error) bool) {
		members, err := p.everyone(s)
		for i, m := range members {
			if err = p.broken(ctx, s, i); err != nil {
				break
			}
			if !yield(m, nil) {
				return
			}
		}
		if err == nil {
			err = p.broken(ctx, s, len(members))
		}
		if err != nil {
			yield(brick.Member{}, err)
		}
	}
}

// broken returns why a listing ends after so many members, nil when it goes on.
func (p *Platform) broken(ctx context.Context, s brick.Scope, yielded int) error {
	if err := stopped(ctx); err != nil {
		return err
	}
	if p.Hooks.ListFail != nil {
		return p.Hooks.ListFail(s, yielded)
	}
	return nil
}
