package lock

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
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
		return l.keep(ctx, o, infosOf(o.Dir, name))
	}
	free, err := l.share(ctx, o.Dir, name, own)
	if err == nil && free {
		return l.keep(ctx, o, []string{filepath.Join(o.Dir, name+infoSuffix), l.path})
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

// keep keeps what is locked, provided that it keeps others out: its files are
// where others look for them, and no run works that holds files which were
// there before. Who cleans up may have deleted either.
func (l *Lock) keep(ctx context.Context, o Options, stale []string) (*Lock, error) {
	if !l.inPlace() {
		l.unlock()
		return take(ctx, l.claim, o)
	}
	l.Place = placeOf(l.whole)
	if owner, goesOn := l.survivor(stale); goesOn {
		l.unlock()
		return nil, Held(l.claim.Target, owner, l.now())
	}
	l.hold(stale)
	return l, nil
}

// hold says who holds the lock. Infos that lie where only holders put them,
// and none can be left, are those of runs that are gone.
func (l *Lock) hold(stale []string) {
	l.Gone = forget(stale)
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

// renew writes the info with a new sign of life, and makes the locked files
// young, since there are programs that delete old ones. That it cannot be done
// does no harm: the lock is held all the same.
func (l *Lock) renew() {
	i := info{l.claim.Target, l.claim.Project, l.claim.Shard, l.Place, l.claim.Owner}
	i.Renewed = l.now()
	_ = i.write(l.path)
	for _, f := range l.files() {
		_ = os.Chtimes(f.Path(), i.Renewed, i.Renewed)
	}
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
	for _, f := range l.files() {
		_ = f.Unlock()
	}
}

// files are what is locked, in the order in which it is given back.
func (l *Lock) files() []*flock.Flock {
	return slices.DeleteFunc([]*flock.Flock{l.own, l.class, l.whole}, func(f *flock.Flock) bool { return f == nil })
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
