package journal

import (
	"errors"
	"os"

	"github.com/gofrs/flock"

	"users-brick/brick"
)

// lock keeps others from writing the same journal. The system takes it back
// from a process that is killed.
type lock struct{ flock *flock.Flock }

// alone takes the lock of a journal. When somebody else has it that is an
// error of kind Locked. Where the file system knows no locks there is none.
func alone(name string) (lock, error) {
	l := flock.New(name, flock.SetFlag(os.O_RDWR), flock.SetPermissions(0o600))
	switch got, err := l.TryLock(); {
	case err != nil:
		return lock{}, nil
	case !got:
		return lock{}, &brick.Error{
			Kind: brick.Locked, Op: "open " + name, Err: errors.New("another run is writing it"), Hint: "wait until that has ended",
		}
	}
	return lock{l}, nil
}

// release lets others in.
func (l lock) release() {
	if l.flock != nil {
		l.flock.Close()
	}
}
