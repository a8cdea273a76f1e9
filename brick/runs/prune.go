package runs

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Keep says which runs stay.
type Keep struct {
	Runs int           // the newest so many
	For  time.Duration // of those, the ones that began no longer ago
}

// removing is what the name of a directory begins with that is being deleted,
// so that a deletion that breaks off leaves nothing that looks like a run.
const removing = ".removed-"

// Prune deletes the directories of runs that are not to be kept, and returns
// how many. It never deletes the current run, one that is going on, or
// anything that is not the directory of a run. What cannot be deleted is part
// of the error; the others are deleted all the same.
//
// secret names a file that only a run in progress may hold; it is deleted from
// the directories of all others.
func (s *Store) Prune(keep Keep, current, secret string, now time.Time) (int, error) {
	all, err := s.All()
	deleted, failed := 0, []error{err}
	for i, r := range all {
		if r.ID == current || r.GoingOn(now) {
			continue
		}
		var err error
		if i < keep.Runs && now.Sub(r.Started) <= keep.For {
			err = remove(filepath.Join(r.Dir, secret))
		} else if err = s.delete(r.ID); err == nil {
			deleted++
		}
		failed = append(failed, err)
	}
	return deleted, errors.Join(append(failed, s.sweep())...)
}

// delete takes a run's name away first, and then what was there.
func (s *Store) delete(id string) error {
	gone := filepath.Join(s.dir, removing+id)
	if err := os.Rename(s.Dir(id), gone); err != nil && !os.IsNotExist(err) {
		return err
	}
	return os.RemoveAll(gone)
}

// sweep ends deletions that broke off.
func (s *Store) sweep() error {
	entries, err := os.ReadDir(s.dir)
	if os.IsNotExist(err) {
		return nil
	}
	failed := []error{err}
	for _, e := range entries {
		id, ok := strings.CutPrefix(e.Name(), removing)
		if _, isID := parseID(id); ok && isID && e.IsDir() {
			failed = append(failed, os.RemoveAll(filepath.Join(s.dir, e.Name())))
		}
	}
	return errors.Join(failed...)
}

// remove deletes a file and succeeds when there is none.
func remove(path string) error {
	if err := os.Remove(path); !os.IsNotExist(err) {
		return err
	}
	return nil
}
