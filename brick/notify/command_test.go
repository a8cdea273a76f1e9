package notify_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"users-brick/brick/notify"
	"users-brick/params"
)

// program is a notification that starts a shell script, with a file in which it
// may leave something.
func program(t *testing.T, script string) (n params.Notification, left string) {
	t.Helper()
	dir := t.TempDir()
	left = filepath.Join(dir, "left")
	path := filepath.Join(dir, "told")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	return params.Notification{Type: params.CommandNotice, When: []string{params.Always}, Command: []string{path, left, "$(id)", ""}}, left
}

// reportOf writes a report and returns its path.
func reportOf(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func start(t *notify.Teller, n params.Notification, report string) string {
	var texts []string
	for _, err := range t.Tell(context.Background(), []params.Notification{n}, failed(), report) {
		texts = append(texts, err.Error())
	}
	return strings.Join(texts, "\n")
}

func TestAProgramGetsTheReportAndNothingOfOurEnvironment(t *testing.T) {
	t.Setenv("BRICK_PARAMS", "s3cr3t")
	t.Setenv("HIDDEN_BRICK_PARAM_password", "s3cr3t")
	n, left := program(t, `{ cat; env; echo "$#:$2:$3"; } > "$1"`)
	teller := teller()
	teller.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=/home/brick"}
	report := strings.Repeat("report\n", 50_000) // more than a pipe holds
	if err := start(teller, n, reportOf(t, report)); err != "" {
		t.Fatal(err)
	}
	text, err := os.ReadFile(left)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{report, "\nHOME=/home/brick\n", "\nUSERS_BRICK_OUTCOME=partial\n", "\nUSERS_BRICK_EXIT_CODE=4\n", "\nUSERS_BRICK_RUN_ID=20260102T120000Z-abcdef\n", "\nUSERS_BRICK_SHARD=1/3\n", "\n3:$(id):\n"} {
		if !strings.Contains("\n"+string(text), want) {
			t.Errorf("the program does not get %.40q", want)
		}
	}
	if strings.Contains(string(text), "s3cr3t") {
		t.Error("the program gets secrets")
	}
}

func TestWhatAProgramSaidIsToldWhenItFails(t *testing.T) {
	n, _ := program(t, `echo first; printf '%3000s\n' x; echo "the mail server
is down" >&2; exit 7`)
	err := start(teller(), n, reportOf(t, "{}"))
	if !strings.HasPrefix(err, "notify 1: run "+n.Command[0]+": exit status 7; it said: ") || !strings.HasSuffix(err, " x the mail server is down") || strings.Contains(err, "first") {
		t.Errorf("the error is %q", err)
	}
}

func TestAProgramThatReadsNothingIsNoMatter(t *testing.T) {
	n, _ := program(t, "exit 0")
	if err := start(teller(), n, reportOf(t, strings.Repeat("x", 1<<20))); err != "" {
		t.Error(err)
	}
}

func TestAProgramThatTakesTooLongIsEndedWithAllThatItStarted(t *testing.T) {
	n, left := program(t, `mkfifo "$1"; (echo ready > "$1"; exec cat "$1") & exec cat "$1" > /dev/null`)
	n.Command[1] = left
	teller := teller()
	teller.Within = 500 * time.Millisecond
	err := start(teller, n, reportOf(t, ""))
	if !strings.Contains(err, "ended after 500ms") {
		t.Errorf("the error is %q", err)
	}
}

func TestAProgramEndsWithWhoeverWaitsForIt(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := exec.Command("mkfifo", pipe).Run(); err != nil {
		t.Fatal(err)
	}
	n := params.Notification{
		Type: params.CommandNotice, When: []string{params.Always},
		Command: []string{"/bin/sh", "-c", `echo ready > "$0"; exec cat "$0"`, pipe}, // which then hangs
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer cancel()
		_, _ = os.ReadFile(pipe) // ends when the program has begun
	}()
	errs := teller().Tell(ctx, []params.Notification{n}, failed(), reportOf(t, ""))
	if len(errs) != 1 || !strings.Contains(errs[0].Error(), "ended, since the run was to stop") {
		t.Errorf("the errors are %v", errs)
	}
}

func TestAProgramThatIsNotThereIsTold(t *testing.T) {
	n := params.Notification{Type: params.CommandNotice, When: []string{params.Always}, Command: []string{"/nowhere/told"}}
	if err := start(teller(), n, reportOf(t, "")); !strings.Contains(err, "/nowhere/told: no such file") {
		t.Errorf("the error is %q", err)
	}
}
