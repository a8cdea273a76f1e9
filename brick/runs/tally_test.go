package runs_test

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"users-brick/brick/runs"
)

// ordered yields the people of projects in the order of a tally.
func ordered(projects map[string]int64) iter.Seq2[runs.People, error] {
	return func(yield func(runs.People, error) bool) {
		for _, id := range slices.Sorted(maps.Keys(projects)) {
			if !yield(runs.People{Project: id, People: projects[id]}, nil) {
				return
			}
		}
	}
}

func tallyText(t testing.TB, rows int64, projects map[string]int64) []byte {
	t.Helper()
	var b bytes.Buffer
	tally := runs.Tally{Run: id(1), Time: now, Input: "sha256:00", Rows: rows}
	if err := tally.Write(&b, ordered(projects)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// reopened writes bytes to a file and opens it as a tally.
func reopened(t testing.TB, text []byte) (*runs.Tally, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), runs.TallyFile)
	write(t, path, string(text))
	return runs.OpenTally(path)
}

func TestATallyIsReadAsItWasWritten(t *testing.T) {
	projects := map[string]int64{"": 3, "p1": 10, "p<&>\n\"ž": 1, "P1": 7}
	tally, err := reopened(t, tallyText(t, 40, projects))
	if err != nil {
		t.Fatal(err)
	}
	if tally.Rows != 40 || tally.Run != id(1) || tally.Input != "sha256:00" || !tally.Time.Equal(now) {
		t.Errorf("got %+v", tally)
	}
	for range 2 {
		got := map[string]int64{}
		for p, err := range tally.People() {
			if err != nil {
				t.Fatal(err)
			}
			got[p.Project] = p.People
		}
		if !maps.Equal(got, projects) {
			t.Errorf("got %v", got)
		}
	}
}

func TestNoTallyIsNothingRemembered(t *testing.T) {
	if tally, err := runs.OpenTally(filepath.Join(t.TempDir(), "last-good")); tally != nil || err != nil {
		t.Errorf("got %v, %v", tally, err)
	}
}

func TestATallyIsDamagedWhereverItBreaksOffOrIsChanged(t *testing.T) {
	text := tallyText(t, 40, map[string]int64{"p1": 10, "p2": 12})
	for n := range len(text) {
		if tally, err := reopened(t, text[:n]); err == nil {
			t.Errorf("the first %d bytes are believed: %+v", n, tally)
		}
	}
	for at := range text {
		changed := bytes.Clone(text)
		changed[at] ^= 1 << (at % 8)
		if tally, err := reopened(t, changed); err == nil {
			t.Errorf("byte %d may be changed: %+v\n%s", at, tally, changed)
		}
	}
	for what, changed := range map[string][]byte{
		"something follows": append(bytes.Clone(text), "{}\n"...),
		"twice":             append(bytes.Clone(text), text...),
		"a long line":       append(bytes.Repeat([]byte("x"), 1<<17), '\n'),
	} {
		if _, err := reopened(t, changed); err == nil {
			t.Errorf("%s: believed", what)
		}
	}
}

func TestProjectsOutOfOrderAreDamage(t *testing.T) {
	var b bytes.Buffer
	twice := func(yield func(runs.People, error) bool) {
		for range 2 {
			if !yield(runs.People{Project: "p1"}, nil) {
				return
			}
		}
	}
	if err := (&runs.Tally{}).Write(&b, twice); err != nil {
		t.Fatal(err)
	}
	if _, err := reopened(t, b.Bytes()); err == nil {
		t.Error("believed")
	}
}

func TestWhatCannotBeCountedIsNotWritten(t *testing.T) {
	fault := errors.New("disk")
	broken := func(yield func(runs.People, error) bool) { yield(runs.People{}, fault) }
	if err := (&runs.Tally{}).Write(io.Discard, broken); !errors.Is(err, fault) {
		t.Error(err)
	}
	for _, both := range [][2]iter.Seq2[runs.People, error]{{broken, ordered(nil)}, {ordered(nil), broken}} {
		if _, _, err := runs.Lost(both[0], both[1], 3); !errors.Is(err, fault) {
			t.Error(err)
		}
	}
}

// TestLossesAreWhatComparingInMemoryFinds compares the merge with two maps.
func TestLossesAreWhatComparingInMemoryFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		projects := rapid.MapOf(rapid.SampledFrom([]string{"", "a", "b", "c", "d", "e", "f", "g"}), rapid.Int64Range(0, 5))
		before, now := projects.Draw(t, "before"), projects.Draw(t, "now")
		most := rapid.IntRange(0, 9).Draw(t, "most")
		var want []runs.Loss
		for id, n := range before {
			if now[id] < n {
				want = append(want, runs.Loss{Project: id, Before: n, Now: now[id]})
			}
		}
		slices.SortFunc(want, func(a, b runs.Loss) int {
			return cmp.Or(cmp.Compare(b.Before-b.Now, a.Before-a.Now), cmp.Compare(a.Project, b.Project))
		})
		got, all, err := runs.Lost(ordered(before), ordered(now), most)
		if err != nil || all != int64(len(want)) || !slices.Equal(got, want[:min(most, len(want))]) {
			t.Fatalf("got %v of %d, %v\nwant %v", got, all, err, want)
		}
	})
}

func FuzzOpenTally(f *testing.F) {
	f.Add(tallyText(f, 40, map[string]int64{"p1": 10, "p2": 12}))
	f.Add([]byte("{\"version\":1,\"rows\":-1}\n{\"sha256\":\"\"}\n"))
	f.Add([]byte("{}\n"))
	f.Add([]byte(nil))
	path := filepath.Join(f.TempDir(), "last-good")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		tally, err := runs.OpenTally(path)
		if err != nil {
			return
		}
		if tally.Rows < 0 {
			t.Fatalf("%d rows", tally.Rows)
		}
		last, begun := "", false
		for p, err := range tally.People() {
			if err != nil || begun && p.Project <= last {
				t.Fatalf("%q after %q, %v", p.Project, last, err)
			}
			last, begun = p.Project, true
		}
	})
}
