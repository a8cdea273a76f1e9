package runs_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"users-brick/brick"
	"users-brick/brick/runs"
)

var now = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

const secret = "passwords.ndjson"

// id returns an id of a run that began so many hours before now.
func id(hours int) string {
	return fmt.Sprintf("%s-%06x", now.Add(-time.Duration(hours)*time.Hour).Format("20060102T150405Z"), hours)
}

// ended adds a run to the store that has ended with a report.
func ended(t testing.TB, s *runs.Store, id string) string {
	t.Helper()
	dir, err := s.Begin(id, []byte("{}\n"), now)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, runs.ReportFile), "{}\n")
	if err := s.End(id); err != nil {
		t.Fatal(err)
	}
	return dir
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// ids returns the ids of the runs of a store.
func ids(t testing.TB, s *runs.Store) []string {
	t.Helper()
	all, err := s.All()
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, r := range all {
		names = append(names, r.ID)
	}
	return names
}

func prune(t testing.TB, s *runs.Store, keep runs.Keep, current string) int {
	t.Helper()
	n, err := s.Prune(keep, current, secret, now)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestARunIsItsOwnersOnly(t *testing.T) {
	s := runs.New(filepath.Join(t.TempDir(), "deep", "runs"))
	dir, err := s.Begin(id(0), []byte("{}\n"), now)
	if err != nil {
		t.Fatal(err)
	}
	if err := runs.Replace(s.State("job", "last-good"), func(io.Writer) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if dir != s.Dir(id(0)) {
		t.Errorf("Begin made %s, Dir says %s", dir, s.Dir(id(0)))
	}
	files := 0
	err = filepath.WalkDir(s.String(), func(path string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		want := os.FileMode(0o700)
		if !e.IsDir() {
			want = 0o600
			files++
		}
		if err == nil && info.Mode().Perm() != want {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil || files != 3 {
		t.Errorf("%d files, %v", files, err)
	}
}

func TestAnIDBelongsToOneRun(t *testing.T) {
	s := runs.New(t.TempDir())
	ended(t, s, id(1))
	if _, err := s.Begin(id(1), nil, now); err == nil {
		t.Error("the id was given twice")
	}
	if got := ids(t, s); !slices.Equal(got, []string{id(1)}) {
		t.Errorf("the first run is gone: %v", got)
	}
	if a, b := runs.NewID(now), runs.NewID(now); a == b {
		t.Errorf("%s twice", a)
	}
}

func TestRunsAreFoundByIDBeginningAndPlace(t *testing.T) {
	s := runs.New(t.TempDir())
	for _, h := range []int{1, 30, 31} {
		ended(t, s, id(h))
	}
	write(t, filepath.Join(s.String(), "notes.txt"), "mine")
	for name, want := range map[string]string{
		id(30): id(30), id(1)[:9]: id(1), "last": id(1), "last-0": id(1), "last-2": id(31),
	} {
		if r, err := s.Find(name); err != nil || r.ID != want || !r.Started.Equal(now.Add(-hoursOf(want))) {
			t.Errorf("%s is %+v, %v, want %s", name, r, err, want)
		}
	}
	for name, want := range map[string]string{
		"20260302T9": "did you mean " + id(30), "lats": "did you mean last?", "last-3": "there are 3 runs", "": "did you mean last?",
		"20260302": "2 runs begin with", "notes.txt": "hint: ", "../" + id(1): "no run is called", "last-x": "no run is called",
	} {
		if _, err := s.Find(name); brick.KindOf(err) != brick.BadInput || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", name, err, want)
		}
	}
}

func TestRunsOfOneSecondAreInTheOrderInWhichTheyBegan(t *testing.T) {
	s := runs.New(t.TempDir())
	var want []string
	for i, tail := range []string{"000002", "000009", "000001", "000005"} {
		id := now.Format("20060102T150405Z-") + tail
		begun := now.Add(time.Duration(i) * time.Millisecond)
		if err := os.Chtimes(filepath.Join(ended(t, s, id), runs.ParamsFile), begun, begun); err != nil {
			t.Fatal(err)
		}
		want = append([]string{id}, want...)
	}
	if got := ids(t, s); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func hoursOf(id string) time.Duration {
	var h int
	fmt.Sscanf(id[len(id)-6:], "%x", &h)
	return time.Duration(h) * time.Hour
}

func TestAStoreThatDoesNotExistHasNoRuns(t *testing.T) {
	s := runs.New(filepath.Join(t.TempDir(), "none"))
	if got := ids(t, s); len(got) != 0 {
		t.Error(got)
	}
	if _, err := s.Find("last"); brick.KindOf(err) != brick.BadInput {
		t.Error(err)
	}
	if n := prune(t, s, runs.Keep{Runs: 1, For: time.Hour}, ""); n != 0 {
		t.Errorf("%d runs deleted", n)
	}
}

func TestOldRunsGoAndTheRestStays(t *testing.T) {
	for _, c := range []struct {
		name string
		keep runs.Keep
		want []int
	}{
		{"the newest so many", runs.Keep{Runs: 2, For: 1000 * time.Hour}, []int{1, 2}},
		{"those that are young enough", runs.Keep{Runs: 10, For: 3 * time.Hour}, []int{1, 2, 3}},
		{"all", runs.Keep{Runs: 10, For: 1000 * time.Hour}, []int{1, 2, 3, 50}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := runs.New(t.TempDir())
			for _, h := range []int{1, 2, 3, 50} {
				ended(t, s, id(h))
			}
			var want []string
			for _, h := range c.want {
				want = append(want, id(h))
			}
			if n := prune(t, s, c.keep, ""); n != 4-len(want) || !slices.Equal(ids(t, s), want) {
				t.Errorf("%d deleted, left %v, want %v", n, ids(t, s), want)
			}
		})
	}
}

func TestNothingThatIsNoRunIsEverDeleted(t *testing.T) {
	s := runs.New(t.TempDir())
	elsewhere := t.TempDir()
	write(t, filepath.Join(elsewhere, runs.ParamsFile), "{}")
	precious := []string{
		"users.csv", "state/job/last-good", id(300) + "/notes.txt", // without params
		"20250101T000000Z/params.json", "20250101T000000Z-abcdeg/params.json", "20251301T000000Z-abcdef/params.json",
		"x" + id(300) + "/params.json", "backup/params.json", ".removed-notes/params.json",
	}
	for _, path := range precious {
		write(t, filepath.Join(s.String(), path), "mine")
	}
	write(t, s.Dir(id(301)), "a file with the name of a run")
	if err := os.Symlink(elsewhere, s.Dir(id(302))); err != nil {
		t.Fatal(err)
	}
	ended(t, s, id(303))
	if n := prune(t, s, runs.Keep{}, ""); n != 1 {
		t.Errorf("%d runs deleted, want 1", n)
	}
	for _, path := range append(precious, id(301), id(302)+"/params.json") {
		if _, err := os.Stat(filepath.Join(s.String(), path)); err != nil {
			t.Error(err)
		}
	}
}

// process starts a program that waits until the test ends it.
func process(t *testing.T) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("cat")
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); cmd.Wait() })
	return cmd
}

