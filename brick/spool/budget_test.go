package spool_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"users-brick/brick/spool"
)

// nowhere is a folder in which no file can be made: whoever spills fails.
func nowhere(t *testing.T) string { return filepath.Join(t.TempDir(), "not there") }

// fill adds records until the sorter spills, and returns how many it took.
func fill(t *testing.T, s *spool.Sorter, most int) int {
	t.Helper()
	for i := range most {
		if err := s.Add("", fmt.Sprintf("user.%07d@example.com", i), make([]byte, 75)); err != nil {
			return i
		}
	}
	return most
}

func TestWhoNeedsMuchTakesTheCommonBudgetAndGivesItBack(t *testing.T) {
	common := spool.NewBudget(1 << 20)
	options := spool.Options{Memory: 64 << 10, Common: common, Dir: nowhere(t)}
	alone := spool.New(spool.Options{Memory: 64 << 10, Dir: nowhere(t)})
	own := fill(t, alone, 10_000)

	large, small := spool.New(options), spool.New(options)
	if n := fill(t, large, 8000); n != 8000 { // of 127 bytes, those for sorting included
		t.Fatalf("there is room for %d records only", n)
	}
	if n := fill(t, small, 10_000); n < own || n > 3*own {
		t.Errorf("beside a large one there is room for %d records, alone for %d", n, own)
	}
	large.Reset()
	if n := fill(t, spool.New(options), 8000); n != 8000 {
		t.Errorf("after a reset there is room for %d records only", n)
	}
	large.Close()
}

func TestTheCommonBudgetComesBackHoweverASorterEnds(t *testing.T) {
	ends := map[string]func(*spool.Sorter){
		"reset":          func(s *spool.Sorter) { s.Reset() },
		"closed":         func(s *spool.Sorter) { s.Close() },
		"closed, reset":  func(s *spool.Sorter) { s.Close(); s.Reset() },
		"failed":         func(s *spool.Sorter) { fill(t, s, 1_000_000) },
		"sorted, reset":  func(s *spool.Sorter) { s.Sort(t.Context()); s.Reset() },
		"sorted, closed": func(s *spool.Sorter) { s.Sort(t.Context()); s.Close() },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			options := spool.Options{Memory: 64 << 10, Common: spool.NewBudget(1 << 20), Dir: nowhere(t)}
			for range 3 { // what leaks once is missed soon
				s := spool.New(options)
				if n := fill(t, s, 7000); n != 7000 {
					t.Fatalf("there is room for %d records only", n)
				}
				end(s)
			}
		})
	}
}

func TestSpilledRecordsLeaveTheCommonBudgetToOthers(t *testing.T) {
	common := spool.NewBudget(256 << 10)
	s := spool.New(spool.Options{Memory: 64 << 10, Common: common, Dir: t.TempDir()})
	sorted := sortAll(t, s, people(20_000, 10))
	defer sorted.Close()
	other := spool.New(spool.Options{Memory: 64 << 10, Common: common, Dir: nowhere(t)})
	if n := fill(t, other, 2000); n != 2000 {
		t.Errorf("there is room for %d records only", n)
	}
}

// sortAgain adds records to a sorter, sorts and reads them, and resets it.
func sortAgain(s *spool.Sorter, records []triple) (all []triple, err error) {
	defer s.Reset()
	for _, r := range records {
		if err := s.Add(r.key, r.order, []byte(r.value)); err != nil {
			return nil, err
		}
	}
	sorted, err := s.Sort(context.Background())
	if err != nil {
		return nil, err
	}
	defer sorted.Close()
	for g := range sorted.Groups() {
		group, err := readGroup(g)
		if err != nil {
			return nil, err
		}
		all = append(all, group...)
	}
	return all, nil
}

func TestSortersThatShareABudgetSortLikeAnyOther(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		common := spool.NewBudget(rapid.Int64Range(0, 64<<10).Draw(t, "common"))
		sizes := rapid.SliceOfN(rapid.IntRange(0, 1000), 4, 4).Draw(t, "records")
		errs := make([]error, len(sizes))
		var group sync.WaitGroup
		for i, n := range sizes {
			group.Go(func() {
				s := spool.New(spool.Options{Memory: 8 << 10, Common: common, Dir: dir})
				defer s.Close()
				want := people(n, 3)
				for range 2 {
					got, err := sortAgain(s, want)
					slices.SortFunc(want, compareTriples)
					if err == nil && !slices.Equal(got, want) {
						err = fmt.Errorf("%d records come back as %d others", len(want), len(got))
					}
					errs[i] = errors.Join(errs[i], err)
				}
			})
		}
		group.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
	})
}
