package web_test

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"users-brick/brick"
	"users-brick/inputs/web"
)

// rows is a file of about so many bytes.
func rows(n int) string {
	var b strings.Builder
	b.WriteString("login\n")
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "u%06d@example.com\n", i)
	}
	return b.String()
}

// whole sends all of a file, whatever is asked for.
func whole(content, etag string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if etag != "" {
			w.Header().Set("ETag", etag)
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(content)))
		io.WriteString(w, content)
	}
}

// onlyDate sends a file that has a date, but no ETag.
func onlyDate(content string, changed time.Time) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "users.csv", changed, bytes.NewReader([]byte(content)))
	}
}

// dated answers by the server's own clock.
func dated(now time.Time, h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", now.Format(http.TimeFormat))
		h(w, r)
	}
}

func TestDownloadThatBreaksOffIsReadOn(t *testing.T) {
	content := rows(1500)
	for name, tt := range map[string]struct {
		handler http.HandlerFunc
		ranged  string // If-Range of the second request; empty when all is asked for
	}{
		"strong ETag":         {file(content, `"v1"`), `"v1"`},
		"weak ETag":           {file(content, `W/"v1"`), ""},
		"old date":            {dated(longAgo.Add(time.Minute), onlyDate(content, longAgo)), longAgo.Format(http.TimeFormat)},
		"date of just now":    {dated(longAgo.Add(59*time.Second), onlyDate(content, longAgo)), ""},
		"date to come":        {dated(longAgo.Add(-time.Hour), onlyDate(content, longAgo)), ""},
		"nothing":             {onlyDate(content, time.Time{}), ""},
		"no parts":            {whole(content, `"v1"`), `"v1"`},
		"no parts, no ETag":   {whole(content, ""), ""},
		"parts ruled out":     {ruledOut(whole(content, `"v1"`)), ""},
		"size not told":       {chunked(content), ""},
		"compressed, at once": {send(200, map[string]string{"Content-Encoding": "gzip", "ETag": `"v1"`}, gzipped(content)), ""},
	} {
		t.Run(name, func(t *testing.T) {
			step := 37
			if strings.HasPrefix(name, "compressed") {
				step = 7
			}
			for at := 0; at < len(gzipped(content)) || at < len(content) && step == 37; at += step {
				s := serve(t, cutting(at, tt.handler))
				reads(t, web.Source{URL: s.URL, Retry: quick}, content)
				asked := s.asked()
				if len(asked) != 2 {
					t.Fatalf("cut at %d: %d requests", at, len(asked))
				}
				got, part := asked[1].Header.Get("If-Range"), asked[1].Header.Get("Range")
				if at > 0 && got != tt.ranged || (got == "") != (part == "") {
					t.Fatalf("cut at %d: range %q if %q, want %q", at, part, got, tt.ranged)
				}
				s.Close()
			}
		})
	}
}

func TestDownloadOverHTTP2IsReadOn(t *testing.T) {
	content := rows(100_000)
	for _, at := range []int{0, 1, 50_000, 99_999} {
		var proto string
		h := cutting(at, file(content, `"v1"`))
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			proto = r.Proto
			h(w, r)
		}))
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.EnableHTTP2 = true
		server.StartTLS()
		reads(t, web.Source{URL: server.URL, Retry: quick, Transport: server.Client().Transport}, content)
		server.Close()
		if proto != "HTTP/2.0" {
			t.Errorf("it was %s", proto)
		}
	}
}

func TestPartWithoutItsDateIsNotTaken(t *testing.T) {
	content := rows(1500)
	right := cutting(700, onlyDate(content, longAgo))
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Range") != "" {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes 700-%d/%d", len(content)-1, len(content)))
			w.WriteHeader(http.StatusPartialContent)
			io.WriteString(w, strings.ToUpper(content[700:]))
			return
		}
		right(w, r)
	})
	reads(t, web.Source{URL: s.URL, Retry: quick}, content)
}

func ruledOut(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Accept-Ranges", "none")
		h(w, r)
	}
}

