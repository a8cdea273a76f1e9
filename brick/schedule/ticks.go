package schedule

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// SetBack is by how much the clock may be set back without anything being due
// again.
const SetBack = time.Hour

// reckon returns the time that ticks are compared with. When the clock was set
// back a little, that is what it showed before; when by more, it was wrong
// before, and all ticks are found anew.
func (s *Scheduler) reckon(now time.Time) time.Time {
	if s.highest.Sub(now) <= SetBack {
		if now.After(s.highest) {
			s.highest = now
		}
		return s.highest
	}
	s.highest = now
	for _, st := range s.byName() {
		s.aim(st, now)
	}
	return now
}

// Set replaces the jobs. Those that are known by their name keep what they
// are at; one that is left out still ends its run. Of jobs of one name the
// last counts.
func (s *Scheduler) Set(jobs []Job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.reckon(s.options.Now().Round(0))
	left := maps.Clone(s.jobs)
	for _, job := range jobs {
		delete(left, job.Name)
		st := s.jobs[job.Name]
		if st == nil {
			st = &state{}
			s.jobs[job.Name] = st
		}
		s.adopt(st, job, now)
	}
	for _, st := range left {
		s.drop(st)
	}
	s.stir()
}

// adopt makes a job the one that a state is about.
func (s *Scheduler) adopt(st *state, job Job, now time.Time) {
	first := st.job.Name == ""
	same := !first && !st.gone && st.job.Times.Same(job.Times)
	st.job, st.gone = job, false
	switch {
	case first && !job.Since.IsZero() && job.Since.Before(now):
		s.aim(st, job.Since)
	case !same:
		s.aim(st, now)
	}
}

// aim finds the next tick after a time.
func (s *Scheduler) aim(st *state, after time.Time) {
	st.next = time.Time{}
	if st.job.Times != nil && !st.gone {
		st.next = st.job.Times.Due(after, Shift(st.job.Name, s.options.Jitter))
	}
	if s.options.Next != nil {
		s.options.Next(st.job.Name, st.next)
	}
}

// drop forgets a job, at once or when its run has ended.
func (s *Scheduler) drop(st *state) {
	if st.queued {
		st.queued = false
		s.queue = slices.DeleteFunc(s.queue, func(q *state) bool { return q == st })
	}
	st.gone, st.missed = true, time.Time{}
	s.aim(st, time.Time{})
	if !st.running {
		delete(s.jobs, st.job.Name)
	}
}

// RunNow has every job begin as soon as it may. One that waits already begins
// once; one that is under way, which may have read what somebody has mended
// since, begins once more when it has ended.
func (s *Scheduler) RunNow() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.options.Now().Round(0)
	for _, st := range s.byName() {
		switch {
		case st.running && st.missed.IsZero():
			st.missed = now
		case !st.running && !st.queued:
			s.enqueue(st, now)
		}
	}
	s.stir()
}

// tick looks whether a job has become due. Of several ticks that passed
// together, because nobody looked, one at most has a run: the first, which is
// made up, or else the last, when that is not late.
func (s *Scheduler) tick(st *state, now time.Time) {
	if st.next.IsZero() || st.next.After(now) {
		return
	}
	first, last, n := s.pass(st, now)
	due, other := last, first
	if s.options.CatchUp {
		due, other = first, last
	}
	switch {
	case st.queued || !st.missed.IsZero(): // one run serves all
		s.skip(st, first, n)
	case !s.options.CatchUp && (st.running || now.Sub(last) >= Late):
		s.skip(st, first, n)
	case st.running:
		st.missed = due
		s.skip(st, other, n-1)
	default:
		s.enqueue(st, due)
		s.skip(st, other, n-1)
	}
}

// mostPassed is how many ticks are counted at most that passed together: a job
// of every second has six hundred thousand in a week.
const mostPassed = 10_000

// pass moves a job on to its first tick after a time. It returns the first and
// the last tick that it passed and how many they are, as far as they are
// counted.
func (s *Scheduler) pass(st *state, now time.Time) (first, last time.Time, n int) {
	shift := Shift(st.job.Name, s.options.Jitter)
	first, last, n = st.next, st.next, 1
	for n < mostPassed {
		next := st.job.Times.Due(last, shift)
		if next.IsZero() || next.After(now) {
			break
		}
		last = next
		n++
	}
	s.aim(st, now)
	return first, last, n
}

func (s *Scheduler) enqueue(st *state, due time.Time) {
	st.queued, st.due = true, due
	s.queue = append(s.queue, st)
}

func (s *Scheduler) skip(st *state, due time.Time, n int) {
	if s.options.Skipped != nil && n > 0 {
		s.options.Skipped(st.job.Name, due, n)
	}
}

// byName returns the jobs in an order that is always the same.
func (s *Scheduler) byName() []*state {
	return slices.SortedFunc(maps.Values(s.jobs), func(a, b *state) int { return cmp.Compare(a.job.Name, b.job.Name) })
}
