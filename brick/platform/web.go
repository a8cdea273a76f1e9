package platform

import (
	"net/http"
	"sync/atomic"
	"time"

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
}

// Web sends the requests of connectors that reach their platform over HTTP.
type Web struct {
	options  WebOptions
	requests atomic.Int64
}

// NewWeb returns a Web.
func NewWeb(o WebOptions) *Web { return &Web{options: o} }

// Client returns the client through which a connector sends its requests.
func (w *Web) Client() *http.Client { return &http.Client{Timeout: w.options.Timeout} }

// Requests returns how many requests were sent, repeated ones included.
func (w *Web) Requests() int64 { return w.requests.Load() }

// Close ends the connections that are open.
func (w *Web) Close() {}