func TestARunThatIsGoingOnStaysUntilItsProcessIsGone(t *testing.T) {
	host, err := os.Hostname()
	if err != nil {
		t.Skip(err)
	}
	other := process(t)
	s := runs.New(t.TempDir())
	mark := func(hours int, host string, pid int, begun time.Time) {
		dir, err := s.Begin(id(hours), nil, now)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := json.Marshal(map[string]any{"pid": pid, "host": host, "started": begun})
		write(t, filepath.Join(dir, "running"), string(text))
		write(t, filepath.Join(dir, secret), "s3cr3t")
	}
	mark(1, host, other.Process.Pid, now.Add(-time.Hour))
	mark(2, host+"-2", other.Process.Pid+1<<22, now.Add(-time.Hour)) // nobody can tell from here
	mark(200, host, other.Process.Pid, now.Add(-8*24*time.Hour))     // somebody else has the number by now
	for hours, want := range map[int]bool{1: true, 2: true, 200: false} {
		if r, err := s.Find(id(hours)); err != nil || r.GoingOn(now) != want {
			t.Errorf("run of %d hours ago: going on %v, %v", hours, !want, err)
		}
	}
	if n := prune(t, s, runs.Keep{}, ""); n != 1 || !slices.Equal(ids(t, s), []string{id(1), id(2)}) {
		t.Errorf("%d deleted, left %v", n, ids(t, s))
	}
	if _, err := os.Stat(filepath.Join(s.Dir(id(1)), secret)); err != nil {
		t.Error("a run lost its passwords while it was going on")
	}
	other.Process.Kill()
	other.Wait()
	if n := prune(t, s, runs.Keep{}, ""); n != 1 || !slices.Equal(ids(t, s), []string{id(2)}) {
		t.Errorf("%d deleted, left %v", n, ids(t, s))
	}
}

