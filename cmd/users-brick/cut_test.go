package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// planFrom makes a plan from a file at an address, and returns the exit code,
// what was told, and whether there is a plan.
func planFrom(t *testing.T, address string) (code int, told string, made bool) {
	t.Helper()
	dir := t.TempDir()
	database, out := filepath.Join(dir, "users.db"), filepath.Join(dir, "plan")
	var text bytes.Buffer
	p := &program{
		args:    []string{"plan", "-", "--out", out, "--log-level", "error"},
		environ: []string{"BRICK_RUN_DIR=" + filepath.Join(dir, "runs")}, version: "test", stdout: &text, stderr: &text, now: time.Now,
		stdin: strings.NewReader(fmt.Sprintf(`{"sync_mode": "add_to_organization", "organization": "acme",
			"input_source": {"type": "web", "url": %q}, "platform": {"type": "directory", "path": %q, "seed": %q}}`,
			address, database, filepath.Join(dir, "seed.json"))),
	}
	if err := os.WriteFile(filepath.Join(dir, "seed.json"), []byte(`{"organizations": [{"name": "acme"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	code = p.main(t.Context())
	_, err := os.Stat(filepath.Join(out, plan.PlanFile))
	return code, text.String(), err == nil
}

// sending starts a web server.
func sending(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

func TestNoPlanIsMadeFromAPartOfAFile(t *testing.T) {
	var whole bytes.Buffer
	w := gzip.NewWriter(&whole)
	io.WriteString(w, "login\nann@example.com\nbob@example.com\n")
	w.Close()
	var body []byte
	address := sending(t, func(w http.ResponseWriter, _ *http.Request) { w.Write(body) })
	for at := range whole.Len() {
		body = whole.Bytes()[:at]
		if code, told, made := planFrom(t, address); code != brick.ExitBadInput || made {
			t.Errorf("cut at %d: exit %d, a plan: %v\n%s", at, code, made, told)
		}
	}
	body = whole.Bytes()
	if code, told, made := planFrom(t, address); code != brick.ExitDone || !made {
		t.Errorf("whole: exit %d, a plan: %v\n%s", code, made, told)
	}
}

func TestNoPlanIsMadeFromPartsOfTwoFiles(t *testing.T) {
	const before = "login\nann@example.com\nbob@example.com\n"
	after := strings.ToUpper(before)
	for at := 1; at < len(before); at += 4 {
		asked := 0
		address := sending(t, func(w http.ResponseWriter, r *http.Request) {
			if asked++; asked > 1 {
				w.Header().Set("ETag", `"2"`)
				http.ServeContent(w, r, "users.csv", time.Time{}, strings.NewReader(after))
				return
			}
			w.Header().Set("ETag", `"1"`)
			w.Header().Set("Content-Length", fmt.Sprint(len(before)))
			io.WriteString(w, before[:at])
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		})
		if code, told, made := planFrom(t, address); code != brick.ExitBadInput || made || !strings.Contains(told, "changed while it was read") {
			t.Errorf("cut at %d: exit %d, a plan: %v\n%s", at, code, made, told)
		}
	}
}
