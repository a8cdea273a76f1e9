package fetch

import (
	"context"
	"io"
	"time"
)

// attempt is one answer that is being read. A server that is silent for too
// long ends it; the time that the reader of the bytes takes does not count.
type attempt struct {
	*Answer
	ctx      context.Context
	cancel   context.CancelCauseFunc
	patience time.Duration
	watch    *time.Timer // nil when patience is endless
}

// ask begins an attempt.
func ask(ctx context.Context, get Getter, r Request, patience time.Duration) (*attempt, error) {
	a := &attempt{patience: patience}
	a.ctx, a.cancel = context.WithCancelCause(ctx)
	if patience > 0 {
		a.watch = time.AfterFunc(patience, func() { a.cancel(silent(patience)) })
	}
	var err error
	a.Answer, err = get(a.ctx, r)
	a.rest()
	if err != nil {
		err = a.explain(err)
		a.cancel(nil)
		return nil, err
	}
	return a, nil
}

// rest stops the watch until the next Read.
func (a *attempt) rest() {
	if a.watch != nil {
		a.watch.Stop()
	}
}

// Read reads from the body. Its errors are io.EOF, or say what broke it off.
func (a *attempt) Read(p []byte) (int, error) {
	if a.watch != nil {
		a.watch.Reset(a.patience)
	}
	n, err := a.Body.Read(p)
	a.rest()
	if err != nil && err != io.EOF {
		err = cut(a.explain(err))
	}
	return n, err
}

// explain returns the true reason of an error: the silence, if that was it.
func (a *attempt) explain(err error) error {
	if e, ok := asError(context.Cause(a.ctx)); ok {
		return e
	}
	return err
}

// end gives the answer up, whether or not all of it was read.
func (a *attempt) end() {
	a.rest()
	a.cancel(errClosed)
	a.Body.Close()
}
