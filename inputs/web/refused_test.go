package web_test

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/inputs/fetch"
	"users-brick/inputs/web"
)

func TestRefusalSaysWhatToDo(t *testing.T) {
	for code, hint := range map[int]string{
		400: "check the address", 401: "`bearer_token`", 403: "give access", 404: "check the address", 405: "check the address",
		407: "HTTPS_PROXY", 410: "check the address", 416: "check the address", 206: "check the address", 304: "check the address", 501: "check the address",
	} {
		s := serve(t, send(code, nil, ""))
		_, err := web.Source{URL: s.URL + "/users.csv", Retry: quick}.Open(t.Context())
		wants(t, err, brick.BadInput, fmt.Sprintf("read %s/users.csv: the server answers %d %s; hint: ", s.URL, code, http.StatusText(code)), hint)
		if len(s.asked()) != 1 {
			t.Errorf("%d: %d requests", code, len(s.asked()))
		}
	}
}

func TestRefusedCredentialsAreToBeChecked(t *testing.T) {
	s := serve(t, send(401, nil, ""))
	_, err := web.Source{URL: s.URL, Username: "ann"}.Open(t.Context())
	wants(t, err, brick.BadInput, "check the credentials")
}

func TestWhatMayPassIsTriedAgain(t *testing.T) {
	for _, code := range []int{202, 408, 425, 429, 500, 502, 503, 504, 520} {
		n := 0
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if n++; n < 3 {
				send(code, map[string]string{"Retry-After": "0"}, "")(w, r)
				return
			}
			file(csv, "")(w, r)
		})
		var tried []int
		reads(t, web.Source{URL: s.URL, Retry: quick, Emit: func(e brick.Event) {
			if r, ok := e.(brick.Retrying); ok {
				tried = append(tried, r.Attempt)
			}
		}}, csv)
		if fmt.Sprint(tried) != "[1 2]" {
			t.Errorf("%d: attempts %v", code, tried)
		}
	}
}

func TestServerThatStaysDownIsUnavailable(t *testing.T) {
	for code, kind := range map[int]brick.Kind{500: brick.Unavailable, 503: brick.Unavailable, 429: brick.Throttled} {
		_, err := web.Source{URL: serve(t, send(code, nil, "")).URL}.Open(t.Context())
		wants(t, err, kind, http.StatusText(code))
		if kind.ExitCode() != brick.ExitFailed {
			t.Errorf("exit code %d", kind.ExitCode())
		}
	}
}

func TestServerThatEndsTheConnectionIsAskedAgain(t *testing.T) {
	n := 0
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if n++; n < 4 {
			panic(http.ErrAbortHandler)
		}
		file(csv, "")(w, r)
	})
	reads(t, web.Source{URL: s.URL, Retry: quick}, csv)

	s = serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	_, err := web.Source{URL: s.URL}.Open(t.Context())
	wants(t, err, brick.Unavailable, "ended the connection without an answer")
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
	_, err := web.Source{URL: "http://" + unheard(t)}.Open(t.Context())
	wants(t, err, brick.Unavailable, "the server gave no answer", "refused")
}

func TestMomentToComeBackIsMeasuredByTheServersClock(t *testing.T) {
	s := serve(t, send(503, map[string]string{"Date": "Mon, 02 Jan 2006 15:04:05 GMT", "Retry-After": "Mon, 02 Jan 2006 16:04:05 GMT"}, ""))
	_, err := web.Source{URL: s.URL, Retry: quick}.Open(t.Context())
	wants(t, err, brick.Unavailable, "the server asks to come back in 1h0m0s")
	if len(s.asked()) != 1 {
		t.Errorf("%d requests", len(s.asked()))
	}
}

