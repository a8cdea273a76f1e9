package engine

import (
	"iter"
	"sync"
)

// How many values are made before they are asked for: so many at once, and so
// many of these batches.
const (
	aheadBatch   = 256
	aheadBatches = 4
)

// ahead yields what a sequence yields, which is made beside the loop and some
// batches ahead of it. A value belongs to the loop. Whoever leaves the loop
// has ended the sequence, too.
func ahead[T any](values iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		a := making[T]{full: make(chan made[T], aheadBatches), used: make(chan []T, aheadBatches+2), enough: make(chan struct{})}
		var making sync.WaitGroup
		making.Go(func() { a.make(values) })
		defer making.Wait()
		defer close(a.enough)
		for batch := range a.full {
			for _, v := range batch.values {
				if !yield(v, nil) {
					return
				}
			}
			if batch.err != nil {
				var none T
				yield(none, batch.err)
				return
			}
			select {
			case a.used <- batch.values:
			default: // the empty one at the end comes on top of all that exist
			}
		}
	}
}

// made is a batch, and behind it maybe an error, with which the sequence ends.
type made[T any] struct {
	values []T
	err    error
}

// making is the way from whoever makes values to whoever uses them.
type making[T any] struct {
	full   chan made[T]
	used   chan []T      // for the next batches
	enough chan struct{} // closed when nobody wants any more
}

// make makes all values, or as many as somebody wants.
func (m *making[T]) make(values iter.Seq2[T, error]) {
	defer close(m.full)
	var batch made[T]
	for v, err := range values {
		if batch.err = err; err != nil {
			break
		}
		if batch.values == nil {
			batch.values = m.empty()
		}
		if batch.values = append(batch.values, v); len(batch.values) == aheadBatch {
			if !m.hand(batch) {
				return
			}
			batch = made[T]{}
		}
	}
	m.hand(batch)
}

// empty returns room for a batch.
func (m *making[T]) empty() []T {
	select {
	case values := <-m.used:
		clear(values)
		return values[:0]
	default:
		return make([]T, 0, aheadBatch)
	}
}

// hand hands a batch on; it reports whether somebody wants more.
func (m *making[T]) hand(batch made[T]) bool {
	select {
	case m.full <- batch:
		return true
	case <-m.enough:
		return false
	}
}
