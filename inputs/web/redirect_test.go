package web_test

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/inputs/web"
)

func serveTLS(t *testing.T, h http.HandlerFunc) *site {
	t.Helper()
	s := &site{}
	s.Server = httptest.NewUnstartedServer(s.remember(h))
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // clients that turn away are meant to
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// to sends everybody on.
func to(address string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Location", address); w.WriteHeader(302) }
}

// private is a source with everything that only its own host may hear.
func private(address string) web.Source {
	return web.Source{
		URL: address, Username: "ann", Password: brick.NewSecret("hush"),
		Headers: secrets("X-Api-Key", "hush", "Cookie", "hush=1", "Accept", "hush/hush"),
	}
}

func TestRedirectsAreFollowed(t *testing.T) {
	for _, code := range []int{301, 302, 303, 307, 308} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/users.csv" {
				w.Header().Set("Location", "../current/7.csv?v=1")
				w.WriteHeader(code)
				return
			}
			file(csv, `"1"`)(w, r)
		})
		stream := reads(t, private(s.URL+"/users.csv"), csv)
		asked := s.asked()
		if len(asked) != 2 || asked[1].RequestURI != "/current/7.csv?v=1" || asked[1].Header.Get("X-Api-Key") != "hush" || asked[1].Header.Get("Authorization") == "" {
			t.Errorf("%d: asked %+v", code, asked)
		}
		if stream.Name != s.URL+"/users.csv" {
			t.Errorf("name %q", stream.Name)
		}
	}
}

func TestAnotherHostHearsNoSecret(t *testing.T) {
	other := serve(t, file(csv, ""))
	for name, address := range map[string]string{
		"another port":      other.URL + "/signed.csv?sig=1",
		"another name":      strings.Replace(other.URL, "127.0.0.1", "localhost", 1),
		"with credentials":  strings.Replace(other.URL, "http://", "http://eve:hush@", 1),
		"without a scheme":  strings.TrimPrefix(other.URL, "http:"),
		"over a third host": serve(t, to(other.URL)).URL,
	} {
		t.Run(name, func(t *testing.T) {
			first := serve(t, to(address))
			before := len(other.asked())
			reads(t, private(first.URL+"/users.csv?key=hush"), csv)
			if first.asked()[0].Header.Get("X-Api-Key") != "hush" {
				t.Error("the own host did not hear it")
			}
			asked := other.asked()[before:]
			if len(asked) != 1 {
				t.Fatalf("%d requests", len(asked))
			}
			if seen := fmt.Sprint(asked[0].Header, asked[0].URL); strings.Contains(seen, "hush") || strings.Contains(seen, "Authorization") || strings.Contains(seen, "Referer") {
				t.Errorf("the other host heard %s", seen)
			}
		})
	}
}

func TestWhoIsTheOwnHost(t *testing.T) {
	for _, tt := range []struct {
		from, to string
		own      bool
	}{
		{"https://a.example.com/x", "https://a.example.com/y", true},
		{"https://a.example.com/x", "https://a.example.com:443/y", true},
		{"http://a.example.com/x", "https://a.example.com/y", true},
		{"https://a.example.com/x", "https://b.example.com/y", false},
		{"https://a.example.com/x", "https://sub.a.example.com/y", false},
		{"https://a.example.com/x", "https://a.example.com:8443/y", false},
		{"http://a.example.com:8080/x", "https://a.example.com/y", false},
		{"http://a.example.com/x", "https://a.example.com:8443/y", false},
	} {
		heard := ""
		s := private(tt.from)
		s.Transport = tripper(func(r *http.Request) (*http.Response, error) {
			w := httptest.NewRecorder()
			if r.URL.String() == tt.from {
				to(tt.to)(w, r)
			} else {
				heard = r.Header.Get("Authorization") + r.Header.Get("X-Api-Key") + r.Header.Get("Cookie")
				file(csv, "")(w, r)
			}
			return w.Result(), nil
		})
		reads(t, s, csv)
		if (heard != "") != tt.own {
			t.Errorf("from %s to %s: heard %q", tt.from, tt.to, heard)
		}
	}
}

func TestWayBackToTheOwnHostIsTrusted(t *testing.T) {
	var own *site
	other := serve(t, func(w http.ResponseWriter, r *http.Request) { to(own.URL+"/file")(w, r) })
	own = serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/file" {
			file(csv, "")(w, r)
			return
		}
		to(other.URL)(w, r)
	})
	reads(t, private(own.URL), csv)
	if asked := own.asked(); asked[1].Header.Get("X-Api-Key") != "hush" || other.asked()[0].Header.Get("X-Api-Key") != "" {
		t.Error("the wrong host was trusted")
	}
}

