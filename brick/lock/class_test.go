package lock_test

import (
	"context"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"users-brick/brick"
	"users-brick/brick/lock"
)

// shard is the claim of a shard of a run.
func shard(run, fleet, which string) lock.Claim {
	c := claim(run, "")
	c.Fleet, c.Shard = fleet, which
	return c
}

func TestShardsOfOneRunWorkSideBySideAndNobodyElseDoes(t *testing.T) {
	first := shard("first", "f", "shard 0 of 2")
	for name, c := range map[string]struct {
		second lock.Claim
		meet   bool
	}{
		"another shard":         {shard("second", "f", "shard 1 of 2"), false},
		"the same shard":        {shard("second", "f", "shard 0 of 2"), true},
		"a shard of other runs": {shard("second", "g", "shard 1 of 2"), true},
		"one project":           {claim("second", "p1"), true},
		"a whole run":           {claim("second", ""), true},
	} {
		t.Run(name, func(t *testing.T) {
			for _, order := range [][2]lock.Claim{{first, c.second}, {c.second, first}} {
				dir := filepath.Join(t.TempDir(), "locks")
				held := take(t, dir, order[0])
				if c.meet {
					refused(t, dir, order[1], "run "+order[0].Owner.RunID)
					held.Release()
					take(t, dir, order[1]).Release()
					continue
				}
				take(t, dir, order[1]).Release()
				held.Release()
			}
		})
	}
}

func TestAShardThatIsRefusedLeavesNothingHeld(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "locks")
	held := take(t, dir, claim("project", "p1"))
	refused(t, dir, shard("shard", "f", "shard 0 of 2"), "run project")
	take(t, dir, claim("beside", "p2")).Release()
	held.Release()
	take(t, dir, claim("whole", "")).Release()
}

// Whoever comes looks at the locks of others for a moment, which must keep
// nobody out who may come in.
func TestManyShardsComeInAtOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "locks")
	take(t, dir, claim("before", "p1")).Release()
	take(t, dir, shard("before", "other", "shard 0 of 1")).Release()
	var all sync.WaitGroup
	for i := range 24 {
		all.Go(func() {
			which := brick.Shard{Index: i, Of: 24}.String()
			l, err := lock.Take(t.Context(), shard("run", "f", which), lock.Options{Dir: dir, Now: noon})
			if err != nil {
				t.Error(err)
				return
			}
			defer l.Release()
		})
	}
	all.Wait()
}

func TestWhatIsDoneExclusivelyIsDoneByOneAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "missing")
	var inside, met atomic.Int32 // kept apart by the kernel alone, which the race detector does not know
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			err := lock.Exclusively(t.Context(), path, func() error {
				if inside.Add(1) > 1 {
					met.Add(1)
				}
				runtime.Gosched()
				inside.Add(-1)
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if met.Load() > 0 {
		t.Errorf("%d met another one inside", met.Load())
	}
}

func TestWaitingForWhatIsDoneExclusivelyEndsWithTheRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "missing")
	err := lock.Exclusively(t.Context(), path, func() error {
		ctx, stop := context.WithCancel(t.Context())
		stop()
		err := lock.Exclusively(ctx, path, func() error { return nil })
		if brick.KindOf(err) != brick.Interrupted {
			t.Errorf("it ends with %v", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
