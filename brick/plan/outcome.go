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
	Unknown              // it was begun, and nobody knows whether it took place
)

// Outcome remembers what became of each change of a plan: four bits a change,
// and the error of those that failed. It may be used from several goroutines.
type Outcome struct {
	n     int64
	fates []atomic.Uint32 // eight fates each

	mu   sync.Mutex
	errs map[int64]error
}

// fatesInWord is how many fates share a word, of so many bits each.
const (
	fatesInWord = 8
	fateBits    = 32 / fatesInWord
	fateMask    = 1<<fateBits - 1
)

// NewOutcome returns the outcome of a plan of n changes, all pending.
func NewOutcome(n int64) *Outcome {
	return &Outcome{n: n, fates: make([]atomic.Uint32, n/fatesInWord+1), errs: map[int64]error{}}
}

// AllDone returns the outcome of a plan of n changes that all hold.
func AllDone(n int64) *Outcome {
	o := NewOutcome(n)
	for seq := range n {
		o.Set(seq+1, Done)
	}
	return o
}

// Changes returns how many changes the plan has.
func (o *Outcome) Changes() int64 { return o.n }

// Set notes what became of the change with that Seq. Why it failed before, if
// it did, is forgotten.
func (o *Outcome) Set(seq int64, f Fate) {
	if o.Of(seq) == Failed {
		o.mu.Lock()
		defer o.mu.Unlock()
		delete(o.errs, seq)
	}
	o.set(seq, f)
}

func (o *Outcome) set(seq int64, f Fate) {
	shift := uint(seq%fatesInWord) * fateBits
	word := &o.fates[seq/fatesInWord]
	word.And(^(uint32(fateMask) << shift))
	word.Or(uint32(f) << shift)
}

// Fail notes why a change failed.
func (o *Outcome) Fail(seq int64, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.errs[seq] = err
	o.set(seq, Failed)
}

// Of returns what became of a change.
func (o *Outcome) Of(seq int64) Fate {
	return Fate(o.fates[seq/fatesInWord].Load() >> (uint(seq%fatesInWord) * fateBits) & fateMask)
}

// Err returns why a change failed, nil when it did not.
func (o *Outcome) Err(seq int64) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.errs[seq]
}

// Count returns how many changes have a fate.
func (o *Outcome) Count(f Fate) int64 {
	var n int64
	for seq := range o.n {
		if o.Of(seq+1) == f {
			n++
		}
	}
	return n
}

// Settled reports whether nothing is left to be done about a change: it holds,
// or the guard held it back.
func (o *Outcome) Settled(seq int64) bool {
	f := o.Of(seq)
	return f == Done || f == HeldBack
}

// Left returns how many changes of a section are not settled.
func (o *Outcome) Left(s Section) int64 {
	var n int64
	for seq := s.First; seq < s.First+s.N; seq++ {
		if !o.Settled(seq) {
			n++
		}
	}
	return n
}
