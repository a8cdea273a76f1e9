package main

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"users-brick/brick"
	"users-brick/brick/engine"
	"users-brick/brick/journal"
	"users-brick/brick/plan"
	"users-brick/brick/platform"
	"users-brick/brick/platform/directory"
	"users-brick/brick/platform/gooddata"
)

// stage is a place where the program runs inside the test. After each step of
// a run, which is an effect on the platform or a write of the journal, the
// test may keep what a kill -9 would leave there.
type stage struct {
	t   *testing.T
	dir string

	mu    sync.Mutex // held during a step, so that one is taken at a time
	after func()     // called after each step; may be nil
	batch int        // changes in a batch at most; 0 means forty
	ctx   context.Context

	journals func(engine.Journal) engine.Journal // breaks what is written; may be nil
	sends    func()                              // called before each batch; may be nil
}

// crowdSize is how many people the file of a stage adds; forty others change,
// and forty go.
const crowdSize = 110

// stageChanges is how many changes that makes.
const stageChanges = 2*crowdSize + 80

// newStage makes a directory and the params of a run of three hundred changes.
func newStage(t *testing.T) *stage {
	s := &stage{t: t, dir: t.TempDir(), ctx: t.Context()}
	users := "login,role,password\n"
	for i := range crowdSize {
		users += fmt.Sprintf("new%03d@example.com,viewer,Given-7qX!by-%03d\n", i, i)
	}
	var accounts, members []any
	for i := range 90 {
		login := fmt.Sprintf("old%03d@example.com", i)
		accounts = append(accounts, map[string]any{"login": login})
		members = append(members, map[string]any{"login": login, "roles": []string{"viewer"}, "status": "enabled"})
		switch { // the first forty go
		case i >= 80:
			users += login + ",viewer,\n"
		case i >= 40:
			users += login + ",admin,\n"
		}
	}
	seed, err := json.Marshal(map[string]any{"organizations": []any{map[string]any{
		"name": "acme", "users": accounts,
		"projects": []any{map[string]any{"id": "sales", "roles": []string{"admin", "viewer"}, "members": members}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	s.write("users.csv", users)
	s.write("seed.json", string(seed))
	s.write("params.json", fmt.Sprintf(`{"sync_mode": "sync_domain_and_project", "organization": "acme", "project": "sales", "max_removals": "none",
		"input_source": %q, "platform": {"type": "directory", "path": %q}}`, s.path("users.csv"), s.path("users.db")))
	s.must("directory", "load", s.path("seed.json"), "--db", s.path("users.db"))
	return s
}

func (s *stage) path(name string) string { return filepath.Join(s.dir, name) }

func (s *stage) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(s.path(name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// main runs the program and returns its exit code and what it prints.
func (s *stage) main(args ...string) (int, string) {
	var out bytes.Buffer
	p := program{
		args: args, version: "test", stdin: strings.NewReader(""), stdout: &out, stderr: &out, now: time.Now,
		environ: []string{"BRICK_RUN_DIR=" + s.path("runs"), "BRICK_LOG_LEVEL=error", "BRICK_CONCURRENCY=4"},
		onDriver: func(d platform.Driver) platform.Driver {
			switch d := d.(type) {
			case *directory.Directory:
				return &steps{d, s}
			case *gooddata.Driver:
				return &smallBatches{d}
			}
			return d
		},
		onJournal: func(j engine.Journal) engine.Journal {
			if s.journals != nil {
				j = s.journals(j)
			}
			return &written{j, s}
		},
	}
	code := p.main(s.ctx)
	return code, out.String()
}

func (s *stage) must(args ...string) string {
	s.t.Helper()
	code, out := s.main(args...)
	if code != 0 {
		s.t.Fatalf("users-brick %s: exit %d\n%s", strings.Join(args, " "), code, out)
	}
	return out
}

// step does something of a run while nothing else is done.
func (s *stage) step(do func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := do()
	if s.after != nil {
		s.after()
	}
	return err
}

// steps is a directory whose batches are small and come one after the other.
type steps struct {
	*directory.Directory
	stage *stage
}

func (d *steps) Features() platform.Features {
	return platform.Features{Batch: cmp.Or(d.stage.batch, 40), Concurrency: 4}
}

func (d *steps) Apply(ctx context.Context, s brick.Scope, batch []brick.Change) (errs []error) {
	d.stage.mu.Lock()
	defer d.stage.mu.Unlock()
	if d.stage.sends != nil {
		d.stage.sends()
	}
	errs = d.Directory.Apply(ctx, s, batch)
	if d.stage.after != nil {
		d.stage.after()
	}
	return errs
}

// written is a journal whose lines come one after the other.
type written struct {
	engine.Journal
	stage *stage
}

func (j *written) Begin(seqs []int64) (batch int64, err error) {
	err = j.stage.step(func() error {
		batch, err = j.Journal.Begin(seqs)
		return err
	})
	return batch, err
}

func (j *written) Settle(batch int64, seqs []int64, out *plan.Outcome) error {
	return j.stage.step(func() error { return j.Journal.Settle(batch, seqs, out) })
}

// left is what a kill leaves: all files but the locks, which the system takes
// back from the dead.
type left map[string][]byte

func isLock(path string) bool { return strings.Contains(path, "/runs/locks") }

func (s *stage) look() left {
	l := left{}
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || isLock(path) {
			return err
		}
		l[path], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		s.t.Error(err)
	}
	return l
}

// restore makes the stage what it was when somebody looked.
func (s *stage) restore(l left) {
	s.t.Helper()
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || isLock(path) || l[path] != nil {
			return err
		}
		return os.Remove(path)
	})
	for path, text := range l {
		if err == nil {
			err = os.MkdirAll(filepath.Dir(path), 0o700)
		}
		if err == nil {
			err = os.WriteFile(path, text, 0o600)
		}
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// audit returns how often each change took place, by scope, login and action.
func (s *stage) audit() map[string]int {
	s.t.Helper()
	db, err := sql.Open("sqlite", s.path("users.db"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(`SELECT level || ' ' || scope || ' ' || login || ' ' || action FROM audit WHERE login <> ''`)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	took := map[string]int{}
	for rows.Next() {
		var what string
		if err := rows.Scan(&what); err != nil {
			s.t.Fatal(err)
		}
		took[what]++
	}
	return took
}

// run returns the directory of the only run that there is.
func (s *stage) run() string {
	s.t.Helper()
	found, err := filepath.Glob(s.path("runs/*/params.json"))
	if err != nil || len(found) != 1 {
		s.t.Fatalf("runs: %q, %v", found, err)
	}
	return filepath.Dir(found[0])
}

// each calls a function with every change of a run and what its journal says
// of it.
func (s *stage) each(dir string, f func(*brick.Change, plan.Fate)) {
	s.t.Helper()
	made, err := plan.Open(dir)
	if err != nil {
		s.t.Fatal(err)
	}
	defer made.Close()
	out, err := journal.Open(dir, made.Header.Digest)
	if err != nil {
		s.t.Fatal(err)
	}
	for section, err := range made.Sections() {
		if err != nil {
			s.t.Fatal(err)
		}
		for c, err := range section.Changes() {
			if err != nil {
				s.t.Fatal(err)
			}
			f(&c, out.Of(c.Seq))
		}
	}
}

// fates counts what the journal of a run says, and demands that it is true.
func (s *stage) fates(dir string, took map[string]int) (counts [5]int) {
	s.t.Helper()
	s.each(dir, func(c *brick.Change, fate plan.Fate) {
		counts[fate]++
		n := took[changeKey(c)]
		if n > 1 || n == 1 && fate == plan.Pending || n == 0 && fate == plan.Done {
			s.t.Errorf("%s took place %d times and is told as %d", changeKey(c), n, fate)
		}
	})
	return counts
}

func changeKey(c *brick.Change) string {
	return fmt.Sprintf("%v %s %s %v", c.Scope.Level, c.Scope.ID, c.Login(), c.Action)
}

// tally is the part of a report that counts.
type tally struct {
	Outcome string `json:"outcome"`
	Totals  struct {
		brick.Counts
		Untried int64 `json:"untried"`
		Unknown int64 `json:"unknown"`
	} `json:"totals"`
}

func (s *stage) report(dir string) (r tally) {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, reportFile))
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// tells demands that a report counts exactly what took place.
func (s *stage) tells(when string, r tally) {
	s.t.Helper()
	took := s.audit()
	counts := map[string]int64{}
	for what, n := range took {
		if n != 1 {
			s.t.Errorf("%s: %s took place %d times", when, what, n)
		}
		counts[what[strings.LastIndexByte(what, ' ')+1:]]++
	}
	for _, a := range brick.Actions() {
		if told := *r.Totals.Of(a); told != counts[a.String()] {
			s.t.Errorf("%s: the report counts %d %s, the platform %d", when, told, a.Done(), counts[a.String()])
		}
	}
}
