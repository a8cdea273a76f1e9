package platform

import (
	"context"
	"time"

	"users-brick/brick"
)

// Tries are the attempts at something that takes several requests, of which a
// [Web] cannot tell whether they may be sent again.
type Tries struct {
	web     *Web
	started time.Time
	n       int
}

// Tries begins the first attempt.
func (w *Web) Tries() *Tries { return &Tries{web: w, started: time.Now()} }

// Again reports whether there is to be another attempt after one that ended
// with err, by the same rules as for a request, and waits until then.
func (t *Tries) Again(ctx context.Context, op string, err error) bool {
	t.n++
	wait, again := t.web.options.Retry.wait(t.n, t.started, err)
	if !again || ctx.Err() != nil {
		return false
	}
	t.web.options.Emit.Send(brick.Retrying{Op: op, Attempt: t.n, Wait: wait, Err: err})
	return sleep(ctx, wait) == nil
}
