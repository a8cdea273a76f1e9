package engine_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"users-brick/brick"
	"users-brick/brick/plan"
	"users-brick/brick/platform"
)

const day = 24 * time.Hour

// calendar runs the same job on several days against one platform.
type calendar struct {
	*testing.T
	d       platform.Driver
	missing string // the file that remembers
	params  func(*run)
}

func newCalendar(t *testing.T, members ...brick.Member) *calendar {
	before := townOf(append(members, member(ann, "admin")), nil)
	before.accounts[ben], before.accounts[cem], before.accounts[dan] = brick.Profile{}, brick.Profile{}, brick.Profile{}
	return &calendar{T: t, d: before.inMemory(), missing: filepath.Join(t.TempDir(), "state", "missing")}
}

// made plans a file that names some people, on a day.
func (c *calendar) made(at time.Duration, inFile ...brick.Login) (*run, *plan.Plan, func(*plan.Plan) (*plan.Outcome, error)) {
	c.Helper()
	r := &run{mode: "sync_project"}
	for _, login := range append(inFile, ann) {
		r.rows = append(r.rows, brick.Row{Login: login})
	}
	r.params.RemoveUsersFromProject, r.params.RemovalGrace, r.params.AllowEmpty = true, 7*day, true
	if c.params != nil {
		c.params(r)
	}
	job := r.job(c, c.TempDir())
	job.Missing, job.Started = c.missing, started.Add(at)
	conn := r.connect(c.d)
	made, err := r.planWith(c.Context(), job, conn.View)
	if err != nil {
		c.Fatal(err)
	}
	c.Cleanup(func() { made.Close() })
	return r, made, func(p *plan.Plan) (*plan.Outcome, error) {
		out, err := job.Apply(c.Context(), conn, p)
		if err == nil {
			err = job.Remember(p, out)
		}
		return out, err
	}
}

// run plans and applies, and returns what was done with ben.
func (c *calendar) run(at time.Duration, inFile ...brick.Login) string {
	c.Helper()
	_, made, apply := c.made(at, inFile...)
	res := told(c, made, made.Dir)
	if _, err := apply(made); err != nil && made.End.Refusal == nil {
		c.Fatal(err)
	}
	var done []string
	for i := range res.changes {
		if res.changes[i].Login() == ben {
			done = append(done, res.changes[i].Action.Done())
		}
	}
	return strings.Join(done, " ")
}

// story is what happens to ben on some days.
type story []struct {
	at     time.Duration
	inFile []brick.Login
	want   string
}

func (c *calendar) tell(s story) {
	c.Helper()
	for _, on := range s {
		if got := c.run(on.at, on.inFile...); got != on.want {
			c.Fatalf("day %v: ben is %q, want %q", on.at.Hours()/24, got, on.want)
		}
	}
}

var (
	nobodyElse []brick.Login
	withBen    = []brick.Login{ben}
)

func TestWhoIsMissingIsDisabledAndDeletedWhenTheGraceIsOver(t *testing.T) {
	newCalendar(t, member(ben, "viewer")).tell(story{
		{0, nobodyElse, "disabled"}, {0, nobodyElse, ""}, {6 * day, nobodyElse, ""}, {7*day - time.Second, nobodyElse, ""},
		{7 * day, nobodyElse, "removed"}, {8 * day, nobodyElse, ""},
	})
}

func TestWhoComesBackIsEnabledAndHisClockBeginsAnew(t *testing.T) {
	newCalendar(t, member(ben, "viewer")).tell(story{
		{0, nobodyElse, "disabled"}, {3 * day, withBen, "enabled"}, {4 * day, nobodyElse, "disabled"},
		{7 * day, nobodyElse, ""}, {10 * day, nobodyElse, ""}, {11 * day, nobodyElse, "removed"},
	})
}

func TestWhoWasDisabledByOthersWaitsFromTheDayHeIsFirstSeenMissing(t *testing.T) {
	newCalendar(t, out(member(ben, "viewer"))).tell(story{
		{0, nobodyElse, ""}, {6 * day, nobodyElse, ""}, {7 * day, nobodyElse, "removed"},
	})
}

func TestWhomOthersEnabledInBetweenHasAllHisTimeAgain(t *testing.T) {
	c := newCalendar(t, member(ben, "viewer"))
	c.tell(story{{0, nobodyElse, "disabled"}})
	now := member(ben, "viewer")
	errs := c.d.Apply(t.Context(), project1, []brick.Change{{Scope: project1, Action: brick.Enable, After: &now}})
	if errs[0] != nil {
		t.Fatal(errs)
	}
	c.tell(story{{8 * day, nobodyElse, "disabled"}, {14 * day, nobodyElse, ""}, {15 * day, nobodyElse, "removed"}})
}

