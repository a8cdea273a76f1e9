package engine

import "users-brick/brick/plan"

// Journal keeps on disk what becomes of changes, so that a run that dies can
// be gone on with. Its methods are called from several goroutines. Once one
// has failed no further batch is begun.
type Journal interface {
	// Begin notes that changes are about to be sent, and returns when that is
	// safe. The batch it returns is for Settle.
	Begin(seqs []int64) (batch int64, err error)
	// Settle notes what became of a batch, or, with batch 0, of changes that
	// were settled without being sent. What out calls pending of a batch may
	// have been begun all the same, in part or with its answer lost.
	Settle(batch int64, seqs []int64, out *plan.Outcome) error
	// Withdraw notes that nothing of a batch was sent: all is as out says.
	Withdraw(batch int64, seqs []int64, out *plan.Outcome) error
}
