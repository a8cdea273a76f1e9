package lock

import (
	"errors"
	"io/fs"
	"os"
)

// inPlace reports whether the locked files are those that others find under
// their names.
func (l *Lock) inPlace() bool {
	for _, f := range l.files() {
		locked, err := f.Stat()
		if err != nil {
			continue // nobody can tell
		}
		found, err := os.Stat(f.Path())
		if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(locked, found) {
			return false
		}
	}
	return true
}

// survivor returns the owner of an info whose run goes on, though the kernel
// lets us in: a file that it holds has been deleted. A process that has been
// silent about a run for longer than its lease goes on with something else.
func (l *Lock) survivor(infos []string) (Owner, bool) {
	for _, path := range infos {
		i, ok := readInfo(path)
		if ok && l.now().Sub(i.Renewed) <= Lease && goesOn(i.Place, l.Place) {
			return i.Owner, true
		}
	}
	return Owner{}, false
}
