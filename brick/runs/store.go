// Package runs keeps what runs leave behind: a directory for each run, and
// what is remembered from one run to the next.
//
//	DIR/20260102T030405Z-0a1b2c/   one run: params.json, plan.ndjson, report.json and the like
//	                    running    while it is going on: which process it is
//	DIR/state/…                    what outlives runs, such as the figures of the last good file
//
// Whatever else lies in DIR belongs to somebody else and is left alone. All
// that is made here is for its owner only. Nothing is kept open, so that
// several processes may share one directory.
package runs

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// The files of a run that this package knows.
const (
	ParamsFile = "params.json" // the redacted params: what makes a directory that of a run
	ReportFile = "report.json" // there when the run has ended
	TextFile   = "report.txt"  // the report as the run printed it for people

	markFile = "running"
	stateDir = "state"
)

// Store is a directory of runs. It need not exist before [Store.Begin].
type Store struct{ dir string }

// New returns the store in a directory.
func New(dir string) *Store { return &Store{dir} }

// String returns the directory.
func (s *Store) String() string { return s.dir }

// Dir returns the directory of a run, whether it exists or not.
func (s *Store) Dir(id string) string { return filepath.Join(s.dir, id) }

// State returns the path of something that outlives runs. It may not exist;
// [Replace] makes the folders above it.
func (s *Store) State(parts ...string) string {
	return filepath.Join(append([]string{s.dir, stateDir}, parts...)...)
}

// Begin makes the directory of a run with its redacted params, marks the run
// as going on in this process, and returns the directory. An id that is taken,
// and a store that cannot be written, are errors; nothing is left then but
// folders.
func (s *Store) Begin(id string, params []byte, now time.Time) (string, error) {
	dir := s.Dir(id)
	if err := os.MkdirAll(s.State(), 0o700); err != nil {
		return "", err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", err
	}
	err := s.Mark(id, now)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, ParamsFile), params, 0o600)
	}
	if err != nil {
		os.RemoveAll(dir) // the reason it could not be filled says more
		return "", err
	}
	return dir, nil
}

// Mark says that a run is going on in this process, so that [Store.Prune]
// leaves its files alone. [Store.End] takes it back.
func (s *Store) Mark(id string, now time.Time) error {
	text, err := json.Marshal(thisProcess(now))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.Dir(id), markFile), text, 0o600)
}

// End says that a run is over. It succeeds when it was before.
func (s *Store) End(id string) error {
	err := os.Remove(filepath.Join(s.Dir(id), markFile))
	if os.IsNotExist(err) {
		return nil
	}
	return err
}

// Run is one run of a store.
type Run struct {
	ID      string
	Dir     string
	Started time.Time // as the id says, to the second

	begun time.Time // tells apart those of one second
}

// Reported reports whether the run left a report, as every run does that was
// not killed.
func (r *Run) Reported() bool {
	_, err := os.Stat(filepath.Join(r.Dir, ReportFile))
	return err == nil
}

// All returns the runs of a store, newest first. A store that does not exist
// has none.
func (s *Store) All() ([]Run, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil && !os.IsNotExist(err) {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	var all []Run
	for _, e := range entries {
		if r, ok := s.run(e); ok {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b Run) int {
		return cmp.Or(b.Started.Compare(a.Started), b.begun.Compare(a.begun), cmp.Compare(b.ID, a.ID))
	})
	return all, nil
}

// run returns the run whose directory an entry is, and false when it is
// anything else.
func (s *Store) run(e fs.DirEntry) (Run, bool) {
	started, ok := parseID(e.Name())
	if !ok || !e.IsDir() {
		return Run{}, false
	}
	r := Run{ID: e.Name(), Dir: s.Dir(e.Name()), Started: started}
	info, err := os.Lstat(filepath.Join(r.Dir, ParamsFile))
	if err != nil || !info.Mode().IsRegular() {
		return Run{}, false
	}
	r.begun = info.ModTime()
	return r, true
}
