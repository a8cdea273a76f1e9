package lock_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"users-brick/brick"
	"users-brick/brick/lock"
)

func noon() time.Time { return time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC) }

// claim is that of a run on a project, or on all of the town.
func claim(run, project string) lock.Claim {
	return lock.Claim{
		Key: "directory /town.db", Project: project, Target: "town.db",
		Owner: lock.Owner{Host: "mill", PID: 7, RunID: run, Program: "users-brick test"},
	}
}

// take takes a claim that must be free; it is given back at the end.
func take(t *testing.T, dir string, c lock.Claim) *lock.Lock {
	t.Helper()
	l, err := lock.Take(t.Context(), c, lock.Options{Dir: dir, Now: noon})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// refused demands that a claim is held by a run.
func refused(t *testing.T, dir string, c lock.Claim, by string) {
	t.Helper()
	l, err := lock.Take(t.Context(), c, lock.Options{Dir: dir, Now: noon})
	if err == nil {
		l.Release()
	}
	if brick.KindOf(err) != brick.Locked || !strings.Contains(err.Error(), by) {
		t.Errorf("the claim on %q ends with %v, want it held by %s", c.Project, err, by)
	}
}

func TestRunsThatMayMeetExcludeEachOther(t *testing.T) {
	for _, c := range []struct {
		first, second string // projects; empty for all of the target
		meet          bool
	}{
		{"", "", true}, {"", "p1", true}, {"p1", "", true}, {"p1", "p1", true}, {"p1", "p2", false}, {"p1", "P1", false},
	} {
		t.Run(c.first+" and "+c.second, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "runs", "locks")
			first := take(t, dir, claim("one", c.first))
			if c.meet {
				refused(t, dir, claim("two", c.second), "run one on host mill (process 7, users-brick test), since 2026-01-02T12:00:00Z")
			} else {
				take(t, dir, claim("two", c.second)).Release()
			}
			first.Release()
			take(t, dir, claim("two", c.second)).Release()
		})
	}
}

func TestAllOfATargetWaitsForEveryProject(t *testing.T) {
	dir := t.TempDir()
	one, two := take(t, dir, claim("one", "p1")), take(t, dir, claim("two", "p2"))
	one.Release()
	refused(t, dir, claim("all", ""), "run two")
	two.Release()
	take(t, dir, claim("all", "")).Release()
}

func TestOtherTargetsAreNoMatter(t *testing.T) {
	dir := t.TempDir()
	defer take(t, dir, claim("one", "")).Release()
	other := claim("two", "")
	other.Key = "directory /city.db"
	take(t, dir, other).Release()
}

func TestNothingIsSaidOfRunsThatGaveTheirLockBack(t *testing.T) {
	dir := t.TempDir()
	take(t, dir, claim("one", "p1")).Release()
	take(t, dir, claim("two", "")).Release()
	last := take(t, dir, claim("three", "p1"))
	defer last.Release()
	if len(last.Gone) > 0 {
		t.Errorf("said to be gone: %v", last.Gone)
	}
}

