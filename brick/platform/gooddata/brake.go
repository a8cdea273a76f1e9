package gooddata

import (
	"context"
	"sync"

	"users-brick/brick"
)

// brake stops a batch that can come to nothing: once the brick is denied what
// it asks for, and when change after change ends without a proper answer. What
// was not begun then ends with the same error.
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

func (b *brake) note(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	kind := brick.KindOf(err)
	switch {
	case err == nil || kind != brick.Denied && !kind.Temporary():
		b.failures = 0
	case kind == brick.Denied:
		b.err = err
	default:
		if b.failures++; b.failures >= mostFailures {
			b.err = err
		}
	}
}
