package web_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"users-brick/brick"
	"users-brick/inputs"
	"users-brick/inputs/fetch"
	"users-brick/inputs/web"
)

const csv = "login,role\nann@example.com,admin\nbob@example.com,viewer\n"

// long ago is when the files of the tests were changed.
var longAgo = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// quick tries again at once.
var quick = fetch.Retry{First: 1, Most: 1, Deadline: time.Minute}

// site is a server that remembers what it was asked. It answers one request
// after the other.
type site struct {
	*httptest.Server
	mu       sync.Mutex
	requests []*http.Request
}

func (s *site) asked() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

func (s *site) remember(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.requests = append(s.requests, r)
		h.ServeHTTP(w, r)
	})
}

func serve(t *testing.T, h http.HandlerFunc) *site {
	t.Helper()
	s := &site{}
	s.Server = httptest.NewServer(s.remember(h))
	t.Cleanup(s.Close)
	return s
}

// send returns a handler that sends one answer.
func send(status int, header map[string]string, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for name, value := range header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		io.WriteString(w, text)
	}
}

// file returns a handler that sends a file, or the part asked for.
func file(content, etag string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/csv")
		if etag != "" {
			w.Header().Set("ETag", etag)
		}
		http.ServeContent(w, r, "users.csv", longAgo, bytes.NewReader([]byte(content)))
	}
}

// cutting cuts the first answer after n bytes of its body.
func cutting(n int, h http.HandlerFunc) http.HandlerFunc {
	var once sync.Once
	return func(w http.ResponseWriter, r *http.Request) {
		left := -1
		once.Do(func() { left = n })
		h(&cut{w, left}, r)
	}
}

// cut is an answer whose connection is ended after so many bytes; below 0
// never.
type cut struct {
	http.ResponseWriter
	left int
}

func (c *cut) Write(p []byte) (int, error) {
	if c.left < 0 || len(p) < c.left {
		c.left = max(-1, c.left-len(p))
		return c.ResponseWriter.Write(p)
	}
	c.ResponseWriter.Write(p[:c.left])
	c.Flush()
	panic(http.ErrAbortHandler)
}

func (c *cut) Flush() { c.ResponseWriter.(http.Flusher).Flush() }

// read reads all that a source has.
func read(t *testing.T, s web.Source) (string, *inputs.Stream, error) {
	t.Helper()
	stream, err := s.Open(t.Context())
	if err != nil {
		return "", nil, err
	}
	defer stream.Close()
	got, err := io.ReadAll(stream)
	return string(got), stream, err
}

// reads fails unless the source has exactly the text.
func reads(t *testing.T, s web.Source, want string) *inputs.Stream {
	t.Helper()
	got, stream, err := read(t, s)
	if err != nil || got != want {
		t.Fatalf("read %.200q (%d bytes), want %d, error %v", got, len(got), len(want), err)
	}
	return stream
}

// wants fails unless the error is of the kind and has the texts.
func wants(t *testing.T, err error, kind brick.Kind, texts ...string) {
	t.Helper()
	if err == nil || brick.KindOf(err) != kind {
		t.Errorf("error %v of kind %v, want %v", err, brick.KindOf(err), kind)
		return
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("error %v, want %q", err, text)
		}
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("error %v passes for the end of the file", err)
	}
}
