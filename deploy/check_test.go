// Package deploy_test checks what operators deploy: against the words of this
// program, and with the libraries of those who will read it.
package deploy_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// built is where programs are put that tests build.
var built string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "deploy-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	built = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// errUnfetched says that a tool could not be had, which is not the fault of
// what it would check.
var errUnfetched = errors.New("its modules cannot be fetched")

// tools are the commands of the module check, each built once.
var tools = map[string]func() (string, error){
	"tojson":     sync.OnceValues(func() (string, error) { return build("check", "./tojson") }),
	"kubernetes": sync.OnceValues(func() (string, error) { return build("check", "./kubernetes") }),
	"chart":      sync.OnceValues(func() (string, error) { return build("check", "./chart") }),
	"compose":    sync.OnceValues(func() (string, error) { return build("check", "./compose") }),
	"aws":        sync.OnceValues(func() (string, error) { return build("check", "./aws") }),
}

// usersBrick is the program itself.
var usersBrick = sync.OnceValues(func() (string, error) { return build("..", "./cmd/users-brick") })

// build builds a command of the module in a folder.
func build(folder, command string) (string, error) {
	var said bytes.Buffer
	goes := func(args ...string) error {
		said.Reset()
		c := exec.Command("go", args...)
		c.Dir, c.Stderr = folder, &said
		c.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "GOWORK=off", "CGO_ENABLED=0")
		return c.Run()
	}
	if err := goes("list", "-deps", command); err != nil {
		if unfetched(said.String()) {
			err = errUnfetched
		}
		return "", fmt.Errorf("%s: %w\n%s", command, err, &said)
	}
	program := filepath.Join(built, filepath.Base(command))
	if err := goes("build", "-buildvcs=false", "-o", program, command); err != nil {
		return "", fmt.Errorf("%s does not build: %w\n%s", command, err, &said)
	}
	return program, nil
}

// unfetched reports whether the go command failed for want of a network or a
// module proxy, rather than because go.mod or go.sum are wrong.
func unfetched(said string) bool {
	for _, sign := range []string{
		"dial tcp", "lookup ", "i/o timeout", "connection re", "TLS handshake",
		"module lookup disabled", "404 Not Found", "403 Forbidden", "502 ", "503 ", "504 ",
		`Get "http`, `read "http`, "reading http", // whatever became of that
	} {
		if strings.Contains(said, sign) {
			return true
		}
	}
	return false
}

func TestOnlyWhatCannotBeFetchedIsSkipped(t *testing.T) {
	const module = "chart/main.go:15:2: helm.sh/helm/v3@v3.22.0: "
	for said, want := range map[string]bool{
		module + `Get "https://proxy.example.com/helm.sh/helm/v3/@v/v3.22.0.zip": EOF`:                                                        true,
		module + `Get "https://proxy.example.com/helm.sh/helm/v3/@v/v3.22.0.zip": tls: failed to verify certificate: x509: unknown authority`: true,
		module + `read "https://proxy.example.com/helm.sh/helm/v3/@v/v3.22.0.zip": unexpected EOF`:                                            true,
		module + `read "https://proxy.example.com/helm.sh/helm/v3/@v/v3.22.0.zip": stream error: stream ID 7; INTERNAL_ERROR`:                 true,
		module + "reading https://proxy.example.com/helm.sh/helm/v3/@v/v3.22.0.zip: 429 Too Many Requests":                                    true,
		module + "reading https://proxy.example.com/helm.sh/helm/v3/@v/v3.22.0.zip: 500 Internal Server Error":                                true,
		module + "module lookup disabled by GOPROXY=off":                                                                                      true,
		"verifying helm.sh/helm/v3@v3.22.0: checksum mismatch\n\tdownloaded: h1:aaaa=\n\tgo.sum:     h1:bbbb=":                                false,
		module + "missing go.sum entry for module providing package helm.sh/helm/v3/pkg/chart":                                                false,
		"chart/main.go:15:2: no required module provides package helm.sh/helm/v4; to add it:\n\tgo get helm.sh/helm/v4":                       false,
		"chart/main.go:15:2: module helm.sh/helm/v3@latest found (v3.22.0), but does not contain package helm.sh/helm/v3/pkg/charts":          false,
		"go: updates to go.mod needed; to update it:\n\tgo mod tidy":                                                                          false,
	} {
		if unfetched(said) != want {
			t.Errorf("taken for unfetched is %v: %s", !want, said)
		}
	}
}

// tool returns where a tool is; when it cannot be had, the test is skipped by
// its name.
func tool(t *testing.T, name string) string {
	t.Helper()
	program, err := tools[name]()
	switch {
	case errors.Is(err, errUnfetched):
		t.Skipf("SKIPPED %s: no check/%s: %v", t.Name(), name, err)
	case err != nil:
		t.Fatal(err)
	}
	return program
}

// installed returns where a program of the machine is, or skips the test.
func installed(t *testing.T, name string) string {
	t.Helper()
	program, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("SKIPPED %s: %v", t.Name(), err)
	}
	return program
}

// output runs a program and returns what it prints.
func output(t *testing.T, program string, args ...string) []byte {
	t.Helper()
	var out, said bytes.Buffer
	c := exec.Command(program, args...)
	c.Stdout, c.Stderr = &out, &said
	if err := c.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s", filepath.Base(program), strings.Join(args, " "), err, &said)
	}
	return out.Bytes()
}

// decode reads JSON.
func decode(t *testing.T, text []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%v in %.200s", err, text)
	}
}

// content returns the text of a file.
func content(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// files returns the files that a pattern matches, at least one.
func files(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		t.Fatalf("%s matches nothing: %v", pattern, err)
	}
	return found
}
