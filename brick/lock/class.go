package lock

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"users-brick/brick"
)

// The runs that share a target are of classes: runs on one project are one,
// and the shards of one run are one. Runs of one class work side by side, runs
// of two classes never. The kernel knows no such locks, so that each class has
// a file that its runs lock with others, and whoever comes looks, while nobody
// else can come, whether any other class has somebody.
const (
	classMark = "+"
	gateName  = classMark + "gate" + lockSuffix
	projects  = "projects"
)

// besides reports whether the claim leaves room for others on the target.
func (c *Claim) besides() bool { return c.Project != "" || c.Fleet != "" }

// class names the runs that the claim lets work beside it.
func (c *Claim) class() string {
	if c.Fleet != "" {
		return "fleet-" + digest(c.Fleet)
	}
	return projects
}

// part names what the claim has for itself, and part of nothing else.
func (c *Claim) part() string {
	if c.Fleet != "" {
		return "fleet-" + digest(c.Fleet) + "-" + digest(c.Shard)
	}
	return digest(c.Project)
}

// what names the part for people.
func (c *Claim) what() string {
	if c.Fleet != "" {
		return c.Shard + " on " + c.Target
	}
	return "project " + c.Project + " of " + c.Target
}

// enter joins the runs of a class on a target, and reports whether there was
// none of another. The lock it returns is held, or nil.
func enter(ctx context.Context, dir, target, class string) (*flock.Flock, bool, error) {
	gate, err := wait(ctx, filepath.Join(dir, target+gateName))
	if err != nil {
		return nil, false, err
	}
	defer gate.Unlock()
	others, err := classesOf(dir, target)
	if err != nil {
		return nil, false, err
	}
	own := target + classMark + class + lockSuffix
	for _, name := range others {
		if name == own {
			continue
		}
		free, err := vacant(filepath.Join(dir, name))
		if err != nil || !free {
			return nil, false, err
		}
	}
	joined := flock.New(filepath.Join(dir, own))
	free, err := joined.TryRLock()
	if err != nil || !free {
		return nil, false, errors.Join(err, joined.Close())
	}
	return joined, true, nil
}

// classesOf lists the files of the classes that ever were on a target.
func classesOf(dir, target string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if name := e.Name(); strings.HasPrefix(name, target+classMark) && strings.HasSuffix(name, lockSuffix) && name != target+gateName {
			names = append(names, name)
		}
	}
	return names, nil
}

// vacant reports whether nobody holds a lock. Only who is in the gate may look,
// since looking takes the lock for a moment.
func vacant(path string) (bool, error) {
	l := flock.New(path)
	free, err := l.TryLock()
	return free, errors.Join(err, l.Close())
}

// briefly is how often somebody looks who waits for what takes but a moment,
// and atMost when he gives up.
const (
	briefly = 5 * time.Millisecond
	atMost  = 30 * time.Second
)

// wait takes a lock that everybody holds for a moment only.
func wait(ctx context.Context, path string) (*flock.Flock, error) {
	ctx, enough := context.WithTimeout(ctx, atMost)
	defer enough()
	l := flock.New(path)
	if _, err := l.TryLockContext(ctx, briefly); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// Exclusively calls do while no other process does so with the same path,
// beside which a file is left. What is done has to be brief.
func Exclusively(ctx context.Context, path string, do func() error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return unusable(err)
	}
	l, err := wait(ctx, path+lockSuffix)
	if err != nil && ctx.Err() != nil {
		return brick.Errorf(brick.Interrupted, "stopped while it waited for another run: %w", context.Cause(ctx))
	}
	if err != nil {
		return &brick.Error{Kind: brick.Failed, Op: "lock " + path, Err: err, Hint: "its directory must be writable, and on a file system that has locks"}
	}
	return errors.Join(do(), l.Close())
}
