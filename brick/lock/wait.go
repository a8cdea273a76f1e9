package lock

import (
	"context"
	"errors"
	"time"

	"users-brick/brick"
)

// Patience is how long a run waits for others in all, however many locks it
// takes. The zero Patience does not wait. One goroutine may use it.
type Patience struct {
	For  time.Duration
	Tell func(held error) // hears once that waiting begins; may be nil

	since time.Time // when waiting began
}

// often is how often somebody who waits looks whether his turn has come.
const often = 200 * time.Millisecond

// Try calls take until it returns anything but an error of kind Locked, or
// the time is over, and returns what take did last. When ctx ends while it
// waits, that is an error of kind Interrupted.
func (p *Patience) Try(ctx context.Context, take func() error) error {
	for {
		err := take()
		if err == nil || brick.KindOf(err) != brick.Locked || p.For <= 0 {
			return err
		}
		if p.since.IsZero() {
			p.since = time.Now()
			if p.Tell != nil {
				p.Tell(err)
			}
		}
		left := p.For - time.Since(p.since)
		if left <= 0 {
			return inVain(err, p.For)
		}
		if err := sleep(ctx, min(often, left)); err != nil {
			return err
		}
	}
}

// inVain adds to an error how long was waited.
func inVain(err error, waited time.Duration) error {
	e, ok := errors.AsType[*brick.Error](err)
	if !ok {
		return err
	}
	full := *e
	full.Op = "waited " + waited.String()
	return &full
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return brick.Errorf(brick.Interrupted, "stopped while it waited for another run: %w", context.Cause(ctx))
	}
}
