package journal_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"

	"users-brick/brick"
	"users-brick/brick/journal"
	"users-brick/brick/plan"
)

// disk is a file on a disk of so many bytes, which a test can hold up.
type disk struct {
	mu    sync.Mutex
	text  []byte
	room  int
	syncs atomic.Int64
	held  chan struct{} // each sync waits for it, when it is there
}

func (d *disk) Write(b []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := min(len(b), d.room-len(d.text))
	d.text = append(d.text, b[:n]...)
	if n < len(b) {
		return n, syscall.ENOSPC
	}
	return n, nil
}

func (d *disk) Sync() error {
	d.syncs.Add(1)
	if d.held != nil {
		<-d.held
	}
	return nil
}

func (d *disk) Close() error { return nil }

// on begins a journal on a disk.
func on(d *disk, changes int64) *journal.Journal {
	line, sum := journal.FirstLine(journal.Header{Plan: digest, Changes: changes})
	d.text = line
	d.room += len(line)
	return journal.Over(d, sum)
}

// saved opens what is on the disk as a journal.
func (d *disk) saved(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	ok(t, os.WriteFile(filepath.Join(dir, journal.File), d.text, 0o600))
	return open(t, dir)
}

func TestBatchesThatComeTogetherShareASync(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const batches = 50
		d := &disk{room: 1 << 20, held: make(chan struct{})}
		j := on(d, batches)
		var all sync.WaitGroup
		begin := func(seq int64) {
			all.Go(func() {
				if _, err := j.Begin([]int64{seq}); err != nil {
					t.Error(err)
				}
			})
		}
		begin(1)
		synctest.Wait() // it waits for the disk, and the others for it
		for seq := int64(2); seq <= batches; seq++ {
			begin(seq)
		}
		synctest.Wait()
		if n := d.syncs.Load(); n != 1 {
			t.Errorf("%d syncs while the first takes its time", n)
		}
		close(d.held)
		all.Wait()
		if n := d.syncs.Load(); n != 2 {
			t.Errorf("%d syncs in all, want two", n)
		}
		if got := d.saved(t); got != strings.Repeat("?", batches) {
			t.Errorf("saved: %s", got)
		}
	})
}

func TestNothingIsBegunBeforeItIsSafe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{room: 1 << 20, held: make(chan struct{})}
		j := on(d, 1)
		begun := false
		go func() {
			_, err := j.Begin([]int64{1})
			begun = err == nil
		}()
		synctest.Wait()
		if begun {
			t.Error("begun before the disk had it")
		}
		close(d.held)
		synctest.Wait()
		if !begun {
			t.Error("not begun when the disk had it")
		}
	})
}

func TestAfterAFullDiskNothingIsWrittenAndWhatIsThereIsWhole(t *testing.T) {
	for room := range 600 {
		d := &disk{room: room}
		j := on(d, 40)
		out := plan.NewOutcome(40)
		want := []byte(strings.Repeat(".", 40))
		var broken error
		for seq := int64(1); seq <= 40; seq += 2 {
			b := from(seq, plan.Done, plan.Done)
			n, err := j.Begin(b.seqs)
			if broken != nil && err == nil {
				t.Fatalf("room for %d bytes: written after %v", room, broken)
			}
			if err != nil {
				broken = err
				continue
			}
			want[seq-1], want[seq] = '?', '?'
			b.tell(out)
			if err := j.Settle(n, b.seqs, out); err != nil {
				broken = err
				continue
			}
			want[seq-1], want[seq] = 'd', 'd'
		}
		if !errors.Is(broken, syscall.ENOSPC) || brick.KindOf(broken) != brick.Failed || !strings.Contains(broken.Error(), "hint: ") {
			t.Fatalf("room for %d bytes: %v", room, broken)
		}
		got, err := journal.Read(bytes.NewReader(d.text), digest)
		ok(t, err)
		if told(got) != string(want) {
			t.Fatalf("room for %d bytes: %s, want %s", room, told(got), want)
		}
	}
}

func TestAJournalWrittenFromManySidesIsRead(t *testing.T) {
	const batches = 64
	dir, j := begin(t, 2*batches)
	out := plan.NewOutcome(2 * batches)
	var all sync.WaitGroup
	for i := range int64(batches) {
		all.Go(func() {
			b := from(2*i+1, plan.Done, plan.Unknown)
			n, err := j.Begin(b.seqs)
			if err == nil {
				b.tell(out)
				err = j.Settle(n, b.seqs, out)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := open(t, dir); got != strings.Repeat("d?", batches) {
		t.Errorf("read: %s", got)
	}
}

func FuzzJournal(f *testing.F) {
	first, _ := journal.FirstLine(journal.Header{Plan: digest, Changes: 9})
	f.Add(string(first)+"torn", `{"kind":"begun","seqs":[1,2]}`, `{"kind":"became","batch":1}`)
	f.Add("", `{"kind":"begun","seqs":[9,1,1,1]}`, `{"kind":"became","batch":2,"failed":[{"seq":10,"error":"odd"}]}`)
	f.Add("\n\n", `{"kind":"begun","seqs":[9223372036854775807,9223372036854775807]}`, `{"kind":"became","done":[1,-1],"held":[0,0],"unknown":[3]}`)
	f.Fuzz(func(t *testing.T, raw, one, two string) {
		sealed, sum := journal.FirstLine(journal.Header{Plan: digest, Changes: 9})
		for _, body := range []string{one, two} {
			line, next := journal.SealText(sum, body)
			sealed, sum = append(sealed, line...), next
		}
		for _, text := range []string{raw, string(sealed), string(sealed) + raw} {
			out, err := journal.Read(strings.NewReader(text), digest)
			if (out == nil) != (err != nil) {
				t.Fatalf("%v and %v", out, err)
			}
			if out != nil {
				_ = told(out)
			}
		}
	})
}
