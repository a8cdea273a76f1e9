package platform_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// quick tries again almost at once, and for long.
var quick = platform.Retry{First: time.Millisecond, Most: 2 * time.Millisecond, Deadline: time.Minute}

// slowly tries again as one would across the net; only for bubbles.
var slowly = platform.Retry{First: time.Second, Most: 8 * time.Second, Deadline: time.Minute}

// serve starts a server on the loopback interface.
func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// newWeb returns a Web that is closed before the servers are.
func newWeb(t *testing.T, o platform.WebOptions) *platform.Web {
	t.Helper()
	w := platform.NewWeb(o)
	t.Cleanup(w.Close)
	return w
}

// ask sends a request and returns the answer and its body.
func ask(ctx context.Context, t *testing.T, w *platform.Web, method, url, body string, header ...string) (*http.Response, string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range header {
		req.Header[key] = []string{}
	}
	resp, err := w.Client().Do(req)
	if err != nil {
		return nil, "", err
	}
	whole, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Errorf("reading an answer that is in memory: %v", err)
	}
	return resp, string(whole), nil
}

const marked = "Idempotency-Key" // the header that makes every request one that may be sent twice

// heard collects events.
type heard struct {
	mu     sync.Mutex
	events []brick.Retrying
}

func (h *heard) emit(e brick.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, e.(brick.Retrying))
}

// wire is a network in the time of a bubble.
type wire struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (w *wire) Accept() (net.Conn, error) {
	select {
	case c := <-w.conns:
		return c, nil
	case <-w.closed:
		return nil, net.ErrClosed
	}
}

func (w *wire) Close() error {
	close(w.closed)
	return nil
}

func (w *wire) Addr() net.Addr { return &net.UnixAddr{Name: "wire", Net: "unix"} }

func (w *wire) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case w.conns <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// bubbled returns a Web that reaches a server by a wire. Its address is
// http://platform.test, and end has to be called before the bubble ends.
func bubbled(o platform.WebOptions, h http.HandlerFunc) (w *platform.Web, end func()) {
	line := &wire{conns: make(chan net.Conn), closed: make(chan struct{})}
	server := &http.Server{Handler: h}
	go server.Serve(line)
	o.Base = &http.Transport{DialContext: line.dial}
	w = platform.NewWeb(o)
	return w, func() {
		w.Close()
		server.Close()
	}
}
