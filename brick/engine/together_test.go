package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"users-brick/brick"
	"users-brick/brick/plan"
	"users-brick/brick/platform"
)

// heldUp makes a plan, begins to apply it on a platform that answers no Apply
// until release is closed, and returns the sizes of the batches under way.
func heldUp(t *testing.T, before town, r *run, features platform.Features) (sizes []int) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		release := make(chan struct{})
		d := before.watch(1, func(c call) error {
			if c.what == "apply" {
				mu.Lock()
				sizes = append(sizes, c.size)
				mu.Unlock()
				<-release
			}
			return nil
		})
		d.features = features
		done := make(chan result)
		go func() { done <- r.do(t, d) }()
		synctest.Wait()
		under := len(sizes)
		close(release)
		res := <-done
		if left := pendingOf(&res); res.err != nil || left > 0 || len(res.changes) == 0 {
			t.Errorf("%v, %d of %d changes are not tried", res.err, left, len(res.changes))
		}
		sizes = sizes[:under]
	})
	return sizes
}

func pendingOf(res *result) (n int) {
	for i := range res.changes {
		if res.out.Of(res.changes[i].Seq) == plan.Pending {
			n++
		}
	}
	return n
}

func TestNoMoreThanTwentyThousandChangesAreUnderWay(t *testing.T) {
	before, r := manyProjects(8, func(int) int { return 3000 })
	r.memory = 64 << 20
	sizes := heldUp(t, before, r, platform.Features{Batch: 10_000, Concurrency: 64})
	sum := 0
	for _, n := range sizes {
		sum += n
	}
	if sum > 20_000 || sum < 18_000 { // the largest batch of a scope has 2,000
		t.Errorf("batches under way are %v, %d changes", sizes, sum)
	}
}

func TestOthersAreUnderWayWhileABatchOfALargeScopeIsRead(t *testing.T) {
	before, r := manyProjects(1, func(int) int { return 31_000 })
	r.memory = 64 << 20
	sizes := heldUp(t, before, r, platform.Features{Batch: 30_000, Concurrency: 64})
	if slices.Sort(sizes); !slices.Equal(sizes, []int{1000, 2000, 4000, 5000, 5000}) {
		t.Errorf("batches under way are %v", sizes)
	}
}

func TestBatchesOfOneScopeAreDoneTogether(t *testing.T) {
	before, r := manyProjects(1, func(int) int { return 10 })
	sizes := heldUp(t, before, r, platform.Features{Batch: 3, Concurrency: 64})
	if slices.Sort(sizes); !slices.Equal(sizes, []int{1, 3, 3, 3}) {
		t.Errorf("batches under way are %v", sizes)
	}
}

func TestBatchesStayAsLargeAsTheyMayHoweverManyThereAre(t *testing.T) {
	before, r := manyProjects(1, func(int) int { return 200 })
	calls := 0
	d := before.watch(1, func(c call) error {
		if c.what == "apply" {
			calls++
		}
		return nil
	})
	d.features.Batch = 2
	if res := r.do(t, d); res.err != nil || calls != 100 {
		t.Errorf("%v, 200 changes in %d batches of two", res.err, calls)
	}
}

func TestNoMoreBatchesAreUnderWayThanThePlatformLikes(t *testing.T) {
	before, r := manyProjects(9, func(int) int { return 10 })
	sizes := heldUp(t, before, r, platform.Features{Batch: 3, Concurrency: 5})
	if len(sizes) != 5 {
		t.Errorf("batches under way are %v", sizes)
	}
}

// withGroups lets every row name groups that are not there yet.
func (r *run) withGroups(names ...string) {
	r.hasGroups, r.params.CreateNonExistingUserGroups = true, true
	for i := range r.rows {
		r.rows[i].Groups = names
	}
}

func TestMakingGroupsHoldsUpNoOtherScope(t *testing.T) {
	before, r := manyProjects(10, one)
	r.withGroups("Ops")
	var others atomic.Int64
	enough := make(chan struct{})
	d := before.watch(2, func(c call) error {
		switch {
		case c.what == "create" && c.scope == project(0):
			<-enough
		case c.what == "apply" && others.Add(1) == 9:
			close(enough)
		}
		return nil
	})
	if res := r.do(t, d); res.err != nil || pendingOf(&res) > 0 { // comes to no end otherwise
		t.Errorf("%v, %d changes are not tried", res.err, pendingOf(&res))
	}
}

func TestTheGroupsOfAScopeAreMadeTogetherAndBeforeItsChanges(t *testing.T) {
	before, r := manyProjects(1, one)
	r.withGroups("Ops", "Law", "Tax")
	var made atomic.Int64
	wait := together(3)
	d := before.watch(3, func(c call) error {
		switch c.what {
		case "create":
			wait(c) // comes to no end otherwise
			made.Add(1)
		case "apply":
			if made.Load() != 3 {
				t.Errorf("%d groups are there when changes begin", made.Load())
			}
		}
		return nil
	})
	if res := r.do(t, d); res.err != nil {
		t.Error(res.err)
	}
}

