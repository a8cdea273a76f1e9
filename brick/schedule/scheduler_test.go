package schedule_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"users-brick/brick/schedule"
)

// bench runs a scheduler in a synctest bubble and notes what it does.
type bench struct {
	*schedule.Scheduler
	t    *testing.T
	back time.Duration // how far the clock of the machine lags behind

	mu      sync.Mutex
	begun   []string // "name 15:04:05"
	skipped []string // "name 15:04:05", and " x3" for three in a row
	errs    []error
	under   map[string]int // how many runs are under way
	most    int
}

// start begins a scheduler whose jobs take as long as their names say after a
// colon: "a:90s".
func start(t *testing.T, o schedule.Options, jobs ...schedule.Job) *bench {
	b := &bench{t: t, under: map[string]int{}}
	o.Now = func() time.Time { b.mu.Lock(); defer b.mu.Unlock(); return time.Now().Add(-b.back) }
	if o.Run == nil {
		o.Run = b.run
	}
	o.Ended = func(_ schedule.Job, err error) { b.mu.Lock(); b.errs = append(b.errs, err); b.mu.Unlock() }
	o.Skipped = func(job string, due time.Time, n int) {
		text := job + " " + due.UTC().Format(time.TimeOnly)
		if n > 1 {
			text += fmt.Sprint(" x", n)
		}
		b.mu.Lock()
		b.skipped = append(b.skipped, text)
		b.mu.Unlock()
	}
	b.Scheduler = schedule.New(o)
	b.Set(jobs)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); b.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-ended })
	return b
}

func (b *bench) run(ctx context.Context, job schedule.Job, _ time.Time) error {
	b.mu.Lock()
	b.begun = append(b.begun, job.Name+" "+time.Now().Add(-b.back).UTC().Format(time.TimeOnly))
	b.under[job.Name]++
	if b.under[job.Name] > 1 {
		b.t.Errorf("%s overlaps itself at %s", job.Name, time.Now())
	}
	b.most = max(b.most, len(b.under))
	b.mu.Unlock()
	_, long, _ := strings.Cut(job.Name, ":")
	took, _ := time.ParseDuration(long)
	select {
	case <-time.After(took):
	case <-ctx.Done():
	}
	b.mu.Lock()
	if b.under[job.Name]--; b.under[job.Name] == 0 {
		delete(b.under, job.Name)
	}
	b.mu.Unlock()
	return ctx.Err()
}

func (b *bench) expect(what string, got []string, want ...string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.Equal(got, want) {
		b.t.Errorf("%s: %q\nwant %q", what, got, want)
	}
}

// pass lets time go by; the bubble's clock begins at midnight UTC of
// 2000-01-01.
func pass(d time.Duration) { time.Sleep(d); synctest.Wait() }

func job(t *testing.T, name, expression string) schedule.Job {
	return schedule.Job{Name: name, Times: parse(t, expression, "UTC")}
}

func TestADailyJobRunsOnceOnEveryDayOfAYear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		berlin := zone(t, "Europe/Berlin")
		days := map[string]int{}
		o := schedule.Options{CatchUp: true, Run: func(_ context.Context, _ schedule.Job, due time.Time) error {
			if late := time.Since(due); late != 0 {
				t.Errorf("the tick of %s comes %s late", due, late)
			}
			days[time.Now().In(berlin).Format(time.DateOnly)]++
			return nil
		}}
		start(t, o, schedule.Job{Name: "daily", Times: parse(t, "30 2 * * *", "Europe/Berlin")})
		pass(366 * 24 * time.Hour)
		if len(days) != 366 || days["2000-03-26"] != 1 || days["2000-10-29"] != 1 {
			t.Errorf("it ran on %d days, want 366", len(days))
		}
		for day, times := range days {
			if times != 1 {
				t.Errorf("%s: %d times", day, times)
			}
		}
	})
}

