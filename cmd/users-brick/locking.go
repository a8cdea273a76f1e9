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
	"slices"
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
	locks []*lock.Lock    // none while it does not
	turn  *directory.Turn // for the platforms where runs take turns
	gone  map[string]bool // runs of which it was told that they are gone
}

// alone sees to it that no other run works on what this one may touch, until
// the session ends. Nothing of the platform may have been read before. When
// another run does, and does not end within the time that the operator gives,
// that is an error of kind Locked.
func (n *session) alone(ctx context.Context) error {
	if len(n.holds.locks) > 0 {
		return nil
	}
	claim := lock.Claim{
		Key: n.platform.name + " " + n.platform.key(n.params), Target: n.job.Target, Owner: n.owner(),
	}
	n.share(&claim)
	patience := &lock.Patience{For: time.Duration(n.env.LockTimeout), Tell: n.waits}
	for _, at := range lockPlaces(n.store, cmp.Or(n.env.TempDir, os.TempDir())) {
		held, err := lock.Take(ctx, claim, lock.Options{Dir: at.dir, Private: at.private, Patience: patience, Now: n.program.now})
		if at.spare && err != nil && brick.KindOf(err) == brick.Failed {
			n.warn(brick.Finding{
				Warning: true, Text: fmt.Sprintf("runs with another run directory are not kept apart from this one: %v", causeOf(err)),
				Hint: "name a folder for temporary files in BRICK_TMP_DIR",
			})
			continue
		}
		if err != nil {
			n.letGo()
			return err
		}
		n.holds.locks = append(n.holds.locks, held)
		for _, o := range held.Gone {
			n.tookOver(o)
		}
		n.holds.turn = &directory.Turn{
			Owner: claim.Owner, Project: claim.Project, Fleet: claim.Fleet, Shard: claim.Shard, Place: held.Place, Wait: patience, Gone: n.tookOver,
		}
	}
	return nil
}

// letGo lets the next run in, unless that has been done.
func (n *session) letGo() {
	for _, l := range slices.Backward(n.holds.locks) {
		l.Release()
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
	n.emit.Send(brick.Noticed{Finding: brick.Finding{
		Warning: true, Text: fmt.Sprintf("waiting for up to %v: %v", time.Duration(n.env.LockTimeout), causeOf(held)),
	}})
}

// causeOf returns the cause of an error, without what was done and the hint.
func causeOf(err error) error {
	if e, ok := errors.AsType[*brick.Error](err); ok {
		return e.Err
	}
	return err
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

// lockPlace is a folder of locks.
type lockPlace struct {
	dir     string
	private bool // nobody else may have a hand in it
	spare   bool // one can do without it
}

// lockPlaces returns where the locks are, in the order in which they are taken:
// among what is temporary of this user, which all his runs on this machine
// share, and in the directory of the runs, which several machines may share.
func lockPlaces(store *runs.Store, temp string) []lockPlace {
	machine := lockPlace{dir: filepath.Join(temp, fmt.Sprintf("users-brick-locks-%d", os.Getuid())), private: true}
	if store == nil {
		return []lockPlace{machine}
	}
	machine.spare = true
	return []lockPlace{machine, {dir: filepath.Join(store.String(), "locks")}}
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
