package platform

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"users-brick/brick"
)

// trip is a Web as the transport of an http.Client.
type trip struct{ web *Web }

// RoundTrip sends a request until there is an answer to keep.
func (t trip) RoundTrip(req *http.Request) (*http.Response, error) {
	e := &errand{web: t.web, request: req, method: cmp.Or(req.Method, http.MethodGet)}
	e.name = e.method + " " + cmp.Or(req.URL.EscapedPath(), "/")
	e.shape = shapeOf(e.method, req.URL.Path)
	if err := e.keepBody(); err != nil {
		return nil, e.named(err)
	}
	answer, err := e.run(req.Context())
	if err != nil {
		return nil, e.named(err)
	}
	return answer, nil
}

// CloseIdleConnections is for http.Client, which hands its own on.
func (t trip) CloseIdleConnections() { t.web.Close() }

// errand is one request of a connector, however often it is sent.
type errand struct {
	web     *Web
	request *http.Request
	method  string
	name    string // method and path, all that may be told of it
	shape   string
	body    func() (io.ReadCloser, error) // nil when there is none
	length  int64
	sent    bool // what it changes may have been changed
	doubt   bool // the same, by a sending that was not the last
}

// keepBody sees to it that the body can be sent again.
func (e *errand) keepBody() error {
	req := e.request
	if req.Body == nil || req.Body == http.NoBody {
		return nil
	}
	defer req.Body.Close()
	e.body, e.length = req.GetBody, req.ContentLength
	if e.body != nil {
		return nil
	}
	whole, err := io.ReadAll(req.Body)
	if err != nil {
		return brick.Errorf(brick.Failed, "cannot read what is to be sent: %w", err)
	}
	e.body = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(whole)), nil }
	e.length = int64(len(whole))
	return nil
}

// reads reports whether the request changes nothing.
func (e *errand) reads() bool {
	switch e.method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return true
	}
	return false
}

// idempotent reports whether sending the request twice does no harm.
func (e *errand) idempotent() bool {
	if e.reads() || e.method == http.MethodPut || e.method == http.MethodDelete {
		return true
	}
	_, marked := e.request.Header["Idempotency-Key"]
	return marked
}

// run sends the request within the limits, again and again while that may
// help.
func (e *errand) run(ctx context.Context) (*http.Response, error) {
	var started time.Time
	for attempt := 1; ; attempt++ {
		turn, err := e.web.admit(ctx, attempt > 1)
		if err != nil {
			return nil, e.cutShort(err)
		}
		if attempt == 1 {
			started = time.Now()
		}
		r := e.send(turn)
		e.sent = e.sent || !e.reads() && !r.unsent
		why := e.again(r)
		if why == nil {
			return r.answer, r.err
		}
		wait, again := e.web.options.Retry.wait(attempt, started, why)
		if !again {
			return r.answer, r.err
		}
		if ctx.Err() != nil {
			return nil, e.cutShort(interrupted(context.Cause(ctx)))
		}
		e.doubt = e.doubt || r.doubtful()
		e.web.options.Emit.Send(brick.Retrying{Op: e.name, Attempt: attempt, Wait: wait, Err: why})
		if err := sleep(ctx, wait); err != nil {
			return nil, e.cutShort(err)
		}
	}
}

// cutShort says of an errand that ends since the run does whether it may have
// changed anything.
func (e *errand) cutShort(err error) error {
	if e.sent || brick.KindOf(err) != brick.Interrupted {
		return err
	}
	return notBegun(err)
}

// admit waits until a request may be sent and returns its turn, which leaves
// the pace when it is done.
func (w *Web) admit(ctx context.Context, again bool) (uint64, error) {
	turn, err := w.pace.enter(ctx, again)
	if err != nil {
		return 0, err
	}
	if err := w.rate.Wait(ctx); err != nil {
		w.pace.leave(turn, sign{})
		return 0, interrupted(err)
	}
	return turn, nil
}

// again returns why sending the request once more may help, nil when it may
// not, or might do twice what was asked for once.
func (e *errand) again(r result) error {
	if r.err != nil {
		if brick.KindOf(r.err).Temporary() && (r.unsent || e.idempotent()) {
			return r.err
		}
		return nil
	}
	kind := brick.Unavailable
	switch r.answer.StatusCode {
	case http.StatusTooManyRequests:
		kind = brick.Throttled
	case http.StatusServiceUnavailable:
	case http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout:
		if !e.idempotent() {
			return nil
		}
	default:
		return nil
	}
	refused := brick.Errorf(kind, "the platform answers %s", status(r.answer.StatusCode))
	refused.After = RetryAfter(r.answer.Header)
	return refused
}

// named adds to an error what was asked for.
func (e *errand) named(err error) error {
	full := brick.Error{Kind: brick.KindOf(err), Err: err}
	if known, ok := asError(err); ok {
		full = *known
	}
	full.Err = fmt.Errorf("%s: %w", e.name, full.Err)
	return &full
}
