package web_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"users-brick/brick"
	"users-brick/inputs/fetch"
	"users-brick/inputs/web"
)

// pipes is a net within a synctest bubble, whose clock does not wait.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	p.conns <- theirs
	return ours, nil
}

// inBubble runs a test against a server within a bubble.
func inBubble(t *testing.T, h http.HandlerFunc, test func(t *testing.T, source web.Source)) {
	synctest.Test(t, func(t *testing.T) {
		net := &pipes{make(chan net.Conn), make(chan struct{})}
		server := &http.Server{Handler: h}
		go server.Serve(net)
		transport := &http.Transport{DialContext: net.dial}
		test(t, web.Source{URL: "http://users.example.com/users.csv", Transport: transport})
		transport.CloseIdleConnections()
		close(net.done)
		server.Close()
	})
}

// stalling sends so many bytes of its answer, and then nothing until the
// other side has gone.
func stalling(n int, h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h(&stall{w, r.Context(), n}, r)
	}
}

type stall struct {
	http.ResponseWriter
	ctx  context.Context
	left int
}

func (s *stall) Write(p []byte) (int, error) {
	n, _ := s.ResponseWriter.Write(p[:min(len(p), s.left)])
	if s.left -= n; s.left == 0 {
		s.ResponseWriter.(http.Flusher).Flush()
		<-s.ctx.Done()
	}
	return n, nil
}

func TestServerThatDoesNotAnswerIsUnavailable(t *testing.T) {
	inBubble(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, func(t *testing.T, s web.Source) {
		s.Patience = 30 * time.Second
		began := time.Now()
		_, err := s.Open(t.Context())
		wants(t, err, brick.Unavailable, "the server was silent for 30s")
		if took := time.Since(began); took != 30*time.Second {
			t.Errorf("it gave up after %v", took)
		}
	})
}

func TestBodyThatStallsIsReadOn(t *testing.T) {
	content := rows(100_000)
	var n atomic.Int32
	h := func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) < 4 {
			stalling(20_000, file(content, `"1"`))(w, r)
			return
		}
		file(content, `"1"`)(w, r)
	}
	inBubble(t, h, func(t *testing.T, s web.Source) {
		s.Patience, s.Retry = 30*time.Second, fetch.DefaultRetry
		reads(t, s, content)
		if n.Load() != 4 {
			t.Errorf("%d requests", n.Load())
		}
	})
}

func TestSlowBodyIsReadAsLongAsItMoves(t *testing.T) {
	h := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(csv)))
		for _, b := range []byte(csv) {
			select {
			case <-time.After(29 * time.Second):
			case <-r.Context().Done():
				return
			}
			w.Write([]byte{b})
			w.(http.Flusher).Flush()
		}
	}
	inBubble(t, h, func(t *testing.T, s web.Source) {
		s.Patience = 30 * time.Second
		reads(t, s, csv)
	})
	inBubble(t, h, func(t *testing.T, s web.Source) {
		s.Patience, s.Timeout, s.Retry = 30*time.Second, 5*time.Minute, fetch.DefaultRetry
		began := time.Now()
		_, _, err := read(t, s)
		wants(t, err, brick.Unavailable, "read http://users.example.com/users.csv: the file could not be read within 5m0s; hint: raise `timeout`")
		if took := time.Since(began); took != 5*time.Minute {
			t.Errorf("it took %v", took)
		}
	})
}

func TestTimeoutEndsTryingAgain(t *testing.T) {
	inBubble(t, send(503, nil, ""), func(t *testing.T, s web.Source) {
		s.Timeout, s.Retry = time.Minute, fetch.DefaultRetry
		began := time.Now()
		_, err := s.Open(t.Context())
		wants(t, err, brick.Unavailable, "could not be read within 1m0s")
		if took := time.Since(began); took != time.Minute {
			t.Errorf("it took %v", took)
		}
	})
}

func TestRetryAfterIsHonoured(t *testing.T) {
	var n atomic.Int32
	h := func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) == 1 {
			send(429, map[string]string{"Retry-After": "42"}, "")(w, r)
			return
		}
		file(csv, "")(w, r)
	}
	inBubble(t, h, func(t *testing.T, s web.Source) {
		s.Retry = fetch.DefaultRetry
		began := time.Now()
		reads(t, s, csv)
		if took := time.Since(began); took != 42*time.Second {
			t.Errorf("it came back after %v", took)
		}
	})
}

func TestStopIsInterrupted(t *testing.T) {
	inBubble(t, stalling(10, file(csv, "")), func(t *testing.T, s web.Source) {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(errors.New("signal")) })
		s.Retry = fetch.DefaultRetry
		_, err := s.Open(ctx)
		wants(t, err, brick.Interrupted, "stopped: signal")
	})
}

func TestClosingEarlyLeavesNothingBehind(t *testing.T) {
	inBubble(t, file(rows(1_000_000), `"1"`), func(t *testing.T, s web.Source) {
		open := 0
		s.Transport = noting(s.Transport, &open)
		stream, err := s.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(stream, make([]byte, 1000)); err != nil {
			t.Fatal(err)
		}
		stream.Close() // a goroutine that is left would end the test
		if open != 0 {
			t.Errorf("%d bodies are left open", open)
		}
		if _, err := io.ReadAll(stream); err == nil {
			t.Error("a closed stream was read to its end")
		}
	})
}

func TestRefusalsLeaveNothingOpen(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"refused": send(404, nil, rows(100_000)), "down": send(503, nil, "x"), "a page": send(200, nil, "<html>"), "too large": file(rows(1000), ""),
		"unknown coding": send(200, map[string]string{"Content-Encoding": "br"}, "x"), "sent on for ever": to("/"),
	} {
		open := 0
		_, err := web.Source{URL: serve(t, h).URL, MaxBytes: 999, Transport: noting(http.DefaultTransport, &open)}.Open(t.Context())
		if err == nil || open != 0 {
			t.Errorf("%s: %d bodies are left open, error %v", name, open, err)
		}
	}
}

// noting counts the bodies that are open.
func noting(net http.RoundTripper, open *int) http.RoundTripper {
	return tripper(func(r *http.Request) (*http.Response, error) {
		resp, err := net.RoundTrip(r)
		if err == nil {
			*open++
			resp.Body = &noted{resp.Body, func() { *open-- }}
		}
		return resp, err
	})
}

// noted is a body that tells when it is closed.
type noted struct {
	io.ReadCloser
	closed func()
}

func (n *noted) Close() error {
	n.closed()
	return n.ReadCloser.Close()
}
