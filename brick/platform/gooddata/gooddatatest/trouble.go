package gooddatatest

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// trouble decides which requests are disturbed, by counting them.
type trouble struct {
	mu    sync.Mutex
	count uint64
	first map[string]int // requests of every endpoint
}

// turn is what trouble says of one request.
type turn struct {
	calm     bool   // the faults spare it
	n        uint64 // among those that are disturbed, from 1
	endpoint int    // among those of its endpoint, from 1
}

func (t *trouble) next(f *Faults, c *call) turn {
	if !f.disturbs(c.r.Method, c.r.URL.Path) {
		return turn{calm: true}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.count++
	if t.first == nil {
		t.first = map[string]int{}
	}
	t.first[c.endpoint]++
	return turn{n: t.count, endpoint: t.first[c.endpoint]}
}

// every reports whether it is the turn of what comes every n-th time.
func (t turn) every(n int) bool { return !t.calm && n > 0 && t.n%uint64(n) == 0 }

// share reports whether a share of the requests includes this one.
func (t turn) share(f *Faults, share float64) bool {
	return !t.calm && float64(mixed(t.n, f.Seed+11)>>11)/(1<<53) < share
}

// before disturbs a request before it has had any effect; true when it has
// its answer then.
func (s *Server) before(c *call) (answer, bool) {
	f := c.faults
	if c.turn.calm {
		return answer{}, false
	}
	switch { // who is turned away need not wait
	case f.Capacity > 0 && c.atOnce > f.Capacity, c.turn.every(f.ThrottleEvery):
		return s.retryLater(c, http.StatusTooManyRequests, "Too many requests"), true
	case c.turn.endpoint <= f.BusyFirst, c.turn.share(f, f.Busy):
		return s.retryLater(c, http.StatusServiceUnavailable, "Service is unavailable"), true
	}
	s.wait(c)
	switch {
	case c.turn.every(f.CutBeforeEvery):
		panic(http.ErrAbortHandler)
	case f.ErrorOnce && c.turn.endpoint == f.BusyFirst+1:
		return c.perlError(http.StatusInternalServerError, "GDC::Exception::Base", "Internal error [%s, %s].", "handle_exception", "hide_internal"), true
	case c.turn.every(f.HTMLEvery):
		return answer{status: http.StatusBadGateway, kind: "text/html", body: []byte(proxyPage)}, true
	}
	return answer{}, false
}

const proxyPage = "<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<html><head>\n<title>502 Proxy Error</title>\n</head>" +
	"<body>\n<h1>Proxy Error</h1>\n<p>The proxy server received an invalid response from an upstream server.</p>\n</body></html>\n"

// retryLater answers with a status that asks to come back.
func (s *Server) retryLater(c *call, status int, message string) answer {
	a := c.javaError(status, "com.gooddata.commons.http.exception.HttpException", "gdc.http."+strconv.Itoa(status), message)
	switch f := c.faults; {
	case f.RetryAfter <= 0:
		return a
	case f.RetryAfterDate:
		return a.with("Retry-After", s.now().Add(f.RetryAfter).UTC().Format(http.TimeFormat))
	default:
		return a.with("Retry-After", strconv.Itoa(int((f.RetryAfter+time.Second-1)/time.Second)))
	}
}

// wait lets the latency pass; a client who goes away meanwhile has asked for
// nothing.
func (s *Server) wait(c *call) {
	d := c.faults.Latency
	if c.faults.Jitter > 0 {
		d += time.Duration(mixed(c.turn.n, c.faults.Seed+7) % uint64(c.faults.Jitter+1))
	}
	if !sleep(c.r.Context(), d) {
		panic(http.ErrAbortHandler)
	}
}

// keepWaiting lets pass what is left of the time that an answer takes.
func (c *call) keepWaiting() {
	if c.faults.Answer > 0 && !c.turn.calm && !sleep(c.r.Context(), c.faults.Answer-time.Since(c.began)) {
		panic(http.ErrAbortHandler)
	}
}

// sleep waits and reports whether ctx is still there.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// slowPieces is in how many pieces a slow body comes.
const slowPieces = 8

// send writes an answer as the faults want it.
func (c *call) send(w http.ResponseWriter, a answer) {
	body, cut := a.body, c.turn.every(c.faults.CutAfterEvery)
	if cut && len(body) < 2 {
		panic(http.ErrAbortHandler)
	}
	if c.turn.every(c.faults.TruncateEvery) && !cut {
		body = body[:len(body)/2]
	}
	c.head(w, a, len(body))
	if cut {
		w.Write(body[:len(body)/2])
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	if c.faults.SlowBody > 0 && !c.turn.calm {
		c.dribble(w, body)
		return
	}
	w.Write(body)
}

// head writes the headers of an answer.
func (c *call) head(w http.ResponseWriter, a answer, length int) {
	h := w.Header()
	if a.kind != "" {
		h.Set("Content-Type", a.kind)
	} else {
		h["Content-Type"] = nil // and nobody guesses
	}
	if a.status != http.StatusNoContent {
		h.Set("Content-Length", strconv.Itoa(length))
	}
	for _, pair := range a.header {
		h.Add(pair[0], pair[1])
	}
	h.Set(requestHeader, c.echo())
	h.Set("X-GDC-Request-Time", strconv.FormatInt(time.Since(c.began).Milliseconds(), 10))
	h.Set("Vary", "origin,X-GDC-VERSION")
	w.WriteHeader(a.status)
}

// dribble writes a body slowly.
func (c *call) dribble(w http.ResponseWriter, body []byte) {
	flush := http.NewResponseController(w).Flush
	for i := range slowPieces {
		w.Write(body[len(body)*i/slowPieces : len(body)*(i+1)/slowPieces])
		if flush(); !sleep(c.r.Context(), c.faults.SlowBody/slowPieces) {
			return
		}
	}
}
