package platform_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// logins names whom a batch concerns.
func logins(batch []brick.Change) []brick.Login {
	var all []brick.Login
	for i := range batch {
		all = append(all, batch[i].Login())
	}
	return all
}

func TestOnlyWhatFailedForAWhileIsAppliedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tried [][]brick.Login
		s := &script{apply: func(_ context.Context, call int, batch []brick.Change) []error {
			tried = append(tried, logins(batch))
			if call == 1 {
				return []error{nil, busy(0), brick.Errorf(brick.Invalid, "odd"), busy(5 * time.Second), errors.New("plain")}
			}
			return []error{nil, brick.Errorf(brick.BadPassword, "too short")}
		}}
		batch := changes(5)
		errs := platform.Connect(s, patient).Apply(t.Context(), project1, batch)
		all := logins(batch)
		if !slices.EqualFunc(tried, [][]brick.Login{all, {all[1], all[3]}}, slices.Equal) {
			t.Errorf("tried %v", tried)
		}
		var kinds []string
		for _, err := range errs {
			kinds = append(kinds, fmt.Sprint(err == nil, " ", brick.KindOf(err)))
		}
		if want := []string{"true failed", "true failed", "false invalid", "false bad password", "false failed"}; !slices.Equal(kinds, want) {
			t.Errorf("results are %v", kinds)
		}
		within(t, "the wait", s.waits()[0], 5*time.Second, 5*time.Second)
		if want := "add project p1 u2@acme.com: odd"; errs[2].Error() != want {
			t.Errorf("error reads %q, want %q", errs[2], want)
		}
	})
}

func TestApplyGivesUpAtTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{apply: func(context.Context, int, []brick.Change) []error { return []error{busy(0)} }}
		started := time.Now()
		errs := platform.Connect(s, patient).Apply(t.Context(), project1, changes(1))
		if brick.KindOf(errs[0]) != brick.Throttled || len(s.at) < 5 || time.Since(started) > time.Minute {
			t.Errorf("%d calls in %v, then %v", len(s.at), time.Since(started), errs[0])
		}
	})
}

func TestABatchBegunIsFinishedWhenTheRunIsStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := &script{apply: func(ctx context.Context, _ int, batch []brick.Change) []error {
			cancel()
			time.Sleep(time.Second)
			return []error{ctx.Err(), busy(0)}
		}}
		errs := platform.Connect(s, patient).Apply(ctx, project1, changes(2))
		if errs[0] != nil || brick.KindOf(errs[1]) != brick.Interrupted || len(s.at) != 1 || errors.Is(errs[1], platform.ErrNotBegun) {
			t.Errorf("%d calls, results %v", len(s.at), errs)
		}
	})
}

// A driver that does not begin again what failed for a while tells of that
// attempt only: nobody knows what the one before has done.
func TestWhatWasTriedBeforeIsNotCalledNotBegun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := &script{apply: func(_ context.Context, call int, batch []brick.Change) []error {
			if call == 1 {
				return []error{platform.NotBegun(ctx), busy(0)}
			}
			cancel()
			return []error{platform.NotBegun(ctx)}
		}}
		errs := platform.Connect(s, patient).Apply(ctx, project1, changes(2))
		for i, err := range errs {
			if brick.KindOf(err) != brick.Interrupted || errors.Is(err, platform.ErrNotBegun) != (i == 0) {
				t.Errorf("change %d: %v", i, err)
			}
		}
	})
}

func TestNoBatchIsBegunOnceTheRunIsStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := &script{}
	for _, err := range platform.Connect(s, patient).Apply(ctx, project1, changes(2)) {
		if brick.KindOf(err) != brick.Interrupted || !errors.Is(err, platform.ErrNotBegun) {
			t.Errorf("result is %v", err)
		}
	}
	if len(s.at) != 0 {
		t.Errorf("%d calls", len(s.at))
	}
}

func TestAnAnswerThatIsTooShortIsNoSuccess(t *testing.T) {
	for _, answer := range [][]error{nil, {nil}, {nil, nil, nil}} {
		s := &script{apply: func(context.Context, int, []brick.Change) []error { return answer }}
		for i, err := range platform.Connect(s, patient).Apply(t.Context(), project1, changes(2)) {
			if err == nil {
				t.Errorf("%d answers: change %d counts as done", len(answer), i)
			}
		}
	}
}
