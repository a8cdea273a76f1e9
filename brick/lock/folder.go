package lock

import (
	"fmt"
	"os"
)

// prepare makes the folder of the locks.
func prepare(dir string, private bool) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return unusable(err)
	}
	if !private {
		return nil
	}
	about, err := os.Lstat(dir)
	switch {
	case err != nil:
		return unusable(err)
	case !about.IsDir() || about.Mode().Perm()&0o022 != 0 || !mine(about):
		return unusable(fmt.Errorf("%s belongs to somebody else, or others may write to it", dir))
	}
	return nil
}
