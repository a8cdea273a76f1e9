package spool

import (
	"iter"
	"runtime"
	"slices"
)

const (
	firstChunk = 4 << 10
	fullChunk  = 1 << 20
)

// arena holds records one after the other in chunks that never move. Chunks
// begin small and double up to a limit; a record larger than that gets a
// chunk of its own.
type arena struct {
	limit   int
	chunks  []chunk
	spare   []chunk // emptied chunks to use again
	records int
	size    int64 // of the chunks, in bytes
}

type chunk struct {
	bytes   []byte
	records int
}

// entry points at a record. It holds no pointers, so that the garbage
// collector need not look at entries.
type entry struct {
	window uint64 // the part of the record under comparison, see window
	order  uint64 // the first window on its order, see sorter
	chunk  uint32
	offset uint32
}

const entrySize = 24

// cost returns the memory that the records take once they are sorted.
func (a *arena) cost() int64 { return a.size + int64(a.records)*entrySize }

func (a *arena) fits(size int) bool {
	n := len(a.chunks)
	return n > 0 && cap(a.chunks[n-1].bytes)-len(a.chunks[n-1].bytes) >= size
}

// nextSize returns the size of the chunk that grow would make.
func (a *arena) nextSize(size int) int {
	next := min(firstChunk, a.limit)
	if n := len(a.chunks); n > 0 {
		next = min(2*cap(a.chunks[n-1].bytes), a.limit)
	}
	return max(next, size)
}

// grow opens a chunk with room for a record of that size.
func (a *arena) grow(size int) {
	var c chunk
	if i := slices.IndexFunc(a.spare, func(c chunk) bool { return cap(c.bytes) >= size }); i >= 0 {
		c = a.spare[i]
		a.spare = slices.Delete(a.spare, i, i+1)
	} else {
		c.bytes = make([]byte, 0, a.nextSize(size))
	}
	a.chunks = append(a.chunks, c)
	a.size += int64(cap(c.bytes))
}

// add copies a record into the last chunk, which must have room for it, and
// returns the copy.
func (a *arena) add(key, order string, value []byte) record {
	c := &a.chunks[len(a.chunks)-1]
	start := len(c.bytes)
	c.bytes = appendRecord(c.bytes, key, order, value)
	c.records++
	a.records++
	r, _ := parse(c.bytes[start:])
	return r
}

// at returns the record of an entry.
func (a *arena) at(e entry) record {
	r, _ := parse(a.chunks[e.chunk].bytes[e.offset:])
	return r
}

// fetchedAtOnce is how many records are fetched from memory at once.
const fetchedAtOnce = 32

// all yields the records of some entries, in their order. They lie all over
// memory: who reads one after the other waits for each, so the first bytes of
// some are looked at together before.
func (a *arena) all(entries []entry) iter.Seq[record] {
	return func(yield func(record) bool) {
		for some := range slices.Chunk(entries, fetchedAtOnce) {
			var sum byte // means nothing
			for _, e := range some {
				sum ^= a.chunks[e.chunk].bytes[e.offset]
			}
			runtime.KeepAlive(sum)
			for _, e := range some {
				if !yield(a.at(e)) {
					return
				}
			}
		}
	}
}

// cut takes the oldest chunks off, as many as cost about that much and at
// least one, and returns them as an arena of their own.
func (a *arena) cut(cost int64) *arena {
	part := &arena{limit: a.limit}
	n := 0
	for n < len(a.chunks) && (n == 0 || part.cost() < cost) {
		part.records += a.chunks[n].records
		part.size += int64(cap(a.chunks[n].bytes))
		n++
	}
	part.chunks = slices.Clone(a.chunks[:n])
	a.chunks = slices.Delete(a.chunks, 0, n)
	a.records -= part.records
	a.size -= part.size
	return part
}

// recycle empties the chunks of part, which may be a itself, and keeps those
// of ordinary size for the next records.
func (a *arena) recycle(part *arena) {
	for _, c := range part.chunks {
		if cap(c.bytes) <= a.limit {
			a.spare = append(a.spare, chunk{bytes: c.bytes[:0]})
		}
	}
	clear(part.chunks)
	part.chunks, part.records, part.size = part.chunks[:0], 0, 0
}

// entries appends an entry for every record, in the order of adding.
func (a *arena) entries(dst []entry) []entry {
	if cap(dst) < a.records {
		dst = make([]entry, 0, a.records+a.records/8)
	}
	for i, c := range a.chunks {
		for at := 0; at < len(c.bytes); {
			r, _ := parse(c.bytes[at:])
			dst = append(dst, entry{chunk: uint32(i), offset: uint32(at)})
			at += len(r.raw)
		}
	}
	return dst
}
