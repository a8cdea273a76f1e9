package plan

import (
	"sync"
	"sync/atomic"
)

// Fate is what became of a planned change.
type Fate uint8

// The fates.
const (
	Pending  Fate = iota // not tried: the run stopped before
	Done                 // it holds now
	Failed               // the platform refused
	HeldBack             // the guard held it back
)

// Outcome remembers what became of each change of a plan: two bits a change,
// and the error of those that failed. It may be used from several goroutines.
type Outcome struct {
	fates []atomic.Uint32 // sixteen fates each

	mu   sync.Mutex
	errs map[int64]error
}

// NewOutcome returns the outcome of a plan of n changes, all pending.
func NewOutcome(n int64) *Outcome {
	return &Outcome{fates: make([]atomic.Uint32, n/16+1), errs: map[int64]error{}}
}

// AllDone returns the outcome of a plan of n changes that all hold.
func AllDone(n int64) *Outcome {
	o := NewOutcome(n)
	for seq := range n {
		o.Set(seq+1, Done)
	}
	return o
}

// Set notes what became of the change with that Seq.
func (o *Outcome) Set(seq int64, f Fate) {
	shift := uint(seq%16) * 2
	word := &o.fates[seq/16]
	word.And(^(uint32(3) << shift))
	word.Or(uint32(f) << shift)
}

// Fail notes why a change failed.
func (o *Outcome) Fail(seq int64, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.errs[seq] = err
	o.Set(seq, Failed)
}

// Of returns what became of a change.
func (o *Outcome) Of(seq int64) Fate {
	return Fate(o.fates[seq/16].Load() >> (uint(seq%16) * 2) & 3)
}

// Err returns why a change failed, nil when it did not.
func (o *Outcome) Err(seq int64) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.errs[seq]
}
