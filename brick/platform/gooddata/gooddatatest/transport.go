package gooddatatest

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"
)

// Transport returns a way to the platform without any connection, for tests
// whose time stands still until everybody waits. Answers come when they are
// complete. A connection that the platform would have ended is the error
// io.EOF, or io.ErrUnexpectedEOF in the middle of an answer.
func (s *Server) Transport() http.RoundTripper { return transport{s} }

type transport struct{ server *Server }

// RoundTrip lets the server answer.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	sent := r.Clone(r.Context())
	if sent.Body == nil {
		sent.Body = http.NoBody
	}
	defer sent.Body.Close()
	sent.RequestURI = r.URL.RequestURI()
	w := &received{header: http.Header{}}
	cut := t.serve(w, sent)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if cut && w.status == 0 {
		return nil, io.EOF
	}
	body := io.Reader(&w.body)
	if cut {
		body = io.MultiReader(body, broken{})
	}
	return &http.Response{
		Status: strconv.Itoa(w.status) + " " + http.StatusText(w.status), StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(body), ContentLength: -1, Request: r,
	}, nil
}

// serve reports whether the server ended the connection.
func (t transport) serve(w http.ResponseWriter, r *http.Request) (cut bool) {
	defer func() {
		if reason := recover(); reason != nil {
			if err, _ := reason.(error); !errors.Is(err, http.ErrAbortHandler) {
				panic(reason)
			}
			cut = true
		}
	}()
	t.server.ServeHTTP(w, r)
	return false
}

// received is an answer as it arrives.
type received struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *received) Header() http.Header { return w.header }

func (w *received) WriteHeader(status int) { w.status = status }

func (w *received) Write(p []byte) (int, error) { return w.body.Write(p) }

// broken is the end of an answer that did not arrive.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
