package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"users-brick/brick"
	"users-brick/brick/lock"
	"users-brick/brick/platform/directory"
	"users-brick/brick/runs"
	"users-brick/params"
)

// holding is what a session holds so that no other run comes in its way.
type holding struct {
	lock *lock.Lock      // nil while it does not
	turn *directory.Turn // for the platforms where runs take turns
	gone map[string]bool // runs of which it was told that they are gone
}

// alone sees to it that no other run works on what this one may touch, until
// the session ends. Nothing of the platform may have been read before. When
// another run does, and does not end within the time that the operator gives,
// that is an error of kind Locked.
func (n *session) alone(ctx context.Context) error {
	if n.holds.lock != nil {
		return nil
	}
	dir, private := locksDir(n.store, cmp.Or(n.env.TempDir, os.TempDir()))
	claim := lock.Claim{
		Key: n.platform.name + " " + n.platform.key(n.params), Target: n.job.Target, Owner: n.owner(),
	}
	n.share(&claim)
	patience := &lock.Patience{For: time.Duration(n.env.LockTimeout), Tell: n.waits}
	held, err := lock.Take(ctx, claim, lock.Options{Dir: dir, Private: private, Patience: patience, Now: n.program.now})
	if err != nil {
		return err
	}
	n.holds.lock = held
	for _, o := range held.Gone {
		n.tookOver(o)
	}
	n.holds.turn = &directory.Turn{
		Owner: claim.Owner, Project: claim.Project, Fleet: claim.Fleet, Shard: claim.Shard, Place: held.Place, Wait: patience, Gone: n.tookOver,
	}
	return nil
}

// letGo lets the next run in, unless that has been done.
func (n *session) letGo() {
	if n.holds.lock != nil {
		n.holds.lock.Release()
	}
	n.holds = holding{}
}

// owner says who we are, to those who find the target taken.
func (n *session) owner() lock.Owner {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return lock.Owner{Host: host, PID: os.Getpid(), RunID: n.job.RunID, Program: n.job.Program}
}

// waits says that the run waits for another one.
func (n *session) waits(held error) {
	if e, ok := errors.AsType[*brick.Error](held); ok {
		held = e.Err
	}
	n.emit.Send(brick.Noticed{Finding: brick.Finding{
		Warning: true, Text: fmt.Sprintf("waiting for up to %v: %v", time.Duration(n.env.LockTimeout), held),
	}})
}

// tookOver warns once of a run that ended badly.
func (n *session) tookOver(o lock.Owner) {
	n.mu.Lock()
	told := n.holds.gone[o.RunID]
	if n.holds.gone == nil {
		n.holds.gone = map[string]bool{}
	}
	n.holds.gone[o.RunID] = true
	n.mu.Unlock()
	if !told {
		n.warn(brick.Finding{
			Warning: true, Text: fmt.Sprintf("%v, ended without giving its lock back", o),
			Hint: "it was killed, or its machine went down; what it left undone is done by this run",
		})
	}
}

// onlyProject returns the one project that a run can touch, nothing when it
// may touch others or the organization.
func onlyProject(mode *brick.Mode, p *params.Params) string {
	if _, touches := mode.Step(brick.OrganizationLevel); touches || !mode.NeedsProject() {
		return ""
	}
	return p.Project
}

// locksDir returns where the locks are: in the directory of the runs, or else
// in one of the user among what is temporary, which nobody else may have a hand
// in.
func locksDir(store *runs.Store, temp string) (dir string, private bool) {
	if store != nil {
		return filepath.Join(store.String(), "locks"), false
	}
	return filepath.Join(temp, fmt.Sprintf("users-brick-locks-%d", os.Getuid())), true
}

// sameFile returns one spelling for all the paths that name a file, which
// need not be there yet.
func sameFile(path string) string {
	full, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	if real, err := filepath.EvalSymlinks(full); err == nil {
		return real
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(full)); err == nil {
		return filepath.Join(dir, filepath.Base(full))
	}
	return full
}

func directoryKey(p *params.Params) string { return sameFile(p.Platform.Path) }

// goodDataKey names the host with its port. Two hosts may well be one platform
// under two names; nobody can tell.
func goodDataKey(p *params.Params) string {
	address, err := url.Parse(p.Platform.GoodData.URL)
	if err != nil {
		return p.Platform.GoodData.URL
	}
	port := address.Port()
	switch {
	case port != "":
	case address.Scheme == "http":
		port = "80"
	default:
		port = "443"
	}
	return net.JoinHostPort(strings.TrimSuffix(strings.ToLower(address.Hostname()), "."), port)
}
