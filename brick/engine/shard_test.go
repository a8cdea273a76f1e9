package engine_test

import (
	"context"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// shard plans one shard of a run.
func (r *run) shard(t fataler, w town, s brick.Shard) result {
	t.Helper()
	dir := newDir(t)
	job := r.job(t, dir)
	job.Shard = s
	p, err := r.planWith(context.Background(), job, r.connect(w.inMemory()).View)
	if err != nil {
		t.Fatalf("%v: %v", s, err)
	}
	defer p.Close()
	if p.Header.Shard != s {
		t.Errorf("the plan is of %v, want %v", p.Header.Shard, s)
	}
	return told(t, p, dir)
}

// Every scope is planned by one shard, as a whole run would plan it.
func TestShardsTogetherPlanWhatOneRunPlans(t *testing.T) {
	const projects = 60
	w, r := manyProjects(projects, func(project int) int { return project % 4 })
	whole := r.shard(t, w, brick.Shard{})
	for _, of := range []int{1, 2, 7} {
		scopes, changes := map[brick.Scope]brick.Summary{}, int64(0)
		for i := range of {
			part := r.shard(t, w, brick.Shard{Index: i, Of: of})
			changes += part.end.Changes
			for scope, s := range part.scopes {
				if _, twice := scopes[scope]; twice {
					t.Errorf("%v is planned twice", scope)
				}
				scopes[scope] = s
			}
			if part.end.Rows != whole.end.Rows || part.end.OtherRows != whole.end.OtherRows {
				t.Errorf("shard %d has read %d rows, want %d", i, part.end.Rows, whole.end.Rows)
			}
		}
		if len(scopes) != projects || changes != whole.end.Changes {
			t.Errorf("%d shards plan %d scopes and %d changes, want %d and %d", of, len(scopes), changes, projects, whole.end.Changes)
		}
		for scope, s := range scopes {
			if fmt.Sprint(s) != fmt.Sprint(whole.scopes[scope]) {
				t.Errorf("%v is %+v, want %+v", scope, s, whole.scopes[scope])
			}
		}
	}
}

// A limit over the whole run lets n shards take out no more than one run.
func TestShardsTogetherPassNoMoreThanOneRun(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of := rapid.IntRange(1, 6).Draw(t, "of")
		w, r := manyProjects(12, func(int) int { return 0 })
		for i := range 12 {
			for p := range rapid.IntRange(0, 3).Draw(t, "leavers") {
				w.accounts[person(p)] = brick.Profile{}
				w.projects[project(i).ID][person(p)] = member(person(p), "viewer")
			}
		}
		most := rapid.Int64Range(0, 20).Draw(t, "most")
		r.params.MaxRemovalsRun = brick.MustLimit(fmt.Sprint(most))
		var sum int64
		for i := range of {
			if part := r.shard(t, w, brick.Shard{Index: i, Of: of}); part.end.Refusal == nil {
				sum += part.end.Counts.Removals()
			}
		}
		if sum > most {
			t.Errorf("%d shards take out %d, at most %d may go", of, sum, most)
		}
	})
}

// Bad rows that only a project's roles show to be bad are found by its shard
// alone, which therefore has a part of how many there may be.
func TestShardsTogetherPassNoMoreBadRowsThanOneRun(t *testing.T) {
	for most := range int64(8) {
		w, r := manyProjects(6, one)
		for i := range r.rows {
			if i%2 == 0 {
				r.rows[i].Roles = []string{"king"}
			}
		}
		r.params.MaxBadRows = brick.MustLimit(fmt.Sprint(most))
		whole := r.shard(t, w, brick.Shard{})
		var passed, found int64
		for i := range 3 {
			part := r.shard(t, w, brick.Shard{Index: i, Of: 3})
			if found += part.end.FoundBad; part.end.Refusal == nil {
				passed += part.end.BadRows
			}
		}
		if passed > most || found != whole.end.BadRows || found != 6 {
			t.Errorf("3 shards pass %d bad rows of %d, at most %d are allowed; one run finds %d", passed, found, most, whole.end.BadRows)
		}
	}
}

// The rows of the file that are bad are bad in every shard.
func TestEveryShardJudgesTheWholeFile(t *testing.T) {
	w, r := manyProjects(6, one)
	r.params.MaxBadRows = brick.MustLimit("2")
	for i := range 2 {
		r.rows = append(r.rows, brick.Row{Bad: &brick.BadRow{Reason: "no login"}, Project: project(i).ID})
	}
	for i := range 5 {
		part := r.shard(t, w, brick.Shard{Index: i, Of: 5})
		bad := 0
		for _, n := range part.notes {
			if n.What == plan.BadRow {
				bad++
			}
		}
		if part.end.BadRows != 2 || part.end.Refusal != nil || bad != 2 {
			t.Errorf("shard %d finds %d bad rows and tells %d: %v", i, part.end.BadRows, bad, part.end.Refusal)
		}
	}
}

// Where there is one project only, its shard has all that one run may do: no
// other could do any of it.
func TestAShardWithTheOnlyProjectMayDoAllOfIt(t *testing.T) {
	for _, mode := range []string{"sync_project", "sync_domain_and_project", "sync_one_project_based_on_pid"} {
		for most := range int64(6) {
			w, r := manyProjects(1, func(int) int { return 5 })
			r.mode, r.params.Project = mode, project(0).ID
			for i := range r.rows[1:] {
				r.rows[1+i].Roles = []string{"king"} // which only comparing shows to be bad
			}
			for p := range 3 {
				gone := brick.Login(fmt.Sprintf("gone%d@example.com", p))
				w.accounts[gone] = brick.Profile{}
				w.projects[project(0).ID][gone] = member(gone, "viewer")
			}
			r.params.MaxRemovalsRun, r.params.MaxBadRows = brick.MustLimit(fmt.Sprint(most)), brick.MustLimit("5")
			whole := r.shard(t, w, brick.Shard{})
			var refused *brick.Refusal
			removals, bad := int64(0), int64(0)
			for i := range 7 {
				part := r.shard(t, w, brick.Shard{Index: i, Of: 7})
				if part.end.Refusal != nil {
					refused = part.end.Refusal
				}
				removals, bad = removals+part.end.Counts.Removals(), max(bad, part.end.BadRows)
			}
			if (refused != nil) != (whole.end.Refusal != nil) || removals != 3 || bad != whole.end.BadRows || bad != 5 {
				t.Errorf("%s, max_removals_run %d: 7 shards take out %d and find %d bad rows: %v; one run finds %d: %v",
					mode, most, removals, bad, refused, whole.end.BadRows, whole.end.Refusal)
			}
		}
	}
}
