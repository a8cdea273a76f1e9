package fetch

import (
	"io"
	"sync"
)

// parts reads a file of an exact version in several parts at once and hands
// them out in order. Not more than Options.Parallel of them are in memory: as
// soon as the first has been handed out, its memory serves the next.
type parts struct {
	r     *reader // knows how to read; its own bytes are the first part, and from then on it belongs to that
	info  Info
	work  sync.WaitGroup
	next  int64   // where the part begins that is read next
	queue []*part // in order
	spare [][]byte
	err   error
}

// part is a piece of the file.
type part struct {
	memory []byte
	left   []byte        // not yet handed out
	err    error         // why left is all there is
	done   chan struct{} // closed when left and err are there
}

// Read implements io.Reader.
func (p *parts) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	for p.err == nil {
		p.readAhead()
		if len(p.queue) == 0 {
			p.err = io.EOF
			break
		}
		first := p.queue[0]
		<-first.done
		if len(first.left) > 0 {
			n := copy(b, first.left)
			first.left = first.left[n:]
			return n, nil
		}
		p.err = first.err
		p.spare = append(p.spare, first.memory)
		p.queue = p.queue[1:]
	}
	return 0, p.err
}

// readAhead begins as many parts as may be read at once.
func (p *parts) readAhead() {
	for len(p.queue) < p.r.o.Parallel && p.next < p.info.Size {
		from, to := p.next, min(p.next+p.r.o.PartSize, p.info.Size)
		source := p.r
		if from > 0 {
			source = &reader{ctx: p.r.ctx, get: p.r.get, o: p.r.o, info: p.info, start: from, pos: from, to: to}
		}
		one := &part{memory: p.memory(), done: make(chan struct{})}
		one.left = one.memory[:to-from]
		p.queue, p.next = append(p.queue, one), to
		p.work.Go(func() { one.read(source) })
	}
}

func (p *parts) memory() []byte {
	if last := len(p.spare) - 1; last >= 0 {
		m := p.spare[last]
		p.spare = p.spare[:last]
		return m
	}
	return make([]byte, p.r.o.PartSize)
}

// read fills the part from a source, which it closes.
func (p *part) read(source *reader) {
	defer close(p.done)
	defer source.Close()
	n, err := io.ReadFull(source, p.left)
	p.left, p.err = p.left[:n], err
}

// Close waits for what is under way, which ends when the context does.
func (p *parts) Close() error {
	if p.next == 0 {
		p.r.Close()
	}
	p.work.Wait()
	if p.err == nil {
		p.err = named(p.r.o.Op, errClosed)
	}
	return nil
}
