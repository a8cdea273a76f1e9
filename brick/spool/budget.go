package spool

import "sync/atomic"

// Budget is memory that several sorters share: beyond what is its own, each
// takes as much as it needs while there is some, and spills when there is
// none. Nobody waits for it. It may be used from several goroutines.
type Budget struct {
	left atomic.Int64
}

// NewBudget returns a budget of so many bytes.
func NewBudget(bytes int64) *Budget {
	b := &Budget{}
	b.left.Store(bytes)
	return b
}

// take takes all of n bytes or none, and reports which. A nil budget has none.
func (b *Budget) take(n int64) bool {
	if b == nil {
		return false
	}
	for {
		left := b.left.Load()
		if n > left {
			return false
		}
		if b.left.CompareAndSwap(left, left-n) {
			return true
		}
	}
}

// give gives back n bytes that were taken.
func (b *Budget) give(n int64) {
	if n > 0 {
		b.left.Add(n)
	}
}
