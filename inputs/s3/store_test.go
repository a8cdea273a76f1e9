package s3_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"users-brick/brick"
	"users-brick/inputs"
	"users-brick/inputs/fetch"
	"users-brick/inputs/s3"
)

const csv = "login,role\nann@example.com,admin\nbob@example.com,viewer\n"

// quick tries again at once.
var quick = fetch.Retry{First: 1, Most: 1, Deadline: time.Minute}

// alone keeps the environment of this machine out of a test.
func alone(t *testing.T) {
	t.Helper()
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
		}
	}
	none := filepath.Join(t.TempDir(), "none")
	t.Setenv("AWS_CONFIG_FILE", none)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", none)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}

// source is a source at a store, with keys.
func source(t *testing.T, endpoint string) s3.Source {
	t.Helper()
	alone(t)
	return s3.Source{
		Bucket: "users", Key: "daily/users.csv", Endpoint: endpoint,
		AccessKeyID: brick.NewSecret("AKIDHUSH"), SecretAccessKey: brick.NewSecret("SECRETHUSH"),
	}
}

// serve starts a store.
func serve(t *testing.T, h http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server
}

// fake starts a store with an empty bucket, and what it is asked goes through
// a handler first, which returns whether it has answered; it may be nil.
func fake(t *testing.T, first func(http.ResponseWriter, *http.Request) bool) (s3.Source, *s3mem.Backend) {
	t.Helper()
	memory := s3mem.New()
	if err := memory.CreateBucket("users"); err != nil {
		t.Fatal(err)
	}
	store := gofakes3.New(memory).Server()
	server := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if first == nil || !first(w, r) {
			store.ServeHTTP(w, r)
		}
	}))
	return source(t, server.URL), memory
}

// put stores an object.
func put(t *testing.T, memory *s3mem.Backend, key, content string) {
	t.Helper()
	if _, err := memory.PutObject("users", key, nil, strings.NewReader(content), int64(len(content)), nil); err != nil {
		t.Fatal(err)
	}
}

// bucket is a store of one object, with faults.
type bucket struct {
	mu       sync.Mutex
	content  string
	etag     string // empty for a wrong one
	header   map[string]string
	noRanges bool
	fault    func(n int, w http.ResponseWriter, r *http.Request) (http.ResponseWriter, bool)
	requests []*http.Request
}

func (b *bucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	n := len(b.requests)
	b.requests = append(b.requests, r)
	content, etag := b.content, b.etag
	b.mu.Unlock()
	for name, value := range b.header {
		w.Header().Set(name, value)
	}
	if etag != "" {
		w.Header().Set("ETag", etag)
	}
	if b.fault != nil {
		var done bool
		if w, done = b.fault(n, w, r); done {
			return
		}
	}
	if b.noRanges {
		w.Header().Set("Content-Length", fmt.Sprint(len(content)))
		io.WriteString(w, content)
		return
	}
	w.Header().Set("Accept-Ranges", "bytes")
	http.ServeContent(w, r, "", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), strings.NewReader(content))
}

func (b *bucket) asked() []*http.Request {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.requests
}

// refusing returns a store that answers every request with an error.
func refusing(status int, code, message string, header ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		if code != "" {
			fmt.Fprintf(w, "<Error><Code>%s</Code><Message>%s</Message></Error>", code, message)
		}
	})
}

// cut is an answer whose connection is ended after so many bytes.
type cut struct {
	http.ResponseWriter
	left int
}

func (c *cut) Write(p []byte) (int, error) {
	if len(p) <= c.left {
		c.left -= len(p)
		return c.ResponseWriter.Write(p)
	}
	c.ResponseWriter.Write(p[:c.left])
	c.ResponseWriter.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// rows is a file of so many bytes.
func rows(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "u%07d@example.com\n", i)
	}
	return b.String()[:n]
}

func read(t *testing.T, s s3.Source) (string, *inputs.Stream, error) {
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
func reads(t *testing.T, s s3.Source, want string) *inputs.Stream {
	t.Helper()
	got, stream, err := read(t, s)
	if err != nil || got != want {
		t.Fatalf("read %.100q (%d bytes), want %d, error %v", got, len(got), len(want), err)
	}
	return stream
}

// wants fails unless the error is of the kind and has the texts, and no key.
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
		t.Errorf("error %v passes for the end of the object", err)
	}
	if strings.Contains(err.Error(), "HUSH") {
		t.Errorf("error %v shows a secret", err)
	}
}

// handled answers a request without a net.
func handled(h http.Handler, r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	resp := w.Result()
	resp.Request = r
	resp.ContentLength = int64(w.Body.Len())
	return resp
}
