package s3_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"

	"users-brick/brick"
	"users-brick/inputs"
	"users-brick/inputs/s3"
)

var _ inputs.Source = s3.Source{}

func TestObjectIsReadToItsEnd(t *testing.T) {
	s, _ := fake(t, nil)
	if err := s3.WriteObject(t.Context(), s, "text/csv", strings.NewReader(csv)); err != nil {
		t.Fatal(err)
	}
	stream := reads(t, s, csv)
	if stream.Name != "s3://users/daily/users.csv" || stream.Size != int64(len(csv)) || len(stream.ETag) != 34 || stream.Modified.IsZero() {
		t.Errorf("origin %+v", stream.Origin)
	}
}

func TestEmptyObjectIsRead(t *testing.T) {
	s, memory := fake(t, nil)
	put(t, memory, s.Key, "")
	reads(t, s, "")
}

func TestKeyIsTakenAsItIs(t *testing.T) {
	s, memory := fake(t, nil)
	for _, key := range []string{"a b+c&d=e.csv", "ž/ü %41.csv", "x/../y//z.csv", "q?versionId=1#2.csv", "~'()*!.csv"} {
		put(t, memory, key, key)
		s.Key = key
		reads(t, s, key)
	}
}

func TestVersionMayBeNamed(t *testing.T) {
	s, memory := fake(t, nil)
	if err := memory.SetVersioningConfiguration("users", gofakes3.VersioningConfiguration{Status: gofakes3.VersioningEnabled}); err != nil {
		t.Fatal(err)
	}
	old, err := memory.PutObject("users", s.Key, nil, strings.NewReader("old"), 3, nil)
	if err != nil {
		t.Fatal(err)
	}
	put(t, memory, s.Key, "new")
	reads(t, s, "new")
	s.VersionID = string(old.VersionID)
	reads(t, s, "old")
	s.VersionID = "none"
	_, err = s.Open(t.Context())
	wants(t, err, brick.BadInput, "there is no such version")
}

func TestLargeObjectIsReadInPartsAtOnce(t *testing.T) {
	content := rows(1_000_000)
	for _, parallel := range []int{0, 1, 2, 7} {
		b := &bucket{content: content, etag: `"1"`}
		s := source(t, serve(t, b).URL)
		s.Parallel, s.PartSize = parallel, 64<<10
		stream := reads(t, s, content)
		want := 16
		if parallel == 1 {
			want = 1
		}
		asked := b.asked()
		if len(asked) != want || stream.Size != 1_000_000 {
			t.Errorf("%d at once: %d requests, size %d", parallel, len(asked), stream.Size)
		}
		for _, r := range asked[1:] {
			if r.Header.Get("If-Match") != `"1"` || r.Header.Get("Range") == "" {
				t.Errorf("asked for %q of %q", r.Header.Get("Range"), r.Header.Get("If-Match"))
			}
		}
	}
}

func TestPartsOfAFakeStoreFitTogether(t *testing.T) {
	s, memory := fake(t, nil)
	content := rows(300_001)
	put(t, memory, s.Key, content)
	s.Parallel, s.PartSize = 3, 10_000
	reads(t, s, content)
}

func TestVersionOfTheBeginningIsAskedForToTheEnd(t *testing.T) {
	b := &bucket{content: rows(100_000), etag: `"1"`, header: map[string]string{"x-amz-version-id": "v7"}}
	s := source(t, serve(t, b).URL)
	s.PartSize = 10_000
	reads(t, s, b.content)
	for i, r := range b.asked() {
		if got := r.URL.Query().Get("versionId"); i > 0 && got != "v7" || i == 0 && got != "" {
			t.Errorf("request %d asks for version %q", i, got)
		}
	}
}

func TestKeyThatMayNotNameVersionsIsEnough(t *testing.T) {
	b := &bucket{content: rows(100_000), etag: `"1"`, header: map[string]string{"x-amz-version-id": "v7"}}
	b.fault = func(_ int, w http.ResponseWriter, r *http.Request) (http.ResponseWriter, bool) {
		if r.URL.Query().Has("versionId") {
			refusing(403, "AccessDenied", "s3:GetObjectVersion").ServeHTTP(w, r)
			return w, true
		}
		return w, false
	}
	s := source(t, serve(t, b).URL)
	s.PartSize, s.Parallel = 10_000, 2
	reads(t, s, b.content)
}

