package engine_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"users-brick/brick"
	"users-brick/brick/platform"
	"users-brick/brick/runs"
)

// crowd are n people of a project, the first one named twice.
func crowd(project string, n int) []brick.Row {
	rows := []brick.Row{{Project: project, Login: "u0@acme.com"}}
	for i := range n {
		rows = append(rows, brick.Row{Project: project, Login: brick.Login(fmt.Sprintf("u%d@acme.com", i))})
	}
	return rows
}

// errSeen is the end of a run that reached the platform.
var errSeen = errors.New("the platform was asked")

// weighed reads the file and returns what ended the run before the platform,
// and the tally that it left in a directory, nil when there is none.
func (r *run) weighed(t fataler, dir string, last *runs.Tally, mayShrink bool) (*runs.Tally, error) {
	t.Helper()
	job := r.job(t, dir)
	job.Last, job.MayShrink = last, mayShrink
	_, err := job.Plan(context.Background(), func(context.Context) (*platform.View, error) { return nil, errSeen }, r.source())
	tally, broken := runs.OpenTally(filepath.Join(dir, runs.TallyFile))
	if broken != nil {
		t.Fatalf("open tally: %v", broken)
	}
	return tally, err
}

// several is a run on many projects with so many people in each of two.
func several(one, two int) *run {
	r := &run{mode: "sync_multiple_projects_based_on_pid", rows: append(crowd("p1", one), crowd("p2", two)...)}
	r.params.MinRows = brick.MustLimit("50%")
	return r
}

// remembered is the tally that such a run leaves in a directory.
func remembered(t *testing.T, dir string, one, two int) *runs.Tally {
	t.Helper()
	tally, err := several(one, two).weighed(t, dir, nil, false)
	if !errors.Is(err, errSeen) || tally == nil {
		t.Fatalf("ended by %v with %v", err, tally)
	}
	return tally
}

func TestAFileWithFarFewerRowsIsRefusedBeforeThePlatformIsAsked(t *testing.T) {
	left, err := several(5, 1).weighed(t, t.TempDir(), remembered(t, t.TempDir(), 5, 30), false)
	if brick.KindOf(err) != brick.BadInput || left != nil {
		t.Fatalf("ended by %v with %v", err, left)
	}
	for _, want := range []string{"the file has 8 rows, at least 19 are needed (min_rows 50%)", "the last good one had 37, in run run-1 of 2026-", "\n  project p2: 1 of 30 people are left", "allow_shrink"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in %v", want, err)
		}
	}
	if strings.Contains(err.Error(), "project p1") {
		t.Errorf("a project is named that lost nobody: %v", err)
	}
}

func TestOnlyTheTenGreatestLossesAreNamed(t *testing.T) {
	before := &run{mode: "sync_multiple_projects_based_on_pid"}
	for i := range 13 {
		before.rows = append(before.rows, crowd(fmt.Sprintf("p%02d", i), i+1)...)
	}
	last, _ := before.weighed(t, t.TempDir(), nil, false)
	now := several(0, 0)
	now.rows = crowd("p99", 1)
	_, err := now.weighed(t, t.TempDir(), last, false)
	if err == nil || strings.Count(err.Error(), "people are left") != 10 || !strings.Contains(err.Error(), "\n  project p12: 0 of 13 people are left\n") || !strings.Contains(err.Error(), "\n  and 3 more projects lost people") {
		t.Error(err)
	}
}

func TestAFileMayShrinkWhenItIsMeant(t *testing.T) {
	last := remembered(t, t.TempDir(), 5, 30)
	for name, c := range map[string]struct {
		change    func(*run)
		last      *runs.Tally
		mayShrink bool
	}{
		"nothing is remembered":    {last: nil},
		"the flag":                 {last: last, mayShrink: true},
		"the param":                {last: last, change: func(r *run) { r.params.AllowShrink = true }},
		"a lower share":            {last: last, change: func(r *run) { r.params.MinRows = brick.MustLimit("10%") }},
		"a number":                 {last: last, change: func(r *run) { r.params.MinRows = brick.MustLimit("8") }},
		"no limit":                 {last: last, change: func(r *run) { r.params.MinRows = brick.Limit{} }},
		"ten rows":                 {last: remembered(t, t.TempDir(), 1, 15)},
		"no rows, which may be so": {last: last, change: func(r *run) { r.rows, r.params.AllowEmpty = nil, true }},
	} {
		r := several(5, 1)
		if c.change != nil {
			c.change(r)
		}
		if left, err := r.weighed(t, t.TempDir(), c.last, c.mayShrink); !errors.Is(err, errSeen) || left == nil || left.Rows != int64(len(r.rows)) {
			t.Errorf("%s: ended by %v with %+v", name, err, left)
		}
	}
}

