package notify

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"users-brick/brick"
	"users-brick/inputs/fetch"
	"users-brick/params"
)

// Teller tells others of runs.
type Teller struct {
	Agent  string           // name and version of the program
	Now    func() time.Time // for signatures; required
	Within time.Duration    // how long one notification may take in all; 0 means 30 seconds
	Retry  fetch.Retry      // of webhooks; the zero Retry means [DefaultRetry]
	Emit   brick.Emit       // hears of retries
	Env    []string         // what programs get of the environment, in the form of os.Environ

	LinkLocal bool // webhooks may reach the machine's own surroundings, see package reach
}

// DefaultRetry is how a webhook is tried again.
var DefaultRetry = fetch.Retry{First: 500 * time.Millisecond, Most: 8 * time.Second, Deadline: 25 * time.Second}

const (
	within   = 30 * time.Second
	atOnce   = 4
	patience = 10 * time.Second // with one request
)

// Tell sends the event to whom it concerns, several at once, and returns why
// those failed that did; each error names the notification. report is the
// file that programs get on their standard input.
func (t *Teller) Tell(ctx context.Context, all []params.Notification, e Event, report string) []error {
	errs := make([]error, len(all))
	var group errgroup.Group
	group.SetLimit(atOnce)
	for i := range all {
		n := &all[i]
		if !e.Concerns(n) {
			continue
		}
		group.Go(func() error {
			errs[i] = t.tell(ctx, n, e, report)
			return nil
		})
	}
	group.Wait()
	var failed []error
	for i, err := range errs {
		if err != nil {
			failed = append(failed, fmt.Errorf("notify %d: %w", i+1, err))
		}
	}
	return failed
}

func (t *Teller) tell(ctx context.Context, n *params.Notification, e Event, report string) error {
	limit := t.Within
	if limit <= 0 {
		limit = within
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if n.Type == params.CommandNotice {
		return t.run(ctx, n, &e, report, limit)
	}
	e.Version, e.Event, e.ID = Version, "run_ended", rand.Text()
	return t.post(ctx, n, &e)
}
