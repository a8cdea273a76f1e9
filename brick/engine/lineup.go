package engine

import (
	"cmp"
	"context"
	"slices"

	"golang.org/x/sync/errgroup"
)

// result is what comes of one piece of work.
type result interface {
	held() int64 // bytes of memory that it holds while it waits
	close()      // frees it; called when it is not handed on
}

// lineup is work in pieces, such as scopes. Several are done at once, and the
// results are handed on in the order of the pieces, whatever the timing.
//
//	0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 ... window
//	─────── ? ✓ ✓ ? ✓ ✓ ✓  ?     ✓        ?
//	handed  ▲ └─ waiting (✓) and under way (?)
//	on      head
//
// A slow piece at the head does not stall the others: they run on until the
// window is full, or the room for waiting results.
//
// The largest pieces begin first, or else a run would end on the last of
// them, alone. Of each block only so many go before their turn as are done at
// once; the others keep it. That is enough, since whatever is left when the
// large ones are under way is small; and as hardly anything waits then,
// results flow and memory stays free.
type lineup[R result] struct {
	pieces int
	open   int                                   // pieces done at once
	room   int64                                 // bytes that waiting results may hold before only those near the head begin
	size   func(piece int) int64                 // about how much work a piece is
	do     func(context.Context, int) (R, error) // an error ends the work
	each   func(R) error                         // gets the results in order, one at a time; they are its own then

	// The state of schedule:
	block    []int // the pieces that are still to begin, out of the block at hand, in the order of beginning
	begun    []bool
	oldest   int // all pieces before it have begun
	underWay int
	head     int // the piece whose result is handed on next
	waiting  map[int]waiting[R]
	held     int64 // bytes, by those waiting
	finished chan waiting[R]
	ready    chan R
}

// waiting is a result on its way to its turn.
type waiting[R result] struct {
	piece  int
	result R
	held   int64
}

// window is how many pieces, counted from the head, may be under way or wait.
const window = 4096

// blockSize is how many pieces are put into an order of beginning at once: a
// part of the window, so that the next block begins while the last results of
// this one are still awaited.
const blockSize = window / 2

// run does all of it. When it fails, or ctx ends, the results that were not
// handed on are freed. The first error is returned, Interrupted when there is
// none but ctx has ended.
func (l *lineup[R]) run(ctx context.Context) error {
	l.begun = make([]bool, l.pieces)
	l.waiting = map[int]waiting[R]{}
	l.finished, l.ready = make(chan waiting[R], l.open), make(chan R)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		for r := range l.ready {
			if err := l.each(r); err != nil {
				return err
			}
		}
		return nil
	})
	group.Go(func() error {
		defer close(l.ready)
		return l.schedule(ctx, group)
	})
	err := group.Wait()
	l.drop()
	return err
}

// schedule begins the pieces and sees to it that results wait for their turn.
func (l *lineup[R]) schedule(ctx context.Context, group *errgroup.Group) error {
	for l.head < l.pieces {
		for piece, ok := l.next(); ok; piece, ok = l.next() {
			l.begin(ctx, group, piece)
		}
		var ready chan<- R
		first, ok := l.waiting[l.head]
		if ok {
			ready = l.ready
		}
		select {
		case ready <- first.result:
			delete(l.waiting, l.head)
			l.held -= first.held
			l.head++
		case w := <-l.finished:
			l.underWay--
			l.held += w.held
			l.waiting[w.piece] = w
		case <-ctx.Done():
			return stopped(ctx) // or else pieces would be missing without a word
		}
	}
	return nil
}

// next returns the piece to begin now, false when none may begin. While the
// room for waiting results is full, only as many pieces from the head on may
// be open as are done at once: they are what the others wait for.
func (l *lineup[R]) next() (int, bool) {
	for l.oldest < l.pieces && l.begun[l.oldest] {
		l.oldest++
	}
	if l.underWay == l.open || l.oldest == l.pieces {
		return 0, false
	}
	for len(l.block) > 0 && l.begun[l.block[0]] {
		l.block = l.block[1:]
	}
	if len(l.block) == 0 {
		l.block = l.nextBlock()
	}
	if first := l.block[0]; l.held < l.room && first < l.head+window {
		return first, true
	}
	return l.oldest, l.oldest < l.head+l.open
}

// nextBlock returns the order in which the pieces of the next block begin:
// the largest, as many as are done at once, then the others in order.
func (l *lineup[R]) nextBlock() []int {
	block := make([]int, min(blockSize, l.pieces-l.oldest))
	for i := range block {
		block[i] = l.oldest + i
	}
	slices.SortStableFunc(block, func(a, b int) int { return cmp.Compare(l.size(b), l.size(a)) })
	if len(block) > l.open {
		slices.Sort(block[l.open:])
	}
	return block
}

func (l *lineup[R]) begin(ctx context.Context, group *errgroup.Group, piece int) {
	l.begun[piece] = true
	l.underWay++
	group.Go(func() error {
		r, err := l.do(ctx, piece)
		if err == nil {
			l.finished <- waiting[R]{piece, r, r.held()} // which has room for all that are under way
		}
		return err
	})
}

// drop frees the results that were not handed on. Nothing is under way any
// more.
func (l *lineup[R]) drop() {
	for _, w := range l.waiting {
		w.result.close()
	}
	for len(l.finished) > 0 {
		w := <-l.finished
		w.result.close()
	}
}