func TestALostOrDamagedMemoryDeletesNobodyEarly(t *testing.T) {
	for name, spoil := range map[string]func(string) error{
		"lost":    os.Remove,
		"cut off": func(path string) error { return os.Truncate(path, 60) },
		"changed": func(path string) error {
			text, err := os.ReadFile(path)
			if err == nil {
				err = os.WriteFile(path, []byte(strings.ReplaceAll(string(text), "2026-", "2016-")), 0o600)
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCalendar(t, member(ben, "viewer"))
			var warned int
			c.params = func(r *run) {
				r.emit = func(e brick.Event) {
					if _, ok := e.(brick.Noticed); ok {
						warned++
					}
				}
			}
			c.tell(story{{0, nobodyElse, "disabled"}})
			if err := spoil(c.missing); err != nil {
				t.Fatal(err)
			}
			c.tell(story{{8 * day, nobodyElse, ""}, {14 * day, nobodyElse, ""}, {15 * day, nobodyElse, "removed"}})
			if told := warned == 1; told != (name != "lost") {
				t.Errorf("%d warnings", warned)
			}
		})
	}
}

func TestAClockThatGoesBackwardsDeletesNobodyEarly(t *testing.T) {
	c := newCalendar(t, member(ben, "viewer"), member(cem, "viewer"))
	c.tell(story{
		{20 * day, []brick.Login{ben}, ""}, // cem is missing
		{0, nobodyElse, "disabled"},        // the clock is put back, and ben is missing, too
		{21 * day, nobodyElse, ""},         // it is put right: 21 days have not passed
		{26 * day, nobodyElse, ""},         // nor seven
		{27 * day, nobodyElse, "removed"},
	})
}

func TestWhatIsHeldOrFailsOrIsOnlyPlannedStartsNoClock(t *testing.T) {
	c := newCalendar(t, member(ben, "viewer"))
	c.made(0) // and never applied
	if _, err := os.Stat(c.missing); !os.IsNotExist(err) {
		t.Errorf("a plan remembers: %v", err)
	}
	c.params = func(r *run) { r.params.MaxRemovals = brick.MustLimit("0") }
	c.tell(story{{0, nobodyElse, "disabled"}}) // which is refused
	c.params = func(r *run) { r.params.MaxRemovals, r.params.OnGuard = brick.MustLimit("0"), "hold_removals" }
	c.tell(story{{0, nobodyElse, "disabled"}}) // which is held
	c.params = nil
	c.tell(story{{8 * day, nobodyElse, "disabled"}, {14 * day, nobodyElse, ""}, {15 * day, nobodyElse, "removed"}})
}

func TestWhoIsHeldAtTheEndOfHisTimeIsDeletedLater(t *testing.T) {
	c := newCalendar(t, member(ben, "viewer"))
	c.tell(story{{0, nobodyElse, "disabled"}})
	c.params = func(r *run) { r.params.MaxRemovals, r.params.OnGuard = brick.MustLimit("0"), "hold_removals" }
	c.tell(story{{7 * day, nobodyElse, "removed"}}) // planned, and held
	c.params = func(r *run) {                       // nobody is deleted after doubt, and his clock goes on
		r.rows = append(r.rows, brick.Row{Bad: &brick.BadRow{Reason: "no login", Nameless: true}})
	}
	c.tell(story{{8 * day, nobodyElse, ""}})
	c.params = nil
	c.tell(story{{9 * day, nobodyElse, "removed"}})
}

func TestAnOldPlanDeletesNobodyWhoseClockBeganAnew(t *testing.T) {
	c := newCalendar(t, member(ben, "viewer"))
	c.tell(story{{0, nobodyElse, "disabled"}})
	r, old, _ := c.made(7 * day)
	fits := func(at time.Duration) error {
		job := r.job(t, old.Dir)
		job.Missing, job.Started = c.missing, started.Add(at)
		_, err := job.Fits(t.Context(), r.connect(c.d).View, old)
		return err
	}
	if err := fits(7 * day); err != nil {
		t.Errorf("at once: %v", err)
	}
	c.tell(story{{8 * day, withBen, "enabled"}, {9 * day, nobodyElse, "disabled"}})
	err := fits(10 * day)
	if brick.KindOf(err) != brick.Refused || err == nil || !strings.Contains(err.Error(), "missing only since 2026-01-11") {
		t.Errorf("after he came back: %v", err)
	}
	if err := os.Remove(c.missing); err != nil {
		t.Fatal(err)
	}
	if err := fits(30 * day); brick.KindOf(err) != brick.Refused || err == nil {
		t.Errorf("after the memory was lost: %v", err)
	}
}

func TestAPlanAppliedLaterStartsClocksThen(t *testing.T) {
	c := newCalendar(t, member(ben, "viewer"))
	_, made, _ := c.made(0)
	r, _, _ := c.made(0)
	job := r.job(t, made.Dir)
	job.Missing, job.Started = c.missing, started.Add(5*day)
	done, err := job.Apply(t.Context(), r.connect(c.d), made)
	if err == nil {
		err = job.Remember(made, done)
	}
	if err != nil {
		t.Fatal(err)
	}
	c.tell(story{{7 * day, nobodyElse, ""}, {11 * day, nobodyElse, ""}, {12 * day, nobodyElse, "removed"}})
}

