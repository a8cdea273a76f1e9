package platform

import (
	"context"
	"math/rand/v2"
	"time"

	"users-brick/brick"
)

// Retry says how what may succeed later is tried again: waits double from
// First up to Most, a random part of each is left out so that many clients do
// not come back at once, and what the platform asks for is honoured. The zero
// Retry tries nothing again.
type Retry struct {
	First    time.Duration // the first wait
	Most     time.Duration // the longest wait of its own choice
	Deadline time.Duration // after this long no new attempt is begun
}

// DefaultRetry is what a careful program does against a platform across the
// net.
var DefaultRetry = Retry{First: 200 * time.Millisecond, Most: 20 * time.Second, Deadline: 5 * time.Minute}

// wait returns how long to wait after an attempt, from 1, that ended with
// err, and false when nothing more is to be tried.
func (r Retry) wait(attempt int, started time.Time, err error) (time.Duration, bool) {
	if r.First <= 0 || !brick.KindOf(err).Temporary() {
		return 0, false
	}
	longest := r.First << min(attempt-1, 20)
	if longest > r.Most || longest <= 0 {
		longest = r.Most
	}
	wait := longest/2 + rand.N(longest/2+1)
	if e, ok := asError(err); ok && e.After > wait {
		wait = e.After
	}
	return wait, wait <= r.Deadline-time.Since(started)
}

// try does f within the limits, again and again while that may help, and
// names the operation in the error that remains. Once ctx has ended that is
// of kind Interrupted.
func (v *View) try(ctx context.Context, op string, s brick.Scope, f func(context.Context) error) error {
	started := time.Now()
	for attempt := 1; ; attempt++ {
		err := v.call(ctx, f)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil { // whatever the driver makes of it
			return named(op, s, interrupted(context.Cause(ctx)))
		}
		wait, again := v.retry.wait(attempt, started, err)
		if !again {
			return named(op, s, err)
		}
		v.emit.Send(brick.Retrying{Op: op, Scope: s, Attempt: attempt, Wait: wait, Err: err})
		if err := sleep(ctx, wait); err != nil {
			return named(op, s, err)
		}
	}
}

// named adds the operation and the scope to an error that has none.
func named(op string, s brick.Scope, err error) error {
	e, ok := asError(err)
	if !ok {
		return &brick.Error{Op: op, Scope: s, Err: err}
	}
	if e.Op != "" {
		return err
	}
	full := *e
	full.Op, full.Scope = op, s
	return &full
}

// sleep waits, or ends early with an error when the run is to stop.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return interrupted(context.Cause(ctx))
	}
}