func TestATickDuringARunIsMadeUpOnceOrNotAtAll(t *testing.T) {
	for catchUp, want := range map[bool]struct{ begun, skipped []string }{
		true:  {[]string{"a:150s 00:01:00", "a:150s 00:03:30", "a:150s 00:06:00"}, []string{"a:150s 00:03:00", "a:150s 00:05:00"}},
		false: {[]string{"a:150s 00:01:00", "a:150s 00:04:00", "a:150s 00:07:00"}, []string{"a:150s 00:02:00", "a:150s 00:03:00", "a:150s 00:05:00", "a:150s 00:06:00"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := start(t, schedule.Options{CatchUp: catchUp}, job(t, "a:150s", "* * * * *"))
			pass(6*time.Minute + 30*time.Second)
			if !catchUp {
				pass(time.Minute)
			}
			b.expect("begun", b.begun, want.begun...)
			b.expect("skipped", b.skipped[:len(want.skipped)], want.skipped...)
		})
	}
}

func TestAJobLongerThanItsPeriodNeverOverlapsAndKeepsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, schedule.Options{CatchUp: true, Parallel: 4}, job(t, "slow:2500ms", "* * * * * *"), job(t, "quick:1ms", "* * * * * *"))
		pass(10*time.Second + 500*time.Millisecond)
		goroutines, kept := runtime.NumGoroutine(), math.MaxInt
		for i := range 1000 {
			pass(10 * time.Second)
			if i >= 900 { // one that has just ended may be counted still, one that is kept is counted each time
				kept = min(kept, runtime.NumGoroutine())
			}
		}
		if kept > goroutines+1 {
			t.Errorf("%d goroutines, at first %d", kept, goroutines)
		}
		slow := slices.DeleteFunc(slices.Clone(b.begun), func(s string) bool { return !strings.HasPrefix(s, "slow") })
		if quick := len(b.begun) - len(slow); quick != 10_010 || len(slow) < 4000 || len(slow) > 4005 {
			t.Errorf("in 10010 seconds the slow job began %d times and the quick one %d times", len(slow), quick)
		}
	})
}

func TestJobsOfOneTargetAndTooManyJobsWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		jobs := []schedule.Job{job(t, "a:90m", "0 1 * * *"), job(t, "b:60m", "0 1 * * *"), job(t, "c:60m", "0 1 * * *"), job(t, "d:60m", "0 1 * * *")}
		jobs[0].Target, jobs[1].Target = "acme", "acme"
		b := start(t, schedule.Options{CatchUp: true, Parallel: 2}, jobs...)
		pass(20 * time.Hour)
		slices.SortStableFunc(b.begun, byTime) // those that begin together may do so in any order
		b.expect("begun", b.begun, "a:90m 01:00:00", "c:60m 01:00:00", "d:60m 02:00:00", "b:60m 02:30:00")
		if b.most != 2 {
			t.Errorf("%d jobs at once, want 2", b.most)
		}
	})
}

func TestAMachineThatSleptMakesUpOnceOrNotAtAll(t *testing.T) {
	for catchUp, want := range map[bool][]string{
		true:  {"a 01:00:00", "a 04:35:00", "a 05:00:00"},
		false: {"a 01:00:00", "a 05:00:00"},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := start(t, schedule.Options{CatchUp: catchUp}, job(t, "a", "@hourly"))
			pass(90 * time.Minute)
			b.set(-3 * time.Hour) // nothing went on meanwhile: the clock is ahead of the timers
			pass(time.Hour)
			rounded := slices.Clone(b.begun)
			if len(rounded) > 2 { // when it woke within the last minute
				if !strings.HasPrefix(rounded[1], "a 04:3") {
					t.Errorf("made up at %s", rounded[1])
				}
				rounded[1] = want[1]
			}
			b.expect("begun", rounded, want...)
			skipped := "a 02:00:00 x3"
			if catchUp {
				skipped = "a 04:00:00 x2" // the first of the three was made up
			}
			b.expect("skipped", b.skipped, skipped)
		})
	}
}

func TestATickThatIsNotLateHasItsRunWhateverCameBefore(t *testing.T) {
	for catchUp, skipped := range map[bool]string{
		true:  "a 05:00:00 x3", // the run is for the first of all four
		false: "a 02:00:00 x3", // the run is for the last
	} {
		synctest.Test(t, func(t *testing.T) {
			b := start(t, schedule.Options{CatchUp: catchUp}, job(t, "a", "@hourly"))
			pass(90 * time.Minute)
			b.set(-(3*time.Hour + 29*time.Minute + 40*time.Second)) // it wakes 20 seconds before the tick, and looks 40 after
			pass(10 * time.Minute)
			b.expect("begun", b.begun, "a 01:00:00", "a 05:00:40")
			b.expect("skipped", b.skipped, skipped)
		})
	}
}

func TestAWeekOfSecondsIsPassedOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, schedule.Options{}, job(t, "a", "* * * * * *"))
		pass(time.Second + time.Second/2)
		b.set(-7 * 24 * time.Hour)
		pass(2 * time.Second)
		b.expect("begun", b.begun, "a 00:00:01", "a 00:00:03")
		b.expect("skipped", b.skipped, "a 00:00:02 x10000") // as far as they are counted
	})
}

func (b *bench) set(back time.Duration) { b.mu.Lock(); b.back = back; b.mu.Unlock() }

func TestAClockThatIsSetBackALittleRunsNothingTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, schedule.Options{CatchUp: true}, job(t, "a", "*/30 * * * *"))
		pass(65 * time.Minute) // 01:05
		b.set(40 * time.Minute)
		pass(70 * time.Minute) // by the clock 00:25 to 01:35
		b.expect("begun", b.begun, "a 00:30:00", "a 01:00:00", "a 01:30:00")
	})
}

func TestAClockThatIsSetBackFarBeginsAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, schedule.Options{CatchUp: true}, job(t, "a", "0 12 * * *"))
		pass(24 * time.Hour)
		b.set(365 * 24 * time.Hour) // it was a year ahead
		pass(24 * time.Hour)
		b.expect("begun", b.begun, "a 12:00:00", "a 12:00:00")
		b.expect("skipped", b.skipped)
	})
}

func TestWhenTheClockWasSetBackTheLoopStaysCalm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		looks := 0
		s := schedule.New(schedule.Options{
			Now: func() time.Time {
				looks++
				back := time.Duration(0)
				if looks > 20 {
					back = 59 * time.Minute
				}
				return time.Now().Add(-back)
			},
			Run: func(context.Context, schedule.Job, time.Time) error { return nil },
		})
		s.Set([]schedule.Job{job(t, "a", "* * * * * *")})
		ctx, cancel := context.WithTimeout(t.Context(), 40*time.Minute)
		defer cancel()
		s.Run(ctx)
		if looks > 20+20+41 {
			t.Errorf("it looked at the clock %d times in 40 minutes without a tick", looks)
		}
	})
}

func TestTicksSinceTheLastRunAreMadeUpAtTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		late, fresh, never := job(t, "late", "0 22 * * *"), job(t, "fresh", "0 22 * * *"), job(t, "never", "0 22 * * *")
		late.Since, fresh.Since = now.Add(-26*time.Hour), now.Add(-time.Hour)
		for catchUp, want := range map[bool][]string{true: {"late 00:00:00"}, false: nil} {
			b := start(t, schedule.Options{CatchUp: catchUp}, late, fresh, never)
			synctest.Wait()
			b.expect("begun", b.begun, want...)
		}
	})
}

// byTime orders what began by time and then by name.
func byTime(a, b string) int {
	nameA, timeA, _ := strings.Cut(a, " ")
	nameB, timeB, _ := strings.Cut(b, " ")
	return cmp.Or(cmp.Compare(timeA, timeB), cmp.Compare(nameA, nameB))
}

func TestRunNowBeginsWhatIsIdleAtOnceAndTheRestAfterwards(t *testing.T) {
	for _, catchUp := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			b := start(t, schedule.Options{Parallel: 5, CatchUp: catchUp}, job(t, "a:1h", "0 1 * * *"), job(t, "b", "0 9 * * *"), schedule.Job{Name: "c"})
			pass(70 * time.Minute)
			b.RunNow()
			b.RunNow()
			pass(3 * time.Hour)
			slices.SortStableFunc(b.begun, byTime)
			b.expect("begun", b.begun, "a:1h 01:00:00", "b 01:10:00", "c 01:10:00", "a:1h 02:00:00")
		})
	}
}

func TestJobsComeAndGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		next := map[string]string{}
		o := schedule.Options{CatchUp: true, Next: func(job string, due time.Time) {
			mu.Lock()
			defer mu.Unlock()
			delete(next, job)
			if !due.IsZero() {
				next[job] = due.UTC().Format(time.TimeOnly)
			}
		}}
		b := start(t, o, job(t, "a:3h", "0 1 * * *"), job(t, "b", "0 2 * * *"))
		pass(90 * time.Minute)
		b.Set([]schedule.Job{job(t, "b", "0 4 * * *"), job(t, "d", "0 3 * * *")}) // a goes while it runs
		pass(time.Hour)
		b.Set([]schedule.Job{job(t, "a:3h", "45 1 * * *"), job(t, "b", "0 4 * * *")}) // and comes back before it has ended
		pass(time.Minute)
		mu.Lock()
		if want := map[string]string{"a:3h": "01:45:00", "b": "04:00:00"}; !maps.Equal(next, want) {
			t.Errorf("next: %v, want %v", next, want)
		}
		mu.Unlock()
		pass(24 * time.Hour)
		b.expect("begun", b.begun, "a:3h 01:00:00", "b 04:00:00", "a:3h 01:45:00")
	})
}

func TestStoppingBeginsNothingAndWaitsForWhatRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var begun, ended int
		s := schedule.New(schedule.Options{Now: time.Now, CatchUp: true, Run: func(ctx context.Context, _ schedule.Job, _ time.Time) error {
			begun++
			<-ctx.Done()
			time.Sleep(5 * time.Minute) // the batch that is under way
			ended++
			return ctx.Err()
		}})
		s.Set([]schedule.Job{job(t, "a", "* * * * *"), job(t, "b", "* * * * *")})
		time.AfterFunc(5*time.Minute+time.Second, cancel)
		s.Run(ctx)
		if begun != 1 || ended != 1 {
			t.Errorf("%d runs begun, %d ended; want one and one", begun, ended)
		}
		if took := time.Since(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)); took != 10*time.Minute+time.Second {
			t.Errorf("it ended after %s", took)
		}
	})
}

func TestAPanicIsAnErrorAndTheNextTickComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := schedule.Options{Run: func(context.Context, schedule.Job, time.Time) error { panic("no such thing") }}
		b := start(t, o, job(t, "a", "* * * * *"))
		pass(3*time.Minute + time.Second)
		if len(b.errs) != 3 {
			t.Fatalf("%d runs ended, want 3", len(b.errs))
		}
		thrown, ok := errors.AsType[*schedule.Panic](b.errs[2])
		if !ok || !strings.Contains(thrown.Error(), "no such thing") || !strings.Contains(string(thrown.Stack), "scheduler_test.go") {
			t.Errorf("the error is %v", b.errs[2])
		}
	})
}

func TestJitterPutsOffEveryTickByTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const most = 20 * time.Minute
		var jobs []schedule.Job
		for i := range 12 {
			jobs = append(jobs, job(t, fmt.Sprint("tenant", i), "0 */6 * * *"))
		}
		at := map[string][]time.Duration{}
		o := schedule.Options{Jitter: most, Parallel: 12, Run: func(_ context.Context, job schedule.Job, _ time.Time) error {
			at[job.Name] = append(at[job.Name], time.Since(time.Now().Truncate(6*time.Hour)))
			return nil
		}}
		start(t, o, jobs...)
		pass(24*time.Hour + most)
		for name, delays := range at {
			if first := delays[0]; len(delays) < 4 || first >= most || slices.ContainsFunc(delays, func(d time.Duration) bool { return d != first }) {
				t.Errorf("%s is put off by %v", name, delays)
			}
		}
	})
}

func TestTheLoopTurnsAtLeastOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := schedule.New(schedule.Options{Now: time.Now, Run: func(context.Context, schedule.Job, time.Time) error { return nil }})
		if _, ever := s.Turned(); ever {
			t.Error("it turned before it ran")
		}
		ctx, cancel := context.WithCancel(t.Context())
		go s.Run(ctx)
		for range 10 {
			pass(7 * time.Minute)
			if ago, ever := s.Turned(); !ever || ago > time.Minute {
				t.Errorf("the last turn was %s ago", ago)
			}
		}
		cancel()
		pass(7 * time.Minute)
		if ago, _ := s.Turned(); ago < 7*time.Minute {
			t.Errorf("it has ended, and turned %s ago", ago)
		}
	})
}