func TestTooManyBytesAreRefused(t *testing.T) {
	s, memory := fake(t, nil)
	put(t, memory, s.Key, csv)
	s.MaxBytes = int64(len(csv))
	reads(t, s, csv)
	s.MaxBytes--
	_, err := s.Open(t.Context())
	wants(t, err, brick.BadInput, "read s3://users/daily/users.csv: the file is larger than", "`max_bytes`")
}

func TestStoreThatIsAWebServerIsRefused(t *testing.T) {
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("<!DOCTYPE html><title>Console")) })
	_, err := source(t, serve(t, page).URL).Open(t.Context())
	wants(t, err, brick.BadInput, "a web page is sent in place of the object", "`endpoint`")
}

func TestStoreMustSayHowLongAnObjectIs(t *testing.T) {
	open := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			conn.Write([]byte("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + csv))
			conn.Close()
		}
	})
	_, err := source(t, serve(t, open).URL).Open(t.Context())
	wants(t, err, brick.BadInput, "does not say how long the object is")
}

func TestClosingEndsTheConnections(t *testing.T) {
	server := httptest.NewUnstartedServer(&bucket{content: rows(100_000), etag: `"1"`})
	ended := make(chan bool, 10)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			ended <- true
		}
	}
	server.Start()
	defer server.Close()
	reads(t, source(t, server.URL), rows(100_000))
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Error("the connection is kept")
	}
}

func TestSmallObjectIsWrittenAndReadWhole(t *testing.T) {
	s, _ := fake(t, nil)
	for _, text := range []string{`{"input_source": "users.csv"}`, strings.Repeat("x", 1000), ""} {
		if err := s3.WriteObject(t.Context(), s, "application/json", strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
		got, err := s3.ReadObject(t.Context(), s)
		if err != nil || string(got) != text {
			t.Errorf("read %q, error %v", got, err)
		}
	}
	if err := s3.WriteObject(t.Context(), s, "", strings.NewReader("more than ten bytes")); err != nil {
		t.Fatal(err)
	}
	s.MaxBytes = 10
	_, err := s3.ReadObject(t.Context(), s)
	wants(t, err, brick.BadInput, "the file is larger than 10 bytes")
}

func TestWritingIsTriedAgainAndChecked(t *testing.T) {
	n := 0
	s, memory := fake(t, func(w http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Content-Md5") == "" || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("sent %v", r.Header)
		}
		if n++; n < 3 {
			refusing(503, "SlowDown", "").ServeHTTP(w, r)
			return true
		}
		return false
	})
	s.Retry = quick
	if err := s3.WriteObject(t.Context(), s, "application/json", strings.NewReader("{}")); err != nil || n != 3 {
		t.Fatalf("%d requests, error %v", n, err)
	}
	if _, err := memory.HeadObject("users", s.Key); err != nil {
		t.Error(err)
	}
}

func TestWritingWhereNobodyMayIsRefused(t *testing.T) {
	s := source(t, serve(t, refusing(403, "AccessDenied", "no")).URL)
	err := s3.WriteObject(t.Context(), s, "", strings.NewReader(""))
	wants(t, err, brick.BadInput, "write s3://users/daily/users.csv: access is denied", "s3:PutObject")
}

func TestAddressNamesBucketAndKey(t *testing.T) {
	bucket, key, err := s3.ParseAddress("s3://users/daily/a b?c#d%20.json")
	if bucket != "users" || key != "daily/a b?c#d%20.json" || err != nil {
		t.Errorf("%q, %q, %v", bucket, key, err)
	}
	for _, address := range []string{"", "s3://", "s3://users", "s3://users/", "s3:///key", "https://users/key", "users/key"} {
		_, _, err := s3.ParseAddress(address)
		wants(t, err, brick.BadInput, "no address of an object")
	}
}
