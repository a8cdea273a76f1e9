package journal_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"users-brick/brick"
	"users-brick/brick/journal"
	"users-brick/brick/plan"
)

var started = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

const digest = "d1"

// begin makes a journal of a plan of n changes.
func begin(t *testing.T, n int64) (string, *journal.Journal) {
	t.Helper()
	dir := t.TempDir()
	j, err := journal.Create(dir, journal.Header{Plan: digest, Changes: n, RunID: "run-1", Started: started})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return dir, j
}

// batch is some changes and what becomes of them.
type batch struct {
	seqs  []int64
	fates []plan.Fate
}

// from makes a batch of changes that follow one another.
func from(first int64, fates ...plan.Fate) (b batch) {
	for i, f := range fates {
		b.seqs, b.fates = append(b.seqs, first+int64(i)), append(b.fates, f)
	}
	return b
}

func refused(seq int64) error {
	return &brick.Error{Kind: brick.Invalid, Op: "add", Login: "ann@acme.com", RequestID: "r1", Hint: "ask", Err: fmt.Errorf("change %d", seq)}
}

func (b *batch) tell(out *plan.Outcome) {
	for i, seq := range b.seqs {
		if b.fates[i] == plan.Failed {
			out.Fail(seq, refused(seq))
			continue
		}
		out.Set(seq, b.fates[i])
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// open demands a journal that can be read, and returns what it says.
func open(t *testing.T, dir string) string {
	t.Helper()
	out, err := journal.Open(dir, digest)
	ok(t, err)
	return told(out)
}

// told describes an outcome.
func told(out *plan.Outcome) string {
	var b strings.Builder
	for seq := int64(1); seq <= out.Changes(); seq++ {
		b.WriteString([]string{".", "d", "f", "h", "?"}[out.Of(seq)])
		if err := out.Err(seq); err != nil {
			fmt.Fprintf(&b, "(%v: %v)", brick.KindOf(err), err)
		}
	}
	return b.String()
}

func TestWhatWasBegunIsUnknownUntilItIsTold(t *testing.T) {
	dir, j := begin(t, 8)
	if got := open(t, dir); got != "........" {
		t.Errorf("before anything: %s", got)
	}
	out := plan.NewOutcome(8)
	b := batch{seqs: []int64{1, 2, 4, 5, 8}, fates: []plan.Fate{plan.Done, plan.Done, plan.Unknown, plan.Pending, plan.Done}}
	n, err := j.Begin(b.seqs)
	ok(t, err)
	if got := open(t, dir); got != "??.??..?" {
		t.Errorf("begun: %s", got)
	}
	b.tell(out)
	ok(t, j.Settle(n, b.seqs, out))
	if got := open(t, dir); got != "dd.?...d" {
		t.Errorf("settled: %s", got)
	}
	held := from(6, plan.HeldBack, plan.HeldBack)
	held.tell(out)
	ok(t, j.Settle(0, held.seqs, out))
	if got := open(t, dir); got != "dd.?.hhd" {
		t.Errorf("held back: %s", got)
	}
}

func TestABatchThatWasNotSentIsAsItWas(t *testing.T) {
	dir, j := begin(t, 4)
	out := plan.NewOutcome(4)
	before := from(1, plan.Unknown, plan.Failed)
	before.tell(out)
	seqs := []int64{1, 2, 3}
	n, err := j.Begin(seqs)
	ok(t, err)
	ok(t, j.Settle(n, seqs, out))
	if got := open(t, dir); !strings.HasPrefix(got, "?f(") || !strings.HasSuffix(got, ")..") {
		t.Errorf("not sent: %s", got)
	}
}

func TestAFailureIsToldAsAReportTellsIt(t *testing.T) {
	dir, j := begin(t, 3)
	out := plan.NewOutcome(3)
	out.Fail(1, fmt.Errorf("all is done but the password: %w", refused(1)))
	out.Fail(2, errors.New("odd"))
	out.Set(3, plan.Done)
	ok(t, j.Settle(0, []int64{1, 2, 3}, out))
	got, err := journal.Open(dir, digest)
	ok(t, err)
	first, _ := errors.AsType[*brick.Error](got.Err(1))
	if first.Kind != brick.Invalid || first.RequestID != "r1" || first.Hint != "ask" || first.Err.Error() != "all is done but the password: change 1" {
		t.Errorf("first: %+v", first)
	}
	if brick.KindOf(got.Err(2)) != brick.Failed || got.Err(2).Error() != "odd" || got.Of(3) != plan.Done {
		t.Errorf("second: %v, third: %v", got.Err(2), got.Of(3))
	}
}

func TestAJournalIsGoneOnWith(t *testing.T) {
	dir, j := begin(t, 6)
	out := plan.NewOutcome(6)
	first, err := j.Begin([]int64{1, 2})
	ok(t, err)
	_, err = j.Begin([]int64{3, 4})
	ok(t, err)
	one := from(1, plan.Done, plan.Failed)
	one.tell(out)
	ok(t, j.Settle(first, one.seqs, out))
	ok(t, j.Close())

	again, out, err := journal.Resume(dir, digest, started)
	ok(t, err)
	defer again.Close()
	if got := told(out); !strings.HasPrefix(got, "df(") || !strings.HasSuffix(got, ")??..") {
		t.Errorf("resumed: %s", got)
	}
	n, err := again.Begin([]int64{2, 3, 4, 5})
	ok(t, err)
	rest := from(2, plan.Done, plan.Done, plan.Unknown, plan.Pending)
	rest.tell(out)
	ok(t, again.Settle(n, rest.seqs, out))
	if got := open(t, dir); got != "ddd?.." {
		t.Errorf("in the end: %s", got)
	}
}

func TestTwoDoNotWriteOneJournal(t *testing.T) {
	dir, j := begin(t, 1)
	if _, _, err := journal.Resume(dir, digest, started); brick.KindOf(err) != brick.Locked || err == nil {
		t.Errorf("while it is written: %v", err)
	}
	if got := open(t, dir); got != "." { // to look is free
		t.Errorf("it says %s", got)
	}
	ok(t, j.Close())
	again, _, err := journal.Resume(dir, digest, started)
	ok(t, err)
	ok(t, again.Close())
}

func TestOnlyTheOwnerMayReadAJournal(t *testing.T) {
	dir, _ := begin(t, 1)
	info, err := os.Stat(filepath.Join(dir, journal.File))
	ok(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode is %o", info.Mode().Perm())
	}
}

// story writes a journal with all that there can be in one, and returns after
// which bytes it said what.
func story(t *testing.T) (text []byte, said map[int]string) {
	dir, j := begin(t, 9)
	said = map[int]string{}
	mark := func() {
		var err error
		text, err = os.ReadFile(filepath.Join(dir, journal.File))
		ok(t, err)
		said[len(text)] = open(t, dir)
	}
	mark()
	out := plan.NewOutcome(9)
	for _, b := range []batch{from(1, plan.Done, plan.Failed, plan.Pending), from(4, plan.Unknown, plan.Done), from(3, plan.Done, plan.Done)} {
		n, err := j.Begin(b.seqs)
		ok(t, err)
		mark()
		b.tell(out)
		ok(t, j.Settle(n, b.seqs, out))
		mark()
	}
	held := from(8, plan.HeldBack, plan.HeldBack)
	held.tell(out)
	ok(t, j.Settle(0, held.seqs, out))
	mark()
	return text, said
}

func TestATornEndIsCutOffWhereverItIs(t *testing.T) {
	text, said := story(t)
	last := ""
	for size := 1; size <= len(text); size++ {
		dir := t.TempDir()
		ok(t, os.WriteFile(filepath.Join(dir, journal.File), text[:size], 0o600))
		if now, whole := said[size]; whole {
			last = now
		}
		if last == "" { // not even a first line, which Create never leaves
			if _, err := journal.Open(dir, digest); brick.KindOf(err) != brick.BadInput || err == nil {
				t.Errorf("%d bytes: %v", size, err)
			}
			continue
		}
		if got := open(t, dir); got != last {
			t.Errorf("%d bytes say %s, want %s", size, got, last)
		}
		if _, whole := said[size+1]; size%40 > 0 && !whole { // to go on takes longer than to read
			continue
		}
		j, _, err := journal.Resume(dir, digest, started)
		ok(t, err)
		_, err = j.Begin([]int64{6})
		ok(t, err)
		ok(t, j.Close())
		want := []byte(last)
		if at := strings.LastIndex(last, ")"); at < 0 {
			want[5] = '?'
		} else { // the text of the failure stands before
			want[at+1+3] = '?'
		}
		if got := open(t, dir); got != string(want) {
			t.Errorf("%d bytes and one more batch say %s, want %s", size, got, want)
		}
	}
}

func TestDamageIsNotBelieved(t *testing.T) {
	text, _ := story(t)
	lines := bytes.SplitAfter(text, []byte("\n"))
	lines = lines[:len(lines)-1]
	for at := range lines[:len(lines)-1] {
		for what, damage := range map[string]func(line []byte) []byte{
			"one bit turned": func(line []byte) []byte {
				other := bytes.Clone(line)
				other[rand.IntN(len(other)-1)] ^= 1
				return other
			},
			"taken out":   func([]byte) []byte { return nil },
			"said twice":  func(line []byte) []byte { return bytes.Repeat(line, 2) },
			"overwritten": func(line []byte) []byte { return bytes.Repeat([]byte{0}, len(line)) },
		} {
			dir := t.TempDir()
			var other []byte
			for i, line := range lines {
				if i == at {
					line = damage(line)
				}
				other = append(other, line...)
			}
			ok(t, os.WriteFile(filepath.Join(dir, journal.File), other, 0o600))
			if out, err := journal.Open(dir, digest); brick.KindOf(err) != brick.BadInput || err == nil {
				t.Errorf("line %d %s: %v says %s", at+1, what, err, told(out))
			}
		}
	}
}

func TestAJournalOfAnotherPlanIsRefused(t *testing.T) {
	dir, j := begin(t, 1)
	ok(t, j.Close())
	if _, err := journal.Open(dir, "d2"); brick.KindOf(err) != brick.BadInput || err == nil {
		t.Errorf("another plan: %v", err)
	}
	if _, _, err := journal.Resume(dir, "d2", started); brick.KindOf(err) != brick.BadInput || err == nil {
		t.Errorf("another plan: %v", err)
	}
	if _, err := journal.Open(t.TempDir(), digest); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no journal: %v", err)
	}
}

func TestAMillionChangesCostLittle(t *testing.T) {
	const n = 1_000_000
	dir, j := begin(t, n)
	out := plan.AllDone(n)
	gives, takes := []int64{}, []int64{}
	for seq := int64(1); seq <= n; seq++ { // one in twenty goes
		if rand.IntN(20) == 0 {
			takes = append(takes, seq)
		} else {
			gives = append(gives, seq)
		}
	}
	for _, pass := range [][]int64{gives, takes} {
		for len(pass) > 0 {
			some := pass[:min(len(pass), 10_000)]
			pass = pass[len(some):]
			batch, err := j.Begin(some)
			ok(t, err)
			ok(t, j.Settle(batch, some, out))
		}
	}
	info, err := os.Stat(filepath.Join(dir, journal.File))
	ok(t, err)
	if info.Size() > 700<<10 {
		t.Errorf("the journal has %d bytes", info.Size())
	}
	read, err := journal.Open(dir, digest)
	ok(t, err)
	if done := read.Count(plan.Done); done != n {
		t.Errorf("%d are done", done)
	}
}
