package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"users-brick/brick"
	"users-brick/brick/engine"
	"users-brick/brick/plan"
	"users-brick/brick/platform"
)

// checked is what checking a plan and verifying it say.
type checked struct {
	holds  bool
	fits   string // the error of Fits
	wrong  int64
	verify string // the error of Verify
	told   []brick.Verified
	failed []string
}

func (c checked) String() string {
	return fmt.Sprintf("holds %v, fits: %s\n%d wrong, verify: %s\ntold %v\nfailed %v", c.holds, c.fits, c.wrong, c.verify, c.told, c.failed)
}

// check asks everything about a plan as if all of it had been done.
func (r *run) check(t *testing.T, d platform.Driver, made *plan.Plan) (c checked) {
	t.Helper()
	again := *r
	again.emit = func(e brick.Event) {
		if v, ok := e.(brick.Verified); ok {
			c.told = append(c.told, v)
		}
	}
	job, out := again.job(t, made.Dir), plan.AllDone(made.End.Changes)
	view := again.connect(d).View
	var err error
	c.holds, err = job.Fits(t.Context(), view, made)
	c.fits = fmt.Sprint(err)
	c.wrong, err = job.Verify(t.Context(), view, made, out)
	c.verify = fmt.Sprint(err)
	for seq := range made.End.Changes {
		if err := out.Err(seq + 1); err != nil {
			c.failed = append(c.failed, err.Error())
		}
	}
	return c
}

// makePlan makes a plan that stays open until the test ends.
func (r *run) makePlan(t *testing.T, d platform.Driver) *plan.Plan {
	t.Helper()
	made, err := r.plan(t.Context(), t, d, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { made.Close() })
	return made
}

// sameWhateverAnswersFirst demands that a plan is judged alike one scope at a
// time and many at once, and returns how.
func sameWhateverAnswersFirst(t *testing.T, r *run, made *plan.Plan, now town, before func(call) error) checked {
	t.Helper()
	want := r.check(t, now.watch(1, before), made)
	for seed := range uint64(10) {
		synctest.Test(t, func(t *testing.T) {
			dawdle := dawdling(seed)
			got := r.check(t, now.watch(16, func(c call) error {
				dawdle(c)
				return before(c)
			}), made)
			if got.String() != want.String() {
				t.Errorf("seed %d:\n%v\nwant\n%v", seed, got, want)
			}
		})
	}
	return want
}

func TestAPlanIsJudgedAlikeWhateverAnswersFirst(t *testing.T) {
	before, r := manyProjects(60, one)
	made := r.makePlan(t, before.watch(1, asTheyCome))

	c := sameWhateverAnswersFirst(t, r, made, before, asTheyCome)
	if c.holds || c.fits != "<nil>" || c.wrong != 60 || len(c.failed) != 60 || c.verify != "<nil>" {
		t.Errorf("untouched: %v", c)
	}

	moved := before.clone()
	for n := 20; n < 60; n++ { // somebody was quicker, and gave another role
		moved.projects[project(n).ID][person(0)] = member(person(0), "editor")
	}
	c = sameWhateverAnswersFirst(t, r, made, moved, asTheyCome)
	first, last := fmt.Sprintf("%s in %s", person(0), project(20)), fmt.Sprintf("%s in %s, 30 more", person(0), project(29))
	if !strings.Contains(c.fits, first) || !strings.Contains(c.fits, last) {
		t.Errorf("moved: %v", c)
	}

	gone := func(c call) error {
		if c.what == "list" && (c.scope == project(23) || c.scope == project(40)) {
			return brick.Errorf(brick.Gone, "deleted")
		}
		return nil
	}
	c = sameWhateverAnswersFirst(t, r, made, moved, gone)
	if !strings.Contains(c.fits, project(22).String()) || !strings.Contains(c.fits, project(23).String()) || strings.Contains(c.fits, project(24).String()) {
		t.Errorf("gone: %v", c)
	}
	if c.wrong != 58 || !strings.Contains(c.verify, project(40).String()) || len(c.told) != 60 {
		t.Errorf("gone: %v", c)
	}
	if !slices.IsSortedFunc(c.told, func(a, b brick.Verified) int { return a.Scope.Compare(b.Scope) }) {
		t.Errorf("told %v", c.told)
	}
}

func TestACrowdThatHasChangedIsFoundInEveryScope(t *testing.T) {
	before, r := manyProjects(5, func(int) int { return 0 })
	for n := range 5 {
		id := project(n).ID
		before.projects[id][ben] = member(ben, "viewer") // who is to be taken out
	}
	before.accounts[ben], before.accounts[cem] = brick.Profile{}, brick.Profile{}
	made := r.makePlan(t, before.watch(1, asTheyCome))
	for _, n := range []int{1, 3} {
		before.projects[project(n).ID][cem] = member(cem, "viewer")
	}
	c := sameWhateverAnswersFirst(t, r, made, before, asTheyCome)
	if want := "the members of project p0001, the members of project p0003"; !strings.Contains(c.fits, want) {
		t.Errorf("fits: %s", c.fits)
	}
}

func TestWhoIsDeniedWhileCheckingAsksForNothingMore(t *testing.T) {
	before, r := manyProjects(200, one)
	made := r.makePlan(t, before.watch(1, asTheyCome))
	for what, ask := range map[string]func(*engine.Job, *platform.View) error{
		"fits": func(j *engine.Job, v *platform.View) error {
			_, err := j.Fits(t.Context(), v, made)
			return err
		},
		"verify": func(j *engine.Job, v *platform.View) error {
			_, err := j.Verify(t.Context(), v, made, plan.AllDone(made.End.Changes))
			return err
		},
	} {
		var asked atomic.Int64
		d := before.watch(4, func(c call) error {
			asked.Add(1)
			return brick.Errorf(brick.Denied, "login refused")
		})
		err := ask(r.job(t, made.Dir), r.connect(d).View)
		if brick.KindOf(err) != brick.Denied || err == nil || asked.Load() > 2*4 {
			t.Errorf("%s: %v, after %d calls", what, err, asked.Load())
		}
	}
}

func TestStoppedWhileCheckingNothingIsJudged(t *testing.T) {
	before, r := manyProjects(20, one)
	made := r.makePlan(t, before.watch(1, asTheyCome))
	ctx, cancel := context.WithCancelCause(t.Context())
	d := before.watch(4, func(c call) error {
		cancel(errors.New("SIGTERM"))
		return nil
	})
	view, out := r.connect(d).View, plan.AllDone(made.End.Changes)
	if _, err := r.job(t, made.Dir).Fits(ctx, view, made); brick.KindOf(err) != brick.Interrupted || err == nil {
		t.Errorf("fits: %v", err)
	}
	if _, err := r.job(t, made.Dir).Verify(ctx, view, made, out); brick.KindOf(err) != brick.Interrupted || err == nil {
		t.Errorf("verify: %v", err)
	}
}
