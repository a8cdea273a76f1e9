package journal

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// Open reads the journal in the directory of a plan and returns what became of
// the plan's changes. What was begun and not told of any more is
// [plan.Unknown]; the rest is pending. No journal is an error that is
// [fs.ErrNotExist]; one that is damaged, or belongs to a plan with another
// digest, which is [ErrOtherPlan], is an error of kind BadInput.
func Open(dir, digest string) (*plan.Outcome, error) {
	f, err := os.Open(filepath.Join(dir, File))
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	defer f.Close()
	r, err := read(f, digest)
	if err != nil {
		return nil, unusable(f.Name(), err)
	}
	return r.out, nil
}

// ErrOtherPlan is the error of a journal that belongs to another plan.
var ErrOtherPlan = errors.New("the journal belongs to another plan")

func unusable(name string, err error) error {
	return &brick.Error{
		Kind: brick.BadInput, Op: "read " + name, Err: err,
		Hint: "run again with the params instead: what is done already is not done twice",
	}
}

// reader follows the lines of a journal.
type reader struct {
	header  Header
	out     *plan.Outcome
	open    map[int64]runs // batches of which nothing has been told yet
	batches int64          // begun so far

	sum uint32 // checksum up to the last good line
	end int64  // where that ends
}

// read reads a journal that must belong to the plan with that digest.
func read(file io.Reader, digest string) (*reader, error) {
	r := &reader{open: map[int64]runs{}}
	in := bufio.NewReaderSize(file, 1<<16)
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if len(line) == 0 {
			break
		}
		sum, sealed, fits := unseal(r.sum, line)
		if !sealed && breaksOff(in) {
			break
		}
		if !fits {
			return nil, fmt.Errorf("line %d: the journal is damaged: its checksum does not fit", n)
		}
		if err := r.line(line, digest); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		r.sum, r.end = sum, r.end+int64(len(line))
	}
	if r.out == nil {
		return nil, errors.New("it has no whole first line")
	}
	return r, nil
}

// breaksOff reports whether nothing whole follows a line that is not whole:
// then the end of the file is what a crash left of it.
func breaksOff(in *bufio.Reader) bool {
	for {
		line, err := in.ReadBytes('\n')
		if _, sealed, _ := unseal(0, line); sealed || err != nil && !errors.Is(err, io.EOF) {
			return false
		}
		if err != nil {
			return true
		}
	}
}

// line takes in one line that is whole.
func (r *reader) line(line []byte, digest string) error {
	if r.out == nil {
		return r.first(line, digest)
	}
	var rec record
	if err := json.Unmarshal(line, &rec); err != nil {
		return err
	}
	switch rec.Kind {
	case begunKind:
		return r.begun(rec.Seqs)
	case becameKind:
		return r.became(&rec)
	case resumedKind:
		return nil
	}
	return fmt.Errorf("unknown record %q", rec.Kind)
}

func (r *reader) first(line []byte, digest string) error {
	var h headerRecord
	if err := json.Unmarshal(line, &h); err != nil {
		return err
	}
	switch {
	case h.Kind != headerKind:
		return errors.New("the header is missing")
	case h.Version != Version:
		return fmt.Errorf("the journal has version %d, this program reads version %d", h.Version, Version)
	case h.Plan != digest:
		return ErrOtherPlan
	case h.Changes < 0 || h.Changes > mostChanges:
		return fmt.Errorf("a plan of %d changes", h.Changes)
	}
	r.header, r.out = h.Header, plan.NewOutcome(h.Changes)
	return nil
}

func (r *reader) begun(seqs runs) error {
	if err := seqs.check(r.header.Changes); err != nil {
		return err
	}
	r.batches++
	r.open[r.batches] = seqs
	return r.set(seqs, plan.Unknown)
}

// became takes in what became of a batch, or of changes that were in none.
func (r *reader) became(rec *record) error {
	if rec.Batch != 0 {
		seqs, open := r.open[rec.Batch]
		if !open {
			return fmt.Errorf("batch %d was not begun", rec.Batch)
		}
		delete(r.open, rec.Batch)
		if err := r.set(seqs, plan.Done); err != nil {
			return err
		}
	}
	err := errors.Join(
		r.set(rec.Done, plan.Done), r.set(rec.Held, plan.HeldBack),
		r.set(rec.Unknown, plan.Unknown), r.set(rec.Untried, plan.Pending),
	)
	for i := range rec.Failed {
		f := &rec.Failed[i]
		if f.Seq < 1 || f.Seq > r.header.Changes {
			return errors.New("a change that the plan does not have")
		}
		r.out.Fail(f.Seq, f.err())
	}
	return err
}

func (r *reader) set(seqs runs, f plan.Fate) error {
	if err := seqs.check(r.header.Changes); err != nil {
		return err
	}
	for seq := range seqs.all() {
		r.out.Set(seq, f)
	}
	return nil
}
