package engine

import (
	"iter"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// Journal keeps on disk what becomes of changes, so that a run that dies can
// be gone on with. Its methods are called from several goroutines. Once one
// has failed no further batch is begun.
type Journal interface {
	// Begin notes that changes are about to be sent, and returns when that is
	// safe. The batch it returns is for Settle.
	Begin(seqs []int64) (batch int64, err error)
	// Settle notes what became of a batch, or, with batch 0, of changes that
	// were settled without being sent: all is as out says.
	Settle(batch int64, seqs []int64, out *plan.Outcome) error
}

// begin notes that a batch is about to be sent.
func (a *applying) begin(batch []brick.Change) (number int64, err error) {
	if a.job.Journal == nil {
		return 0, nil
	}
	return a.job.Journal.Begin(seqsOf(batch))
}

// settle notes what became of a batch, also of one that was not sent after all.
func (a *applying) settle(number int64, batch []brick.Change) {
	if a.job.Journal == nil {
		return
	}
	if err := a.job.Journal.Settle(number, seqsOf(batch), a.out); err != nil {
		a.end(err)
	}
}

func seqsOf(batch []brick.Change) []int64 {
	seqs := make([]int64, len(batch))
	for i := range batch {
		seqs[i] = batch[i].Seq
	}
	return seqs
}

// aside are changes of one scope that are settled without being sent. They
// are noted in the journal many at a time.
type aside struct {
	*applying
	seqs []int64
}

// mostAside is how many are noted at once.
const mostAside = 10_000

func (s *aside) add(seq int64) {
	if s.job.Journal == nil {
		return
	}
	if s.seqs = append(s.seqs, seq); len(s.seqs) >= mostAside {
		s.flush()
	}
}

// flush notes what is left to be noted.
func (s *aside) flush() {
	if len(s.seqs) == 0 {
		return
	}
	if err := s.job.Journal.Settle(0, s.seqs, s.out); err != nil {
		s.end(err)
	}
	s.seqs = s.seqs[:0]
}

// left passes on the changes that are not settled yet. One that failed in a
// run before and needs a given password, which was kept until that run had
// ended, stays as it is.
func (a *applying) left(changes iter.Seq2[brick.Change, error]) iter.Seq2[brick.Change, error] {
	forgotten := !a.plan.HasPasswords()
	return func(yield func(brick.Change, error) bool) {
		for c, err := range changes {
			if err == nil && a.out.Settled(c.Seq) {
				continue
			}
			if err == nil && forgotten && c.SetPassword && a.out.Of(c.Seq) == plan.Failed {
				a.done.Add(1)
				continue
			}
			if !yield(c, err) {
				return
			}
		}
	}
}
