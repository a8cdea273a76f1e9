package spool

import (
	"context"
	"errors"
	"fmt"
)

// DefaultMemory is how many bytes of records a Sorter holds in memory when
// its options do not say.
const DefaultMemory = 64 << 20

// Options say what a [Sorter] may use. The zero value is ready for use.
type Options struct {
	// Memory bounds the records held in memory, in bytes; 0 means
	// DefaultMemory. One record more, and buffers of about a sixteenth,
	// may come on top; merging takes at least 4 KiB for each run on disk.
	Memory int64
	// Common is what the sorter takes from when Memory is full, until Reset or
	// Close; may be nil.
	Common *Budget
	// Dir is the folder for temporary files, made only when the records
	// exceed Memory; empty means os.TempDir.
	Dir string
}

// Sorter takes records in any order and gives them back sorted. Its methods
// are called by one goroutine at a time. Close it unless Sort has succeeded.
type Sorter struct {
	own     int64 // bytes
	common  *Budget
	taken   int64 // bytes of common
	dir     string
	filling *arena
	entries []entry // room for sorting; of the spill while one is on its way

	ordered bool // the records in filling came in order so far
	last    record

	spill spill
	state error // why nothing more can be added, nil while it can
}

var (
	errSorted = errors.New("the spool is sorted already")
	errClosed = errors.New("the spool is closed")
)

// New returns an empty sorter. It makes no file and holds hardly any memory
// before records come.
func New(o Options) *Sorter {
	if o.Memory <= 0 {
		o.Memory = DefaultMemory
	}
	return &Sorter{own: o.Memory, common: o.Common, dir: o.Dir, filling: &arena{limit: chunkLimit(o.Memory)}, ordered: true}
}

// memory returns how many bytes of records the sorter may hold now.
func (s *Sorter) memory() int64 { return s.own + s.taken }

// chunkLimit returns the size of the largest chunks at a budget.
func chunkLimit(memory int64) int { return int(min(max(memory/32, 256), fullChunk)) }

// Add copies a record. It fails when a temporary file cannot be written, as
// does every later call; and after Sort or Close, until Reset.
func (s *Sorter) Add(key, order string, value []byte) error {
	if s.state != nil {
		return fmt.Errorf("add to spool: %w", s.state)
	}
	size := recordSize(len(key), len(order), len(value))
	if !s.filling.fits(size) {
		if err := s.makeRoom(size); err != nil {
			s.fail(err)
			return err
		}
	}
	r := s.filling.add(key, order, value)
	if s.ordered {
		s.ordered = s.last.compare(r) <= 0
		s.last = r
	}
	return nil
}

// makeRoom spills what is over the budget and opens a chunk for a record.
func (s *Sorter) makeRoom(size int) error {
	grown := int64(s.filling.nextSize(size))
	for s.filling.records > 0 {
		over := s.filling.cost() + s.spill.cost() + grown - s.memory()
		if over <= 0 || s.takeMore(over) {
			break
		}
		if err := s.spillOldest(); err != nil {
			return err
		}
	}
	s.filling.grow(size)
	return nil
}

// takeMore enlarges the budget of the sorter from the common one, if that has
// so much.
func (s *Sorter) takeMore(bytes int64) bool {
	if !s.common.take(bytes) {
		return false
	}
	s.taken += bytes
	s.filling.limit = chunkLimit(s.memory())
	return true
}

// giveBack returns what was taken from the common budget, once the memory is
// free.
func (s *Sorter) giveBack() {
	s.common.give(s.taken)
	s.taken = 0
	s.filling.limit = chunkLimit(s.own)
}

// spillOldest waits for the spill on its way and then hands over half the
// budget's worth of records, so that the other half fills while that is
// sorted and written.
func (s *Sorter) spillOldest() error {
	if err := s.waitForSpill(); err != nil {
		return err
	}
	part := s.filling.cut(s.memory() / 2)
	ordered := s.ordered
	if s.filling.records == 0 {
		s.ordered, s.last = true, record{}
	}
	return s.spill.begin(s, part, ordered)
}

func (s *Sorter) waitForSpill() error {
	part, err := s.spill.wait()
	if part != nil {
		s.filling.recycle(part)
	}
	return err
}

// Sort ends the adding and returns the records in order. When it fails, or
// ctx is done first, everything is freed. The result must be closed; it
// stands on the sorter's memory, so that Reset ends it.
func (s *Sorter) Sort(ctx context.Context) (*Sorted, error) {
	if s.state != nil {
		return nil, fmt.Errorf("sort: %w", s.state)
	}
	sorted, err := s.sort(ctx)
	if err != nil {
		s.fail(err)
		return nil, err
	}
	s.state = errSorted
	return sorted, nil
}

func (s *Sorter) sort(ctx context.Context) (*Sorted, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, fmt.Errorf("sort: %w", err)
	}
	if s.spill.file == nil {
		s.entries = s.filling.sorted(s.entries, s.ordered)
		return sortedInMemory(s.filling, s.entries), nil
	}
	for s.filling.records > 0 {
		if err := s.spillOldest(); err != nil {
			return nil, err
		}
	}
	if err := s.waitForSpill(); err != nil {
		return nil, err
	}
	s.dropMemory()
	defer s.spill.close()
	defer s.giveBack()
	if s.spill.groups.worthwhile() {
		return s.spill.gather(ctx, s.memory())
	}
	return merge(ctx, &s.spill, s.memory())
}

// Reset makes the sorter empty and ready for use again, with the memory that
// is its own. What Sort returned before must not be used any more.
func (s *Sorter) Reset() {
	s.freeSpill()
	if s.taken > 0 {
		s.dropMemory()
		s.giveBack()
	}
	s.filling.recycle(s.filling)
	s.ordered, s.last, s.state = true, record{}, nil
}

// Close frees memory and files of a sorter whose records are not wanted. What
// Sort has returned stays. Closing twice does no harm.
func (s *Sorter) Close() error {
	err := s.freeSpill()
	s.dropMemory()
	s.giveBack()
	if s.state == nil {
		s.state = errClosed
	}
	return err
}

// fail frees everything and keeps the reason for later calls.
func (s *Sorter) fail(err error) {
	s.freeSpill() // the failure itself says more than one of the cleaning
	s.dropMemory()
	s.giveBack()
	s.state = err
}

// freeSpill ends the spill on its way, whatever became of it, and removes the
// file.
func (s *Sorter) freeSpill() error {
	s.waitForSpill() // its records are not wanted any more
	return s.spill.close()
}

func (s *Sorter) dropMemory() {
	s.filling = &arena{limit: s.filling.limit}
	s.entries, s.last = nil, record{}
}

// sorted returns an entry for every record in order, in the memory of dst
// when it is large enough.
func (a *arena) sorted(dst []entry, ordered bool) []entry {
	entries := a.entries(dst[:0])
	if !ordered {
		a.sort(entries)
	}
	return entries
}
