package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"users-brick/brick"
	"users-brick/brick/journal"
	"users-brick/brick/plan"
	"users-brick/brick/runs"
	"users-brick/params"
)

// resumeFlag adds the flag that goes on with a run instead of beginning one.
func resumeFlag(cmd *cobra.Command, run *string) {
	cmd.Flags().StringVar(run, "resume", "", "go on with this run, which was killed or stopped: an id or its beginning, last, or the run's directory")
}

// brokenRun is a run that is to be gone on with.
type brokenRun struct {
	id    string
	dir   string
	store *runs.Store // where it is kept; nil when it lies somewhere else
	made  *plan.Plan
}

// resume goes on with a run: what its journal knows as done is not done again,
// and one report tells of the whole. Of a run that was done to its end the
// report is told again.
func (p *program) resume(ctx context.Context, run string, args []string, format string) error {
	r, err := p.findBroken(run)
	if err != nil {
		return err
	}
	if told := r.finished(); told != nil {
		return p.tellFinished(told, format)
	}
	if err := p.permitted(r, run); err != nil {
		return errors.Join(err, r.made.Close())
	}
	s, err := p.resumeSettings(ctx, r, args)
	if err != nil {
		return errors.Join(err, r.made.Close())
	}
	s.shard = r.made.Header.Shard
	s.mode.Name = r.made.Header.Mode // which is undo where the plan undoes a run
	n, err := p.beginAt(s, r.id, func(n *session) error { return n.placeAgain(r) })
	if err != nil {
		return errors.Join(err, r.made.Close())
	}
	n.report.Plan, n.report.Undoes = r.made, r.made.Header.Undoes
	n.heading(format)
	return n.end(ctx, n.goOn(ctx, format), format)
}

// findBroken finds a run and its plan. One that has no journal has not begun
// to do anything, so that there is nothing to go on with.
func (p *program) findBroken(name string) (*brokenRun, error) {
	r, err := p.findRun(name)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(r.dir, journal.File)); errors.Is(err, fs.ErrNotExist) {
		return nil, &brick.Error{
			Kind: brick.BadInput, Op: "resume " + name, Err: errors.New("the run in " + r.dir + " has not begun to change anything"),
			Hint: "run again with the params instead",
		}
	}
	if r.made, err = plan.Open(r.dir); err != nil {
		return nil, err
	}
	if r.id == "" {
		r.id = r.made.Header.RunID
	}
	if r.id != r.made.Header.RunID {
		return nil, errors.Join(&brick.Error{
			Kind: brick.BadInput, Op: "resume " + name, Err: errors.New("that run did a plan that lies somewhere else"),
			Hint: "give the directory of the plan to `apply` once more",
		}, r.made.Close())
	}
	return r, nil
}

// permitted is an error for a plan that the guard refused: only `apply` can have
// begun it, with --accept, and only there it can be accepted again.
func (p *program) permitted(r *brokenRun, name string) error {
	if r.made.End.Refusal == nil {
		return nil
	}
	words := append([]string{"users-brick", "apply", r.dir}, (&session{program: p}).repeated()...)
	return &brick.Error{
		Kind: brick.BadInput, Op: "resume " + name, Err: errors.New("the guard refused that plan, and it was accepted when it was applied"),
		Hint: "go on with `" + command(append(words, "--accept", "sha256:"+r.made.Header.Digest)...) + "`",
	}
}

// findRun finds the directory of a run: in the store, or by its path.
func (p *program) findRun(name string) (*brokenRun, error) {
	env, findings := params.ParseEnv(p.environ)
	if err := findings.Err(); err != nil {
		return nil, err
	}
	store, _ := p.store(&env)
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		r := &brokenRun{dir: name}
		if id := filepath.Base(name); store != nil && sameDir(store.Dir(id), name) {
			r.id, r.store = id, store
		}
		return r, nil
	}
	if store == nil {
		return nil, &brick.Error{
			Kind: brick.BadInput, Op: "resume " + name, Err: errors.New("no runs are kept, and there is no such directory"),
			Hint: "BRICK_RUN_DIR says where runs are kept",
		}
	}
	run, err := store.Find(name)
	if err != nil {
		return nil, err
	}
	return &brokenRun{id: run.ID, dir: run.Dir, store: store}, nil
}

func sameDir(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

// resumeSettings reads the params of a run: those that are given, as for any
// run, or else those that it kept, which are without secrets.
func (p *program) resumeSettings(ctx context.Context, r *brokenRun, args []string) (*settings, error) {
	env, findings := params.ParseEnv(p.environ)
	if err := findings.Err(); err != nil {
		return nil, err
	}
	if len(args) == 0 && env.ParamsFile == "" && !env.Params.Given() {
		return p.planSettings(ctx, r.dir, "", r.made)
	}
	s, err := p.load(ctx, args)
	if err == nil && r.made.Header.Undoes != "" {
		keepLimits(s.params, r.dir)
	}
	if err == nil && s.params.Digest() != r.made.Header.Params {
		err = &brick.Error{
			Kind: brick.BadInput, Op: "resume", Err: errors.New("the run was begun with other params"),
			Hint: "give its params, of which only secrets may be others, or run without --resume",
		}
	}
	return s, err
}

// placeAgain puts a session where an earlier one was. Before it is known that
// nobody else works on the target nothing is written there, but that somebody
// waits to go on with the run, so that nobody takes its files away.
func (n *session) placeAgain(r *brokenRun) error {
	n.job.Dir, n.onlooker = r.dir, true
	if r.store == nil {
		n.keeping = true // whoever keeps it elsewhere sees to it himself
		return nil
	}
	n.store, n.record = r.store, r.dir
	if was := (runs.Run{ID: r.id, Dir: r.dir}); was.GoingOn(n.program.now()) {
		return nil
	}
	return n.markAgain()
}

// takeOver begins to go on with a run: nobody else does, and nobody will.
func (n *session) takeOver(ctx context.Context) error {
	if err := n.alone(ctx); err != nil {
		return err
	}
	n.onlooker = false
	if n.record == "" {
		return nil
	}
	return n.markAgain()
}

// markAgain says that the run is going on in this process.
func (n *session) markAgain() error {
	if err := n.store.Mark(n.job.RunID, n.program.now()); err != nil {
		return noPlace(err, "BRICK_RUN_DIR")
	}
	n.marked = true
	return nil
}
