package schedule

import (
	"context"
	"sync"
	"time"
)

// Job is something that is to be run again and again.
type Job struct {
	Name   string    // its identity
	Target string    // jobs of one target never run at once; empty for none
	Times  *Times    // when it is due; nil when it only runs because of RunNow
	Since  time.Time // ticks after this that nobody ran count as missed; zero for none
}

// Options say how a [Scheduler] works. Run and Now are needed.
type Options struct {
	Now      func() time.Time // the clock of the machine; it may jump
	Jitter   time.Duration    // how far starts are spread, see [Shift]
	CatchUp  bool             // missed ticks are made up, once
	Parallel int              // how many jobs run at once; 0 means 1

	// Run does a job. It should return soon after ctx has ended.
	Run func(ctx context.Context, job Job, due time.Time) error

	// Ended hears what Run returned, or a [Panic]; it is called in the
	// goroutine of Run. Nil for nobody.
	Ended func(job Job, err error)
	// Next hears when a job is due next, the zero time for never; Running that
	// it has begun, or has ended and may begin again; Skipped of n ticks without
	// a run of their own, one of which was due then. They must return soon and
	// must not call the Scheduler. Nil for nobody.
	Next    func(job string, due time.Time)
	Running func(job string, running bool)
	Skipped func(job string, due time.Time, n int)
}

// Scheduler runs jobs when they are due. Make one with [New]; Set, RunNow and
// Turned may be called from any goroutine.
type Scheduler struct {
	options Options
	wake    chan struct{} // something has changed; holds one at most

	mu      sync.Mutex // guards what follows
	jobs    map[string]*state
	queue   []*state // those that are to begin, in the order in which they became due
	running int
	highest time.Time // what the clock has shown, see reckon
	turned  time.Time
}

// state is what is known of one job.
type state struct {
	job     Job
	target  string    // what it runs on
	next    time.Time // the next tick; zero for none
	due     time.Time // the tick for which it is queued or running
	queued  bool
	running bool
	missed  time.Time // what came while it ran and is to be made up: a tick, or RunNow; zero for none
	gone    bool      // it is no job any more, but runs still
}

// New returns a Scheduler without jobs.
func New(o Options) *Scheduler {
	o.Parallel = max(1, o.Parallel)
	return &Scheduler{options: o, wake: make(chan struct{}, 1), jobs: map[string]*state{}}
}

// longest is how long the loop waits at most. A timer does not notice that the
// machine sleeps or that somebody sets its clock, so the clock is looked at
// once in a while.
const longest = time.Minute

// Late is how long after it was due a tick counts as missed.
const Late = 2 * longest

// Stalled is how long ago the last turn of a loop may be at most that lives,
// see [Scheduler.Turned].
const Stalled = 3 * longest

// Run begins jobs as they become due until ctx ends, and then waits for those
// that run. It must be called once.
func (s *Scheduler) Run(ctx context.Context) {
	var work sync.WaitGroup
	defer work.Wait()
	timer := time.NewTimer(longest)
	defer timer.Stop()
	for ctx.Err() == nil {
		timer.Reset(s.turn(ctx, &work))
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-s.wake:
		}
	}
}

// turn begins what may begin and returns how long to wait.
func (s *Scheduler) turn(ctx context.Context, work *sync.WaitGroup) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.turned = s.options.Now()
	clock := s.turned.Round(0) // on the wall: the other one stops while the machine sleeps
	now := s.reckon(clock)
	wait := longest
	for _, st := range s.byName() {
		s.tick(st, now)
		if !st.next.IsZero() {
			wait = min(wait, st.next.Sub(clock))
		}
	}
	s.begin(ctx, work)
	return max(wait, 0)
}

// Turned returns how long ago the loop of Run last looked at its jobs; false
// when it never did. It does so at least once a minute.
func (s *Scheduler) Turned() (time.Duration, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.turned.IsZero() {
		return 0, false
	}
	return s.options.Now().Sub(s.turned), true
}

func (s *Scheduler) stir() {
	select {
	case s.wake <- struct{}{}:
	default: // it will look anyway
	}
}
