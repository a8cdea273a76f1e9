package platform

import (
	"errors"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"users-brick/brick"
)

// WebOptions say how a [Web] sends requests. The zero options send one at a
// time, wait for ever and try nothing again.
type WebOptions struct {
	Concurrency int               // requests at once at most; 0 means 1
	Rate        float64           // requests per second at most, repeated ones included; 0 means no limit
	Timeout     time.Duration     // of one attempt, its answer included; 0 means none
	Retry       Retry             // what is tried again, and how often
	Emit        brick.Emit        // hears of retries
	Base        http.RoundTripper // what the requests go through; nil means a transport of its own
	MaxAnswer   int64             // bytes of one answer at most; 0 means 256 MiB
	LinkLocal   bool              // without a Base: the machine's own surroundings may be reached, see package reach
}

// maxAnswer is how much of one answer is taken into memory when nothing else
// is said.
const maxAnswer = 256 << 20

// Web sends the requests of connectors that reach their platform over HTTP.
// All of them share its limits:
//
//	request ──► pace (how many at once) ──► rate ──► attempt ──► answer, complete
//	   ▲                                                │
//	   └──────────── wait, holding no place ◄───────────┘ what may pass
//
// A connector may therefore ask for as much at once as it likes.
type Web struct {
	options             WebOptions
	base                http.RoundTripper
	pace                *pace
	rate                *rate.Limiter
	bodies              bodies
	requests, throttled atomic.Int64
}

// NewWeb returns a Web. Without a Base it has connections of its own: they
// are kept and used again, proxies come from the environment, certificates
// are verified.
func NewWeb(o WebOptions) *Web {
	o.Concurrency = max(1, o.Concurrency)
	if o.MaxAnswer <= 0 {
		o.MaxAnswer = maxAnswer
	}
	if o.Base == nil {
		o.Base = newTransport(&o)
	}
	limit := rate.Inf
	if o.Rate > 0 {
		limit = rate.Limit(o.Rate)
	}
	return &Web{
		options: o, base: o.Base, pace: newPace(o.Concurrency),
		rate: rate.NewLimiter(limit, 1), // no bursts: two of them would meet in one second
	}
}

// Client returns the client through which a connector sends its requests. It
// follows no redirects. The body of an answer is complete and in memory, at
// least where the status is below 400. What is sent again, and when:
//
//	429 503               always
//	408 500 502 504       when the request is idempotent
//	no or no whole answer when it is idempotent, or was surely not sent
//	any other status      never
//
// GET, HEAD, PUT, DELETE, OPTIONS and TRACE are idempotent, and so is every
// request with an Idempotency-Key in its header; as in net/http a key without
// values is not sent. JSON that ends early is no whole answer.
//
// When trying again has come to its end, the last answer is returned, or an
// error of kind Unavailable: the platform may have done what a request that
// is not idempotent asked for. When the ctx of a request ends, one that only
// reads is given up at once, one that changes something is finished if it is
// under way and else not begun; see [Expendable] for one that is not. What was
// given up or not begun is an error of kind Interrupted.
//
// Errors name the method and the path only; [WebError] takes away the address
// that http.Client adds. The bytes of a request's body must not be used for
// anything else afterwards.
func (w *Web) Client() *http.Client {
	return &http.Client{
		Transport:     trip{w},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Requests returns how many times a request was sent, repeated ones and those
// that found no connection included.
func (w *Web) Requests() int64 { return w.requests.Load() }

// Throttled returns how many times the platform answered that there are too
// many requests.
func (w *Web) Throttled() int64 { return w.throttled.Load() }

// Close ends the connections that no request uses.
func (w *Web) Close() {
	if c, ok := w.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// WebError returns an error of a method of [Web.Client] without the address,
// whose query may hold what nobody should read; nil stays nil.
func WebError(err error) error {
	if e, ok := asError(err); ok {
		return e
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
