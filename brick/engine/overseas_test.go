package engine_test

import (
	"context"
	"iter"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// overseas is a platform in which every request takes time and only so many
// are answered at once. A project has the first so many people.
type overseas struct {
	web      *platform.Web
	sizes    map[brick.Scope]int // members of the projects
	page     int                 // members that come with one request
	slots    chan struct{}
	requests atomic.Int64
}

const (
	latency  = 50 * time.Millisecond
	atOnce   = 32  // requests
	bulkSize = 100 // changes that go with one request
)

func newOverseas(sizes []int, page int) *overseas {
	o := &overseas{web: platform.NewWeb(platform.WebOptions{}), sizes: map[brick.Scope]int{}, page: page, slots: make(chan struct{}, atOnce)}
	for i, size := range sizes {
		o.sizes[project(i)] = size
	}
	return o
}

func (o *overseas) request() {
	o.slots <- struct{}{}
	time.Sleep(latency)
	<-o.slots
	o.requests.Add(1)
}

// requestAll sends several requests at the same time.
func (o *overseas) requestAll(n int) {
	var group sync.WaitGroup
	for range n {
		group.Go(o.request)
	}
	group.Wait()
}

func (o *overseas) Web() *platform.Web { return o.web }
func (o *overseas) Close() error       { return nil }

func (o *overseas) Features() platform.Features {
	return platform.Features{Batch: 10_000, Concurrency: 64}
}

func (o *overseas) Roles(context.Context, brick.Scope) ([]brick.Role, error) {
	o.request()
	return roles(), nil
}

// List asks for the first page, which says how many there are, and then for
// all others.
func (o *overseas) List(_ context.Context, s brick.Scope) iter.Seq2[brick.Member, error] {
	return func(yield func(brick.Member, error) bool) {
		n := o.sizes[s]
		o.request()
		o.requestAll((n - 1) / o.page)
		for i := range n {
			m := member(person(i), "viewer")
			m.Ref = "/account/profile/0123456789abcdef0123456789abcdef"
			if !yield(m, nil) {
				return
			}
		}
	}
}

func (o *overseas) Apply(_ context.Context, _ brick.Scope, batch []brick.Change) []error {
	o.requestAll((len(batch) + bulkSize - 1) / bulkSize)
	return make([]error, len(batch))
}

// shapes are the sizes of so many projects: all of one page, or skewed, so
// that the n-th largest has a n-th of the members of the largest.
func shapes(projects, page, largest int) map[string][]int {
	uniform, scattered, last := make([]int, projects), make([]int, projects), make([]int, projects)
	for i, place := range rand.New(rand.NewPCG(1, 2)).Perm(projects) {
		uniform[i], scattered[place], last[projects-1-i] = page, largest/(i+1), largest/(i+1)
	}
	return map[string][]int{"uniform": uniform, "zipf": scattered, "zipf, largest last": last}
}

// overseasRun names everybody who is there and gives every seventh another
// role.
func overseasRun(sizes []int) *run {
	r := &run{mode: "sync_multiple_projects_based_on_pid", memory: 64 << 20}
	for n, size := range sizes {
		for i := range size {
			role := "viewer"
			if len(r.rows)%7 == 0 {
				role = "editor"
			}
			r.rows = append(r.rows, row(project(n).ID, person(i), role))
		}
	}
	return r
}

var phases = [...]string{"plan", "check", "apply", "verify"}

// laps are the times of the phases of runs.
type laps struct{ possible, taken [len(phases)]time.Duration }

// reached returns how much of the possible speed a phase reaches.
func (l *laps) reached(phase int) float64 {
	return float64(l.possible[phase]) / float64(l.taken[phase])
}

// run does all phases of one run and adds their times: those they take, and
// those they would take if all requests that are answered at once always were
// under way.
func (l *laps) run(t testing.TB, r *run, o *overseas) {
	t.Helper()
	dir := t.TempDir()
	conn, job := platform.Connect(o, r.options), r.job(t, dir)
	var started time.Time
	phase, before := 0, int64(0)
	lap := func(err error) {
		if err != nil {
			t.Fatalf("%s: %v", phases[phase], err)
		}
		l.taken[phase] += time.Since(started)
		l.possible[phase] += time.Duration(o.requests.Load()-before) * latency / atOnce
		phase, before, started = phase+1, o.requests.Load(), time.Now()
	}
	made, err := job.Plan(t.Context(), func(context.Context) (*platform.View, error) {
		started = time.Now() // the file has been read
		return conn.View, nil
	}, r.source())
	lap(err)
	defer made.Close()
	_, err = job.Fits(t.Context(), conn.View, made)
	lap(err)
	out, err := job.Apply(t.Context(), conn, made)
	lap(err)
	_, err = job.Verify(t.Context(), conn.View, made, out)
	lap(err)
}

// In a bubble of synctest only waiting takes time, so that this is a matter
// of what is asked when.
func TestSkewedProjectsAreDoneNearlyAsFastAsThePlatformAllows(t *testing.T) {
	for name, sizes := range shapes(500, 20, 1000) {
		r := overseasRun(sizes)
		synctest.Test(t, func(t *testing.T) {
			var l laps
			l.run(t, r, newOverseas(sizes, 20))
			for i, phase := range phases {
				if reached := l.reached(i); reached < 0.8 || reached > 1 {
					t.Errorf("%s: %s takes %v, possible are %v", name, phase, l.taken[i], l.possible[i])
				} else {
					t.Logf("%s: %s %.3f", name, phase, reached)
				}
			}
		})
	}
}

// BenchmarkManyScopes plans, checks, applies and verifies 14,000 changes in
// 1,000 projects with 100,000 members, on a platform that answers 32 requests
// at once, after 50 ms each. It reports how many per cent of the possible
// speed each phase reaches.
func BenchmarkManyScopes(b *testing.B) {
	for name, sizes := range shapes(1000, 100, 13_360) {
		r := overseasRun(sizes)
		b.Run(name, func(b *testing.B) {
			var l laps
			for b.Loop() {
				l.run(b, r, newOverseas(sizes, 100))
			}
			for i, phase := range phases {
				b.ReportMetric(100*l.reached(i), "%"+phase)
			}
		})
	}
}
