package directory_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"users-brick/brick"
	"users-brick/brick/lock"
	"users-brick/brick/platform/directory"
)

// twoProjects is acme with a second project.
var twoProjects = strings.Replace(acme, `"projects":[`, `"projects":[{"id":"p2","roles":["viewer"],"members":[{"login":"ben@example.com","roles":["viewer"]}]},`, 1)

// clock is a time that tests move.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

// turnOf is the turn of a run on a project, or on the whole directory.
func turnOf(run, project string) *directory.Turn {
	return &directory.Turn{Owner: lock.Owner{Host: "mill", PID: 7, RunID: run, Program: "users-brick test"}, Project: project}
}

// enter opens a directory in a run's turn. The caller closes it.
func enter(t *testing.T, path string, turn *directory.Turn, now func() time.Time) *directory.Directory {
	t.Helper()
	d, err := directory.Open(t.Context(), directory.Options{Path: path, Now: now, Turn: turn})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// kept demands that a run cannot open the directory, and why.
func kept(t *testing.T, path string, turn *directory.Turn, now func() time.Time, why string) {
	t.Helper()
	d, err := directory.Open(t.Context(), directory.Options{Path: path, Now: now, Turn: turn})
	if err == nil {
		d.Close()
	}
	if brick.KindOf(err) != brick.Locked || !strings.Contains(err.Error(), why) {
		t.Errorf("opening for %q ends with %v, want %q", turn.Project, err, why)
	}
}

// write changes something in p1, or in p2, and leaves its member disabled.
func write(t *testing.T, d *directory.Directory, project string) {
	t.Helper()
	if err := errors.Join(set(d, project, brick.Enable), set(d, project, brick.Disable)); err != nil {
		t.Fatal(err)
	}
}

func set(d *directory.Directory, project string, action brick.Action) error {
	m := brick.Member{Login: map[string]brick.Login{"p1": ann, "p2": "ben@example.com"}[project], Status: brick.Enabled}
	return d.Apply(context.Background(), brick.Project(project), []brick.Change{{Action: action, After: &m}})[0]
}

func TestRunsThatMayMeetTakeTurns(t *testing.T) {
	for _, c := range []struct {
		first, second string
		meet          bool
	}{{"", "", true}, {"", "p1", true}, {"p1", "", true}, {"p1", "p1", true}, {"p1", "p2", false}} {
		t.Run(c.first+" and "+c.second, func(t *testing.T) {
			path := create(t, twoProjects)
			first := enter(t, path, turnOf("one", c.first), noon)
			write(t, first, "p1")
			if c.meet {
				kept(t, path, turnOf("two", c.second), noon, "another run works on "+path+": run one on host mill (process 7, users-brick test), since 2026-01-02T12:00:00Z")
			} else {
				second := enter(t, path, turnOf("two", c.second), noon)
				write(t, second, "p2")
				write(t, first, "p1")
				second.Close()
			}
			first.Close()
			later := enter(t, path, turnOf("three", ""), noon)
			defer later.Close()
			write(t, later, "p1")
		})
	}
}

func TestWhoChangesNothingLeavesNoTrace(t *testing.T) {
	path := create(t, acme)
	frozen(t, filepath.Dir(path))
	for _, readOnly := range []bool{true, false} {
		d := openAt(t, path, directory.Options{ReadOnly: readOnly, Turn: turnOf("one", "")})
		dump(t, d)
		ghost := brick.Member{Login: "ghost@example.com", Status: brick.Enabled}
		if err := apply(d, brick.Add, ghost); err == nil {
			t.Error("somebody without an account is added")
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestTurnsAreInNoDump(t *testing.T) {
	path := create(t, acme)
	plain := openAt(t, create(t, acme), directory.Options{})
	defer plain.Close()
	write(t, plain, "p1")
	d := enter(t, path, turnOf("one", ""), noon)
	defer d.Close()
	write(t, d, "p1")
	if dump(t, d) != dump(t, plain) {
		t.Error("a dump shows whose turn it is")
	}
}

func TestWhatWasReadBeforeAnotherRunWroteIsNotActedOn(t *testing.T) {
	path := create(t, twoProjects)
	slow, slower := turnOf("slow", ""), turnOf("slower", "p1")
	planning, err := directory.Open(t.Context(), directory.Options{Path: path, ReadOnly: true, Now: noon, Turn: slow})
	if err != nil {
		t.Fatal(err)
	}
	defer planning.Close()
	late := enter(t, path, slower, noon)
	defer late.Close()
	quick := enter(t, path, turnOf("quick", "p1"), noon)
	write(t, quick, "p1")
	want := dump(t, quick)
	quick.Close()
	kept(t, path, slow, noon, "another run has written to "+path+" since this one read it")
	if err := set(late, "p1", brick.Enable); brick.KindOf(err) != brick.Locked || !strings.Contains(err.Error(), "hint: run it again") {
		t.Errorf("the late change ends with %v", err)
	}
	if dump(t, late) != want {
		t.Error("the late change was done")
	}
}

func TestOneRunMayOpenTheDirectoryAgainAndAgain(t *testing.T) {
	path := create(t, acme)
	turn := turnOf("one", "")
	for range 3 {
		look, err := directory.Open(t.Context(), directory.Options{Path: path, ReadOnly: true, Now: noon, Turn: turn})
		if err != nil {
			t.Fatal(err)
		}
		look.Close()
		d := enter(t, path, turn, noon)
		write(t, d, "p1")
		write(t, d, "p1")
		d.Close()
	}
}

func TestADirectoryMadeFromItsSeedHasTurns(t *testing.T) {
	path, seed, turn := filepath.Join(t.TempDir(), "users.db"), seedFile(t, acme), turnOf("one", "")
	look, err := directory.Open(t.Context(), directory.Options{Path: path, Seed: seed, ReadOnly: true, Now: noon, Turn: turn})
	if err != nil {
		t.Fatal(err)
	}
	look.Close()
	d, err := directory.Open(t.Context(), directory.Options{Path: path, Seed: seed, Now: noon, Turn: turn})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	write(t, d, "p1")
	kept(t, path, turnOf("two", "p1"), noon, "run one")
}

func TestTheTurnOfARunThatIsGoneIsTakenOverWhenItsLeaseIsOver(t *testing.T) {
	path := create(t, twoProjects)
	c := &clock{noon()}
	gone := enter(t, path, turnOf("gone", "p1"), noon) // its clock stands still, as it does
	defer gone.Close()
	write(t, gone, "p1")
	c.at = noon().Add(lock.Lease - time.Second)
	kept(t, path, turnOf("next", ""), c.now, "run gone")
	c.at = noon().Add(lock.Lease)
	turn := turnOf("next", "")
	var from []string
	turn.Gone = func(o lock.Owner) { from = append(from, o.RunID) }
	next := enter(t, path, turn, c.now)
	write(t, next, "p2")
	write(t, next, "p2")
	if !slices.Equal(from, []string{"gone"}) {
		t.Errorf("taken over from %q", from)
	}
	want := dump(t, next)
	for range 2 { // while the other one works, and afterwards
		err := set(gone, "p1", brick.Enable)
		if brick.KindOf(err) != brick.Locked || !strings.Contains(err.Error(), "this run was silent for longer than 2m0s, and another one has taken over "+path) {
			t.Errorf("who lost his turn writes with %v", err)
		}
		if dump(t, gone) != want {
			t.Error("who lost his turn has written")
		}
		next.Close()
		next = openAt(t, path, directory.Options{})
		defer next.Close()
	}
}

func TestATurnThatRanOutAndNobodyWantedGoesOn(t *testing.T) {
	path := create(t, acme)
	c := &clock{noon()}
	d := enter(t, path, turnOf("one", ""), c.now)
	defer d.Close()
	write(t, d, "p1")
	c.at = noon().Add(time.Hour)
	write(t, d, "p1")
	kept(t, path, turnOf("two", ""), c.now, "run one")
}

func TestWhoHasTheSameLockOfTheKernelNeedNotWait(t *testing.T) {
	path := create(t, acme)
	killed, next, elsewhere := turnOf("killed", ""), turnOf("next", ""), turnOf("elsewhere", "")
	killed.Place, next.Place, elsewhere.Place = "kernel 1/2 space 7 5", "kernel 1/2 space 8 6", "machine 1/2 space 8 6"
	d := enter(t, path, killed, noon)
	defer d.Close()
	write(t, d, "p1")
	kept(t, path, elsewhere, noon, "run killed")
	from := ""
	next.Gone = func(o lock.Owner) { from += o.RunID }
	after := enter(t, path, next, noon)
	defer after.Close()
	write(t, after, "p1")
	if from != "killed" {
		t.Errorf("taken over from %q", from)
	}
}

func TestWhoGoesOnWithARunWaitsUntilThatHasEnded(t *testing.T) {
	path := create(t, acme)
	first := enter(t, path, turnOf("one", ""), noon)
	defer first.Close()
	write(t, first, "p1")
	kept(t, path, turnOf("one", ""), noon, "run one")
}

func TestWithoutAPlaceNobodyIsTakenForGone(t *testing.T) {
	path := create(t, acme)
	d := enter(t, path, turnOf("one", ""), noon)
	defer d.Close()
	write(t, d, "p1")
	kept(t, path, turnOf("two", ""), noon, "run one")
}

func TestATurnLastsWhileTheDirectoryIsOpen(t *testing.T) {
	path := create(t, acme)
	synctest.Test(t, func(t *testing.T) {
		d := enter(t, path, turnOf("one", ""), time.Now)
		write(t, d, "p1")
		time.Sleep(10*lock.Lease + time.Second)
		synctest.Wait()
		kept(t, path, turnOf("two", ""), time.Now, "run one")
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		enter(t, path, turnOf("two", ""), time.Now).Close()
	})
}

// The lease of a turn seemed to be over, so that another run had a look; then
// the first one went on, and ended well.
func TestWhatWasReadBeforeARunWentOnThatSeemedGoneIsNotActedOn(t *testing.T) {
	path := create(t, acme)
	c := &clock{noon()}
	asleep := enter(t, path, turnOf("asleep", ""), c.now)
	write(t, asleep, "p1")
	c.at = noon().Add(lock.Lease)
	next := enter(t, path, turnOf("next", ""), c.now)
	defer next.Close()
	write(t, asleep, "p1")
	want := dump(t, asleep)
	if err := asleep.Close(); err != nil {
		t.Fatal(err)
	}
	if err := set(next, "p1", brick.Enable); brick.KindOf(err) != brick.Locked || !strings.Contains(err.Error(), "another run has written to "+path+" since this one read it") {
		t.Errorf("the next one writes with %v", err)
	}
	if dump(t, next) != want {
		t.Error("the next one has written")
	}
}

func TestATurnOfAClockThatRanAheadIsOverWhenItStandsStill(t *testing.T) {
	path := create(t, acme)
	synctest.Test(t, func(t *testing.T) {
		ahead := time.Now().Add(24 * time.Hour)
		gone := enter(t, path, turnOf("gone", ""), func() time.Time { return ahead }) // it stands still, as it does
		defer gone.Close()
		write(t, gone, "p1")
		kept(t, path, turnOf("impatient", ""), time.Now, "run gone")
		turn := turnOf("next", "")
		turn.Wait = &lock.Patience{For: time.Hour}
		began := time.Now()
		next := enter(t, path, turn, time.Now)
		defer next.Close()
		write(t, next, "p1")
		if waited := time.Since(began); waited <= lock.Lease || waited > lock.Lease+time.Second {
			t.Errorf("waited %v", waited)
		}
		if err := set(gone, "p1", brick.Enable); brick.KindOf(err) != brick.Locked {
			t.Errorf("who was taken over writes with %v", err)
		}
	})
}

func TestWhoWaitsHasHisTurnNext(t *testing.T) {
	path := create(t, acme)
	synctest.Test(t, func(t *testing.T) {
		first := enter(t, path, turnOf("one", ""), time.Now)
		write(t, first, "p1")
		go func() {
			time.Sleep(10 * time.Minute)
			first.Close()
		}()
		turn := turnOf("two", "")
		told := 0
		turn.Wait = &lock.Patience{For: time.Hour, Tell: func(error) { told++ }}
		began := time.Now()
		second := enter(t, path, turn, time.Now)
		defer second.Close()
		write(t, second, "p1")
		if waited := time.Since(began); told != 1 || waited < 10*time.Minute || waited > 10*time.Minute+time.Second {
			t.Errorf("told %d times, waited %v", told, waited)
		}
	})
}

func TestWaitingForATurnEndsWithTheRun(t *testing.T) {
	path := create(t, acme)
	first := enter(t, path, turnOf("one", ""), noon)
	defer first.Close()
	write(t, first, "p1")
	stop := errors.New("signal: terminated")
	ctx, cancel := context.WithCancelCause(t.Context())
	turn := turnOf("two", "")
	turn.Wait = &lock.Patience{For: time.Hour, Tell: func(error) { cancel(stop) }}
	_, err := directory.Open(ctx, directory.Options{Path: path, Now: noon, Turn: turn})
	if brick.KindOf(err) != brick.Interrupted || !errors.Is(err, stop) {
		t.Errorf("waiting ends with %v", err)
	}
}
