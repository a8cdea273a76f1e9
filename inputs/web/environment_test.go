package web_test

import (
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"users-brick/inputs/web"
)

// childAddress names what a child of the test reads. The environment of a
// process is looked at once only.
const childAddress = "WEB_TEST_ADDRESS"

func TestMain(m *testing.M) {
	address := os.Getenv(childAddress)
	if address == "" {
		os.Exit(m.Run())
	}
	stream, err := web.Source{URL: address}.Open(context.Background())
	if err != nil {
		fmt.Print("error: ", err)
		return
	}
	defer stream.Close()
	if _, err := io.Copy(os.Stdout, stream); err != nil {
		fmt.Print("error: ", err)
	}
}

// readElsewhere reads an address in a process with that environment.
func readElsewhere(t *testing.T, address string, environ ...string) string {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append([]string{childAddress + "=" + address}, environ...)
	said, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	return string(said)
}

func TestProxyOfTheEnvironmentIsUsed(t *testing.T) {
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodConnect && r.Host == "busy.example.com:443":
			w.WriteHeader(503)
		case r.Method == http.MethodConnect:
			w.WriteHeader(407)
		case r.URL.String() == "http://users.example.com/users.csv":
			io.WriteString(w, csv)
		}
	})
	via := []string{"HTTP_PROXY=" + proxy.URL, "HTTPS_PROXY=" + proxy.URL}
	if said := readElsewhere(t, "http://users.example.com/users.csv", via...); said != csv {
		t.Errorf("read %q", said)
	}
	if said := readElsewhere(t, "https://users.example.com/", via...); !strings.Contains(said, "the proxy answers 407 Proxy Authentication Required; hint: see HTTPS_PROXY") {
		t.Errorf("read %q", said)
	}
	if said := readElsewhere(t, "https://busy.example.com/", via...); !strings.Contains(said, "the proxy answers 503 Service Unavailable") {
		t.Errorf("read %q", said)
	}
}

func TestAuthoritiesOfTheEnvironmentAreTrusted(t *testing.T) {
	s := serveTLS(t, file(csv, ""))
	path := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if said := readElsewhere(t, s.URL, "SSL_CERT_FILE="+path); said != csv {
		t.Errorf("read %q", said)
	}
}
