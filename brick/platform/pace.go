package platform

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// The pace begins with so many requests at once, or with the most that are
// allowed: enough that a short run loses little, and few enough for any
// platform.
const firstPace = 16

// How much of the limit stays after trouble.
const (
	afterOverload = 0.8
	afterDelay    = 0.9
)

// pace says how many requests may be under way at once. It finds out what the
// platform takes: the limit doubles with each round trip until the first sign
// of trouble, and then grows by about one (see step). It shrinks when the
// platform refuses or does not answer in time, down to one, and when its
// answers come late, but then not below where it began; each at most once in
// a round trip: what began before the limit shrank does not count again.
//
// Who waits is let in in the order of coming, but first those whose request
// is sent again: their time is running.
type pace struct {
	most, first float64

	mu      sync.Mutex
	limit   float64
	eager   bool // no trouble so far
	inside  int
	waiting list.List // of *waiter, the first has waited longest
	begun   uint64    // turns given so far, the last of which has this number
	filled  uint64    // the last turn that left no room for another
	shrunk  uint64    // begun when the limit shrank last
	trouble float64   // what the limit was then
	round   round
}

// waiter is somebody who waits for his turn.
type waiter struct {
	number uint64 // of his turn, once he has it
	let    chan struct{}
}

// sign is what one request told about the state of the platform.
type sign struct {
	overload bool // it refused, or did not answer in time
	answered bool // it did its work
	kind     kind
	took     time.Duration // until a successful answer began; 0 for others
}

func newPace(most int) *pace {
	first := min(firstPace, most)
	p := &pace{most: float64(most), first: float64(first), limit: float64(first), eager: true}
	p.round.usual = map[kind]*usual{}
	p.round.begin(0, p.limit)
	return p
}

// enter waits for a turn and returns its number, from 1. When ctx ends before,
// that is an error of kind Interrupted. Whoever has a turn leaves once.
func (p *pace) enter(ctx context.Context, again bool) (uint64, error) {
	p.mu.Lock()
	w := &waiter{let: make(chan struct{})}
	var at *list.Element
	if again {
		at = p.waiting.PushFront(w)
	} else {
		at = p.waiting.PushBack(w)
	}
	p.letIn()
	p.mu.Unlock()
	select {
	case <-w.let:
		return w.number, nil
	case <-ctx.Done():
	}
	p.mu.Lock()
	p.waiting.Remove(at) // unless he was let in at the same moment
	p.mu.Unlock()
	select {
	case <-w.let:
		p.leave(w.number, sign{})
	default:
	}
	return 0, interrupted(context.Cause(ctx))
}

// letIn gives turns to those who wait while there is room.
func (p *pace) letIn() {
	for p.waiting.Len() > 0 && float64(p.inside+1) <= p.limit {
		w := p.waiting.Remove(p.waiting.Front()).(*waiter)
		p.inside++
		p.begun++
		w.number = p.begun
		close(w.let)
		if float64(p.inside+1) > p.limit {
			p.filled = p.begun
		}
	}
}

// leave gives a turn back and learns from what came of it. The limit grows by
// what was done while it was reached, even if nobody waits for room just now:
// those who come next may be many.
func (p *pace) leave(number uint64, s sign) {
	p.mu.Lock()
	defer p.mu.Unlock()
	full := p.filled >= number
	p.inside--
	switch {
	case s.overload:
		p.shrink(number, afterOverload, 1)
	case s.answered && full && number > p.shrunk:
		p.grow()
	}
	p.heed(number, s)
	p.letIn()
}

// grow raises the limit by its share of what a whole round trip may add.
func (p *pace) grow() { p.limit = min(p.most, p.limit+p.step()/p.limit) }

// step returns how much the limit grows in a round trip. Once there has been
// trouble it soon comes back to just below where that was, and lingers there:
// most of the time the platform is fully used, and seldom asked for more.
func (p *pace) step() float64 {
	switch {
	case p.eager:
		return p.limit
	case p.limit < p.trouble:
		return max(min(1, 4/p.limit), (p.trouble-1-p.limit)/2)
	}
	return 1
}

// shrink lowers the limit, unless the request began before it was lowered
// last and so tells nothing new.
func (p *pace) shrink(number uint64, factor, least float64) {
	if number <= p.shrunk {
		return
	}
	p.trouble, p.shrunk, p.eager = p.limit, p.begun, false
	p.limit = max(least, p.limit*factor)
}

// heed looks for delay, round by round. When the limit is back where all
// began, delay is not of our making: that is how the platform is now.
func (p *pace) heed(number uint64, s sign) {
	if !p.round.note(number, s) {
		return
	}
	if p.round.late() && p.round.first > p.shrunk {
		if p.limit > p.first {
			p.shrink(number, afterDelay, p.first)
			p.trouble = 0
		}
		if p.limit <= p.first {
			p.round.forget()
		}
	}
	p.round.begin(p.begun, p.limit)
}
