package platform_test

import (
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// inChild is the name of the environment variable that holds the address
// which a child of this test asks for.
const inChild = "WEB_TEST_ASKS_FOR"

// secure starts a server with a certificate of its own and returns it with
// the name of a file that holds the certificate.
func secure(t *testing.T, h http.HandlerFunc) (server *httptest.Server, trust string) {
	t.Helper()
	server = httptest.NewUnstartedServer(h)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	trust = filepath.Join(t.TempDir(), "trust.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(trust, block, 0o600); err != nil {
		t.Fatal(err)
	}
	return server, trust
}

// child asks for an address in a process of its own, whose environment says
// what to trust and which way to go, and returns what became of it.
func child(t *testing.T, url string, env ...string) string {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "-test.run=^TestAChildAsks$", "-test.v")
	cmd.Env = append(os.Environ(), append(env, inChild+"="+url)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	_, said, _ := strings.Cut(string(out), "result: ")
	said, _, _ = strings.Cut(said, "\n")
	return said
}

// TestAChildAsks does the work of child.
func TestAChildAsks(t *testing.T) {
	url := os.Getenv(inChild)
	if url == "" {
		t.Skip("only in a process that child started")
	}
	web := newWeb(t, platform.WebOptions{Retry: quick})
	resp, whole, err := ask(t.Context(), t, web, "GET", url, "")
	if err != nil {
		t.Logf("result: %v after %d: %v", brick.KindOf(err), web.Requests(), platform.WebError(err))
		return
	}
	t.Logf("result: %s %s", resp.Proto, whole)
}

func TestCertificatesAreVerified(t *testing.T) {
	server, trust := secure(t, func(w http.ResponseWriter, req *http.Request) { io.WriteString(w, "welcome") })
	if said := child(t, server.URL, "SSL_CERT_FILE="+trust); said != "HTTP/2.0 welcome" {
		t.Errorf("with the right certificates: %s", said)
	}
	other := filepath.Join(t.TempDir(), "none.pem")
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	said := child(t, server.URL, "SSL_CERT_FILE="+other, "SSL_CERT_DIR="+filepath.Dir(other))
	if !strings.HasPrefix(said, "failed after 1: ") || !strings.Contains(said, "certificate") || !strings.Contains(said, "SSL_CERT_FILE") {
		t.Errorf("without: %s", said)
	}
}

func TestAStreamThatBreaksOffMayHaveBeenHeard(t *testing.T) {
	var came atomic.Int64
	server, _ := secure(t, func(w http.ResponseWriter, req *http.Request) {
		if came.Add(1)%2 == 1 {
			panic(http.ErrAbortHandler)
		}
		io.WriteString(w, req.Proto)
	})
	web := newWeb(t, platform.WebOptions{Retry: quick, Base: server.Client().Transport})
	if _, whole, err := ask(t.Context(), t, web, "PUT", server.URL, "{}"); err != nil || whole != "HTTP/2.0" || web.Requests() != 2 {
		t.Errorf("answer %q, %v after %d requests", whole, err, web.Requests())
	}
	if _, _, err := ask(t.Context(), t, web, "POST", server.URL, "{}"); brick.KindOf(err) != brick.Unavailable || web.Requests() != 3 {
		t.Errorf("%v after %d requests", err, web.Requests()-2)
	}
}

func TestPlainHTTPIsNotTakenForSecure(t *testing.T) {
	url := serve(t, func(http.ResponseWriter, *http.Request) {})
	web := newWeb(t, platform.WebOptions{Retry: quick})
	_, _, err := ask(t.Context(), t, web, "GET", strings.Replace(url, "http:", "https:", 1), "")
	if brick.KindOf(err) != brick.Failed || err == nil || web.Requests() != 1 {
		t.Errorf("%v after %d requests", err, web.Requests())
	}
}

func TestTheProxyOfTheEnvironmentIsUsed(t *testing.T) {
	for _, c := range []struct {
		url    string
		status int
		asked  string
		said   []string
	}{
		{"http://platform.test/x", 200, "GET platform.test", []string{"HTTP/1.1 by proxy"}},
		{"https://platform.test/x", 407, "CONNECT platform.test:443", []string{"failed after 1: GET /x: ", "Proxy Authentication Required", "HTTPS_PROXY"}},
		{"https://platform.test/x", 403, "CONNECT platform.test:443", []string{"failed after 1: GET /x: ", "Forbidden", "HTTPS_PROXY"}},
	} {
		asked := make(chan string, 10)
		proxy := serve(t, func(w http.ResponseWriter, req *http.Request) {
			asked <- req.Method + " " + req.Host
			w.WriteHeader(c.status)
			io.WriteString(w, "by proxy")
		})
		said := child(t, c.url, "HTTP_PROXY="+proxy, "HTTPS_PROXY="+proxy, "NO_PROXY=")
		for _, want := range c.said {
			if !strings.Contains(said, want) {
				t.Errorf("%s by a proxy that answers %d: %s", c.url, c.status, said)
			}
		}
		if first := <-asked; first != c.asked || len(asked) != 0 {
			t.Errorf("the proxy was asked for %s, and %d times more", first, len(asked))
		}
	}
}