func TestANumberOfRowsNeedsNoMemory(t *testing.T) {
	r := several(5, 1)
	r.params.MinRows = brick.MustLimit("9")
	_, err := r.weighed(t, t.TempDir(), nil, false)
	if brick.KindOf(err) != brick.BadInput || !strings.Contains(err.Error(), "the file has 8 rows, at least 9 are needed (min_rows 9); hint") {
		t.Error(err)
	}
	r.rows, r.params.AllowEmpty = nil, true
	if _, err := r.weighed(t, t.TempDir(), nil, false); brick.KindOf(err) != brick.BadInput {
		t.Errorf("without rows: %v", err)
	}
}

func TestWhatCannotBeToldOfALossDoesNotPermitIt(t *testing.T) {
	dir := t.TempDir()
	last := remembered(t, dir, 5, 30)
	if err := os.Remove(filepath.Join(dir, runs.TallyFile)); err != nil {
		t.Fatal(err)
	}
	if _, err := several(5, 1).weighed(t, t.TempDir(), last, false); brick.KindOf(err) != brick.BadInput || err == nil {
		t.Error(err)
	}
}

// TestATallyCountsDifferentPeopleOfEveryProject compares what is counted while
// sorting, on disk and in every mode, with a count in memory.
func TestATallyCountsDifferentPeopleOfEveryProject(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := run{
			mode:   rapid.SampledFrom([]string{"sync_project", "sync_multiple_projects_based_on_pid", "sync_one_project_based_on_pid", "sync_one_project_based_on_custom_id", "add_to_organization"}).Draw(t, "mode"),
			memory: 1 << 10,
		}
		r.params.AllowEmpty = true
		people := map[string]map[brick.Login]bool{}
		for i := range rapid.IntRange(0, 60).Draw(t, "rows") {
			row := brick.Row{
				Project: rapid.SampledFrom([]string{"p1", "p2", "p3", "p4"}).Draw(t, "project"),
				Login:   rapid.SampledFrom([]brick.Login{"a@x.org", "b@x.org", "c@x.org", ""}).Draw(t, "login"), Line: i + 2,
			}
			if row.Login == "" || rapid.IntRange(0, 9).Draw(t, "bad") == 0 {
				row.Bad = &brick.BadRow{Reason: "odd", Anywhere: rapid.Bool().Draw(t, "anywhere")}
			}
			r.rows = append(r.rows, row)
			if row.Bad != nil && row.Bad.Anywhere {
				continue
			}
			project := row.Project
			if r.mode == "sync_project" || r.mode == "add_to_organization" {
				project = ""
			}
			if people[project] == nil {
				people[project] = map[brick.Login]bool{}
			}
			if row.Login != "" {
				people[project][row.Login] = true
			}
		}
		r.params.MaxBadRows = brick.MustLimit("100%")
		dir := newDir(t)
		defer os.RemoveAll(dir)
		tally, err := r.weighed(t, dir, nil, false)
		if !errors.Is(err, errSeen) || tally == nil || tally.Rows != int64(len(r.rows)) {
			t.Fatalf("ended by %v with %+v", err, tally)
		}
		want, got := map[string]int64{}, map[string]int64{}
		for project, logins := range people {
			want[project] = int64(len(logins))
		}
		for p, err := range tally.People() {
			if err != nil {
				t.Fatal(err)
			}
			got[p.Project] = p.People
		}
		if !maps.Equal(got, want) {
			t.Fatalf("counted %v, want %v", got, want)
		}
	})
}
