package inputs

import (
	"context"
	"errors"
	"io"
	"sync"
)

// stages are the steps through which the bytes of a file come, each in a
// goroutine of its own that works ahead of the next, so that what takes
// longest sets the pace:
//
//	download ─blocks─► decompress ─blocks─► decode ─blocks─► parse (the caller)
//
// Whoever makes stages ends them.
type stages struct {
	done    <-chan struct{}
	cancel  context.CancelFunc
	running sync.WaitGroup
}

// newStages returns stages that also stop when ctx is done.
func newStages(ctx context.Context) *stages {
	ctx, cancel := context.WithCancel(ctx)
	return &stages{done: ctx.Done(), cancel: cancel}
}

// end stops all stages and waits for them: at most for as long as one read of
// the source takes that is under way.
func (s *stages) end() {
	s.cancel()
	s.running.Wait()
}

// ahead returns a reader of what r gives, which is read in a goroutine.
func (s *stages) ahead(r io.Reader) io.Reader {
	a := &ahead{full: make(chan block, aheadBlocks), free: make(chan []byte, aheadBlocks), done: s.done}
	for range aheadBlocks {
		a.free <- nil
	}
	s.running.Go(func() { a.run(r) })
	return a
}

// The blocks that are handed on. Large ones cost nothing beside their use; a
// file that is smaller does not need them.
const (
	aheadBlocks = 4 // how many a stage may be ahead
	firstBlock  = 64 << 10
	largeBlock  = 1 << 20
)

// errStopped ends a stage that nobody needs any more.
var errStopped = errors.New("the reading was stopped")

// ahead is the outlet of a stage.
type ahead struct {
	full chan block
	free chan []byte // for the next blocks; empty ones are still to be made
	done <-chan struct{}

	buffer []byte // whose rest is being read
	rest   []byte
	err    error
}

// block is what a stage hands on: bytes, and behind them maybe the end.
type block struct {
	bytes []byte
	err   error
}

// run reads r to its end.
func (a *ahead) run(r io.Reader) {
	for size := firstBlock; ; size = min(4*size, largeBlock) {
		var buffer []byte
		select {
		case buffer = <-a.free:
		case <-a.done:
			return
		}
		if len(buffer) < size {
			buffer = make([]byte, size)
		}
		n, err := a.collect(r, buffer)
		select {
		case a.full <- block{buffer[:n], err}:
		case <-a.done:
			return
		}
		if err != nil {
			return
		}
	}
}

// collect reads until the buffer is full, or the other side has used up all
// that it has: it is never kept waiting for a block to become full.
func (a *ahead) collect(r io.Reader, buffer []byte) (n int, err error) {
	for err == nil && n < len(buffer) && (n == 0 || len(a.full) > 0) {
		select {
		case <-a.done:
			return n, errStopped
		default:
		}
		var more int
		more, err = r.Read(buffer[n:])
		n += more
	}
	return n, err
}

// Read implements io.Reader. Once stages are stopped it returns errStopped.
func (a *ahead) Read(p []byte) (int, error) {
	for len(a.rest) == 0 {
		if a.err != nil {
			return 0, a.err
		}
		if a.buffer != nil {
			a.free <- a.buffer // there is room for all buffers that exist
			a.buffer = nil
		}
		select {
		case b := <-a.full:
			a.buffer, a.rest, a.err = b.bytes[:cap(b.bytes)], b.bytes, b.err
		case <-a.done:
			a.err = errStopped
		}
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}
