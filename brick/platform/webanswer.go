package platform

import (
	"bytes"
	"errors"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"users-brick/brick"
)

var errEndsEarly = errors.New("the JSON ends early")

// complete takes the whole body of an answer into memory and returns its
// size. Where the platform refuses, what could be read of its reasons is
// enough, since sending the request again must not depend on them.
func (e *errand) complete(resp *http.Response) (int64, error) {
	body, err := e.web.readBody(resp)
	if err == nil && cutJSON(resp.Header, body) {
		err = errEndsEarly
	}
	if err != nil && resp.StatusCode < 400 {
		return 0, err
	}
	resp.Request = e.request
	if _, err := resp.Location(); resp.StatusCode/100 == 3 && err != nil && err != http.ErrNoLocation {
		return 0, brick.Errorf(brick.Failed, "the platform sends elsewhere, but not to an address") // http.Client would quote it
	}
	resp.Body = whole{Reader: bytes.NewReader(body), all: body, doubt: e.doubt, cut: err != nil}
	if resp.ContentLength < 0 && e.method != http.MethodHead {
		resp.ContentLength = int64(len(body))
	}
	return int64(len(body)), nil
}

// whole is a body of which all is there, or in a refusal what could be read.
type whole struct {
	*bytes.Reader
	all   []byte
	doubt bool // of the request
	cut   bool // not all is there, but all that will be
}

func (whole) Close() error { return nil }

// Body returns the whole body of an answer and closes it. That of an answer
// that came through a [Web] is not copied and cannot break off.
func Body(resp *http.Response) ([]byte, error) {
	defer resp.Body.Close()
	if b, ok := resp.Body.(whole); ok {
		return b.all, nil
	}
	return io.ReadAll(resp.Body)
}

// Doubtful reports whether an answer is not the first that the platform may
// have given: the request was sent before, no whole answer came, and what it
// asks for may have been done then.
func Doubtful(resp *http.Response) bool {
	b, ok := resp.Body.(whole)
	return ok && b.doubt
}

// Cut reports whether an answer that refuses did not come whole.
func Cut(resp *http.Response) bool {
	b, ok := resp.Body.(whole)
	return ok && b.cut
}

// bodies is memory for large bodies: of those that are given back.
type bodies struct{ pool sync.Pool }

// largeBody is how many bytes a body has that is worth giving back.
const largeBody = 64 << 10

// empty returns room for a body of so many bytes.
func (b *bodies) empty(size int) []byte {
	if size >= largeBody {
		if kept, ok := b.pool.Get().(*[]byte); ok && cap(*kept) >= size {
			return (*kept)[:0]
		}
	}
	return make([]byte, 0, size)
}

// Reuse takes back the memory of a body that [Body] returned. Nobody may look
// at the body, or at what was cut from it, any more.
func (w *Web) Reuse(body []byte) {
	if cap(body) >= largeBody {
		w.bodies.pool.Put(&body)
	}
}

// readBody reads a body to its end, so that the connection can be used again.
func (w *Web) readBody(resp *http.Response) ([]byte, error) {
	defer resp.Body.Close()
	most := w.options.MaxAnswer
	var room []byte
	if n := min(resp.ContentLength, 1<<20); n > 0 { // no more on the word of the platform
		room = w.bodies.empty(int(n) + bytes.MinRead)
	}
	b := bytes.NewBuffer(room)
	_, err := b.ReadFrom(io.LimitReader(resp.Body, most+1))
	if int64(b.Len()) > most {
		return nil, brick.Errorf(brick.Failed, "the answer is larger than %d bytes", most)
	}
	return b.Bytes(), err
}

// cutJSON reports whether a body that should be a JSON object or array does
// not end like one.
func cutJSON(h http.Header, body []byte) bool {
	media, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	media = strings.ToLower(strings.TrimSpace(media))
	if !strings.HasSuffix(media, "/json") && !strings.HasSuffix(media, "+json") {
		return false
	}
	body = bytes.TrimRight(body, " \t\r\n")
	return len(body) > 0 && body[len(body)-1] != '}' && body[len(body)-1] != ']'
}

// RetryAfter returns how long the header of an answer asks to wait before the
// request is sent again: 0 when it does not say, when nobody can make sense
// of it, and when the time has passed. A time of day is measured from the
// Date of the answer, so that no other clock matters.
func RetryAfter(h http.Header) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(text, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(seconds, math.MaxInt64/uint64(time.Second))) * time.Second
	}
	then, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0
	}
	return max(0, then.Sub(now))
}
