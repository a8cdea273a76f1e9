package journal

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// Journal is a journal that is being written. Its methods may be called from
// several goroutines.
//
// Once writing has failed, every later write fails for the same reason: what
// is on disk then is whole up to there.
type Journal struct {
	file file
	only lock // held as long as it is written

	mu      sync.Mutex // guards what is still to be written
	sum     uint32     // checksum of all lines so far
	batches int64
	lines   []byte  // not written yet
	next    *commit // with which they will be

	disk   chan struct{} // full while somebody writes
	broken error         // why nothing more is written; guarded by the disk
}

// file is what a journal needs of the file that it is in.
type file interface {
	io.WriteCloser
	Sync() error
}

// commit is one write with one sync, of as many lines as have come meanwhile.
// It is guarded by the disk.
type commit struct {
	done bool
	err  error
}

// Create begins a journal in the directory of its plan; one that is there
// already is replaced. It is readable by its owner only, and it is there as a
// whole or not at all, whatever happens meanwhile.
func Create(dir string, h Header) (*Journal, error) {
	line, sum, err := seal(0, headerRecord{headerKind, Version, h})
	if err != nil {
		return nil, uncreated(err)
	}
	name := filepath.Join(dir, File)
	f, err := os.OpenFile(name+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, uncreated(err)
	}
	_, err = f.Write(line)
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err == nil {
		err = syncFolder(dir)
	}
	if err != nil {
		f.Close()
		os.Remove(f.Name()) // or else it stays, which does no harm
		return nil, uncreated(err)
	}
	j := newJournal(f, sum, 0)
	if j.only, err = alone(name); err != nil {
		f.Close()
		return nil, err
	}
	return j, nil
}

func newJournal(f file, sum uint32, batches int64) *Journal {
	return &Journal{file: f, sum: sum, batches: batches, next: &commit{}, disk: make(chan struct{}, 1)}
}

// syncFolder sees to it that the names in a folder survive a loss of power.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = f.Sync() // some file systems cannot; the name is in place all the same
	return f.Close()
}

// Resume goes on with a journal, and returns what it knows. What a crash left
// of a last line is cut off. The errors are those of [Open].
func Resume(dir, digest string, at time.Time) (*Journal, *plan.Outcome, error) {
	f, err := os.OpenFile(filepath.Join(dir, File), os.O_RDWR, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("open journal: %w", err)
	}
	only, err := alone(f.Name())
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	j, out, err := resume(f, digest, at)
	if err != nil {
		only.release()
		f.Close()
		return nil, nil, err
	}
	j.only = only
	return j, out, nil
}

// resume reads a file, cuts off what is torn and writes that somebody goes on.
func resume(f *os.File, digest string, at time.Time) (*Journal, *plan.Outcome, error) {
	r, err := read(f, digest)
	if err != nil {
		return nil, nil, unusable(f.Name(), err)
	}
	if err = f.Truncate(r.end); err == nil {
		_, err = f.Seek(r.end, io.SeekStart)
	}
	if err != nil {
		return nil, nil, unwritten(err)
	}
	j := newJournal(f, r.sum, r.batches)
	return j, r.out, j.write(record{Kind: resumedKind, At: at})
}

// Begin notes that changes are about to be sent, and returns the number of
// their batch for [Journal.Settle]. When it returns without an error that is
// safe on disk, and not before may they be sent. The numbers must ascend.
func (j *Journal) Begin(seqs []int64) (batch int64, err error) {
	var r runner
	for _, seq := range seqs {
		r.add(seq)
	}
	wait, err := j.add(record{Kind: begunKind, Seqs: r.runs}, &batch)
	if err != nil {
		return 0, unwritten(err)
	}
	return batch, j.commit(wait)
}

// Settle notes what became of a batch, which must have been begun; or, with
// batch 0, of changes that were not sent. It tells of seqs, which must ascend
// and be those of the batch, what out says, and returns when that is safe on
// disk. What out calls pending was not sent after all.
func (j *Journal) Settle(batch int64, seqs []int64, out *plan.Outcome) error {
	return j.write(recordOf(batch, seqs, out))
}

// Close closes the file. Everything that was noted is safe already.
func (j *Journal) Close() error {
	j.only.release()
	return j.file.Close()
}

func (j *Journal) write(r record) error {
	wait, err := j.add(r, nil)
	if err != nil {
		return unwritten(err)
	}
	return j.commit(wait)
}

// add puts a line where the next commit takes it from, and returns that. A
// batch is counted in the order of lines.
func (j *Journal) add(r record, batch *int64) (*commit, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	line, sum, err := seal(j.sum, r)
	if err != nil {
		return nil, err
	}
	j.sum, j.lines = sum, append(j.lines, line...)
	if batch != nil {
		j.batches++
		*batch = j.batches
	}
	return j.next, nil
}

// commit returns when a commit has been made. Of all who wait for one the
// first makes it.
func (j *Journal) commit(c *commit) error {
	j.disk <- struct{}{}
	defer func() { <-j.disk }()
	if !c.done {
		j.mu.Lock()
		lines := j.lines
		j.lines, j.next = nil, &commit{}
		j.mu.Unlock()
		c.done, c.err = true, j.flush(lines)
	}
	return c.err
}

// flush writes lines and makes them safe.
func (j *Journal) flush(lines []byte) error {
	if j.broken == nil {
		_, err := j.file.Write(lines)
		if err == nil {
			err = j.file.Sync()
		}
		if err != nil {
			j.broken = unwritten(err)
		}
	}
	return j.broken
}

// uncreated is the error of a journal that cannot be begun, so that nothing is.
func uncreated(err error) error {
	return &brick.Error{
		Kind: brick.Failed, Op: "begin the journal", Err: err, Hint: "see that there is room on the disk, then do the same again",
	}
}

// unwritten is the error of a journal that cannot be written any more.
func unwritten(err error) error {
	return &brick.Error{
		Kind: brick.Failed, Op: "write the journal", Err: err,
		Hint: "see that there is room on the disk, then go on with `run --resume`, or `apply` for a plan that was kept",
	}
}
