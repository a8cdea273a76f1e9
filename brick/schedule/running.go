package schedule

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"
)

// Panic is the error of a run that panicked.
type Panic struct {
	Value any
	Stack []byte
}

// Error returns what was thrown, on one line.
func (p *Panic) Error() string { return fmt.Sprintf("panic: %v", p.Value) }

// begin starts what waits, in its order, but for jobs whose target is busy.
func (s *Scheduler) begin(ctx context.Context, work *sync.WaitGroup) {
	if ctx.Err() != nil {
		return
	}
	s.queue = slices.DeleteFunc(s.queue, func(st *state) bool {
		if s.running >= s.options.Parallel || st.running || s.busy(st.job.Target) {
			return false
		}
		st.queued, st.running, st.target = false, true, st.job.Target
		s.running++
		s.tell(st)
		job, due := st.job, st.due
		work.Go(func() {
			err := s.work(ctx, job, due)
			if s.options.Ended != nil {
				s.options.Ended(job, err)
			}
			s.finish(st)
		})
		return true
	})
}

// busy reports whether a job runs on a target.
func (s *Scheduler) busy(target string) bool {
	if target == "" {
		return false
	}
	for _, st := range s.jobs {
		if st.running && st.target == target {
			return true
		}
	}
	return false
}

// work does a job, and turns a panic into an error.
func (s *Scheduler) work(ctx context.Context, job Job, due time.Time) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &Panic{Value: value, Stack: debug.Stack()}
		}
	}()
	return s.options.Run(ctx, job, due)
}

// finish makes room for what waits.
func (s *Scheduler) finish(st *state) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st.running = false
	s.running--
	s.tell(st)
	switch {
	case st.gone:
		delete(s.jobs, st.job.Name)
	case !st.missed.IsZero():
		s.enqueue(st, st.missed)
		st.missed = time.Time{}
	}
	s.stir()
}

func (s *Scheduler) tell(st *state) {
	if s.options.Running != nil {
		s.options.Running(st.job.Name, st.running)
	}
}
