package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"users-brick/brick"
)

// storing is a call of the program in an empty directory with a file to read.
func storing(t *testing.T, to string, args ...string) (*program, *bytes.Buffer, *bytes.Buffer) {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	for name, text := range map[string]string{
		"params.json": `{"sync_mode": "add_to_organization", "organization": "acme", "input_source": "users.csv",
			"platform": {"type": "directory", "path": "users.db", "seed": "seed.json"}}`,
		"users.csv": "login\njane@example.com\n",
		"seed.json": `{"organizations": [{"name": "acme"}]}`,
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out, errs bytes.Buffer
	return &program{
		args: append(args, "params.json", "--format", "json"), environ: []string{"BRICK_REPORT_TO=" + to, "BRICK_RUN_DIR=" + filepath.Join(dir, "runs")}, version: "test",
		stdin: strings.NewReader(""), stdout: &out, stderr: &errs, now: time.Now,
	}, &out, &errs
}

// store starts a store with an empty bucket, whose address and keys the
// environment names. What it is asked goes through first, which returns
// whether it has answered.
func store(t *testing.T, first func(http.ResponseWriter, *http.Request) bool) *s3mem.Backend {
	t.Helper()
	memory := s3mem.New()
	if err := memory.CreateBucket("reports"); err != nil {
		t.Fatal(err)
	}
	fake := gofakes3.New(memory).Server()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if first == nil || !first(w, r) {
			fake.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	none := filepath.Join(t.TempDir(), "none")
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": server.URL, "AWS_ENDPOINT_URL_S3": "", "AWS_ACCESS_KEY_ID": "AKIDHUSH", "AWS_SECRET_ACCESS_KEY": "SECRETHUSH",
		"AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_REGION": "", "AWS_DEFAULT_REGION": "",
		"AWS_CONFIG_FILE": none, "AWS_SHARED_CREDENTIALS_FILE": none, "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
	return memory
}

// stored returns what lies under a key.
func stored(t *testing.T, memory *s3mem.Backend, key string) string {
	t.Helper()
	object, err := memory.GetObject("reports", key, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer object.Contents.Close()
	text, err := io.ReadAll(object.Contents)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func runID(t *testing.T, report string) string {
	t.Helper()
	var r struct {
		RunID string `json:"run_id"`
	}
	if err := json.Unmarshal([]byte(report), &r); err != nil || r.RunID == "" {
		t.Fatalf("no report: %v\n%s", err, report)
	}
	return r.RunID
}

func TestReportIsStoredAtAPath(t *testing.T) {
	for to, want := range map[string]string{
		"report.json": "report.json", "all/of/them/": "all/of/them/RUNID.json", "{run_id}/{run_id}.json": "RUNID/RUNID.json",
	} {
		t.Run(to, func(t *testing.T) {
			p, out, errs := storing(t, to, "run")
			if code := p.main(t.Context()); code != 0 {
				t.Fatalf("exit %d: %s", code, errs)
			}
			path := strings.ReplaceAll(want, "RUNID", runID(t, out.String()))
			text, err := os.ReadFile(path)
			if err != nil || string(text) != out.String() {
				t.Errorf("stored %s, error %v", text, err)
			}
			info, err := os.Stat(path)
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("mode %v, error %v", info, err)
			}
			if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".report-*")); len(left) > 0 {
				t.Errorf("%v are left", left)
			}
		})
	}
}

func TestReportIsStoredInABucket(t *testing.T) {
	for to, want := range map[string]string{
		"s3://reports/a b/last.json": "a b/last.json", "s3://reports/": "RUNID.json", "s3://reports/daily/": "daily/RUNID.json", "s3://reports/{run_id}/r": "RUNID/r",
	} {
		t.Run(to, func(t *testing.T) {
			var asked atomic.Int32
			memory := store(t, func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method == http.MethodPut && asked.Add(1) == 1 {
					io.Copy(io.Discard, r.Body)
					w.WriteHeader(http.StatusServiceUnavailable)
					return true
				}
				return false
			})
			p, out, errs := storing(t, to, "run")
			if code := p.main(t.Context()); code != 0 {
				t.Fatalf("exit %d: %s", code, errs)
			}
			if text := stored(t, memory, strings.ReplaceAll(want, "RUNID", runID(t, out.String()))); text != out.String() {
				t.Errorf("stored %s", text)
			}
			if asked.Load() != 2 || strings.Contains(errs.String(), "HUSH") {
				t.Errorf("asked %d times: %s", asked.Load(), errs)
			}
		})
	}
}

