package spool_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"users-brick/brick/spool"
)

// grouped draws records that come group by group, groups and the records in
// them in any order; a few groups may come back later.
func grouped(t *rapid.T) []triple {
	var records []triple
	keys := rapid.SliceOfNDistinct(texts(), 1, 60, rapid.ID).Draw(t, "keys")
	if rapid.Bool().Draw(t, "some come back") {
		keys = append(keys, keys[:rapid.IntRange(1, len(keys)).Draw(t, "so many")]...)
	}
	for i, key := range keys {
		for n := range rapid.IntRange(1, 40).Draw(t, "records") {
			records = append(records, triple{key, fmt.Sprint((n*7 + i) % 40), "value of some length"})
		}
	}
	return records
}

func TestRecordsThatComeGroupByGroupAreSortedLikeOthers(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		records := grouped(t)
		s := spool.New(spool.Options{Memory: rapid.Int64Range(256, 16<<10).Draw(t, "memory"), Dir: dir})
		sorted := sortAll(t, s, records)
		defer sorted.Close()
		slices.SortFunc(records, compareTriples)
		if got := readAll(t, sorted); !slices.Equal(got, records) {
			t.Fatalf("have %q\nwant %q", got, records)
		}
		for _, r := range records {
			if _, ok := sorted.Find(r.key); !ok {
				t.Fatalf("no group %q", r.key)
			}
		}
	})
}
