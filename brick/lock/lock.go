package lock

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"users-brick/brick"
)

// Claim is what a run takes for itself.
type Claim struct {
	Key     string // names the target, always in the same spelling
	Project string // the only project of it that is touched; empty for all of it
	Fleet   string // names the run of which this is one shard; empty for none. Then Project is empty
	Shard   string // which shard of the fleet, for people; the same twice excludes itself
	Target  string // the target for people
	Owner   Owner  // Started and Renewed are set when the claim is taken
}

// Options say where locks are and how they are taken.
type Options struct {
	// Dir is the folder of the locks, which is made when it is not there. Who
	// is to be kept apart shares it.
	Dir string
	// Private refuses a folder that others may have made or may write to.
	Private  bool
	Patience *Patience        // nil does not wait
	Now      func() time.Time // required
}

// Lock is a claim that is held, until Release or the end of the process.
type Lock struct {
	// Gone are runs that held the same before and ended without giving it
	// back: they were killed, or their machine went down.
	Gone []Owner
	// Place says by what the kernel knows the lock and its holder, for
	// [Ended]. It is empty where the kernel does not tell.
	Place string

	whole, own *flock.Flock // own and class are nil when all of the target is claimed
	class      *flock.Flock // of those who work side by side
	claim      Claim
	path       string // of the info
	now        func() time.Time
	stop       chan struct{}
	renewing   sync.WaitGroup
}

const (
	lockSuffix = ".lock"
	infoSuffix = ".json"
)

// Take takes a claim. The error is of kind Locked when another run holds what
// excludes it, Interrupted when ctx ends while it waits, and Failed when the
// folder cannot be used.
func Take(ctx context.Context, c Claim, o Options) (*Lock, error) {
	if err := prepare(o.Dir, o.Private); err != nil {
		return nil, err
	}
	patience := o.Patience
	if patience == nil {
		patience = &Patience{}
	}
	var l *Lock
	err := patience.Try(ctx, func() (err error) {
		l, err = take(ctx, c, o)
		return err
	})
	return l, err
}

// take tries once.
func take(ctx context.Context, c Claim, o Options) (*Lock, error) {
	name := digest(c.Key)
	l := &Lock{now: o.Now, stop: make(chan struct{}), claim: c}
	l.whole = flock.New(filepath.Join(o.Dir, name+lockSuffix))
	try, own := l.whole.TryLock, name
	if c.besides() {
		try, own = l.whole.TryRLock, name+"-"+c.part()
	}
	l.path = filepath.Join(o.Dir, own+infoSuffix)
	if free, err := try(); err != nil {
		return nil, unusable(err)
	} else if !free {
		return nil, Held(c.Target, latest(infosOf(o.Dir, name)), o.Now())
	}
	if !c.besides() {
		l.hold(infosOf(o.Dir, name))
		return l, nil
	}
	free, err := l.share(ctx, o.Dir, name, own)
	if err == nil && free {
		l.hold([]string{filepath.Join(o.Dir, name+infoSuffix), l.path})
		return l, nil
	}
	inOwn := l.own != nil
	l.unlock()
	switch {
	case err != nil:
		return nil, unusable(err)
	case inOwn:
		return nil, Held(c.what(), latest([]string{l.path}), o.Now())
	}
	return nil, Held(c.Target, latest(infosOf(o.Dir, name)), o.Now())
}

// share takes what a claim needs that leaves room for others: a place among
// those who may work beside it, and its own part.
func (l *Lock) share(ctx context.Context, dir, target, own string) (free bool, err error) {
	if l.class, free, err = enter(ctx, dir, target, l.claim.class()); err != nil || !free {
		return false, err
	}
	l.own = flock.New(filepath.Join(dir, own+lockSuffix))
	return l.own.TryLock()
}

// hold says who holds the lock. Infos that lie where only holders put them,
// and none can be left, are those of runs that are gone.
func (l *Lock) hold(stale []string) {
	l.Gone = forget(stale)
	l.Place = placeOf(l.whole)
	l.claim.Owner.Started = l.now()
	l.renew()
	l.renewing.Go(func() {
		tick := time.NewTicker(Lease / 4)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				l.renew()
			case <-l.stop:
				return
			}
		}
	})
}

// renew writes the info with a new sign of life. That it cannot be written
// does no harm: the lock is held all the same.
func (l *Lock) renew() {
	i := info{l.claim.Target, l.claim.Project, l.claim.Shard, l.claim.Owner}
	i.Renewed = l.now()
	_ = i.write(l.path)
}

// Release gives the claim back. It is called once.
func (l *Lock) Release() {
	close(l.stop)
	l.renewing.Wait()
	_ = os.Remove(l.path) // while nobody else can have written it
	l.unlock()
}

// unlock lets the next one in. What the kernel makes of it is of no interest:
// the file is closed in any case.
func (l *Lock) unlock() {
	for _, shared := range []*flock.Flock{l.own, l.class} {
		if shared != nil {
			_ = shared.Unlock()
		}
	}
	_ = l.whole.Unlock()
}

// digest makes a file name of what may hold any character.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:12])
}

func unusable(err error) error {
	return &brick.Error{
		Kind: brick.Failed, Op: "lock the target", Err: err,
		Hint: "locks are kept in the folder locks of BRICK_RUN_DIR; it must be writable, and on a file system that has locks",
	}
}