func TestReportOfARefusedRunIsStored(t *testing.T) {
	p, _, errs := storing(t, "report.json", "run")
	p.environ = append(p.environ, "BRICK_PARAM_input_source=missing.csv")
	if code := p.main(t.Context()); code != brick.ExitBadInput {
		t.Fatalf("exit %d: %s", code, errs)
	}
	text, err := os.ReadFile("report.json")
	if err != nil || !strings.Contains(string(text), `"outcome": "bad_input"`) {
		t.Errorf("stored %s, error %v", text, err)
	}
}

func TestReportOfAStoppedRunIsStored(t *testing.T) {
	memory := store(t, nil)
	p, _, errs := storing(t, "s3://reports/last.json", "run")
	ctx, stop := context.WithCancelCause(t.Context())
	stop(stopSignal{syscall.SIGTERM})
	if code := p.main(ctx); code != 143 {
		t.Fatalf("exit %d: %s", code, errs)
	}
	if text := stored(t, memory, "last.json"); !strings.Contains(text, `"outcome": "interrupted"`) {
		t.Errorf("stored %s", text)
	}
}

func TestReportThatCannotBeStoredIsTold(t *testing.T) {
	store(t, func(w http.ResponseWriter, r *http.Request) bool {
		w.WriteHeader(http.StatusForbidden)
		return true
	})
	for to, want := range map[string]string{
		"users.csv/report.json":    "write users.csv/report.json: ",
		"./":                       "",
		".":                        "hint: check the path that BRICK_REPORT_TO names",
		"s3://reports/report.json": "write s3://reports/report.json: access is denied",
	} {
		t.Run(to, func(t *testing.T) {
			p, out, errs := storing(t, to, "run")
			code := p.main(t.Context())
			told := strings.Contains(errs.String(), "error: the report is not stored: ")
			if want == "" {
				if code != brick.ExitDone || told {
					t.Errorf("exit %d: %s", code, errs)
				}
				return
			}
			if code != brick.ExitFailed || !told || !strings.Contains(errs.String(), want) || !strings.Contains(errs.String(), "hint: ") {
				t.Errorf("exit %d: %s", code, errs)
			}
			if !strings.Contains(out.String(), `"outcome": "converged"`) {
				t.Errorf("report %s", out)
			}
		})
	}
}

func TestReportThatCannotBeStoredKeepsTheExitCodeOfTheRun(t *testing.T) {
	p, _, errs := storing(t, "users.csv/report.json", "run")
	p.environ = append(p.environ, "BRICK_PARAM_input_source=missing.csv")
	if code := p.main(t.Context()); code != brick.ExitBadInput || !strings.Contains(errs.String(), "the report is not stored") {
		t.Errorf("exit %d: %s", code, errs)
	}
}

func TestPlaceThatIsNoneIsRefusedBeforeTheRun(t *testing.T) {
	for _, to := range []string{"https://example.com/report.json", "s3://reports", "s3:///x", "gs://b/k", "s3:///"} {
		p, out, errs := storing(t, to, "run")
		if code := p.main(t.Context()); code != brick.ExitBadInput || !strings.Contains(errs.String(), "BRICK_REPORT_TO: ") || out.Len() > 0 {
			t.Errorf("%s: exit %d: %s%s", to, code, errs, out)
		}
		if _, err := os.Stat("users.db"); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: the run has begun", to)
		}
	}
}
