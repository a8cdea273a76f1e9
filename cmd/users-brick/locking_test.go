package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/modes"
	"users-brick/params"
)

func TestRunsThatShareOnlyTheFileOfADirectoryTakeTurns(t *testing.T) {
	s := newSite(t, 5_000)
	first := s.command("run", "params.json", "--log-level", "debug", "--log-format", "json", "--run-dir", "one")
	stderr, err := first.StderrPipe()
	if err == nil {
		err = first.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	log := bufio.NewScanner(stderr)
	for log.Scan() && !strings.Contains(log.Text(), `"message":"change"`) {
	}
	// It cannot end now: its log waits to be read.
	for _, args := range [][]string{{"run", "params.json", "--run-dir", "two"}, {"run", "params.json", "--run-dir", "none"}} {
		out, err := s.command(args...).Output()
		if ended, ok := errors.AsType[*exec.ExitError](err); !ok || ended.ExitCode() != brick.ExitLocked || !strings.Contains(string(out), "\nlocked: another run works on users.db: run ") {
			t.Errorf("%q ends with %v:\n%s", args, err, out)
		}
	}
	if _, err := io.Copy(io.Discard, stderr); err != nil {
		t.Fatal(err)
	}
	if err := first.Wait(); err != nil {
		t.Fatal(err)
	}
	if out := s.must("run", "params.json", "--run-dir", "two"); !strings.Contains(out, "\nnothing_to_do: ") || strings.Contains(out, "giving its lock back") {
		t.Errorf("the next run says:\n%s", out)
	}
}

func TestEveryPlatformSaysWhereItIs(t *testing.T) {
	for _, p := range platformTypes() {
		if p.key == nil || p.key(&params.Params{}) == "" && p.name != params.GoodDataPlatform {
			t.Errorf("platform %s has no key for its lock", p.name)
		}
	}
}

func TestOneHostHasOneKey(t *testing.T) {
	key := func(address string) string {
		var p params.Params
		p.Platform.GoodData.URL = address
		return goodDataKey(&p)
	}
	for _, address := range []string{"https://acme.example.com:443", "https://ACME.example.com", "https://acme.example.com."} {
		if key(address) != key("https://acme.example.com") {
			t.Errorf("%s has the key %s", address, key(address))
		}
	}
	for _, address := range []string{"https://acme.example.com:8443", "http://acme.example.com", "https://acme2.example.com"} {
		if key(address) == key("https://acme.example.com") {
			t.Errorf("%s has the key of another host", address)
		}
	}
}

func TestOneFileHasOneKey(t *testing.T) {
	dir := t.TempDir()
	path, link, folder := filepath.Join(dir, "users.db"), filepath.Join(dir, "link.db"), filepath.Join(dir, "folder")
	if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Symlink("users.db", link), os.Symlink(".", folder)); err != nil {
		t.Fatal(err)
	}
	same := map[string]string{
		link: path, filepath.Join(folder, "users.db"): path, dir + "/./folder/../users.db": path,
		filepath.Join(folder, "new.db"): filepath.Join(dir, "new.db"), // which is not there yet
	}
	for one, other := range same {
		if sameFile(one) != sameFile(other) {
			t.Errorf("%s is %s, %s is %s", one, sameFile(one), other, sameFile(other))
		}
	}
	t.Chdir(dir)
	if sameFile("users.db") != sameFile(path) {
		t.Errorf("users.db is %s", sameFile("users.db"))
	}
}

func TestOnlyModesOnOneProjectLeaveRoomBesideThem(t *testing.T) {
	var beside []string
	for _, m := range modes.All() {
		if onlyProject(&m, &params.Params{Project: "p1"}) == "p1" {
			beside = append(beside, m.Name)
		}
	}
	if got, want := strings.Join(beside, " "), "sync_project sync_one_project_based_on_pid sync_one_project_based_on_custom_id"; got != want {
		t.Errorf("on one project alone work %s, want %s", got, want)
	}
}
