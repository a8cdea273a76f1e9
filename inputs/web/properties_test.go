package web_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"

	"users-brick/brick"
	"users-brick/inputs/web"
)

// origin is a server with a temper. All it does is allowed by HTTP, or occurs.
type origin struct {
	mu       sync.Mutex
	versions []string // of the file
	now      int      // which one it sends
	tags     string   // strong, weak, date or none
	ranges   string   // heeds, ignores, heedless of If-Range, wrong
	chunked  bool
	gzip     bool
	faults   []fault // of the answers, in order; afterwards there are none
	sent     int
}

// fault is what happens to one answer.
type fault struct {
	Kind string // cut, status, hang up, change
	At   int
}

func (o *origin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var f fault
	if o.sent < len(o.faults) {
		f = o.faults[o.sent]
	}
	o.sent++
	switch f.Kind {
	case "cut":
		w = &cut{w, f.At}
	case "status":
		w.WriteHeader([]int{429, 500, 502, 503, 504, 408}[f.At%6])
		return
	case "hang up":
		panic(http.ErrAbortHandler)
	case "change":
		o.now = (o.now + 1) % len(o.versions)
	}
	o.file(w, r)
}

// body returns what is sent of a version.
func (o *origin) body(version int) string {
	if o.gzip {
		return gzipped(o.versions[version])
	}
	return o.versions[version]
}

func (o *origin) file(w http.ResponseWriter, r *http.Request) {
	h, content, changed := w.Header(), o.body(o.now), time.Time{}
	switch o.tags {
	case "strong":
		h.Set("ETag", fmt.Sprintf(`"%d"`, o.now))
	case "weak":
		h.Set("ETag", fmt.Sprintf(`W/"%d"`, o.now))
	case "date":
		changed = longAgo.Add(time.Duration(o.now) * time.Hour)
	}
	if o.gzip {
		h.Set("Content-Encoding", "gzip")
	}
	switch o.ranges {
	case "ignores":
		r.Header.Del("Range")
	case "heedless":
		r.Header.Del("If-Range")
	case "wrong":
		if r.Header.Get("Range") != "" {
			h.Set("Content-Range", fmt.Sprintf("bytes 0-%d/%d", len(content)-1, len(content)))
			w.WriteHeader(http.StatusPartialContent)
			io.WriteString(w, content)
			return
		}
	}
	if o.chunked && r.Header.Get("Range") == "" {
		chunked(content)(w, r)
		return
	}
	h.Set("Content-Type", "text/csv")
	http.ServeContent(w, r, "", changed, bytes.NewReader([]byte(content)))
}

func drawOrigin(t *rapid.T) *origin {
	size := rapid.IntRange(0, 20_000).Draw(t, "size")
	o := &origin{
		tags:    rapid.SampledFrom([]string{"strong", "weak", "date", "none"}).Draw(t, "tags"),
		ranges:  rapid.SampledFrom([]string{"heeds", "ignores", "heedless", "wrong"}).Draw(t, "ranges"),
		chunked: rapid.Bool().Draw(t, "chunked"),
		gzip:    rapid.Bool().Draw(t, "gzip"),
		faults: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) fault {
			return fault{rapid.SampledFrom([]string{"cut", "cut", "cut", "status", "hang up", "change", ""}).Draw(t, "kind"), rapid.IntRange(0, size).Draw(t, "at")}
		}), 0, 6).Draw(t, "faults"),
	}
	first := rows(size)[:size]
	at := rapid.IntRange(0, size).Draw(t, "differs from")
	o.versions = []string{first, first[:at] + strings.ToUpper(first[at:]), first[:at] + "more\n" + first[at:]}
	return o
}

// Whatever the server does, what is handed out is one of its versions, whole,
// or there is an error, and then what was handed out is how one begins.
func TestFileIsWholeOrThereIsAnError(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := drawOrigin(t)
		server := httptest.NewServer(o)
		defer server.Close()
		var got []byte
		stream, err := web.Source{URL: server.URL, Retry: quick}.Open(t.Context())
		if err == nil {
			defer stream.Close()
			var r io.Reader = stream
			if rapid.Bool().Draw(t, "in small pieces") {
				r = iotest.HalfReader(stream)
			}
			got, err = io.ReadAll(r)
		}
		for _, version := range o.versions {
			if err == nil && string(got) == version || err != nil && strings.HasPrefix(version, string(got)) {
				check(t, err)
				return
			}
		}
		t.Fatalf("%d bytes that are of no version, error %v", len(got), err)
	})
}

// check holds an error to what is promised.
func check(t *rapid.T, err error) {
	if err == nil {
		return
	}
	if _, typed := errors.AsType[*brick.Error](err); !typed || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatalf("error %v (%T)", err, err)
	}
	if kind := brick.KindOf(err); kind != brick.BadInput {
		t.Fatalf("error %v of kind %v, though the faults pass", err, kind)
	}
}

// What no server says may lead to two versions in one, or to more than one
// line in an error.
func FuzzHeaders(f *testing.F) {
	for _, seed := range [][3]string{
		{"bytes 5-9/10", `"1"`, "gzip"}, {"bytes 5-9/*", `W/"1"`, ""}, {"bytes */10", "", "br"}, {"bytes 9-5/10", "x", "gzip, gzip"},
		{"bytes 5-9/99999999999999999999", "\"", "identity"}, {"5-9/10", `""`, ","}, {"bytes 5-9/10/10", " ", "\xff"},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, contentRange, etag, coding string) {
		n := 0
		answers := func(r *http.Request) (*http.Response, error) {
			n++
			resp := &http.Response{StatusCode: 200, ProtoMajor: 1, ContentLength: 10, Request: r, Header: http.Header{"Etag": {etag}, "Content-Encoding": {coding}}}
			resp.Body = io.NopCloser(io.MultiReader(strings.NewReader("01234"), iotest.ErrReader(errors.New("reset"))))
			if n > 1 {
				resp.Body = io.NopCloser(strings.NewReader("0123456789"))
			}
			if r.Header.Get("Range") != "" {
				resp.StatusCode, resp.ContentLength = 206, -1
				resp.Header.Set("Content-Range", contentRange)
				resp.Body = io.NopCloser(strings.NewReader("56789"))
				resp.TransferEncoding = []string{"chunked"}
			}
			return resp, nil
		}
		stream, err := web.Source{URL: "http://example.com", Retry: quick, Transport: tripper(answers)}.Open(t.Context())
		if err == nil {
			var got []byte
			got, err = io.ReadAll(stream)
			stream.Close()
			if err == nil && string(got) != "0123456789" {
				t.Fatalf("read %q", got)
			}
		}
		if err != nil && strings.ContainsAny(err.Error(), "\n\r\x00") {
			t.Fatalf("error %q", err)
		}
	})
}

type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
