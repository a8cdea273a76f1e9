package platform_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"users-brick/brick"
	"users-brick/brick/platform"
)

func TestOnlyWhatMayPassIsTriedAgain(t *testing.T) {
	for k := brick.Failed; k <= brick.Interrupted; k++ {
		synctest.Test(t, func(t *testing.T) {
			s := &script{list: func(call int) ([]brick.Member, error) {
				if call == 1 {
					return nil, brick.Errorf(k, "first")
				}
				return members(1), nil
			}}
			logins, err := readAll(t.Context(), platform.Look(s, patient))
			if again := len(s.at) == 2; again != k.Temporary() || again != (err == nil) || again != (len(logins) == 1) {
				t.Errorf("%v: %d calls, %v", k, len(s.at), err)
			}
		})
	}
}

func TestAListingThatBreaksOffBeginsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{list: func(call int) ([]brick.Member, error) {
			if call < 3 {
				return members(call), brick.Errorf(brick.Unavailable, "cut off")
			}
			return members(3), nil
		}}
		logins, err := readAll(t.Context(), platform.Look(s, patient))
		if err != nil || len(logins) != 3 || slices.Contains(logins[1:], logins[0]) {
			t.Errorf("read %v, %v", logins, err)
		}
	})
}

func TestWaitsDoubleWithinTheirBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{list: func(int) ([]brick.Member, error) { return nil, busy(0) }}
		_, err := readAll(t.Context(), platform.Look(s, patient))
		if brick.KindOf(err) != brick.Throttled {
			t.Errorf("ends with %v", err)
		}
		longest := time.Second
		for i, wait := range s.waits() {
			within(t, "a wait", wait, longest/2, longest)
			if i > 6 && wait > 8*time.Second {
				t.Errorf("wait %d is %v", i, wait)
			}
			longest = min(2*longest, 8*time.Second)
		}
		within(t, "the whole", s.at[len(s.at)-1].Sub(s.at[0]), 40*time.Second, time.Minute)
	})
}

// distant is a platform that is reached through a Web.
type distant struct {
	*script
	web *platform.Web
}

func (d distant) Web() *platform.Web { return d.web }

// A Web has tried long enough already when it gives up.
func TestWhatAWebHasGivenUpIsNotBegunAnew(t *testing.T) {
	for range 20 { // the last wait may be a short one
		synctest.Test(t, func(t *testing.T) {
			web, end := bubbled(platform.WebOptions{Retry: patient.Retry}, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusServiceUnavailable)
			})
			defer end()
			d := distant{web: web}
			d.script = &script{list: func(int) ([]brick.Member, error) {
				if _, _, err := ask(t.Context(), t, web, "GET", "http://platform.test/gdc/ping", ""); err != nil {
					return nil, err
				}
				return nil, brick.Errorf(brick.Unavailable, "closed")
			}}
			began := time.Now()
			_, err := readAll(t.Context(), platform.Look(d, patient))
			if brick.KindOf(err) != brick.Unavailable {
				t.Errorf("ends with %v", err)
			}
			within(t, "the whole", time.Since(began), 40*time.Second, time.Minute)
		})
	}
}

func TestWaitsAreNotAllAlike(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seen := map[time.Duration]bool{}
		for range 20 {
			s := &script{list: func(call int) ([]brick.Member, error) {
				if call == 1 {
					return nil, busy(0)
				}
				return nil, nil
			}}
			if _, err := readAll(t.Context(), platform.Look(s, patient)); err != nil {
				t.Fatal(err)
			}
			seen[s.waits()[0]] = true
		}
		if len(seen) < 2 {
			t.Errorf("twenty clients wait %v", seen)
		}
	})
}

func TestThePlatformsOwnWaitIsHonouredUpToTheDeadline(t *testing.T) {
	for after, calls := range map[time.Duration]int{30 * time.Second: 2, 61 * time.Second: 1} {
		synctest.Test(t, func(t *testing.T) {
			s := &script{list: func(call int) ([]brick.Member, error) {
				if call == 1 {
					return nil, busy(after)
				}
				return nil, nil
			}}
			_, err := readAll(t.Context(), platform.Look(s, patient))
			if len(s.at) != calls || (err == nil) != (calls == 2) {
				t.Fatalf("asked for %v: %d calls, %v", after, len(s.at), err)
			}
			for _, wait := range s.waits() {
				within(t, "the wait", wait, after, after)
			}
		})
	}
}

func TestRetriesAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{list: func(call int) ([]brick.Member, error) {
			if call == 1 {
				return nil, busy(9 * time.Second)
			}
			return nil, nil
		}}
		var told []brick.Event
		o := patient
		o.Emit = func(e brick.Event) { told = append(told, e) }
		if _, err := readAll(t.Context(), platform.Look(s, o)); err != nil {
			t.Fatal(err)
		}
		if len(told) != 1 {
			t.Fatalf("told %v", told)
		}
		if e, ok := told[0].(brick.Retrying); !ok || e.Wait != 9*time.Second || e.Attempt != 1 || e.Scope != project1 || e.Err == nil {
			t.Errorf("told %+v", told[0])
		}
	})
}

