package web_test

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"users-brick/brick"
	"users-brick/inputs"
	"users-brick/inputs/web"
)

var _ inputs.Source = web.Source{}

func TestFileIsReadToItsEnd(t *testing.T) {
	s := serve(t, file(csv, `"1"`))
	stream := reads(t, web.Source{URL: s.URL + "/daily/users.csv"}, csv)
	if stream.Name != s.URL+"/daily/users.csv" || stream.Size != int64(len(csv)) || stream.ETag != `"1"` || !stream.Modified.Equal(longAgo) {
		t.Errorf("origin %+v", stream.Origin)
	}
	sum := sha256.Sum256([]byte(csv))
	if stream.Bytes() != int64(len(csv)) || stream.Digest() != "sha256:"+hexOf(sum[:]) {
		t.Errorf("%d bytes with %s", stream.Bytes(), stream.Digest())
	}
}

func TestEmptyFileIsRead(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"with a length": file("", `"1"`),
		"no content":    send(http.StatusNoContent, nil, ""),
		"called gzip":   send(http.StatusOK, map[string]string{"Content-Encoding": "gzip"}, ""),
		"called html":   send(http.StatusOK, map[string]string{"Content-Type": "text/html"}, ""),
		"called json":   send(http.StatusOK, map[string]string{"Content-Type": "application/json"}, ""),
	} {
		t.Run(name, func(t *testing.T) {
			reads(t, web.Source{URL: serve(t, h).URL}, "")
		})
	}
}

func TestAddressThatIsNoneIsRefused(t *testing.T) {
	for address, text := range map[string]string{
		"":                              "neither http nor https",
		"users.csv":                     "neither http nor https",
		"file:///etc/passwd":            "neither http nor https",
		"ftp://example.com/users.csv":   "neither http nor https",
		"https://":                      "names no host",
		"https:///users.csv":            "names no host",
		"https://:443/users.csv":        "names no host",
		"https://exa mple.com/s?k=hush": "no web address",
		"https://h/%zz?k=hush":          "no web address",
	} {
		_, err := web.Source{URL: address}.Open(t.Context())
		wants(t, err, brick.BadInput, text, "hint: write ")
		if strings.Contains(err.Error(), "hush") {
			t.Errorf("error %v shows the query", err)
		}
	}
}

func TestWhatTheUserMayGiveIsSent(t *testing.T) {
	for name, tt := range map[string]struct {
		source web.Source
		header http.Header
	}{
		"nothing":            {web.Source{}, http.Header{"Authorization": nil, "User-Agent": {"users-brick"}, "Accept-Encoding": {"identity"}}},
		"name and password":  {web.Source{Username: "ann", Password: brick.NewSecret("pass")}, http.Header{"Authorization": {"Basic YW5uOnBhc3M="}}},
		"token":              {web.Source{BearerToken: brick.NewSecret("tok")}, http.Header{"Authorization": {"Bearer tok"}}},
		"token and name":     {web.Source{BearerToken: brick.NewSecret("tok"), Username: "ann"}, http.Header{"Authorization": {"Bearer tok"}}},
		"headers":            {web.Source{Headers: secrets("x-key", "k", "accept", "text/plain", "USER-AGENT", "me")}, http.Header{"X-Key": {"k"}, "Accept": {"text/plain"}, "User-Agent": {"me"}}},
		"authorization":      {web.Source{Headers: secrets("authorization", "Custom x")}, http.Header{"Authorization": {"Custom x"}}},
		"token after header": {web.Source{Headers: secrets("authorization", "x"), BearerToken: brick.NewSecret("tok")}, http.Header{"Authorization": {"Bearer tok"}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, file(csv, ""))
			tt.source.URL = s.URL
			reads(t, tt.source, csv)
			for key, want := range tt.header {
				if got := s.asked()[0].Header[key]; strings.Join(got, "|") != strings.Join(want, "|") {
					t.Errorf("%s: %q, want %q", key, got, want)
				}
			}
		})
	}
}

func TestUserInfoOfTheAddressIsUsed(t *testing.T) {
	s := serve(t, file(csv, ""))
	address := strings.Replace(s.URL, "http://", "http://ann:pa%40ss@", 1)
	stream := reads(t, web.Source{URL: address + "/users.csv"}, csv)
	if user, password, _ := s.asked()[0].BasicAuth(); user != "ann" || password != "pa@ss" {
		t.Errorf("sent %q, %q", user, password)
	}
	if stream.Name != s.URL+"/users.csv" {
		t.Errorf("name %q", stream.Name)
	}
}