func TestMessageOfAServerIsRepeatedWithoutSecrets(t *testing.T) {
	for body, want := range map[string]string{
		`{"message": "no such report"}`:                        "404 Not Found: no such report; hint",
		`{"error": {"message": "nested", "code": 1}}`:          "404 Not Found: nested; hint",
		`{"error_description": "of OAuth", "error": "x"}`:      "404 Not Found: of OAuth; hint",
		`{"message": "key hush/+1 and hush%2F%2B1 are wrong"}`: "404 Not Found: key *** and *** are wrong; hint",
		`{"message": "who is tokhush, pass, header"}`:          "404 Not Found: who is ***, pass, ***; hint",
		`{"message": "two\nrows\u0007"}`:                       "404 Not Found: two rows; hint",
		`{"message": "cookie sessionhush is old"}`:             "404 Not Found: cookie *** is old; hint",
		`{"message": 1}`: "404 Not Found; hint", `[]`: "404 Not Found; hint", `{`: "404 Not Found; hint", ``: "404 Not Found; hint",
		`{"message": "` + strings.Repeat("ä", 300) + `"}`: strings.Repeat("ä", 100) + "…; hint",
	} {
		s := serve(t, send(404, map[string]string{"Content-Type": "application/problem+json"}, body))
		_, err := web.Source{
			URL: s.URL + "/users.csv?sig=hush%2F%2B1", BearerToken: brick.NewSecret("tokhush"), Headers: secrets("X-Key", "header", "Cookie", "a=b; s=sessionhush"),
		}.Open(t.Context())
		wants(t, err, brick.BadInput, want)
	}
}

func TestPageInPlaceOfTheFileIsRefused(t *testing.T) {
	const page = "<html><head><title>Sign in &amp; go</title></head>"
	for name, tt := range map[string]struct{ path, kind, body, text string }{
		"called html":           {"/users.csv", "text/html; charset=utf-8", "\n <div>Log in", "a web page in place of the file; hint: "},
		"not called html":       {"/users.csv", "text/csv", page, `a web page in place of the file ("Sign in & go"); hint: `},
		"doctype":               {"/", "", "\ufeff<!DocType HTML><p>", "a web page in place of the file; hint: "},
		"JSON":                  {"/users.csv", "application/json", `{"error": "expired"}`, "JSON in place of the file: expired; hint: "},
		"JSON without a reason": {"/users.csv", "application/json", `[1]`, "JSON in place of the file; hint: "},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, send(200, map[string]string{"Content-Type": tt.kind}, tt.body))
			_, err := web.Source{URL: s.URL + tt.path}.Open(t.Context())
			wants(t, err, brick.BadInput, "read "+s.URL+tt.path+": the server sends "+tt.text)
		})
	}
}

func TestFileThatOnlyLooksLikeAPageIsRead(t *testing.T) {
	for name, tt := range map[string]struct{ path, kind, body string }{
		"CSV called html":    {"/export.php", "text/html", csv},
		"CSV called JSON":    {"/users.csv", "application/json", csv},
		"cells with a tag":   {"/users.csv", "text/csv", "login,<html>\n"},
		"cell like a tag":    {"/users.csv", "text/csv", "<login>,role\n"},
		"page that is asked": {"/users.html", "text/html", "<html>"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, send(200, map[string]string{"Content-Type": tt.kind}, tt.body))
			reads(t, web.Source{URL: s.URL + tt.path}, tt.body)
		})
	}
}

func TestWrongAddressIsTheUsersToMend(t *testing.T) {
	s := serve(t, file(csv, ""))
	_, err := web.Source{URL: strings.Replace(s.URL, "http:", "https:", 1), Retry: quick}.Open(t.Context())
	wants(t, err, brick.BadInput, "does not speak https here")

	_, err = web.Source{URL: "https://no-such-host.invalid/users.csv", Retry: quick, Transport: noHost{}}.Open(t.Context())
	wants(t, err, brick.BadInput, "there is no host no-such-host.invalid")
}

func TestServerThatRepeatsTheRequestIsNotRepeated(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for conn, err := l.Accept(); err == nil; conn, err = l.Accept() {
			request := make([]byte, 4096)
			n, _ := conn.Read(request)
			conn.Write(request[:n])
			conn.Close()
		}
	}()
	_, err = web.Source{URL: "http://" + l.Addr().String() + "/users.csv?key=hush", BearerToken: brick.NewSecret("hush")}.Open(t.Context())
	wants(t, err, brick.Unavailable, "the server gave no answer: ", "malformed")
	if strings.Contains(err.Error(), "hush") {
		t.Errorf("error %v shows a secret", err)
	}
}

// noHost is the net without that host.
type noHost struct{}

func (noHost) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: r.URL.Hostname(), IsNotFound: true}}
}

func TestCertificateThatNobodyVouchesForIsRefused(t *testing.T) {
	s := serveTLS(t, file(csv, ""))
	_, err := web.Source{URL: s.URL, Retry: fetch.DefaultRetry}.Open(t.Context())
	wants(t, err, brick.BadInput, "certificate cannot be trusted", "SSL_CERT_FILE")
}