func TestWithoutRetryNothingIsTriedAgain(t *testing.T) {
	s := &script{list: func(int) ([]brick.Member, error) { return nil, busy(0) }}
	if _, err := readAll(t.Context(), platform.Look(s, platform.Options{})); err == nil || len(s.at) != 1 {
		t.Errorf("%d calls, %v", len(s.at), err)
	}
}

func TestStoppingCutsAWaitShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		s := &script{list: func(int) ([]brick.Member, error) { return nil, busy(50 * time.Second) }}
		started := time.Now()
		_, err := readAll(ctx, platform.Look(s, patient))
		if brick.KindOf(err) != brick.Interrupted || time.Since(started) != 3*time.Second {
			t.Errorf("after %v: %v", time.Since(started), err)
		}
	})
}

func TestWhateverADriverSaysWhenStoppedItIsAnInterruption(t *testing.T) {
	for _, said := range []error{context.Canceled, busy(0), errors.New("read tcp: use of closed connection")} {
		ctx, cancel := context.WithCancel(t.Context())
		s := &script{list: func(int) ([]brick.Member, error) {
			cancel()
			return members(1), said
		}}
		if _, err := readAll(ctx, platform.Look(s, patient)); brick.KindOf(err) != brick.Interrupted {
			t.Errorf("%v becomes %v", said, err)
		}
	}
}

func TestAnErrorOfTheReaderIsNotTriedAgain(t *testing.T) {
	full := errors.New("disk full")
	s := &script{list: func(int) ([]brick.Member, error) { return members(2), nil }}
	err := platform.Look(s, patient).Read(t.Context(), project1, platform.Need{}, func() error { return nil }, func(*brick.Member) error { return full })
	if !errors.Is(err, full) || len(s.at) != 1 {
		t.Errorf("%d calls, %v", len(s.at), err)
	}
}

func TestAnErrorSaysWhatWasDoneAndWhere(t *testing.T) {
	s := &script{list: func(int) ([]brick.Member, error) { return nil, errors.New("broken") }}
	if _, err := readAll(t.Context(), platform.Look(s, patient)); err == nil || err.Error() != "list project p1: broken" {
		t.Errorf("error is %v", err)
	}
}

// readMany reads a scope several times at once and waits for all.
func readMany(t *testing.T, v *platform.View, n int) {
	t.Helper()
	var group sync.WaitGroup
	for range n {
		group.Go(func() {
			if _, err := readAll(t.Context(), v); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

func TestNeverMoreCallsAtOnceThanAllowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{features: platform.Features{Concurrency: 8}, list: func(int) ([]brick.Member, error) {
			time.Sleep(time.Second)
			return nil, nil
		}}
		v := platform.Look(s, platform.Options{Concurrency: 3})
		started := time.Now()
		readMany(t, v, 9)
		if s.most != 3 || time.Since(started) != 3*time.Second || v.Calls() != 9 {
			t.Errorf("%d at once, %v in all, %d calls", s.most, time.Since(started), v.Calls())
		}
		if f := v.Features(); f.Concurrency != 3 || f.Batch != 1 {
			t.Errorf("features are %+v", f)
		}
	})
}

func TestNeverMoreCallsASecondThanAllowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{list: func(int) ([]brick.Member, error) { return nil, nil }}
		readMany(t, platform.Look(s, platform.Options{Concurrency: 50, Rate: 10}), 50)
		for i := range s.at {
			if i+10 < len(s.at) && s.at[i+10].Sub(s.at[i]) < time.Second-time.Microsecond {
				t.Fatalf("calls %d to %d come within %v", i, i+10, s.at[i+10].Sub(s.at[i]))
			}
		}
		within(t, "the whole", s.at[49].Sub(s.at[0]), 4*time.Second, 6*time.Second)
	})
}

func TestADeadlineThatTheRateCannotMeetIsAnInterruption(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{list: func(int) ([]brick.Member, error) { return nil, nil }}
		v := platform.Look(s, platform.Options{Rate: 0.1})
		readMany(t, v, 1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := readAll(ctx, v)
		if brick.KindOf(err) != brick.Interrupted || err == nil || strings.Contains(err.Error(), "nil") {
			t.Errorf("error is %v", err)
		}
	})
}

func TestAPlatformThatLacksAnAbilitySaysSo(t *testing.T) {
	conn := platform.Connect(&script{}, platform.Options{})
	ctx := t.Context()
	if roles, err := conn.Roles(ctx, project1); roles != nil || err != nil {
		t.Errorf("roles are %v, %v", roles, err)
	}
	if groups, err := conn.Groups(ctx, project1); groups != nil || err != nil {
		t.Errorf("groups are %v, %v", groups, err)
	}
	if self, err := conn.Self(ctx); self != "" || err != nil {
		t.Errorf("self is %q, %v", self, err)
	}
	_, project := conn.Project(ctx, "acme", "", "p1")
	_, segments := conn.Segments(ctx, "acme", "")
	clients := conn.Clients(ctx, "acme", "", func() {}, func(platform.Client) {})
	group := conn.CreateGroup(ctx, project1, "Eng")
	for i, err := range []error{project, segments, clients, group} {
		if brick.KindOf(err) != brick.BadInput || err == nil {
			t.Errorf("%d: %v", i, err)
		}
	}
}
