package engine

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"users-brick/brick"
	"users-brick/brick/grace"
	"users-brick/brick/plan"
	"users-brick/brick/runs"
)

// Remember keeps who is missing from the file since when, after a plan was
// applied: of the scopes in which nothing is left to be tried. Scopes that the
// plan did not reach stay as they were remembered. A plan without grace begins
// no clocks; it stops those of the people whom it changed, see [Job.stop].
func (j *Job) Remember(p *plan.Plan, out *plan.Outcome) error {
	if j.Missing == "" {
		return nil
	}
	f, err := os.Open(filepath.Join(p.Dir, plan.MissingFile))
	if errors.Is(err, fs.ErrNotExist) {
		err = j.stop(p, out)
	}
	if f == nil || err != nil {
		return kept(err)
	}
	defer f.Close()
	state, _ := grace.Open(j.Missing) // what is damaged was told when the plan was made
	defer state.Close()
	next, stop := iter.Pull2(p.Sections())
	defer stop()
	done := fates{next: next, out: out}
	done.at, done.err, done.has = next()
	return kept(runs.Replace(j.Missing, func(w io.Writer) error {
		return errors.Join(state.Merge(grace.Lines(f), done.applied, j.Started, w), done.err)
	}))
}

// kept says of an error what could not be done.
func kept(err error) error {
	if err != nil {
		return fmt.Errorf("keep who is missing: %w", err)
	}
	return nil
}

// fates follows what became of the scopes of a plan, in their order.
type fates struct {
	next func() (plan.Section, error, bool)
	out  *plan.Outcome
	at   plan.Section
	has  bool
	err  error
}

// applied says what became of a scope; scopes must be asked for in their order.
func (f *fates) applied(scope brick.Scope) (func(int64) bool, bool) {
	for f.has && f.err == nil && f.at.Scope.Compare(scope) < 0 {
		f.at, f.err, f.has = f.next()
	}
	switch {
	case f.err != nil:
		return nil, false
	case !f.has || f.at.Scope != scope: // nothing was to be done in it
		return func(int64) bool { return false }, true
	}
	s := f.at
	for seq := s.First; seq < s.First+s.N; seq++ {
		if fate := f.out.Of(seq); fate == plan.Pending || fate == plan.Unknown {
			return nil, false
		}
	}
	return func(change int64) bool { return f.out.Of(s.First+change-1) == plan.Done }, true
}

// early says why somebody must not be deleted yet by a plan that may have been
// made long ago, "" when he may: his clock may have begun anew since.
func (c *clocks) early(r *remembered, change *brick.Change) string {
	if r == nil || change.Action != brick.Remove {
		return ""
	}
	since, known := r.since(change.Login())
	if known && c.now.Sub(since) >= c.lasts {
		return ""
	}
	text := "who is not known to be missing"
	if known {
		text = "who is missing only since " + plan.Days(since)
	}
	return fmt.Sprintf("%s in %s, %s", change.Login(), change.Scope, text)
}

// missingIn follows who is missing from a scope of a plan that deletes people
// for that; nil where the plan knows no grace.
func (r *reading) missingIn(scope brick.Scope) *remembered {
	if r.clocks == nil || scope.Level != brick.ProjectLevel || r.plan.Header.Undoes != "" {
		return nil
	}
	return r.clocks.remembered(scope)
}