func TestOtherProjectsStayAsTheyAreRemembered(t *testing.T) {
	c := newCalendar(t, member(ben, "viewer"))
	c.tell(story{{0, nobodyElse, "disabled"}})
	c.params = func(r *run) { r.params.Project = "p2" }
	c.tell(story{{1 * day, nobodyElse, ""}})
	c.params = nil
	c.tell(story{{7 * day, nobodyElse, "removed"}})
}

// A job may know grace for a while only, or several jobs work on one project.
func TestRunsWithoutGraceStopTheClocksOfThoseWhomTheyChange(t *testing.T) {
	c := newCalendar(t, member(ben, "viewer"))
	c.tell(story{{0, nobodyElse, "disabled"}})
	c.params = func(r *run) { r.params.RemovalGrace, r.params.RemoveUsersFromProject = 0, false }
	c.tell(story{{1 * day, withBen, "enabled"}, {30 * day, nobodyElse, "disabled"}})
	c.params = nil
	c.tell(story{{31 * day, nobodyElse, ""}, {37 * day, nobodyElse, ""}, {38 * day, nobodyElse, "removed"}})
}

func TestRunsWithoutGraceLeaveTheClocksOfOthers(t *testing.T) {
	for name, change := range map[string]func(*run){
		"nobody is taken out":  func(r *run) { r.params.DoNotTouchUsersThatAreNotMentioned = true },
		"others are taken out": func(r *run) { r.params.RemovalGrace, r.params.RemoveUsersFromProject = 0, false },
		"another project":      func(r *run) { r.params.RemovalGrace, r.params.Project = 0, "p2" },
		"it is only looked at": func(r *run) { r.params.RemovalGrace, r.params.MaxRemovals = 0, brick.MustLimit("0") }, // refused
		"the guard held it all": func(r *run) {
			r.params.RemovalGrace, r.params.MaxRemovals, r.params.OnGuard = 0, brick.MustLimit("0"), "hold_removals"
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCalendar(t, member(ben, "viewer"), member(cem, "viewer"))
			c.tell(story{{0, []brick.Login{cem}, "disabled"}})
			c.params = change
			c.run(1*day, nobodyElse...)
			c.params = nil
			c.tell(story{{7*day - time.Second, nobodyElse, ""}, {7 * day, nobodyElse, "removed"}})
		})
	}
}

func TestWhoMayBeMeantByARowThatCannotBeReadIsNotMissing(t *testing.T) {
	for name, bad := range map[string]brick.BadRow{"his name": {Local: ben.Local()}, "his login": {Suspects: []brick.Login{ben}}} {
		t.Run(name, func(t *testing.T) {
			bad.Reason = "odd"
			c := newCalendar(t, member(ben, "viewer"))
			c.tell(story{{0, nobodyElse, "disabled"}})
			c.params = func(r *run) { r.rows = append(r.rows, brick.Row{Bad: &bad}) }
			c.tell(story{{5 * day, nobodyElse, ""}, {8 * day, nobodyElse, ""}})
			c.params = nil
			c.tell(story{{9 * day, nobodyElse, ""}, {15 * day, nobodyElse, ""}, {16 * day, nobodyElse, "removed"}})
		})
	}
}

func TestAClockThatWasPutBackIsTold(t *testing.T) {
	c := newCalendar(t, member(ben, "viewer"))
	var told []string
	c.params = func(r *run) {
		r.emit = func(e brick.Event) {
			if n, ok := e.(brick.Noticed); ok {
				told = append(told, n.Finding.String())
			}
		}
	}
	c.tell(story{{20 * day, withBen, ""}, {20*day - time.Minute, withBen, ""}})
	if told != nil {
		t.Errorf("told is %q", told)
	}
	c.tell(story{{0, nobodyElse, "disabled"}})
	if len(told) != 1 || !strings.Contains(told[0], "it is 2026-01-02 03:04 UTC, and an earlier run took place at 2026-01-22 03:04 UTC") {
		t.Errorf("told is %q", told)
	}
}

func TestAPlanSaysHowManyWaitAndUntilWhen(t *testing.T) {
	c := newCalendar(t, member(ben, "viewer"), member(cem, "viewer"))
	c.tell(story{{0, []brick.Login{cem}, "disabled"}})
	_, made, _ := c.made(2 * day)
	res := told(t, made, made.Dir)
	s := res.scopes[project1]
	if s.Waiting != 2 || !s.FirstDue.Equal(started.Add(7*day)) {
		t.Errorf("%d wait, the first until %v", s.Waiting, s.FirstDue)
	}
	at := slices.IndexFunc(res.changes, func(c brick.Change) bool { return c.Login() == cem })
	if want := fmt.Sprintf("will be deleted after %s", plan.Days(started.Add(9*day))); at < 0 || !strings.Contains(res.changes[at].Why, want) {
		t.Errorf("changes are %+v", res.changes)
	}
}