// left are the infos that runs leave in a folder which die with their locks.
func left(t *testing.T, claims ...lock.Claim) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, c := range claims {
		from := t.TempDir()
		held := take(t, from, c)
		infos, err := filepath.Glob(filepath.Join(from, "*.json"))
		if err != nil || len(infos) != 1 {
			t.Fatalf("infos are %q, %v; want one", infos, err)
		}
		text, err := os.ReadFile(infos[0])
		if err == nil {
			text = bytes.Replace(text, []byte(`"place"`), []byte(`"former"`), 1) // its process, which is this one, lives
			err = os.WriteFile(filepath.Join(dir, filepath.Base(infos[0])), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		held.Release()
	}
	return dir
}

func TestWhatADeadRunLeftIsKnownForWhatItIs(t *testing.T) {
	dead := []lock.Claim{claim("one", "p1"), claim("two", ""), claim("three", "p3")}
	for project, want := range map[string][]string{"p1": {"one", "two"}, "p2": {"two"}, "": {"one", "three", "two"}} {
		dir := left(t, dead...)
		l := take(t, dir, claim("next", project))
		var gone []string
		for _, o := range l.Gone {
			gone = append(gone, o.RunID)
		}
		slices.Sort(gone)
		if !slices.Equal(gone, want) {
			t.Errorf("who takes %q hears of %q, want %q", project, gone, want)
		}
		l.Release()
		if again := take(t, dir, claim("last", project)); len(again.Gone) > 0 {
			t.Errorf("who comes next hears of %v again", again.Gone)
		} else {
			again.Release()
		}
	}
}

// Who cleans up by age may delete what a run has locked: the kernel then lets
// the next one in.
func TestARunWhoseLockWasDeletedIsStillNoticed(t *testing.T) {
	for _, c := range []struct{ first, second, deleted string }{
		{"", "", "*.lock"}, {"", "p1", "*.lock"}, {"p1", "", "*.lock"}, {"p1", "p1", "*.lock"}, {"p1", "p1", "*-*.lock"},
	} {
		dir := t.TempDir()
		first := take(t, dir, claim("one", c.first))
		if first.Place == "" {
			t.Skip("this system does not tell")
		}
		locks, err := filepath.Glob(filepath.Join(dir, c.deleted))
		if err != nil || len(locks) == 0 || !first.InPlace() {
			t.Fatalf("locks are %q, %v", locks, err)
		}
		for _, path := range locks {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}
		if first.InPlace() {
			t.Error("deleted files are in place")
		}
		refused(t, dir, claim("two", c.second), "run one")
		if first.InPlace() {
			t.Error("other files are taken for those that were deleted")
		}
		first.Release()
		take(t, dir, claim("two", c.second)).Release()
	}
}

func TestARunThatOnlyLeftItsProcessBehindKeepsNobodyOut(t *testing.T) {
	dir := t.TempDir()
	first := take(t, dir, claim("one", ""))
	infos, _ := filepath.Glob(filepath.Join(dir, "*.json"))
	if len(infos) != 1 {
		t.Fatalf("infos are %q", infos)
	}
	text, err := os.ReadFile(infos[0])
	if err != nil {
		t.Fatal(err)
	}
	first.Release()
	elsewhere := t.TempDir() // where its lock has another file
	if err := os.WriteFile(filepath.Join(elsewhere, filepath.Base(infos[0])), text, 0o600); err != nil {
		t.Fatal(err)
	}
	later := func() time.Time { return noon().Add(lock.Lease + time.Second) }
	l, err := lock.Take(t.Context(), claim("two", ""), lock.Options{Dir: elsewhere, Now: later})
	if err != nil {
		t.Fatal(err)
	}
	l.Release()
}

func TestWhatIsLockedStaysYoung(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		held, err := lock.Take(t.Context(), claim("one", "p1"), lock.Options{Dir: dir, Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		defer held.Release()
		locks, err := filepath.Glob(filepath.Join(dir, "*.lock"))
		if err != nil {
			t.Fatal(err)
		}
		old := time.Unix(0, 0)
		for _, path := range locks {
			if err := os.Chtimes(path, old, old); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(lock.Lease)
		synctest.Wait()
		young := 0
		for _, path := range locks {
			if about, err := os.Stat(path); err == nil && about.ModTime().After(old) {
				young++
			}
		}
		if young != len(locks)-1 { // nobody holds the gate
			t.Errorf("%d of %q are young", young, locks)
		}
	})
}

func TestTheHolderIsNamedEvenBesideWhatADeadRunLeft(t *testing.T) {
	dir := left(t, claim("dead", "p3"))
	later := func() time.Time { return noon().Add(time.Hour) }
	l, err := lock.Take(t.Context(), claim("alive", "p1"), lock.Options{Dir: dir, Now: later})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Release()
	refused(t, dir, claim("all", ""), "run alive")
}

func TestAnInfoThatIsDamagedHarmsNobody(t *testing.T) {
	dir := t.TempDir()
	held := take(t, dir, claim("one", ""))
	infos, _ := filepath.Glob(filepath.Join(dir, "*.json"))
	if len(infos) != 1 {
		t.Fatalf("infos are %q", infos)
	}
	for _, text := range []string{"", "{", "[]", strings.Repeat("x", 1<<20)} {
		if err := os.WriteFile(infos[0], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		refused(t, dir, claim("two", ""), "a run that has not said its name")
	}
	held.Release()
	take(t, dir, claim("two", "")).Release()
}

func TestAHolderThatIsSilentIsToldSo(t *testing.T) {
	dir := t.TempDir()
	defer take(t, dir, claim("one", "")).Release()
	later := func() time.Time { return noon().Add(10 * time.Minute) }
	_, err := lock.Take(t.Context(), claim("two", ""), lock.Options{Dir: dir, Now: later})
	if err == nil || !strings.Contains(err.Error(), "its last sign of life is 10m0s old") {
		t.Errorf("the error is %v", err)
	}
}

func TestAFolderThatCannotBeUsedIsToldWithWhatToDo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	sealed := filepath.Join(t.TempDir(), "sealed")
	if err := os.Mkdir(sealed, 0o500); err != nil {
		t.Fatal(err)
	}
	open := filepath.Join(t.TempDir(), "open")
	if err := errors.Join(os.Mkdir(open, 0o700), os.Chmod(open, 0o777)); err != nil {
		t.Fatal(err)
	}
	bad := map[string]lock.Options{
		"below a file": {Dir: filepath.Join(file, "locks")}, "a file": {Dir: file}, "open to others": {Dir: open, Private: true},
	}
	if os.Geteuid() != 0 { // whom nothing is sealed for
		bad["read-only"] = lock.Options{Dir: sealed}
	}
	for name, o := range bad {
		o.Now = noon
		_, err := lock.Take(t.Context(), claim("one", ""), o)
		if brick.KindOf(err) != brick.Failed || !strings.Contains(err.Error(), "hint: locks are kept in the folder locks of BRICK_RUN_DIR") {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
}

func TestWaitingEndsWhenTheHolderDoes(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		first, err := lock.Take(t.Context(), claim("one", "p1"), lock.Options{Dir: dir, Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			time.Sleep(time.Minute)
			first.Release()
		}()
		told := 0
		patience := &lock.Patience{For: time.Hour, Tell: func(held error) {
			told++
			if !strings.Contains(held.Error(), "run one") {
				t.Errorf("told is %v", held)
			}
		}}
		began := time.Now()
		second, err := lock.Take(t.Context(), claim("two", ""), lock.Options{Dir: dir, Now: time.Now, Patience: patience})
		if err != nil {
			t.Fatal(err)
		}
		second.Release()
		if waited := time.Since(began); told != 1 || waited < time.Minute || waited > time.Minute+time.Second {
			t.Errorf("told %d times, waited %v", told, waited)
		}
	})
}

func TestWaitingEndsWhenItsTimeIsOver(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		first, err := lock.Take(t.Context(), claim("one", ""), lock.Options{Dir: dir, Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		defer first.Release()
		patience := &lock.Patience{For: 10 * time.Second}
		began := time.Now()
		for range 2 { // several locks have it together
			_, err = lock.Take(t.Context(), claim("two", ""), lock.Options{Dir: dir, Now: time.Now, Patience: patience})
		}
		if brick.KindOf(err) != brick.Locked || !strings.Contains(err.Error(), "waited 10s: another run works on town.db: run one") {
			t.Errorf("waiting ends with %v", err)
		}
		if waited := time.Since(began); waited != 10*time.Second {
			t.Errorf("waited %v", waited)
		}
	})
}

func TestWaitingEndsAtOnceWhenTheRunIsStopped(t *testing.T) {
	dir := t.TempDir()
	defer take(t, dir, claim("one", "")).Release()
	stop := errors.New("signal: terminated")
	ctx, cancel := context.WithCancelCause(t.Context())
	patience := &lock.Patience{For: 24 * time.Hour, Tell: func(error) { cancel(stop) }}
	_, err := lock.Take(ctx, claim("two", ""), lock.Options{Dir: dir, Now: noon, Patience: patience})
	if brick.KindOf(err) != brick.Interrupted || !errors.Is(err, stop) {
		t.Errorf("waiting ends with %v", err)
	}
}

func TestTheSignOfLifeIsRenewedWhileTheLockIsHeld(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		held, err := lock.Take(t.Context(), claim("one", ""), lock.Options{Dir: dir, Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		defer held.Release()
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		_, err = lock.Take(t.Context(), claim("two", ""), lock.Options{Dir: dir, Now: time.Now})
		if err == nil || strings.Contains(err.Error(), "sign of life") {
			t.Errorf("a day later the error is %v", err)
		}
	})
}

func TestWhoIsKnownToHaveEnded(t *testing.T) {
	dir := t.TempDir()
	one, two := take(t, dir, claim("one", "p1")), take(t, dir, claim("two", "p2"))
	defer one.Release()
	defer two.Release()
	elsewhere := take(t, t.TempDir(), claim("one", "p1"))
	defer elsewhere.Release()
	if one.Place == "" {
		t.Skip("this system does not tell")
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	if err := child.Run(); err != nil {
		t.Fatal(err)
	}
	with := func(field int, value string) string {
		fields := strings.Fields(elsewhere.Place)
		fields[field] = value
		return strings.Join(fields, " ")
	}
	for name, c := range map[string]struct {
		theirs string
		ended  bool
	}{
		"the same file, which we have locked":     {two.Place, true},
		"another file, of a process that is here": {elsewhere.Place, false},
		"a process that is gone":                  {with(3, strconv.Itoa(child.Process.Pid)), true},
		"another process under the same number":   {with(4, "1"), true},
		"a process elsewhere":                     {with(2, "pid:[1]"), false},
		"another machine":                         {strings.Replace(two.Place, strings.Fields(two.Place)[0], "another", 1), false},
		"nobody tells":                            {"", false},
		"no number":                               {with(3, "-1"), false},
	} {
		if got := lock.Ended(c.theirs, one.Place); got != c.ended {
			t.Errorf("%s: ended is %t", name, got)
		}
	}
	if lock.Ended(two.Place, "") {
		t.Error("it has ended for somebody whom nobody tells anything")
	}
}
