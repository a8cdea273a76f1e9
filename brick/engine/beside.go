package engine

import "users-brick/brick/plan"

// beside writes decisions down while the next ones are made, one after the
// other, in their order.
type beside struct {
	write  func(*plan.Decision) error
	batch  []plan.Decision
	full   chan []plan.Decision
	empty  chan []plan.Decision
	ended  chan struct{}
	broken error // good once ended is closed
}

// How many decisions are handed over at once, and how many of these batches
// there are.
const (
	besideBatch   = 256
	besideBatches = 4
)

func newBeside(write func(*plan.Decision) error) *beside {
	b := &beside{
		write: write, full: make(chan []plan.Decision, besideBatches), empty: make(chan []plan.Decision, besideBatches),
		ended: make(chan struct{}),
	}
	for range besideBatches {
		b.empty <- make([]plan.Decision, 0, besideBatch)
	}
	b.batch = <-b.empty
	go b.run()
	return b
}

func (b *beside) run() {
	defer close(b.ended)
	for batch := range b.full {
		for i := range batch {
			if b.broken == nil {
				b.broken = b.write(&batch[i])
			}
		}
		b.empty <- batch[:0]
	}
}

// add hands a decision over. Its Member, who is good until the next decision
// only, stays behind. An error comes at the end.
func (b *beside) add(d *plan.Decision) error {
	kept := *d
	kept.Member = nil
	if b.batch = append(b.batch, kept); len(b.batch) == cap(b.batch) {
		b.full <- b.batch
		b.batch = <-b.empty
	}
	return nil
}

// end waits until all is written and returns the first error of it. It is to
// be called once.
func (b *beside) end() error {
	b.full <- b.batch
	close(b.full)
	<-b.ended
	return b.broken
}
