package spool

import (
	"cmp"
	"math/bits"
	"slices"
)

// fewWindows is how many windows are sorted faster by comparing them.
const fewWindows = 32

// sortWindows sorts entries by their windows.
//
// It is an American flag sort (McIlroy, Bostic, McIlroy: Engineering Radix
// Sort, 1993): entries are dealt in place into heaps by the first byte in
// which any of them differ, and each heap is sorted likewise. Few entries are
// sorted by comparing.
func sortWindows(entries []entry) {
	if len(entries) <= fewWindows {
		slices.SortFunc(entries, func(x, y entry) int { return cmp.Compare(x.window, y.window) })
		return
	}
	var differ uint64
	for _, e := range entries[1:] {
		differ |= e.window ^ entries[0].window
	}
	if differ == 0 {
		return
	}
	shift := (bits.Len64(differ) - 1) &^ 7
	for _, heap := range deal(entries, shift) {
		if len(heap) > 1 && shift > 0 {
			sortWindows(heap)
		}
	}
}

// deal brings entries into the order of one byte of their windows, the one at
// that bit, and returns the heaps of those that have the same.
func deal(entries []entry, shift int) (heaps [256][]entry) {
	var sizes, next [256]int
	for _, e := range entries {
		sizes[byte(e.window>>shift)]++
	}
	at := 0
	for b, n := range sizes {
		next[b] = at
		heaps[b] = entries[at : at+n]
		at += n
	}
	at = 0
	for b := range heaps {
		end := at + sizes[b]
		for next[b] < end {
			e := entries[next[b]]
			for own := byte(e.window >> shift); int(own) != b; own = byte(e.window >> shift) {
				entries[next[own]], e = e, entries[next[own]]
				next[own]++
			}
			entries[next[b]] = e
			next[b]++
		}
		at = end
	}
	return heaps
}