// A run that was stopped has left a report, and is gone on with later: it loses
// nothing meanwhile to others that end.
func TestARunThatIsGoneOnWithStaysThoughItHasAReport(t *testing.T) {
	s := runs.New(t.TempDir())
	dir := ended(t, s, id(200))
	write(t, filepath.Join(dir, secret), "s3cr3t")
	report := filepath.Join(dir, runs.ReportFile)
	write(t, report, "{}")
	if err := os.Chtimes(report, now, now.Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := s.Mark(id(200), now); err != nil {
		t.Fatal(err)
	}
	if n := prune(t, s, runs.Keep{}, ""); n != 0 {
		t.Error("it was deleted")
	}
	if _, err := os.Stat(filepath.Join(dir, secret)); err != nil {
		t.Error("it lost its passwords")
	}
	if err := os.Chtimes(report, now, now.Add(time.Second)); err != nil { // as it is told anew in the end
		t.Fatal(err)
	}
	if n := prune(t, s, runs.Keep{}, ""); n != 1 {
		t.Error("it was not deleted when it had ended")
	}
}

func TestAHalfWrittenMarkCountsByTheAgeOfItsRun(t *testing.T) {
	s := runs.New(t.TempDir())
	for _, h := range []int{1, 24 * 8} {
		dir, err := s.Begin(id(h), nil, now)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, "running"), `{"pid":`)
	}
	if prune(t, s, runs.Keep{}, ""); !slices.Equal(ids(t, s), []string{id(1)}) {
		t.Errorf("left %v", ids(t, s))
	}
}

func TestTheCurrentRunStaysAndNoOtherKeepsPasswords(t *testing.T) {
	s := runs.New(t.TempDir())
	for _, h := range []int{1, 2, 3} {
		write(t, filepath.Join(ended(t, s, id(h)), secret), "s3cr3t")
	}
	if n := prune(t, s, runs.Keep{Runs: 2, For: 24 * time.Hour}, id(3)); n != 0 || len(ids(t, s)) != 3 {
		t.Errorf("%d deleted, left %v", n, ids(t, s))
	}
	left, err := filepath.Glob(filepath.Join(s.String(), "*", secret))
	if err != nil || !slices.Equal(left, []string{filepath.Join(s.Dir(id(3)), secret)}) {
		t.Errorf("passwords lie in %v, %v", left, err)
	}
}

// TestADeletionThatBrokeOffIsEnded stops between the two steps of a deletion.
func TestADeletionThatBrokeOffIsEnded(t *testing.T) {
	s := runs.New(t.TempDir())
	ended(t, s, id(1))
	gone := filepath.Join(s.String(), ".removed-"+id(1))
	if err := os.Rename(s.Dir(id(1)), gone); err != nil {
		t.Fatal(err)
	}
	os.Remove(filepath.Join(gone, runs.ParamsFile)) // and some of its files are gone
	if got := ids(t, s); len(got) != 0 {
		t.Errorf("half a run is listed: %v", got)
	}
	prune(t, s, runs.Keep{Runs: 9, For: time.Hour}, "")
	if _, err := os.Stat(gone); !os.IsNotExist(err) {
		t.Errorf("it is still there: %v", err)
	}
}

func TestWhatCannotBeDeletedKeepsNothingElseAlive(t *testing.T) {
	s := runs.New(t.TempDir())
	for _, h := range []int{1, 2, 3} {
		ended(t, s, id(h))
	}
	write(t, filepath.Join(s.String(), ".removed-"+id(2)), "in the way")
	n, err := s.Prune(runs.Keep{}, "", secret, now)
	if n != 2 || err == nil || !slices.Equal(ids(t, s), []string{id(2)}) {
		t.Errorf("%d deleted, %v, left %v", n, err, ids(t, s))
	}
}

func TestSeveralMayPruneAtOnce(t *testing.T) {
	s := runs.New(t.TempDir())
	for h := range 40 {
		write(t, filepath.Join(ended(t, s, id(h)), "plan.ndjson"), "x")
	}
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			if _, err := s.Prune(runs.Keep{Runs: 5 + i%2, For: 1000 * time.Hour}, id(39), secret, now); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := ids(t, s); len(got) != 6 || got[5] != id(39) {
		t.Errorf("left %v", got)
	}
	if left, _ := filepath.Glob(filepath.Join(s.String(), ".removed-*")); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}

func TestAFileIsReplacedAsAWholeOrNotAtAll(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "last-good")
	put := func(text string, fault error) error {
		return runs.Replace(path, func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return errors.Join(err, fault)
		})
	}
	broken := errors.New("disk full")
	if err := put("half", broken); !errors.Is(err, broken) {
		t.Errorf("error is %v", err)
	}
	for _, want := range []string{"first", "second"} {
		if err := put(want, nil); err != nil {
			t.Fatal(err)
		}
		if err := put("half", broken); !errors.Is(err, broken) {
			t.Errorf("error is %v", err)
		}
		if text, err := os.ReadFile(path); err != nil || string(text) != want {
			t.Errorf("%q, %v, want %q", text, err, want)
		}
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