func TestFileThatChangesWhileItIsReadIsRefused(t *testing.T) {
	before, after := rows(1500), strings.ToUpper(rows(1500))
	for name, tt := range map[string]struct{ first, then http.HandlerFunc }{
		"another ETag":                      {file(before, `"v1"`), file(after, `"v2"`)},
		"another ETag, If-Range not heeded": {file(before, `"v1"`), heedless(after, `"v2"`)},
		"another weak ETag":                 {file(before, `W/"v1"`), file(after, `W/"v2"`)},
		"another date":                      {onlyDate(before, longAgo), onlyDate(after, longAgo.Add(time.Hour))},
		"another size":                      {whole(before, ""), whole(before+"more", "")},
		"nothing but the bytes":             {whole(before, ""), whole(after, "")},
		"size not told":                     {chunked(before), chunked(after)},
	} {
		t.Run(name, func(t *testing.T) {
			first := cutting(700, tt.first)
			n := 0
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if n++; n == 1 {
					first(w, r)
				}
				tt.then(w, r)
			})
			got, _, err := read(t, web.Source{URL: s.URL + "/users.csv", Retry: quick})
			wants(t, err, brick.BadInput, "read "+s.URL+"/users.csv: the file was changed while it was read", "hint: run again")
			if got != before[:700] {
				t.Errorf("%d bytes were handed out", len(got))
			}
		})
	}
}

// heedless sends parts without a look at If-Range.
func heedless(content, etag string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("If-Range")
		file(content, etag)(w, r)
	}
}

// What a server sends as a part is taken only when it says that it is the
// right one. Whatever else it does, the whole is read and compared.
func TestPartThatIsNotProvenIsNotTaken(t *testing.T) {
	content := rows(1500)
	part := func(header map[string]string) http.HandlerFunc {
		return send(http.StatusPartialContent, header, content[10:])
	}
	size := len(content)
	for name, wrong := range map[string]http.HandlerFunc{
		"no Content-Range":     part(map[string]string{"ETag": `"v1"`}),
		"another beginning":    part(map[string]string{"ETag": `"v1"`, "Content-Range": fmt.Sprintf("bytes 10-%d/%d", size-1, size)}),
		"unknown size":         part(map[string]string{"ETag": `"v1"`, "Content-Range": fmt.Sprintf("bytes 700-%d/*", size-1)}),
		"beyond the end":       part(map[string]string{"ETag": `"v1"`, "Content-Range": fmt.Sprintf("bytes 700-%d/%d", size, size)}),
		"backwards":            part(map[string]string{"ETag": `"v1"`, "Content-Range": fmt.Sprintf("bytes 700-699/%d", size)}),
		"another unit":         part(map[string]string{"ETag": `"v1"`, "Content-Range": fmt.Sprintf("rows 700-%d/%d", size-1, size)}),
		"negative":             part(map[string]string{"ETag": `"v1"`, "Content-Range": "bytes -700--1/-1"}),
		"no ETag":              part(map[string]string{"Content-Range": fmt.Sprintf("bytes 700-%d/%d", size-1, size)}),
		"not satisfiable":      send(http.StatusRequestedRangeNotSatisfiable, map[string]string{"Content-Range": "bytes */700"}, ""),
		"all of it, once more": whole(content, `"v1"`),
	} {
		t.Run(name, func(t *testing.T) {
			right := cutting(700, whole(content, `"v1"`))
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Range") != "" {
					wrong(w, r)
					return
				}
				right(w, r)
			})
			reads(t, web.Source{URL: s.URL, Retry: quick}, content)
		})
	}
}

// A part may be shorter than what was asked for.
func TestPartInPartIsReadOn(t *testing.T) {
	content := rows(3000)
	s := serve(t, cutting(700, func(w http.ResponseWriter, r *http.Request) {
		if from := r.Header.Get("Range"); from != "" {
			var n int
			fmt.Sscanf(from, "bytes=%d-", &n)
			r.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", n, n+499))
		}
		file(content, `"v1"`)(w, r)
	}))
	reads(t, web.Source{URL: s.URL, Retry: quick}, content)
	if n := len(s.asked()); n != 6 {
		t.Errorf("%d requests", n)
	}
}

func TestBodyShorterThanAnnouncedIsRefused(t *testing.T) {
	content := rows(1500)
	for name, h := range map[string]http.HandlerFunc{
		"with parts":    whole(content, `"v1"`),
		"without":       whole(content, ""),
		"size not told": chunked(content),
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, r *http.Request) { h(&cut{w, 1000}, r) })
			got, _, err := read(t, web.Source{URL: s.URL})
			wants(t, err, brick.BadInput, "the server ended the file too early", "hint: ")
			if got != content[:1000] {
				t.Errorf("%d bytes were handed out", len(got))
			}
		})
	}
}
