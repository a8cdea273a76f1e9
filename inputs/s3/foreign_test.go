package s3_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"users-brick/brick"
	"users-brick/inputs/s3"
)

// foreign is a store that others wrote: https://www.npmjs.com/package/s3rver.
const foreign = "s3rver@3.7.1"

// skipLoudly skips a test in a way that is seen, since it then proves nothing.
func skipLoudly(t *testing.T, format string, args ...any) {
	t.Helper()
	why := fmt.Sprintf(format, args...)
	fmt.Fprintf(os.Stderr, "SKIPPED %s: %s\n", t.Name(), why)
	t.Skip(why)
}

// install installs the foreign store into a temporary directory and returns
// its program.
func install(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("installs " + foreign + " from the registry")
	}
	for _, program := range []string{"npm", "node"} {
		if _, err := exec.LookPath(program); err != nil {
			skipLoudly(t, "%v", err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	dir := t.TempDir()
	npm := exec.CommandContext(ctx, "npm", "install", "--prefix", dir, "--no-audit", "--no-fund", "--ignore-scripts", foreign)
	npm.WaitDelay = time.Second
	if said, err := npm.CombinedOutput(); err != nil {
		skipLoudly(t, "%s cannot be installed: %v\n%s", foreign, err, said)
	}
	return filepath.Join(dir, "node_modules", "s3rver", "bin", "s3rver.js")
}

// start starts the foreign store with an empty bucket, and returns its
// address.
func start(t *testing.T, program string) string {
	t.Helper()
	store := exec.Command("node", program, "--directory", t.TempDir(), "--address", "127.0.0.1", "--port", "0", "--configure-bucket", "users")
	out, err := store.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		store.Process.Kill()
		store.Wait()
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, address, found := strings.Cut(lines.Text(), "listening on "); found {
			go io.Copy(io.Discard, out) // ends when the store does
			return "http://" + strings.TrimSpace(address)
		}
	}
	t.Fatalf("%s ended before it listened: %v", foreign, lines.Err())
	return ""
}

// between puts a proxy before the store that may cut its answers.
func between(t *testing.T, store string, change func(w http.ResponseWriter, r *http.Request) http.ResponseWriter) string {
	t.Helper()
	to, err := url.Parse(store)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Host = r.In.Host // it is signed
	}}
	return serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { proxy.ServeHTTP(change(w, r), r) })).URL
}

func TestForeignStore(t *testing.T) {
	address := start(t, install(t))
	s := source(t, address)
	s.AccessKeyID, s.SecretAccessKey = brick.NewSecret("S3RVER"), brick.NewSecret("S3RVER")
	write := func(t *testing.T, key, content string) s3.Source {
		t.Helper()
		s := s
		s.Key = key
		if err := s3.WriteObject(t.Context(), s, "text/csv", strings.NewReader(content)); err != nil {
			t.Fatal(err)
		}
		return s
	}
	t.Run("keeps what is written", func(t *testing.T) {
		for key, content := range map[string]string{"users.csv": csv, "a b/ž+1 %41.csv": rows(1000), "empty.csv": ""} {
			stream := reads(t, write(t, key, content), content)
			if stream.Size != int64(len(content)) || stream.ETag == "" || stream.Modified.IsZero() {
				t.Errorf("origin %+v", stream.Origin)
			}
		}
	})
	t.Run("sends parts", func(t *testing.T) {
		content := rows(1_000_000)
		s := write(t, "large.csv", content)
		var requests, parts atomic.Int32
		s.Endpoint = between(t, address, func(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
			requests.Add(1)
			if r.Header.Get("Range") != "" {
				parts.Add(1)
			}
			return w
		})
		s.PartSize, s.Parallel = 100_000, 4
		reads(t, s, content)
		if requests.Load() != 10 || parts.Load() != 9 {
			t.Errorf("%d requests, %d for parts", requests.Load(), parts.Load())
		}
	})
	t.Run("is read on where it broke off", func(t *testing.T) {
		content := rows(1_000_000)
		s := write(t, "large.csv", content)
		var requests atomic.Int32
		s.Endpoint = between(t, address, func(w http.ResponseWriter, _ *http.Request) http.ResponseWriter {
			if requests.Add(1)%2 == 1 {
				return &cut{w, 70_000}
			}
			return w
		})
		s.Retry = quick
		for _, parallel := range []int{1, 4} {
			s.PartSize, s.Parallel = 100_000, parallel
			reads(t, s, content)
		}
	})
	t.Run("replaces the object meanwhile", func(t *testing.T) {
		content := rows(300_000)
		s := write(t, "replaced.csv", content)
		var requests atomic.Int32
		direct := s
		s.Endpoint = between(t, address, func(w http.ResponseWriter, _ *http.Request) http.ResponseWriter {
			if requests.Add(1) == 3 {
				if err := s3.WriteObject(t.Context(), direct, "text/csv", strings.NewReader(strings.ToUpper(content))); err != nil {
					t.Error(err)
				}
			}
			return w
		})
		s.PartSize, s.Parallel, s.Retry = 50_000, 2, quick // this store may also end connections then
		_, _, err := read(t, s)
		wants(t, err, brick.BadInput, "the file was changed while it was read")
	})
	t.Run("has no such object", func(t *testing.T) {
		s := s
		s.Key = "none.csv"
		_, err := s.Open(t.Context())
		wants(t, err, brick.BadInput, "there is no object with this key")
		s.Bucket = "none"
		_, err = s.Open(t.Context())
		wants(t, err, brick.BadInput, "there is no bucket of this name")
	})
	t.Run("knows its keys", func(t *testing.T) {
		s := s
		s.AccessKeyID = brick.NewSecret("NOBODYHUSH")
		_, err := s.Open(t.Context())
		wants(t, err, brick.BadInput, "does not know the access key")
	})
}
