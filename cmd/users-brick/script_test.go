package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"users-brick": main, "users-brick-dies": dies})
}

// scripts is where the scenarios are. They read as documentation: each shows
// one thing that a user can do or meet.
const scripts = "../../testdata/script"

func TestScenarios(t *testing.T) {
	found, err := filepath.Glob(filepath.Join(scripts, "*.txtar"))
	if err != nil || len(found) == 0 {
		t.Fatalf("no scenarios in %s: %v", scripts, err)
	}
	tour, err := filepath.Abs("../../testdata/tour")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:           scripts,
		UpdateScripts: os.Getenv("UPDATE_SCENARIOS") != "", // rewrites what cmp compares with
		Setup: func(env *testscript.Env) error {
			env.Setenv("TOUR", tour)
			env.Setenv("USERS", filepath.Join(filepath.Dir(tour), "users"))    // files as they come
			env.Setenv("XDG_STATE_HOME", filepath.Join(env.WorkDir, ".state")) // what runs leave behind
			env.Values[emulatorKey{}] = &emulator{}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "web": serves, "hook": hears, "json": jsonSays, "gooddata": emulates, "gooddata-tls": overTLS, "gooddata-answers": answersInstead},
	})
}

// exits runs a command and compares its exit code:
//
//	exits 3 users-brick run params.json
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARG ...]")
	}
	want, err := strconv.Atoi(args[0])
	if err != nil {
		ts.Fatalf("exits: %v", err)
	}
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		failed, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("exits: %v", err)
		}
		got = failed.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func TestEveryModeHasItsScenario(t *testing.T) {
	for _, row := range modesTable()[1:] {
		if _, err := os.Stat(filepath.Join(scripts, row[0]+".txtar")); err != nil {
			t.Errorf("mode %s has no scenario: %v", row[0], err)
		}
	}
}

func TestEverythingInTheCatalogueIsExplained(t *testing.T) {
	for name, table := range tables() {
		for _, row := range table()[1:] {
			if row[len(row)-1] == "" {
				t.Errorf("show %s: %s has no explanation", name, row[0])
			}
		}
	}
}
