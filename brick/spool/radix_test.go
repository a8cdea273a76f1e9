package spool

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Entries come out in the order of their windows, each once, wherever the bytes
// lie in which these differ.
func TestSortWindowsBringsEveryEntryInOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for name, window := range map[string]func(int) uint64{
		"random":      func(int) uint64 { return random.Uint64() },
		"few":         func(int) uint64 { return random.Uint64N(3) << 40 },
		"low byte":    func(int) uint64 { return 7<<56 | random.Uint64N(256) },
		"two bytes":   func(int) uint64 { return random.Uint64N(256)<<56 | random.Uint64N(256) },
		"the same":    func(int) uint64 { return 42 },
		"in order":    func(i int) uint64 { return uint64(i) << 8 },
		"backwards":   func(i int) uint64 { return uint64(1<<30 - i) },
		"one differs": func(i int) uint64 { return uint64(i/999) << 63 },
	} {
		for _, n := range []int{0, 1, 2, fewWindows, fewWindows + 1, 1000, 20_000} {
			entries := make([]entry, n)
			for i := range entries {
				entries[i] = entry{window: window(i), offset: uint32(i)}
			}
			want := make([]uint64, n)
			before := slices.Clone(entries)
			for i, e := range entries {
				want[i] = e.window
			}
			slices.Sort(want)
			sortWindows(entries)
			seen := make([]bool, n)
			for i, e := range entries {
				if e.window != want[i] || seen[e.offset] || before[e.offset] != e {
					t.Fatalf("%s: entry %d of %d is %+v, want the window %d", name, i, n, e, want[i])
				}
				seen[e.offset] = true
			}
		}
	}
}
