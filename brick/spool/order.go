package spool

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
)

// field is the part of a record that is being compared.
type field uint8

const (
	keyField field = iota
	orderField
	valueField
)

// windowStep is how many bytes of a field one window shows.
const windowStep = 7

// fewEntries is how many entries are sorted faster by comparing whole records.
const fewEntries = 12

// sorter brings entries into the order of their records.
//
// It is a multikey quicksort that looks at seven bytes at once: entries are
// ordered by a window on the field, and those that look the same through it
// once more by the next window. Windows open behind the prefix that all of
// them share, as the ids of projects do, so that one look mostly suffices.
//
// What costs time is not comparing but reaching for records all over memory.
// So the first windows on key and order are filled together, in one pass over
// the records as they lie.
type sorter struct {
	*arena
	orderDepth int // of the window kept in entry.order
}

// sort brings the arena's entries, given as its records lie, into order.
func (a *arena) sort(entries []entry) {
	if len(entries) == 0 {
		return
	}
	keyDepth, orderDepth := a.prefixes(entries)
	same := true
	for i, e := range entries {
		r := a.at(e)
		entries[i].window, entries[i].order = window(r.key[keyDepth:]), window(r.order[orderDepth:])
		same = same && entries[i].window == entries[0].window
	}
	s := sorter{arena: a, orderDepth: orderDepth}
	if !same {
		s.sortShown(entries, keyField, keyDepth)
		return
	}
	f, depth := following(entries[0], keyField, keyDepth)
	s.sortFrom(entries, f, depth)
}

// prefixes returns how many bytes all keys, and all orders, begin with in
// common.
func (a *arena) prefixes(entries []entry) (key, order int) {
	first := a.at(entries[0])
	keys, orders := first.key, first.order
	for _, e := range entries[1:] {
		if len(keys)+len(orders) == 0 {
			break
		}
		r := a.at(e)
		keys, orders = keys[:commonPrefix(keys, r.key)], orders[:commonPrefix(orders, r.order)]
	}
	return len(keys), len(orders)
}

// sortFrom sorts entries that are equal before position depth of field f.
func (s sorter) sortFrom(entries []entry, f field, depth int) {
	for f != valueField && len(entries) > fewEntries {
		var same bool
		if f == orderField && depth == 0 {
			depth, same = s.orderDepth, showOrder(entries)
		} else {
			depth += s.shared(entries, f, depth)
			same = s.load(entries, f, depth)
		}
		if !same {
			s.sortShown(entries, f, depth)
			return
		}
		f, depth = following(entries[0], f, depth)
	}
	slices.SortFunc(entries, func(x, y entry) int { return s.compare(x, y, f) })
}

// sortShown sorts entries by their windows, which open at position depth of
// field f.
func (s sorter) sortShown(entries []entry, f field, depth int) {
	sortWindows(entries)
	s.sortEqual(entries, f, depth)
}

// showOrder makes the window of every entry the one on its order and reports
// whether all show the same.
func showOrder(entries []entry) (same bool) {
	same = true
	for i := range entries {
		entries[i].window = entries[i].order
		same = same && entries[i].window == entries[0].window
	}
	return same
}

// compare compares two entries that are equal before field f.
func (s sorter) compare(x, y entry, f field) int {
	if f == orderField && x.order != y.order {
		return cmp.Compare(x.order, y.order)
	}
	return s.at(x).compareFrom(s.at(y), f)
}

// sortEqual sorts each stretch of entries that show the same window.
func (s sorter) sortEqual(entries []entry, f field, depth int) {
	for start := 0; start < len(entries); {
		end := start + 1
		for end < len(entries) && entries[end].window == entries[start].window {
			end++
		}
		if end-start > 1 {
			f, depth := following(entries[start], f, depth)
			s.sortFrom(entries[start:end], f, depth)
		}
		start = end
	}
}

// text returns the key or the order of an entry from position depth on.
func (a *arena) text(e entry, f field, depth int) []byte {
	r := a.at(e)
	if f == keyField {
		return r.key[depth:]
	}
	return r.order[depth:]
}

// shared returns how many bytes behind depth the entries have in common.
func (a *arena) shared(entries []entry, f field, depth int) int {
	prefix := a.text(entries[0], f, depth)
	for _, e := range entries[1:] {
		if len(prefix) == 0 {
			break
		}
		text := a.text(e, f, depth)
		if !bytes.HasPrefix(text, prefix) {
			prefix = prefix[:commonPrefix(prefix, text)]
		}
	}
	return len(prefix)
}

func commonPrefix(a, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// load moves the window of every entry and reports whether all show the same.
func (a *arena) load(entries []entry, f field, depth int) (same bool) {
	same = true
	for i := range entries {
		entries[i].window = window(a.text(entries[i], f, depth))
		same = same && entries[i].window == entries[0].window
	}
	return same
}

// window returns a number that orders as the first seven bytes of the text
// do. Its last byte counts the bytes that are left, 8 for more than seven, so
// that a text which ends comes before one that goes on with zero bytes.
func window(text []byte) uint64 {
	if len(text) > windowStep {
		return binary.BigEndian.Uint64(text)&^0xff | (windowStep + 1)
	}
	var b [8]byte
	copy(b[:], text)
	b[windowStep] = byte(len(text))
	return binary.BigEndian.Uint64(b[:])
}

// following returns where to look on for entries that show the same window as e.
func following(e entry, f field, depth int) (field, int) {
	if e.window&0xff > windowStep {
		return f, depth + windowStep
	}
	return f + 1, 0
}

// compareFrom compares two records that are equal before field f.
func (r record) compareFrom(s record, f field) int {
	switch f {
	case valueField:
		return bytes.Compare(r.value, s.value)
	case orderField:
		if c := bytes.Compare(r.order, s.order); c != 0 {
			return c
		}
		return bytes.Compare(r.value, s.value)
	}
	return r.compare(s)
}