func TestNobodyLeadsUsFromHTTPSToHTTP(t *testing.T) {
	open := serve(t, file(csv, ""))
	for name, address := range map[string]string{"at once": open.URL + "/users.csv?key=hush", "over https": ""} {
		s := serveTLS(t, func(w http.ResponseWriter, r *http.Request) {
			if address == "" && r.URL.Path == "/" {
				to("/next")(w, r)
				return
			}
			to(open.URL+"/?key=hush")(w, r)
		})
		_, err := web.Source{URL: s.URL, Retry: quick, Transport: s.Client().Transport}.Open(t.Context())
		wants(t, err, brick.BadInput, "from https on to http", "hint: use an address that stays with https")
		if len(open.asked()) != 0 || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %d requests over http, error %v", name, len(open.asked()), err)
		}
	}
}

func TestHTTPMayLeadToHTTPS(t *testing.T) {
	s := serveTLS(t, file(csv, ""))
	first := serve(t, to(s.URL+"/users.csv"))
	reads(t, web.Source{URL: first.URL, Transport: s.Client().Transport}, csv)
}

func TestRedirectsComeToAnEnd(t *testing.T) {
	s := serve(t, to("/again?key=hush"))
	_, err := web.Source{URL: s.URL + "/users.csv", Retry: quick}.Open(t.Context())
	wants(t, err, brick.BadInput, "sent us on more than 5 times")
	if n := len(s.asked()); n != 6 {
		t.Errorf("%d requests", n)
	}
}

func TestRedirectToNowhereIsRefused(t *testing.T) {
	for _, address := range []string{"", "file:///etc/passwd?hush", "javascript:hush()", "http://", "http://[hush", "gopher://hush.example.com/"} {
		_, err := web.Source{URL: serve(t, to(address)).URL, Retry: quick}.Open(t.Context())
		wants(t, err, brick.BadInput, "the server sends us on", "hint: check the address")
		if strings.Contains(err.Error(), "hush") {
			t.Errorf("error %v shows where", err)
		}
	}
}

func TestRefusalOfAnotherHostSaysWhichOne(t *testing.T) {
	other := serve(t, send(403, map[string]string{"Content-Type": "application/json"}, `{"message": "sig hush expired"}`))
	first := serve(t, to(other.URL+"/signed?sig=hush"))
	_, err := web.Source{URL: first.URL}.Open(t.Context())
	wants(t, err, brick.BadInput, "the server "+strings.TrimPrefix(other.URL, "http://")+", to which we were sent, answers 403 Forbidden")
	if strings.Contains(err.Error(), "hush") {
		t.Errorf("error %v shows a secret", err)
	}
}

func TestPageOfAnotherHostIsNotRepeated(t *testing.T) {
	for kind, body := range map[string]string{"text/html": "<html><title>sig hush expired</title>", "application/json": `{"message": "sig hush expired"}`} {
		other := serve(t, send(200, map[string]string{"Content-Type": kind}, body))
		_, err := web.Source{URL: serve(t, to(other.URL+"/signed?sig=hush")).URL}.Open(t.Context())
		wants(t, err, brick.BadInput, "in place of the file; hint: ")
	}
}

// What an address leads to may be good for a short time only.
func TestEveryAttemptBeginsAtTheOwnAddress(t *testing.T) {
	content := rows(1500)
	serveFile := cutting(700, file(content, `"1"`))
	n := 0
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/users.csv" {
			n++
			to(fmt.Sprintf("/signed/%d", n))(w, r)
			return
		}
		if r.URL.Path != fmt.Sprintf("/signed/%d", n) {
			http.Error(w, "expired", http.StatusForbidden)
			return
		}
		serveFile(w, r)
	})
	reads(t, web.Source{URL: s.URL + "/users.csv", Retry: quick}, content)
}

func TestNobodyLeadsUsToTheMachinesOwnSurroundings(t *testing.T) {
	s := serve(t, to("http://169.254.169.254/latest/meta-data/?s3cr3t"))
	for _, address := range []string{s.URL, "http://169.254.169.254/", "http://[fd00:ec2::254]/"} {
		_, err := web.Source{URL: address, Retry: quick}.Open(t.Context())
		wants(t, err, brick.BadInput, "the host leads to the machine's own surroundings", "BRICK_ALLOW_LINK_LOCAL")
	}
	if n := len(s.asked()); n != 1 {
		t.Errorf("asked %d times", n)
	}
}
