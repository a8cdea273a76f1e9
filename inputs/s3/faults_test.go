package s3_test

import (
	"encoding/base64"
	"hash/crc32"
	"hash/crc64"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"users-brick/brick"
)

func TestObjectThatBreaksOffIsReadOn(t *testing.T) {
	content := rows(3000)
	for name, partSize := range map[string]int64{"in one": 10_000, "in parts": 500} {
		t.Run(name, func(t *testing.T) {
			for at := 0; at < len(content); at += 97 {
				b := &bucket{content: content, etag: `"1"`}
				b.fault = func(n int, w http.ResponseWriter, _ *http.Request) (http.ResponseWriter, bool) {
					if n%2 == 0 {
						return &cut{w, at}, false
					}
					return w, false
				}
				s := source(t, serve(t, b).URL)
				s.PartSize, s.Parallel, s.Retry = partSize, 3, quick
				reads(t, s, content)
			}
		})
	}
}

func TestStoreWithoutRangesIsReadWhole(t *testing.T) {
	b := &bucket{content: rows(100_000), etag: `"1"`, noRanges: true}
	b.fault = func(n int, w http.ResponseWriter, _ *http.Request) (http.ResponseWriter, bool) {
		if n == 0 {
			return &cut{w, 50_000}, false
		}
		return w, false
	}
	s := source(t, serve(t, b).URL)
	s.PartSize, s.Retry = 10_000, quick
	reads(t, s, b.content)
	if n := len(b.asked()); n != 2 {
		t.Errorf("%d requests", n)
	}
}

func TestPartThatIsNotTheOneAskedForIsNotTaken(t *testing.T) {
	b := &bucket{content: rows(3000), etag: `"1"`}
	b.fault = func(n int, w http.ResponseWriter, r *http.Request) (http.ResponseWriter, bool) {
		if n == 0 {
			return &cut{w, 700}, false
		}
		if r.Header.Get("Range") != "" {
			r.Header.Set("Range", "bytes=900-")
		}
		return w, false
	}
	s := source(t, serve(t, b).URL)
	s.Retry = quick
	reads(t, s, b.content)
	if asked := b.asked(); len(asked) != 3 || asked[2].Header.Get("Range") != "" {
		t.Errorf("%d requests", len(asked))
	}
}

func TestObjectThatIsReplacedWhileItIsReadIsRefused(t *testing.T) {
	before, after := rows(100_000), strings.ToUpper(rows(100_000))
	for name, heeds := range map[string]bool{"If-Match is heeded": true, "If-Match is passed over": false} {
		t.Run(name, func(t *testing.T) {
			b := &bucket{content: before, etag: `"1"`}
			b.fault = func(n int, w http.ResponseWriter, r *http.Request) (http.ResponseWriter, bool) {
				if n == 3 {
					b.mu.Lock()
					b.content, b.etag = after, `"2"`
					b.mu.Unlock()
				}
				if n >= 3 {
					w.Header().Set("ETag", `"2"`)
				}
				if !heeds {
					r.Header.Del("If-Match")
				}
				return w, false
			}
			s := source(t, serve(t, b).URL)
			s.PartSize, s.Parallel, s.Retry = 10_000, 2, quick
			got, _, err := read(t, s)
			wants(t, err, brick.BadInput, "the file was changed while it was read")
			if !strings.HasPrefix(before, got) {
				t.Errorf("%d bytes of two versions were handed out", len(got))
			}
		})
	}
}

func TestFakeStoreThatReplacesTheObjectIsNoticed(t *testing.T) {
	var n atomic.Int32
	var replace func()
	s, memory := fake(t, func(http.ResponseWriter, *http.Request) bool {
		if n.Add(1) == 3 {
			replace()
		}
		return false
	})
	put(t, memory, s.Key, rows(100_000))
	replace = func() { put(t, memory, s.Key, strings.ToUpper(rows(100_000))) }
	s.PartSize, s.Parallel = 10_000, 2
	_, _, err := read(t, s)
	wants(t, err, brick.BadInput, "the file was changed while it was read")
}

func TestShortObjectIsRefused(t *testing.T) {
	b := &bucket{content: rows(3000), etag: `"1"`}
	b.fault = func(_ int, w http.ResponseWriter, _ *http.Request) (http.ResponseWriter, bool) {
		return &cut{w, 2000}, false
	}
	got, _, err := read(t, source(t, serve(t, b).URL))
	wants(t, err, brick.BadInput, "the server ended the file too early")
	if got != b.content[:2000] {
		t.Errorf("%d bytes were handed out", len(got))
	}
}

