package engine_test

import (
	"context"
	"fmt"
	"iter"

	"users-brick/brick"
	"users-brick/brick/platform"
	"users-brick/brick/platform/memory"
)

// call is one thing that a platform was asked for.
type call struct {
	what  string // list, roles, groups, create, apply
	scope brick.Scope
	size  int // changes of apply
}

// watched is the reference platform under the eyes of a test, which hears of
// every call before it is answered, and may let it wait or fail.
type watched struct {
	*memory.Platform
	features platform.Features
	before   func(call) error
}

func (w *watched) Features() platform.Features { return w.features }

func (w *watched) List(ctx context.Context, s brick.Scope) iter.Seq2[brick.Member, error] {
	return func(yield func(brick.Member, error) bool) {
		if err := w.before(call{"list", s, 0}); err != nil {
			yield(brick.Member{}, err)
			return
		}
		w.Platform.List(ctx, s)(yield)
	}
}

func (w *watched) Roles(ctx context.Context, s brick.Scope) ([]brick.Role, error) {
	if err := w.before(call{"roles", s, 0}); err != nil {
		return nil, err
	}
	return w.Platform.Roles(ctx, s)
}

func (w *watched) Groups(ctx context.Context, s brick.Scope) ([]string, error) {
	if err := w.before(call{"groups", s, 0}); err != nil {
		return nil, err
	}
	return w.Platform.Groups(ctx, s)
}

func (w *watched) CreateGroup(ctx context.Context, s brick.Scope, name string) error {
	if err := w.before(call{"create", s, 0}); err != nil {
		return err
	}
	return w.Platform.CreateGroup(ctx, s, name)
}

func (w *watched) Apply(ctx context.Context, s brick.Scope, batch []brick.Change) []error {
	if err := w.before(call{"apply", s, len(batch)}); err != nil {
		errs := make([]error, len(batch))
		for i := range errs {
			errs[i] = err
		}
		return errs
	}
	return w.Platform.Apply(ctx, s, batch)
}

// asTheyCome answers every call at once.
func asTheyCome(call) error { return nil }

// watch opens a town; so many scopes may be open at once.
func (w town) watch(open int, before func(call) error) *watched {
	return &watched{w.inMemory(), platform.Features{Batch: 100, Concurrency: open}, before}
}

// project returns the n-th of many projects.
func project(n int) brick.Scope { return brick.Project(fmt.Sprintf("p%04d", n)) }

// person returns the n-th of many people.
func person(n int) brick.Login { return brick.Login(fmt.Sprintf("u%05d@acme.com", n)) }

// manyProjects is a run over so many projects, each with one member who stays
// and, by its number, as many newcomers as are to be added.
func manyProjects(n int, newcomers func(project int) int) (town, *run) {
	w := town{map[brick.Login]brick.Profile{ann: {}}, map[string]map[brick.Login]brick.Member{}}
	r := &run{mode: "sync_multiple_projects_based_on_pid"}
	r.options.Concurrency = 1000 // calls; what is open at once is the driver's to say
	for i := range n {
		id := project(i).ID
		w.projects[id] = map[brick.Login]brick.Member{ann: member(ann, "viewer")}
		r.rows = append(r.rows, row(id, ann, "viewer"))
		for p := range newcomers(i) {
			w.accounts[person(p)] = brick.Profile{}
			r.rows = append(r.rows, row(id, person(p), "viewer"))
		}
	}
	return w, r
}

func one(int) int { return 1 }

// patient is a platform whose listings end only when nobody waits for them.
type patient struct{ *watched }

func (p *patient) List(ctx context.Context, _ brick.Scope) iter.Seq2[brick.Member, error] {
	return func(yield func(brick.Member, error) bool) {
		<-ctx.Done()
		yield(brick.Member{}, ctx.Err())
	}
}