func TestHostMayBeGiven(t *testing.T) {
	s := serve(t, file(csv, ""))
	reads(t, web.Source{URL: s.URL, Headers: secrets("host", "users.example.com")}, csv)
	if host := s.asked()[0].Host; host != "users.example.com" {
		t.Errorf("host %q", host)
	}
}

func TestHeaderThatCannotBeSentIsRefused(t *testing.T) {
	for name, source := range map[string]web.Source{
		"no name":         {Headers: secrets("", "hush")},
		"a blank":         {Headers: secrets("X Key", "hush")},
		"a line break":    {Headers: secrets("X-Key", "hush\r\nX-Other: 1")},
		"ours":            {Headers: secrets("range", "hush")},
		"token of 2 rows": {BearerToken: brick.NewSecret("hush\nhush")},
	} {
		t.Run(name, func(t *testing.T) {
			source.URL = "https://example.com"
			_, err := source.Open(t.Context())
			wants(t, err, brick.BadInput, "read https://example.com: ", "hint: ")
			if strings.Contains(err.Error(), "hush") {
				t.Errorf("error %v shows the value", err)
			}
		})
	}
}

func TestTooManyBytesAreRefused(t *testing.T) {
	text := strings.Repeat("x", 1000)
	reads(t, web.Source{URL: serve(t, file(text, "")).URL, MaxBytes: 1000}, text)

	_, err := web.Source{URL: serve(t, file(text, "")).URL, MaxBytes: 999}.Open(t.Context())
	wants(t, err, brick.BadInput, "the file is larger than 999 bytes", "`max_bytes`")

	for name, h := range map[string]http.HandlerFunc{
		"size not told": chunked(text),
		"compressed":    send(200, map[string]string{"Content-Encoding": "gzip"}, gzipped(text)),
	} {
		got, _, err := read(t, web.Source{URL: serve(t, h).URL, MaxBytes: 999})
		wants(t, err, brick.BadInput, "the file is larger than 999 bytes")
		if len(got) > 999 {
			t.Errorf("%s: %d bytes were handed out", name, len(got))
		}
	}
}

func TestChecksumThatTheServerNamesMustBeRight(t *testing.T) {
	md, sha := md5.Sum([]byte(csv)), sha256.Sum256([]byte(csv))
	for name, value := range map[string]string{
		"Content-MD5":           base64.StdEncoding.EncodeToString(md[:]),
		"Digest":                "sha-256=" + base64.StdEncoding.EncodeToString(sha[:]),
		"Repr-Digest":           "sha-256=:" + base64.StdEncoding.EncodeToString(sha[:]) + ":",
		"X-Amz-Checksum-Sha256": base64.StdEncoding.EncodeToString(sha[:]),
	} {
		right := func(content string) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set(name, value)
				file(content, `"1"`)(w, r)
			}
		}
		reads(t, web.Source{URL: serve(t, right(csv)).URL}, csv)
		reads(t, web.Source{URL: serve(t, cutting(20, right(csv))).URL, Retry: quick}, csv)
		_, _, err := read(t, web.Source{URL: serve(t, right(strings.ToUpper(csv))).URL})
		wants(t, err, brick.BadInput, "does not have the checksum that the server names")
	}
}

func TestClosingEndsTheConnections(t *testing.T) {
	server := httptest.NewUnstartedServer(file(rows(100_000), ""))
	ended := make(chan bool, 1)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			ended <- true
		}
	}
	server.Start()
	defer server.Close()
	reads(t, web.Source{URL: server.URL}, rows(100_000))
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Error("the connection is kept")
	}
}

func TestEndThatNothingTellsIsWarnedOf(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"+csv)
		conn.Close()
	})
	var noticed []brick.Finding
	emit := func(e brick.Event) {
		if n, ok := e.(brick.Noticed); ok {
			noticed = append(noticed, n.Finding)
		}
	}
	stream := reads(t, web.Source{URL: s.URL + "/?key=hush", Emit: emit}, csv)
	if len(noticed) != 1 || !noticed[0].Warning || noticed[0].Source != stream.Name || stream.Size != -1 {
		t.Errorf("noticed %v, size %d", noticed, stream.Size)
	}
	noticed = nil
	reads(t, web.Source{URL: serve(t, chunked(csv)).URL, Emit: emit}, csv)
	if len(noticed) != 0 {
		t.Errorf("noticed %v of a body that tells its end", noticed)
	}
}
