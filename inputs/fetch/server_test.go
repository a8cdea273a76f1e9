package fetch_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"users-brick/brick"
	"users-brick/inputs/fetch"
)

// nature is what a server says of its file.
type nature struct {
	version string
	exact   bool
	ranges  bool
	endless bool // does not tell the size
}

// server is a Getter of one file, with faults. Its bodies are counted.
type server struct {
	nature
	content []byte

	// fault changes the n-th answer, from 0; it may be nil.
	fault func(n int, r fetch.Request, a *fetch.Answer) error

	mu       sync.Mutex
	requests []fetch.Request
	open     int // bodies
	most     int
}

func (s *server) get(ctx context.Context, r fetch.Request) (*fetch.Answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.requests)
	s.requests = append(s.requests, r)
	a := &fetch.Answer{Info: fetch.Info{Size: int64(len(s.content)), Version: s.version, Exact: s.exact, Ranges: s.ranges}}
	if s.endless {
		a.Size = -1
	}
	content := s.content
	if r.To > 0 && r.From > 0 {
		content = content[:r.To]
	}
	a.From = r.From
	a.Body = io.NopCloser(bytes.NewReader(content[a.From:]))
	if s.fault != nil {
		if err := s.fault(n, r, a); err != nil {
			return nil, err
		}
	}
	s.open++
	s.most = max(s.most, s.open)
	a.Body = &counted{a.Body, ctx, s}
	return a, nil
}

// counted is a body that is over when its context is, as those of net/http.
type counted struct {
	io.ReadCloser
	ctx context.Context
	s   *server
}

func (c *counted) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.ReadCloser.Read(p)
}

func (c *counted) Close() error {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.s.open--
	return c.ReadCloser.Close()
}

// cutAfter makes a body that breaks off.
func cutAfter(body io.Reader, n int64, err error) io.ReadCloser {
	return io.NopCloser(io.MultiReader(io.LimitReader(body, n), failing{err}))
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

var errReset = errors.New("connection reset by peer")

// quick tries again at once.
var quick = fetch.Retry{First: 1, Most: 1, Deadline: time.Minute}

// letters returns n bytes in which each place is told from its neighbours.
func letters(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + i>>8*13 + i>>16)
	}
	return b
}

// read reads all of a file and checks that nothing is left open.
func read(t *testing.T, s *server, o fetch.Options) ([]byte, error) {
	t.Helper()
	o.Op = "read it"
	f, err := fetch.Open(t.Context(), s.get, o)
	if err != nil {
		return nil, err
	}
	got, err := io.ReadAll(f)
	f.Close()
	if s.open != 0 {
		t.Errorf("%d bodies are left open", s.open)
	}
	return got, err
}

// wants fails unless the error is of the kind and has the text.
func wants(t *testing.T, err error, kind brick.Kind, text string) {
	t.Helper()
	if err == nil || brick.KindOf(err) != kind || !strings.Contains(err.Error(), text) {
		t.Errorf("error %v of kind %v, want %v with %q", err, brick.KindOf(err), kind, text)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("error %v passes for the end of the file", err)
	}
}
