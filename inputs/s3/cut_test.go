package s3_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"users-brick/brick"
	"users-brick/inputs"
)

func gzipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, text)
	w.Close()
	return b.String()
}

// chunks is an answer that does not say how long it is.
type chunks struct{ http.ResponseWriter }

func (c chunks) WriteHeader(status int) {
	c.Header().Del("Content-Length")
	c.ResponseWriter.WriteHeader(status)
	c.ResponseWriter.(http.Flusher).Flush()
}

func (c chunks) Write(p []byte) (int, error) {
	c.Header().Del("Content-Length")
	n, err := c.ResponseWriter.Write(p)
	c.ResponseWriter.(http.Flusher).Flush()
	return n, err
}

func (c chunks) Flush() { c.ResponseWriter.(http.Flusher).Flush() }

// cutStore is a bucket whose answers are cut after so many bytes.
type cutStore struct {
	bucket
	mu      sync.Mutex
	at      int
	always  bool
	chunked bool
	sent    int
}

func (c *cutStore) answer(_ int, w http.ResponseWriter, _ *http.Request) (http.ResponseWriter, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.chunked {
		w = chunks{w}
	}
	if c.sent++; c.sent == 1 || c.always {
		w = &cut{w, c.at}
	}
	return w, false
}

// Wherever what a store sends is cut, the object is read to its end or
// refused, and of a gzip file there are all rows or none.
func TestObjectThatIsCutAtAnyByteIsWholeOrRefused(t *testing.T) {
	for content, kind := range map[string]string{csv: "plain", gzipped(csv): "gzip file"} {
		for name, c := range map[string]*cutStore{
			"always cut": {always: true}, "always cut, chunked": {always: true, chunked: true},
			"then sent in part": {}, "then sent in part, chunked": {chunked: true},
			"then sent as a whole": {bucket: bucket{noRanges: true}}, "then sent as a whole, chunked": {bucket: bucket{noRanges: true}, chunked: true},
		} {
			t.Run(kind+", "+name, func(t *testing.T) {
				c := &cutStore{bucket: bucket{content: content, etag: `"1"`, noRanges: c.noRanges}, always: c.always, chunked: c.chunked}
				c.fault = c.answer
				s := source(t, serve(t, c).URL)
				if !c.always {
					s.Retry = quick
				}
				for at := range len(content) + 1 {
					c.mu.Lock()
					c.at, c.sent = at, 0
					c.mu.Unlock()
					got, _, err := read(t, s)
					switch {
					case err == nil && got != content, err != nil && !strings.HasPrefix(content, got):
						t.Errorf("cut at %d of %d: %d bytes, error %v", at, len(content), len(got), err)
					case err != nil && (brick.KindOf(err) != brick.BadInput || !c.always):
						t.Errorf("cut at %d of %d: error %v of kind %v", at, len(content), err, brick.KindOf(err))
					}
				}
			})
		}
	}
}

// A store may keep a part only: then only the file itself can show it.
func TestGzipObjectThatIsKeptInPartGivesNoRows(t *testing.T) {
	whole := gzipped(csv)
	b := &bucket{etag: `"1"`}
	s := source(t, serve(t, b).URL)
	for at := range len(whole) {
		b.mu.Lock()
		b.content = whole[:at]
		b.mu.Unlock()
		stream, err := s.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, failed := range inputs.NewReader(stream, stream.Name, inputs.Options{}).Rows(t.Context()) {
			err = failed
		}
		stream.Close()
		if brick.KindOf(err) != brick.BadInput {
			t.Errorf("cut at %d: error %v", at, err)
		}
	}
}
