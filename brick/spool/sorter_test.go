package spool_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"users-brick/brick"
	"users-brick/brick/spool"
)

// triple is a record as the tests write it.
type triple struct{ key, order, value string }

func compareTriples(a, b triple) int {
	return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.order, b.order), cmp.Compare(a.value, b.value))
}

func addAll(t rapid.TB, s *spool.Sorter, records []triple) {
	t.Helper()
	for _, r := range records {
		if err := s.Add(r.key, r.order, []byte(r.value)); err != nil {
			t.Fatalf("add %q: %v", r, err)
		}
	}
}

func sortAll(t rapid.TB, s *spool.Sorter, records []triple) *spool.Sorted {
	t.Helper()
	addAll(t, s, records)
	sorted, err := s.Sort(context.Background())
	if err != nil {
		t.Fatalf("sort: %v", err)
	}
	return sorted
}

func readGroup(g spool.Group) ([]triple, error) {
	var records []triple
	for r, err := range g.Records() {
		if err != nil {
			return records, err
		}
		records = append(records, triple{g.Key(), string(r.Order), string(r.Value)})
	}
	return records, nil
}

func readAll(t rapid.TB, s *spool.Sorted) []triple {
	t.Helper()
	var all []triple
	for g := range s.Groups() {
		records, err := readGroup(g)
		if err != nil {
			t.Fatalf("read group %q: %v", g.Key(), err)
		}
		if int64(len(records)) != g.Len() {
			t.Fatalf("group %q yields %d records and promises %d", g.Key(), len(records), g.Len())
		}
		all = append(all, records...)
	}
	return all
}

// texts draws short texts that often share a prefix, end in zero bytes, or are
// just as long as one look of the sort.
func texts() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		prefix := rapid.SampledFrom([]string{"", "a", "prj-000", "prj-0000", "prj-0000000000"}).Draw(t, "prefix")
		return prefix + rapid.StringOfN(rapid.SampledFrom([]rune{0, 1, 'a', 'b', 0xff}), 0, 9, -1).Draw(t, "rest")
	})
}

// records draws few or many records, since a sort takes other ways for many.
func records(longest int) *rapid.Generator[[]triple] {
	one := rapid.Custom(func(t *rapid.T) triple {
		size := rapid.SampledFrom([]int{0, 1, 10, longest}).Draw(t, "size")
		value := rapid.SampledFrom([]string{"x", "y"}).Draw(t, "value")
		return triple{texts().Draw(t, "key"), texts().Draw(t, "order"), strings.Repeat(value, size)}
	})
	return rapid.OneOf(rapid.SliceOfN(one, 0, 12), rapid.SliceOfN(one, 100, 200))
}

func TestGivesBackWhatWasAddedInOrder(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		memory := rapid.SampledFrom([]int64{1, 1 << 10, 4 << 10, 1 << 20}).Draw(t, "memory")
		in := records(10_000).Draw(t, "records")
		if rapid.Bool().Draw(t, "in order") {
			slices.SortFunc(in, compareTriples)
		}
		s := spool.New(spool.Options{Memory: memory, Dir: dir})
		sorted := sortAll(t, s, in)
		defer sorted.Close()

		got := readAll(t, sorted)
		slices.SortStableFunc(in, compareTriples)
		if !slices.Equal(got, in) {
			t.Fatalf("got  %q\nwant %q", got, in)
		}
	})
}

func TestOrderOfAddingNeverMatters(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		in := records(100).Draw(t, "records")
		shuffled := rapid.Permutation(in).Draw(t, "shuffled")
		once := sortAll(t, spool.New(spool.Options{Memory: 2048, Dir: dir}), in)
		defer once.Close()
		again := sortAll(t, spool.New(spool.Options{Memory: 1 << 20, Dir: dir}), shuffled)
		defer again.Close()
		if !slices.Equal(readAll(t, once), readAll(t, again)) {
			t.Fatal("the result depends on the order of adding")
		}
	})
}

// budgets name a sort in memory and one on disk of the records of people.
var budgets = map[string]int64{"in memory": 16 << 20, "on disk": 32 << 10}

// people returns n records spread over so many groups, in no order.
func people(n, groups int) []triple {
	all := make([]triple, n)
	for i := range all {
		scattered := i * 7919 % n
		all[i] = triple{
			fmt.Sprintf("project-%06d", scattered%groups),
			fmt.Sprintf("person.%07d@example.com", scattered),
			strings.Repeat("v", scattered%90),
		}
	}
	return all
}

func TestFindsEveryGroupAndNoOther(t *testing.T) {
	for name, memory := range budgets {
		t.Run(name, func(t *testing.T) {
			const groups = 2500
			sorted := sortAll(t, spool.New(spool.Options{Memory: memory, Dir: t.TempDir()}), people(5000, groups))
			defer sorted.Close()
			if sorted.Len() != groups {
				t.Fatalf("%d groups, want %d", sorted.Len(), groups)
			}
			for i := groups - 1; i >= 0; i-- {
				key := fmt.Sprintf("project-%06d", i)
				g, ok := sorted.Find(key)
				if !ok || g.Key() != key || g.Len() != 2 {
					t.Fatalf("find %s: %v", key, ok)
				}
			}
			for _, key := range []string{"", "project", "project-000001x", "z"} {
				if g, ok := sorted.Find(key); ok {
					t.Errorf("found %q for %q", g.Key(), key)
				}
			}
		})
	}
}

