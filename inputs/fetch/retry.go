package fetch

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"users-brick/brick"
)

// Retry says how what may succeed later is tried again: waits double from
// First up to Most, a random part of each is left out so that many clients do
// not come back at once, and what the server asks for is honoured. The zero
// Retry tries nothing again.
type Retry struct {
	First    time.Duration // the first wait
	Most     time.Duration // the longest wait of its own choice
	Deadline time.Duration // after so long without progress no new attempt is begun
}

// DefaultRetry is what a careful program does against a server across the
// net.
var DefaultRetry = Retry{First: 200 * time.Millisecond, Most: 20 * time.Second, Deadline: 5 * time.Minute}

// calm is how many bytes must have come before trouble is over.
const calm = 1 << 20

// trouble counts what failed since the last time that things went well. The
// zero trouble is none.
type trouble struct {
	failures int
	since    time.Time
	bytes    int64 // read since the last failure
}

// moved says that bytes have come.
func (t *trouble) moved(n int) {
	if t.bytes += int64(n); t.bytes >= calm {
		*t = trouble{}
	}
}

// wait returns nil when, after a wait, the operation may be tried again, else
// the error with which it is to end. The wait is over early when ctx ends.
func (t *trouble) wait(ctx context.Context, o *Options, fault error) error {
	if err := ended(ctx); err != nil {
		return named(o.Op, err)
	}
	if t.failures == 0 {
		t.since = time.Now()
	}
	t.failures++
	t.bytes = 0
	pause, again := o.Retry.pause(t, fault)
	if !again {
		return named(o.Op, final(fault))
	}
	o.Emit.Send(brick.Retrying{Op: o.Op, Attempt: t.failures, Wait: pause, Err: fault})
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return named(o.Op, ended(ctx))
	}
}

// pause returns how long to wait, and false when nothing more is to be tried.
func (r Retry) pause(t *trouble, fault error) (time.Duration, bool) {
	if r.First <= 0 || !brick.KindOf(fault).Temporary() {
		return 0, false
	}
	longest := r.First << min(t.failures-1, 20)
	if longest > r.Most || longest <= 0 {
		longest = max(r.Most, 1)
	}
	pause := longest/2 + rand.N(longest/2+1)
	if e, ok := asError(fault); ok && e.After > pause {
		pause = e.After
	}
	// Not their sum: a server may ask for the longest wait there is.
	return pause, pause <= r.Deadline-time.Since(t.since)
}

// Do calls f until it succeeds, or fails for good. The error is one of those
// of [Open]. What f does must do no harm when it is done twice.
func Do(ctx context.Context, o Options, f func(context.Context) error) error {
	var t trouble
	for {
		err := within(ctx, o.Patience, f)
		if err == nil {
			return nil
		}
		if err := t.wait(ctx, &o, err); err != nil {
			return err
		}
	}
}

// within calls f with a context that ends when patience does.
func within(ctx context.Context, patience time.Duration, f func(context.Context) error) error {
	if patience <= 0 {
		return f(ctx)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, patience, silent(patience))
	defer cancel()
	err := f(ctx)
	if e, ok := asError(context.Cause(ctx)); ok && err != nil {
		return e
	}
	return err
}

// final returns the error that ends the operation. A body that was too short
// each time is a matter of the file, no longer of the net.
func final(fault error) error {
	if errors.Is(fault, errShort) {
		return &brick.Error{
			Kind: brick.BadInput, Err: fault,
			Hint: "the file is damaged, or was being written; see that it is whole where it comes from",
		}
	}
	if e, ok := asError(fault); ok && e.After > 0 && e.Hint == "" {
		full := *e
		full.Hint = fmt.Sprintf("the server asks to come back in %v", e.After)
		return &full
	}
	return fault
}
