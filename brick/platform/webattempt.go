package platform

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"users-brick/brick"
)

// result is what came of sending a request once: an answer or an error.
type result struct {
	answer *http.Response // as complete as it will be
	size   int64          // of its body
	err    error
	unsent bool          // surely nothing reached the platform
	took   time.Duration // until the answer began
}

// doubtful reports whether what the request asks for may have been done.
func (r *result) doubtful() bool {
	if r.answer == nil {
		return !r.unsent
	}
	return r.answer.StatusCode != http.StatusTooManyRequests && r.answer.StatusCode != http.StatusServiceUnavailable
}

// send sends the request once and gives its turn back.
func (e *errand) send(turn uint64) (r result) {
	defer func() { e.web.pace.leave(turn, e.sign(r)) }()
	ctx, cancel := e.attempt()
	defer cancel()
	w, begun := &watch{}, time.Now()
	req, err := e.copy(httptrace.WithClientTrace(ctx, w.trace()))
	if err != nil {
		return result{err: err}
	}
	e.web.requests.Add(1)
	resp, err := e.web.base.RoundTrip(req)
	if err != nil {
		return result{err: e.failed(ctx, w, err), unsent: w.unsent()}
	}
	r.took = time.Since(begun)
	if resp.StatusCode == http.StatusTooManyRequests {
		e.web.throttled.Add(1)
	}
	if r.size, err = e.complete(resp); err != nil {
		r.err = e.failed(ctx, w, err)
		return r
	}
	r.answer = resp
	return r
}

// attempt returns the time that one attempt has. A request that changes
// something keeps it even when the run is to stop, unless it is expendable.
func (e *errand) attempt() (context.Context, context.CancelFunc) {
	ctx := e.request.Context()
	if !e.givenUp() {
		ctx = context.WithoutCancel(ctx)
	}
	if e.web.options.Timeout > 0 {
		return context.WithTimeout(ctx, e.web.options.Timeout)
	}
	return context.WithCancel(ctx)
}

// givenUp reports whether the request ends when its ctx does.
func (e *errand) givenUp() bool {
	return e.reads() || e.request.Context().Value(expendable{}) != nil
}

// copy returns the request with a body that nobody has read yet.
func (e *errand) copy(ctx context.Context) (*http.Request, error) {
	req := e.request.WithContext(ctx)
	if e.body == nil {
		return req, nil
	}
	body, err := e.body()
	if err != nil {
		return nil, brick.Errorf(brick.Failed, "cannot read again what is to be sent: %w", err)
	}
	req.Body, req.GetBody, req.ContentLength = body, e.body, e.length
	return req, nil
}

// sign returns what the pace may learn from a result. What took its time is
// told of successes only: a refusal comes faster than any work.
func (e *errand) sign(r result) sign {
	if r.err != nil || r.answer == nil {
		return sign{overload: brick.KindOf(r.err) == brick.Unavailable && timedOut(r.err)}
	}
	switch code := r.answer.StatusCode; {
	case code == http.StatusTooManyRequests, code == http.StatusServiceUnavailable, code == http.StatusGatewayTimeout:
		return sign{overload: true}
	case code >= 500, code == http.StatusRequestTimeout:
		return sign{}
	case code >= 400:
		return sign{answered: true}
	}
	return sign{answered: true, kind: kind{e.shape, magnitude(e.length + r.size)}, took: max(1, r.took)}
}

// watch follows a request on its way through a transport. Its hooks may be
// called from other goroutines, and after the attempt has ended.
type watch struct {
	sought, got atomic.Bool // a connection
}

func (w *watch) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { w.sought.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { w.got.Store(true) },
	}
}

// unsent reports that the request had no connection to go by. Whoever does
// not tell of connections is not believed.
func (w *watch) unsent() bool { return w.sought.Load() && !w.got.Load() }