func TestReadsGroupsAtOnceAndTwice(t *testing.T) {
	for name, memory := range budgets {
		t.Run(name, func(t *testing.T) {
			in := people(20_000, 7)
			sorted := sortAll(t, spool.New(spool.Options{Memory: memory, Dir: t.TempDir()}), in)
			defer sorted.Close()
			want := map[string][]triple{}
			slices.SortFunc(in, compareTriples)
			for _, r := range in {
				want[r.key] = append(want[r.key], r)
			}
			var wait sync.WaitGroup
			for range 2 {
				for g := range sorted.Groups() {
					wait.Go(func() {
						got, err := readGroup(g)
						if err != nil || !slices.Equal(got, want[g.Key()]) {
							t.Errorf("group %s differs (%v)", g.Key(), err)
						}
					})
				}
			}
			wait.Wait()
		})
	}
}

func TestMayStopReadingAGroupEarly(t *testing.T) {
	sorted := sortAll(t, spool.New(spool.Options{Memory: 1, Dir: t.TempDir()}), people(1000, 3))
	defer sorted.Close()
	for g := range sorted.Groups() {
		for _, err := range g.Records() {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	if got := readAll(t, sorted); len(got) != 1000 {
		t.Fatalf("%d records after stopping early, want 1000", len(got))
	}
}

func TestGroupsTellTheirSize(t *testing.T) {
	for name, memory := range budgets {
		t.Run(name, func(t *testing.T) {
			in := people(5000, 2)
			sorted := sortAll(t, spool.New(spool.Options{Memory: memory, Dir: t.TempDir()}), in)
			defer sorted.Close()
			texts := 0
			for _, r := range in {
				texts += len(r.key) + len(r.order) + len(r.value)
			}
			var bytes int64
			for g := range sorted.Groups() {
				bytes += g.Bytes()
			}
			if want := int64(texts + 3*len(in)); bytes != want {
				t.Errorf("groups take %d bytes, want %d: their texts and three lengths of a byte", bytes, want)
			}
		})
	}
}

func TestResetSortsAnewWithTheSameMemory(t *testing.T) {
	s := spool.New(spool.Options{Dir: t.TempDir()})
	in := people(500, 5)
	value := bytes.Repeat([]byte("v"), 50)
	sort := func() {
		s.Reset()
		for _, r := range in {
			if err := s.Add(r.key, r.order, value); err != nil {
				t.Fatal(err)
			}
		}
		sorted, err := s.Sort(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if sorted.Len() != 5 {
			t.Fatalf("%d groups, want 5", sorted.Len())
		}
	}
	sort()
	if allocations := testing.AllocsPerRun(20, sort); allocations > 20 {
		t.Errorf("%.0f allocations for a sort of 500 records after Reset", allocations)
	}
}

func TestResetForgetsWhatWasAdded(t *testing.T) {
	for name, memory := range budgets {
		t.Run(name, func(t *testing.T) {
			s := spool.New(spool.Options{Memory: memory, Dir: t.TempDir()})
			addAll(t, s, people(3000, 3))
			s.Reset()
			want := []triple{{"a", "b", "c"}}
			sorted := sortAll(t, s, want)
			defer sorted.Close()
			if got := readAll(t, sorted); !slices.Equal(got, want) {
				t.Fatalf("got %q, want %q", got, want)
			}
		})
	}
}

func TestTakesNothingAfterSortAndClose(t *testing.T) {
	s := spool.New(spool.Options{})
	sorted := sortAll(t, s, people(10, 2))
	defer sorted.Close()
	if err := s.Add("a", "b", nil); err == nil {
		t.Error("a sorted spool takes records")
	}
	if _, err := s.Sort(t.Context()); err == nil {
		t.Error("a sorted spool sorts again")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if got := readAll(t, sorted); len(got) != 10 {
		t.Errorf("closing the sorter took %d of 10 sorted records away", 10-len(got))
	}
	s = spool.New(spool.Options{})
	s.Close()
	if err := s.Add("a", "b", nil); err == nil {
		t.Error("a closed spool takes records")
	}
}

func TestNamesTheFolderThatCannotBeWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "missing")
	s := spool.New(spool.Options{Memory: 1, Dir: dir})
	defer s.Close()
	var err error
	for _, r := range people(1000, 3) {
		if err = s.Add(r.key, r.order, []byte(r.value)); err != nil {
			break
		}
	}
	wantWriteError(t, err, dir)
	if _, err := s.Sort(t.Context()); err == nil {
		t.Error("sorts after records were lost")
	}
}

func wantWriteError(t *testing.T, err error, dir string) {
	t.Helper()
	e, ok := errors.AsType[*brick.Error](err)
	if !ok || e.Kind != brick.Failed {
		t.Fatalf("error %v, want a brick.Error of kind failed", err)
	}
	if !strings.Contains(e.Op, dir) || !strings.Contains(e.Hint, "BRICK_TMP_DIR") {
		t.Errorf("error %v names neither the folder nor BRICK_TMP_DIR", err)
	}
}

func TestStopsWhenCancelled(t *testing.T) {
	for name, memory := range budgets {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := spool.New(spool.Options{Memory: memory, Dir: dir})
			addAll(t, s, people(5000, 3))
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if _, err := s.Sort(ctx); !errors.Is(err, context.Canceled) {
				t.Fatalf("sort: %v, want context canceled", err)
			}
			wantEmpty(t, dir)
		})
	}
}

func wantEmpty(t *testing.T, dir string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) > 0 {
		t.Errorf("%s is left behind", files[0].Name())
	}
}
