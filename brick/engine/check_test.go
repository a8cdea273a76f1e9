package engine_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/brick/engine"
	"users-brick/brick/plan"
	"users-brick/brick/platform"
	"users-brick/brick/platform/memory"
)

// groupless is a platform that makes no groups.
type groupless struct{ *memory.Platform }

func (*groupless) CreateGroup(context.Context, brick.Scope, string) error {
	return brick.Errorf(brick.Forbidden, "no groups today")
}

// liar is a platform that does nothing for some people and says it did.
type liar struct {
	*memory.Platform
	about brick.Login
}

func (l *liar) Apply(ctx context.Context, s brick.Scope, batch []brick.Change) []error {
	var honest []brick.Change
	for i := range batch {
		if batch[i].Login() != l.about {
			honest = append(honest, batch[i])
		}
	}
	l.Platform.Apply(ctx, s, honest)
	return make([]error, len(batch))
}

// planned makes a plan and applies it.
func planned(t *testing.T, r *run, d platform.Driver) (*engine.Job, *platform.Conn, *plan.Plan, *plan.Outcome) {
	t.Helper()
	dir := t.TempDir()
	made, err := r.plan(t.Context(), t, d, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { made.Close() })
	job, conn := r.job(t, dir), r.connect(d)
	out, err := job.Apply(t.Context(), conn, made)
	if err != nil {
		t.Fatal(err)
	}
	return job, conn, made, out
}

func TestVerifyFindsAPlatformThatLies(t *testing.T) {
	before, r := twoProjects()
	job, conn, made, out := planned(t, r, &liar{before.inMemory(), ann})
	wrong, err := job.Verify(t.Context(), conn.View, made, out)
	if wrong != 2 || err != nil || out.Of(1) != plan.Failed || out.Err(1) == nil {
		t.Errorf("%d wrong, %v, %v", wrong, err, out.Err(1))
	}
}

func TestVerifyBelievesAPlatformThatDoesWhatItSays(t *testing.T) {
	before, r := busyRun("sync_domain_and_project")
	job, conn, made, out := planned(t, r, before.inMemory())
	if wrong, err := job.Verify(t.Context(), conn.View, made, out); wrong != 0 || err != nil {
		t.Errorf("%d wrong, %v", wrong, err)
	}
}

func TestVerifyGoesOnWhenOneScopeCannotBeRead(t *testing.T) {
	before, r := twoProjects()
	p := before.inMemory()
	blind := false
	p.Hooks.ListFail = func(s brick.Scope, _ int) error {
		if blind && s == project1 {
			return brick.Errorf(brick.Forbidden, "closed")
		}
		return nil
	}
	var told []brick.Verified
	r.emit = func(e brick.Event) {
		if v, ok := e.(brick.Verified); ok {
			told = append(told, v)
		}
	}
	job, conn, made, out := planned(t, r, &liar{p, ann})
	blind = true
	wrong, err := job.Verify(t.Context(), conn.View, made, out)
	if wrong != 1 || brick.KindOf(err) != brick.Partial || err == nil {
		t.Errorf("%d wrong, %v", wrong, err)
	}
	if len(told) != 2 || told[0].Err == nil || told[1].Err != nil || told[1].Wrong != 1 {
		t.Errorf("told %+v", told)
	}
}

func TestAPlanFitsUntilSomebodyMoves(t *testing.T) {
	before, r := twoProjects()
	p := before.inMemory()
	dir := t.TempDir()
	made, err := r.plan(t.Context(), t, p, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer made.Close()
	job, conn := r.job(t, dir), r.connect(p)
	if holds, err := job.Fits(t.Context(), conn.View, made); holds || err != nil {
		t.Errorf("fresh: holds %v, %v", holds, err)
	}
	moved := before.inMemory()
	added := member(ann, "editor")
	change := brick.Change{Scope: project1, Action: brick.Add, After: &added}
	if err := errors.Join(moved.Apply(t.Context(), project1, []brick.Change{change})...); err != nil {
		t.Fatal(err)
	}
	_, err = job.Fits(t.Context(), r.connect(moved).View, made)
	if brick.KindOf(err) != brick.Refused || err == nil || !strings.Contains(err.Error(), "ann@acme.com in project p1") {
		t.Errorf("moved: %v", err)
	}
	if _, err := job.Apply(t.Context(), conn, made); err != nil {
		t.Fatal(err)
	}
	if holds, err := job.Fits(t.Context(), conn.View, made); !holds || err != nil {
		t.Errorf("applied: holds %v, %v", holds, err)
	}
}

// shared is a platform on which all clients share the first project.
type shared struct{ *memory.Platform }

func (s *shared) Clients(ctx context.Context, organization, product string) iter.Seq2[platform.Client, error] {
	return func(yield func(platform.Client, error) bool) {
		for c, err := range s.Platform.Clients(ctx, organization, product) {
			c.Project = project1.ID
			if !yield(c, err) {
				return
			}
		}
	}
}
