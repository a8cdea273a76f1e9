package engine_test

import (
	"testing"

	"pgregory.net/rapid"

	"users-brick/brick"
	"users-brick/params"
)

// lost counts who of a scope has lost it: he is gone, or could use it and
// cannot any more. Gained are left out.
func lost[M any](before, after map[brick.Login]M, usable func(M) bool) (n int64) {
	for login, was := range before {
		now, there := after[login]
		if !there || usable(was) && !usable(now) {
			n++
		}
	}
	return n
}

func enabled(m brick.Member) bool     { return m.Status == brick.Enabled }
func anyAccount(_ brick.Profile) bool { return true }

// losses returns how many each scope of a town has lost.
func losses(before, after town) map[string]int64 {
	all := map[string]int64{"organization": lost(before.accounts, after.accounts, anyAccount)}
	for _, id := range projects {
		if _, erased := all["organization"]; erased && all["organization"] > 0 {
			break // with an account its memberships go, in a mode that has no projects
		}
		all[id] = lost(before.projects[id], after.projects[id], enabled)
	}
	return all
}

// TestNoScopeAndNoRunLosesMoreThanTheLimits looks at the platform, not at the
// plan: what was done is never more than was permitted.
func TestNoScopeAndNoRunLosesMoreThanTheLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, r := drawTown(t), drawRun(t, 1)
		removals, run := rapid.Int64Range(0, 4).Draw(t, "max_removals"), rapid.Int64Range(0, 6).Draw(t, "max_removals_run")
		number := func(n int64) brick.Limit { return brick.MustLimit(string('0' + rune(n))) }
		r.params.MaxRemovals, r.params.MaxRemovalsRun = number(removals), number(run)
		r.params.AllowEmpty = rapid.Bool().Draw(t, "allow_empty")
		r.params.OnGuard = rapid.SampledFrom([]params.OnGuard{params.Abort, params.HoldRemovals}).Draw(t, "on_guard")
		d := before.inMemory()
		r.do(t, d)
		after := look(t, d, projects...)
		var sum int64
		for scope, n := range losses(before, after) {
			if n > removals {
				t.Fatalf("%s: %s lost %d, at most %d may go", r.mode, scope, n, removals)
			}
			sum += n
		}
		if sum > run {
			t.Fatalf("%s: the run took out %d, at most %d may go", r.mode, sum, run)
		}
	})
}

// TestNoScopeEndsEmptyUnlessThatIsMeant looks at the projects that somebody
// could use: the spared, who are in no figure of the guard, aside.
func TestNoScopeEndsEmptyUnlessThatIsMeant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, r := drawTown(t), drawRun(t, 1)
		r.params.AllowEmpty = false
		if r.mode == "sync_domain_client_workspaces" || r.mode == "remove_from_organization" {
			t.Skip("that is what it is for, or it works on no project")
		}
		d := before.inMemory()
		r.do(t, d)
		after := look(t, d, projects...)
		for _, id := range projects {
			if used, uses := r.users(before, id), r.users(after, id); used > 0 && uses == 0 {
				t.Fatalf("%s: %d used %s, nobody does now", r.mode, used, id)
			}
		}
	})
}

// users counts who can use a project, without the spared.
func (r *run) users(w town, id string) (n int) {
	for login, m := range w.projects[id] {
		if enabled(m) && !r.spares(login) {
			n++
		}
	}
	return n
}