func TestRefusedPasswordsCostOneCallMore(t *testing.T) {
	before, r := newcomers(ann, ben, cem, dan)
	for i := range 3 {
		r.rows[i].Password = brick.NewSecret("short")
	}
	var sizes []int
	d := before.watch(1, func(c call) error {
		if c.what == "apply" && c.scope == acme {
			sizes = append(sizes, c.size)
		}
		return nil
	})
	d.Hooks.Password = func(_ brick.Login, password string) error {
		if password == "short" {
			return fmt.Errorf("too short")
		}
		return nil
	}
	res := r.do(t, d)
	if !slices.Equal(sizes, []int{4, 3}) {
		t.Errorf("batches are %v", sizes)
	}
	for _, login := range []brick.Login{ann, ben, cem} {
		if err := res.failed(acme, login); err == nil || !strings.Contains(err.Error(), "all is done but the password") {
			t.Errorf("%s: %v", login, err)
		}
	}
	if len(d.Passwords()) != 4 || res.failed(acme, dan) != nil {
		t.Errorf("accounts with passwords: %d; dan: %v", len(d.Passwords()), res.failed(acme, dan))
	}
}

func TestEveryChangeIsToldOnceAndCounted(t *testing.T) {
	before, r := manyProjects(40, func(i int) int { return i % 7 })
	var mu sync.Mutex
	var counted []int64
	told := map[int64]bool{}
	r.emit = func(e brick.Event) {
		if a, ok := e.(brick.Applied); ok {
			mu.Lock()
			counted, told[a.Change.Seq] = append(counted, a.Done), true
			mu.Unlock()
		}
	}
	d := before.watch(8, asTheyCome)
	d.features.Batch = 2
	res := r.do(t, d)
	slices.Sort(counted)
	if n := len(res.changes); len(told) != n || len(counted) != n || counted[0] != 1 || counted[n-1] != int64(n) {
		t.Errorf("%d changes, %d told as %v", n, len(told), counted)
	}
}

// distant is a platform over the net: when the run is stopped it finishes
// what is under way and begins nothing more.
type distant struct {
	*watched
	web   *platform.Web
	after func() // called after each change
}

func (d *distant) Web() *platform.Web { return d.web }

func (d *distant) Apply(ctx context.Context, s brick.Scope, batch []brick.Change) []error {
	errs := make([]error, len(batch))
	for i := range batch {
		if ctx.Err() != nil {
			errs[i] = platform.NotBegun(ctx)
			continue
		}
		errs[i] = d.watched.Apply(context.WithoutCancel(ctx), s, batch[i:i+1])[0]
		d.after()
	}
	return errs
}

func TestWhatARemotePlatformDidNotBeginStaysPending(t *testing.T) {
	before, r := manyProjects(3, func(int) int { return 20 })
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var done, told atomic.Int64
	r.emit = func(e brick.Event) {
		if _, ok := e.(brick.Applied); ok {
			told.Add(1)
		}
	}
	d := &distant{before.watch(3, asTheyCome), platform.NewWeb(platform.WebOptions{}), func() {
		if done.Add(1) == 7 {
			cancel()
		}
	}}
	res := r.doing(ctx, t, d)
	pending := pendingOf(&res)
	if brick.KindOf(res.err) != brick.Interrupted || res.err == nil || pending == 0 {
		t.Errorf("%v, %d changes are not tried", res.err, pending)
	}
	if n := len(res.changes) - pending; int64(n) != done.Load() || told.Load() != done.Load() {
		t.Errorf("%d changes count as done, %d are, %d were told", n, done.Load(), told.Load())
	}
}

// The first change of the scope is under way when the run is stopped, and the
// last has failed by then: nothing is left to begin, so nothing is missing.
func TestARunStoppedWhenAllHadBegunIsNotInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		before, r := manyProjects(1, func(int) int { return 2 })
		r.withGroups()
		r.rows[2].Groups = []string{"Ops"}
		ctx, cancel := context.WithCancel(t.Context())
		stopped := make(chan struct{})
		d := before.watch(2, func(c call) error {
			switch c.what {
			case "create":
				return brick.Errorf(brick.Forbidden, "no groups today")
			case "apply":
				cancel()
				close(stopped)
				synctest.Wait() // until the scope has been cut to its end
			}
			return nil
		})
		d.features.Batch = 1
		r.emit = func(e brick.Event) {
			if a, ok := e.(brick.Applied); ok && a.Err != nil {
				<-stopped
			}
		}
		if res := r.doing(ctx, t, d); res.err != nil || pendingOf(&res) > 0 || len(res.changes) != 2 {
			t.Errorf("%v, %d changes are not tried", res.err, pendingOf(&res))
		}
	})
}
