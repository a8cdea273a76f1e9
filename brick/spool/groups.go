package spool

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"
)

// Sorted holds sorted records in groups. Its methods, and those of its groups,
// may be called from several goroutines at once; Close comes after all others.
type Sorted struct {
	index index

	// In memory:
	arena   *arena
	entries []entry

	// On disk:
	file    *tempFile
	readers sync.Pool // of *recordReader
}

// Group is all records of one key. It is a small value to pass around, valid
// until its Sorted is closed.
type Group struct {
	sorted *Sorted
	place  int
}

// Record is one record of a group. Its bytes must not be changed and are valid
// until the next step of the sequence.
type Record struct {
	Order, Value []byte
	both         []byte // in one piece; nil when somebody else has made the record
}

// text returns copies of order and value, both in one piece of memory.
func (r *Record) text() (order, value string) {
	if r.both == nil {
		return string(r.Order), string(r.Value)
	}
	both := string(r.both)
	return both[:len(r.Order)], both[len(r.Order):]
}

// sortedInMemory indexes sorted entries.
func sortedInMemory(a *arena, entries []entry) *Sorted {
	s := &Sorted{arena: a, entries: entries}
	var group extent
	i := 0
	for r := range a.all(entries) {
		if s.index.begins(r.key) {
			s.index.close(group)
			s.index.open(r.key)
			group = extent{offset: int64(i)}
		}
		i++
		s.index.count()
		group.length += int64(len(r.raw))
	}
	s.index.close(group)
	return s
}

// Len returns the number of groups.
func (s *Sorted) Len() int { return s.index.len() }

// At returns the i-th group in bytewise order of their keys, from 0.
func (s *Sorted) At(i int) Group { return Group{s, i} }

// Groups yields all groups in bytewise order of their keys.
func (s *Sorted) Groups() iter.Seq[Group] {
	return func(yield func(Group) bool) {
		for i := range s.Len() {
			if !yield(Group{s, i}) {
				return
			}
		}
	}
}

// Find returns the group of a key, and false when no record has that key.
func (s *Sorted) Find(key string) (Group, bool) {
	i, ok := s.index.find(key)
	if !ok {
		return Group{}, false
	}
	return Group{s, i}, true
}

// Close frees the memory and removes the file. Closing twice does no harm.
func (s *Sorted) Close() error {
	err := s.file.Close()
	s.file, s.arena, s.entries, s.index = nil, nil, nil, index{}
	return err
}

// Key returns the key that the group's records share.
func (g Group) Key() string { return string(g.sorted.index.key(g.place)) }

// Len returns the number of records, at least 1.
func (g Group) Len() int64 { return g.sorted.index.at(g.place).records }

// Bytes returns how much room the records take in the spool, keys and lengths
// included, in bytes.
func (g Group) Bytes() int64 { return g.sorted.index.at(g.place).bytes }

// Records yields the records in order. It may be called again, and while
// another sequence of the same group is running. Bytes of a temporary file
// that are missing or not those that were written are an error: in a group of
// up to 64 KiB before the first record, in a larger one at the end at the
// latest. After an error the sequence ends.
func (g Group) Records() iter.Seq2[Record, error] {
	if g.sorted.file != nil {
		return g.fromDisk
	}
	return g.fromMemory
}

func (g Group) fromMemory(yield func(Record, error) bool) {
	span := g.sorted.index.at(g.place)
	for r := range g.sorted.arena.all(g.sorted.entries[span.start : span.start+span.records]) {
		if !yield(r.shown(), nil) {
			return
		}
	}
}

// groupBuffer is the size of the buffers from which groups are read.
const groupBuffer = 64 << 10

func (g Group) fromDisk(yield func(Record, error) bool) {
	span := g.sorted.index.at(g.place)
	reader, ok := g.sorted.readers.Get().(*recordReader)
	if !ok {
		reader = newRecordReader(groupBuffer)
	}
	defer g.sorted.readers.Put(reader)
	reader.reset(g.sorted.file.section(extent{span.start, span.bytes, span.sum}))
	for {
		r, err := reader.next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			yield(Record{}, fmt.Errorf("group %q: %w", g.Key(), err))
			return
		}
		if !yield(r.shown(), nil) {
			return
		}
	}
}
