package gooddata

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"users-brick/brick"
)

// brake stops a batch that can come to nothing: once the brick is denied what
// it asks for, and when change after change ends without a proper answer. What
// was not begun then ends for the same reason.
type brake struct {
	mu       sync.Mutex
	err      error
	failures int // changes in a row without a proper answer
}

// mostFailures is how many changes in a row may end without a proper answer,
// each after it has been tried as long as the Web allows.
const mostFailures = 2 * accountsAtOnce

// try does a change unless the batch has been stopped or ctx has ended.
func (b *brake) try(ctx context.Context, change func() error) error {
	if err := b.pulled(); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return stopped(ctx)
	}
	err := change()
	b.note(err)
	return err
}

func (b *brake) pulled() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err
}

// note counts what became of a change.
func (b *brake) note(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	kind := brick.KindOf(err)
	switch {
	case err == nil || kind != brick.Denied && !kind.Temporary():
		b.failures = 0
		return
	case kind.Temporary():
		if b.failures++; b.failures < mostFailures {
			return
		}
	}
	if b.err == nil {
		b.err = notBegun(err)
	}
}

// notBegun is the error of changes that are not begun since others failed.
func notBegun(err error) error {
	full := brick.Error{Kind: brick.KindOf(err), Err: err}
	if e, ok := errors.AsType[*brick.Error](err); ok && e.Err != nil {
		full = *e
	}
	full.RequestID, full.Err = "", fmt.Errorf("not begun, since others failed: %w", full.Err)
	return &full
}
