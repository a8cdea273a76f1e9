package gooddatatest

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"
)

// requestHeader carries a request's id, and in answers the platform's, too.
const requestHeader = "X-GDC-Request"

// maxBody is how large the body of a request may be.
const maxBody = 16 << 20

// call is one request on its way. It is the ResponseWriter of the mux, so that
// nothing is sent before the hooks and the faults have had their say.
type call struct {
	n        int
	r        *http.Request
	body     []byte
	endpoint string
	began    time.Time
	atOnce   int
	faults   *Faults
	turn     turn
	caller   *account // whose token it carries; nil where none is needed
	answer   answer
	unread   answer // when its body could not be read
}

// begin takes a request in.
func (s *Server) begin(w http.ResponseWriter, r *http.Request) *call {
	_, endpoint := s.mux.Handler(r)
	if endpoint == "/" {
		endpoint = r.Method + " unknown"
	}
	c := &call{r: r, endpoint: endpoint, began: time.Now(), faults: s.faults.Load()}
	c.n, c.atOnce = s.log.begin(r, endpoint)
	c.turn = s.trouble.next(c.faults, c)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		c.unread = bare(http.StatusRequestEntityTooLarge)
	} else if err != nil { // the client went away
		c.unread = bare(http.StatusBadRequest)
	}
	c.body = body
	return c
}

// request returns what is remembered of the call.
func (c *call) request(status, received int) Request {
	return Request{
		N: c.n, Method: c.r.Method, Path: c.r.URL.RequestURI(), Endpoint: c.endpoint,
		RequestID: c.r.Header.Get(requestHeader), SST: c.token(sstHeader, sstCookie) != "",
		Sent: len(c.body), Status: status, Received: received,
	}
}

// echo returns the request's id with the platform's own appended.
func (c *call) echo() string {
	own := fmt.Sprintf("%016x", mixed(uint64(c.n), 5))
	if sent := c.r.Header.Get(requestHeader); sent != "" {
		return sent + ":" + own
	}
	return own
}

// isJSON reports whether the body says that it is JSON.
func (c *call) isJSON() bool {
	kind, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	return err == nil && kind == "application/json"
}

// slice reads offset and limit; a limit is cut to most. False when they are no
// numbers.
func (c *call) slice(usual, most int) (offset, limit int, proper bool) {
	offset, first := c.number("offset", 0)
	limit, second := c.number("limit", usual)
	return offset, min(limit, most), first && second && limit > 0
}

func (c *call) number(name string, otherwise int) (int, bool) {
	text := c.r.URL.Query().Get(name)
	if text == "" {
		return otherwise, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 0
}

// Header, Write and WriteHeader serve the mux itself, which redirects paths
// that are not clean.
func (c *call) Header() http.Header { return http.Header{} }

func (c *call) Write(p []byte) (int, error) { return len(p), nil }

func (c *call) WriteHeader(int) { c.answer = c.notFound() }
