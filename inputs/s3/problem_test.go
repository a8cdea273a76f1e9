package s3_test

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/inputs/s3"
)

func TestRefusalSaysWhatToDo(t *testing.T) {
	for _, tt := range []struct {
		status        int
		code, message string
		kind          brick.Kind
		text, hint    string
	}{
		{404, "NoSuchKey", "", brick.BadInput, "there is no object with this key", "`key`"},
		{404, "NoSuchBucket", "", brick.BadInput, "there is no bucket of this name", "`bucket`"},
		{403, "AccessDenied", "", brick.BadInput, "access is denied", "s3:GetObject"},
		{403, "Other", "AKIDHUSH with SECRETHUSH", brick.BadInput, "403 Forbidden (Other: *** with ***)", "s3:GetObject"},
		{403, "", "", brick.BadInput, "access is denied", "s3:GetObject"},
		{403, "InvalidAccessKeyId", "AKIDHUSH", brick.BadInput, "does not know the access key", "`access_key_id`"},
		{403, "SignatureDoesNotMatch", "SECRETHUSH", brick.BadInput, "do not fit together", "`secret_access_key`"},
		{400, "ExpiredToken", "", brick.BadInput, "the session token has expired", "new keys"},
		{400, "InvalidToken", "", brick.BadInput, "the session token is not valid", "`session_token`"},
		{403, "RequestTimeTooSkewed", "", brick.BadInput, "clock", "set the clock"},
		{403, "InvalidObjectState", "", brick.BadInput, "archived", "restore"},
		{301, "PermanentRedirect", "", brick.BadInput, "in another region", "`region`"},
		{405, "MethodNotAllowed", "two\nrows", brick.BadInput, "405 Method Not Allowed (MethodNotAllowed: two rows)", ""},
		{501, "NotImplemented", "", brick.BadInput, "501 Not Implemented", "`endpoint`"},
		{503, "SlowDown", "", brick.Throttled, "503 Service Unavailable (SlowDown", ""},
		{429, "", "", brick.Throttled, "429 Too Many Requests", ""},
		{500, "InternalError", "try", brick.Unavailable, "500 Internal Server Error (InternalError: try)", ""},
		{502, "", "", brick.Unavailable, "502 Bad Gateway", ""},
		{400, "RequestTimeout", "", brick.Unavailable, "400 Bad Request", ""},
	} {
		t.Run(tt.code+http.StatusText(tt.status), func(t *testing.T) {
			n := 0
			h := refusing(tt.status, tt.code, tt.message, "x-amz-request-id", "REQ1")
			s := source(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				n++
				h.ServeHTTP(w, r)
			})).URL)
			_, err := s.Open(t.Context())
			if n != 1 {
				t.Errorf("%d requests, though nothing is to be tried again", n)
			}
			wants(t, err, tt.kind, "read s3://users/daily/users.csv: ", tt.text, tt.hint, "(request REQ1)")
		})
	}
}

func TestPageInPlaceOfAnErrorIsNoReasonToPanic(t *testing.T) {
	s := source(t, serve(t, http.NotFoundHandler()).URL)
	_, err := s.Open(t.Context())
	wants(t, err, brick.BadInput, "read s3://users/daily/users.csv: ", "404 Not Found")
}

// unheard returns an address at which nobody listens, nor can while the test
// lasts: that of the near end of a connection.
func unheard(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn.LocalAddr().String()
}

func TestNobodyListensIsUnavailable(t *testing.T) {
	_, err := source(t, "http://"+unheard(t)).Open(t.Context())
	wants(t, err, brick.Unavailable, "the server gave no answer", "refused")
}

func TestEndpointThatSpeaksAnotherSchemeIsRefused(t *testing.T) {
	server := serve(t, &bucket{content: csv, etag: `"1"`})
	s := source(t, strings.TrimPrefix(server.URL, "http://")) // then it is https
	s.Retry = quick
	_, err := s.Open(t.Context())
	wants(t, err, brick.BadInput, "does not speak https here")

	secure := httptest.NewUnstartedServer(&bucket{content: csv, etag: `"1"`})
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // clients that turn away are meant to
	secure.StartTLS()
	t.Cleanup(secure.Close)
	s = source(t, secure.URL)
	s.Retry = quick
	_, err = s.Open(t.Context())
	wants(t, err, brick.BadInput, "certificate cannot be trusted")
	s.Transport = secure.Client().Transport
	reads(t, s, csv)
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	elsewhere := &bucket{content: csv, etag: `"1"`}
	to := serve(t, elsewhere).URL
	for _, status := range []int{301, 302, 307, 308} {
		s := source(t, serve(t, refusing(status, "TemporaryRedirect", "", "Location", to+"/users/daily/users.csv")).URL)
		s.SessionToken = brick.NewSecret("TOKENHUSH")
		_, err := s.Open(t.Context())
		wants(t, err, brick.BadInput, "in another region")
	}
	if n := len(elsewhere.asked()); n != 0 {
		t.Errorf("%d requests went elsewhere", n)
	}
}

func TestSourceThatCannotWorkIsRefusedAtOnce(t *testing.T) {
	for text, change := range map[string]func(*s3.Source){
		"no bucket is given":                 func(s *s3.Source) { s.Bucket = "" },
		"no key is given":                    func(s *s3.Source) { s.Key = "" },
		"has no secret":                      func(s *s3.Source) { s.SecretAccessKey = brick.Secret{} },
		"has no access key":                  func(s *s3.Source) { s.AccessKeyID = brick.Secret{} },
		"the region is none":                 func(s *s3.Source) { s.Region = "evil.example.com/" },
		"the endpoint is no web address":     func(s *s3.Source) { s.Endpoint = "ftp://x" },
		"more than host, port and path":      func(s *s3.Source) { s.Endpoint = "https://k:HUSH@x" },
		"more than host, port and path; hin": func(s *s3.Source) { s.Endpoint = "https://x?k=HUSH" },
	} {
		s := source(t, "http://127.0.0.1:1")
		change(&s)
		_, err := s.Open(t.Context())
		wants(t, err, brick.BadInput, text, "hint: ")
	}
}