func TestChecksumThatTheStoreKeepsMustBeRight(t *testing.T) {
	content := rows(100_000)
	crc := crc32.Checksum([]byte(content), crc32.MakeTable(crc32.Castagnoli))
	nvme := crc64.Checksum([]byte(content), crc64.MakeTable(0x9a6c9329ac4bc9b5))
	for name, sum := range map[string][]byte{
		"x-amz-checksum-crc32c":    {byte(crc >> 24), byte(crc >> 16), byte(crc >> 8), byte(crc)},
		"x-amz-checksum-crc64nvme": {byte(nvme >> 56), byte(nvme >> 48), byte(nvme >> 40), byte(nvme >> 32), byte(nvme >> 24), byte(nvme >> 16), byte(nvme >> 8), byte(nvme)},
	} {
		for _, partSize := range []int64{10_000, 1_000_000} {
			b := &bucket{content: content, etag: `"1"`}
			b.fault = func(_ int, w http.ResponseWriter, r *http.Request) (http.ResponseWriter, bool) {
				if r.Header.Get("x-amz-checksum-mode") == "ENABLED" {
					w.Header().Set(name, base64.StdEncoding.EncodeToString(sum))
					w.Header().Set("x-amz-checksum-type", "FULL_OBJECT")
				}
				return w, false
			}
			s := source(t, serve(t, b).URL)
			s.PartSize = partSize
			reads(t, s, content)
			b.content = content[:99_999] + "!"
			_, _, err := read(t, s)
			wants(t, err, brick.BadInput, "does not have the checksum that the server names")
		}
	}
}

// Whatever the store does, what is read is the object, or there is an error.
func TestObjectIsWholeOrThereIsAnError(t *testing.T) {
	alone(t)
	base := source(t, "")
	rapid.Check(t, func(rt *rapid.T) {
		content := rows(rapid.IntRange(0, 30_000).Draw(rt, "size"))
		other := strings.ToUpper(content)
		kinds := rapid.SliceOfN(rapid.SampledFrom([]string{"", "", "cut", "503", "hang up", "400 RequestTimeout", "replace", "whole"}), 0, 12).Draw(rt, "faults")
		at := rapid.IntRange(0, 5000).Draw(rt, "cut at")
		b := &bucket{content: content, etag: `"1"`, noRanges: rapid.Bool().Draw(rt, "no ranges")}
		b.fault = func(n int, w http.ResponseWriter, r *http.Request) (http.ResponseWriter, bool) {
			kind := ""
			if n < len(kinds) {
				kind = kinds[n]
			}
			switch kind {
			case "cut":
				return &cut{w, at}, false
			case "503":
				refusing(503, "SlowDown", "").ServeHTTP(w, r)
				return w, true
			case "400 RequestTimeout":
				refusing(400, "RequestTimeout", "").ServeHTTP(w, r)
				return w, true
			case "hang up":
				panic(http.ErrAbortHandler)
			case "whole":
				r.Header.Del("Range")
			case "replace":
				b.mu.Lock()
				b.content, b.etag = other, `"2"`
				b.mu.Unlock()
			}
			return w, false
		}
		server := httptest.NewServer(b)
		defer server.Close()
		s := base
		s.Endpoint, s.Retry = server.URL, quick
		s.PartSize, s.Parallel = rapid.Int64Range(500, 10_000).Draw(rt, "part size"), rapid.IntRange(1, 5).Draw(rt, "parallel")
		var got []byte
		stream, err := s.Open(rt.Context())
		if err == nil {
			defer stream.Close()
			got, err = io.ReadAll(stream)
		}
		switch whole := string(got) == content || string(got) == other; {
		case err == nil && !whole:
			rt.Fatalf("%d bytes of %d, no error", len(got), len(content))
		case err != nil && brick.KindOf(err) != brick.BadInput:
			rt.Fatalf("error %v, though the faults pass", err)
		case err != nil && !strings.HasPrefix(content, string(got)) && !strings.HasPrefix(other, string(got)):
			rt.Fatalf("%d bytes of two versions", len(got))
		}
	})
}
