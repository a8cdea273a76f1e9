package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// neighbourhood is a run over a number of people who live in as many projects,
// in the order of their logins, and of whom some stay, come, change and go.
func neighbourhood(people, projects int) (town, *run) {
	w := town{map[brick.Login]brick.Profile{}, map[string]map[brick.Login]brick.Member{}}
	r := &run{mode: "sync_multiple_projects_based_on_pid", hasGroups: true}
	r.params.AllowEmpty = true
	r.params.MaxRemovals = brick.MustLimit("100%")
	roles := []string{"viewer", "editor"}
	for i := range people {
		id, who := project(i*projects/people).ID, person(i)
		if w.projects[id] == nil {
			w.projects[id] = map[brick.Login]brick.Member{}
		}
		w.accounts[who] = brick.Profile{}
		if i%3 > 0 {
			w.projects[id][who] = member(who, roles[i%2])
		}
		if i%7 > 0 {
			r.rows = append(r.rows, row(id, who, roles[i%5%2]))
		}
	}
	return w, r
}

// changesOf lists what is to become of people, whatever their projects.
func (r *run) changesOf(t *testing.T, w town) (changes []string) {
	t.Helper()
	made, err := r.plan(t.Context(), t, w.inMemory(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer made.Close()
	for _, c := range told(t, made, made.Dir).changes {
		changes = append(changes, fmt.Sprintln(c.Login(), c.Action, c.Before, c.After, c.Why))
	}
	return changes
}

func TestALargeScopeIsComparedLikeSmallOnes(t *testing.T) {
	const people = 12_000
	one, few := neighbourhood(people, 1)
	ten, many := neighbourhood(people, 10)
	got, want := few.changesOf(t, one), many.changesOf(t, ten)
	if len(want) < people/4 || !slices.Equal(got, want) {
		t.Errorf("%d changes, want the same %d", len(got), len(want))
	}
}

// In a bubble of synctest a goroutine that is left behind fails the test.
func TestALargeScopeThatIsStoppedLeavesNobodyAtWork(t *testing.T) {
	w, r := neighbourhood(12_000, 1)
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		job := r.job(t, t.TempDir())
		job.Watch = func(_ brick.Scope, d *plan.Decision) {
			if strings.HasPrefix(string(d.Login), "u06") {
				stop()
			}
		}
		_, err := r.planWith(ctx, job, r.connect(w.inMemory()).View)
		if brick.KindOf(err) != brick.Interrupted {
			t.Errorf("ended with %v", err)
		}
	})
}

func TestOfALargeOrganizationOnlyThoseInTheFileAreDeleted(t *testing.T) {
	const people = 12_000
	w, r := neighbourhood(people, 1)
	r.mode = "remove_from_organization"
	r.rows = nil
	for i := 0; i < people; i += 2 {
		r.rows = append(r.rows, row("", person(i), ""))
	}
	made, err := r.plan(t.Context(), t, w.inMemory(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer made.Close()
	changes := told(t, made, made.Dir).changes
	if len(changes) != people/2 {
		t.Fatalf("%d changes", len(changes))
	}
	for i, c := range changes {
		if c.Login() != person(2*i) || c.Action != brick.Remove {
			t.Fatalf("change %d: %v %s", i, c.Action, c.Login())
		}
	}
}

// Members come in batches; the last one may be just full. In a bubble of
// synctest whoever waits for ever fails the test.
func TestALargeScopeOfWholeBatchesComesToItsEnd(t *testing.T) {
	const people = 20 * 256
	w := town{map[brick.Login]brick.Profile{}, map[string]map[brick.Login]brick.Member{"p0000": {}}}
	r := &run{mode: "sync_multiple_projects_based_on_pid"}
	for i := range people {
		w.accounts[person(i)] = brick.Profile{}
		w.projects["p0000"][person(i)] = member(person(i), "viewer")
		r.rows = append(r.rows, row("p0000", person(i), "editor"))
	}
	synctest.Test(t, func(t *testing.T) {
		job := r.job(t, t.TempDir())
		job.Watch = func(brick.Scope, *plan.Decision) { synctest.Wait() } // both sides are read as far ahead as they can be
		made, err := r.planWith(t.Context(), job, r.connect(w.inMemory()).View)
		if err != nil {
			t.Fatal(err)
		}
		defer made.Close()
		if made.End.Changes != people {
			t.Errorf("%d changes", made.End.Changes)
		}
	})
}
