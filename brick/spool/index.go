package spool

import (
	"bytes"
	"sort"
)

// index lists the groups in order. It is built in pages, so that it grows
// without being copied: 32 bytes a group, and its key.
type index struct {
	pages []page
}

const pageGroups = 1024

type page struct {
	spans []span
	keys  []byte
}

// span says where a group lies: in memory from entry start on, on disk from
// byte start on.
type span struct {
	start   int64
	bytes   int64
	records int64
	keyEnd  uint32 // in the keys of the page
	sum     uint32
}

// len returns the number of groups.
func (x *index) len() int {
	if len(x.pages) == 0 {
		return 0
	}
	return (len(x.pages)-1)*pageGroups + len(x.pages[len(x.pages)-1].spans)
}

func (x *index) at(i int) span { return x.pages[i/pageGroups].spans[i%pageGroups] }

// key returns the key of group i, which must not be changed.
func (x *index) key(i int) []byte {
	p := &x.pages[i/pageGroups]
	n := i % pageGroups
	start := uint32(0)
	if n > 0 {
		start = p.spans[n-1].keyEnd
	}
	return p.keys[start:p.spans[n].keyEnd]
}

// find returns the place of a key and whether it is there.
func (x *index) find(key string) (int, bool) {
	n := x.len()
	i := sort.Search(n, func(i int) bool { return string(x.key(i)) >= key })
	return i, i < n && string(x.key(i)) == key
}

// begins reports whether a record with that key begins a new group.
func (x *index) begins(key []byte) bool {
	n := x.len()
	return n == 0 || !bytes.Equal(x.key(n-1), key)
}

// open appends an empty group.
func (x *index) open(key []byte) {
	if len(x.pages) == 0 || len(x.pages[len(x.pages)-1].spans) == pageGroups {
		x.pages = append(x.pages, page{})
	}
	p := &x.pages[len(x.pages)-1]
	p.keys = append(p.keys, key...)
	p.spans = append(p.spans, span{keyEnd: uint32(len(p.keys))})
}

// add appends a group.
func (x *index) add(key []byte, records int64, e extent) {
	x.open(key)
	x.last().records = records
	x.close(e)
}

// count adds a record to the last group.
func (x *index) count() { x.last().records++ }

// close says where the last group lies. Without any group it does nothing.
func (x *index) close(e extent) {
	if x.len() > 0 {
		s := x.last()
		s.start, s.bytes, s.sum = e.offset, e.length, e.sum
	}
}

func (x *index) last() *span {
	spans := x.pages[len(x.pages)-1].spans
	return &spans[len(spans)-1]
}
