package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"users-brick/brick"
	"users-brick/brick/engine"
	"users-brick/brick/journal"
	"users-brick/brick/plan"
	"users-brick/brick/platform"
	"users-brick/modes"
	"users-brick/params"
)

// undoOptions are what the command undo is told.
type undoOptions struct {
	params   string
	out      string
	planOnly bool
	format   string
	limits   undoLimits
}

func (p *program) undoCommand() *cobra.Command {
	var o undoOptions
	cmd := &cobra.Command{
		Use:   "undo RUN",
		Short: "Take back what a run did",
		Long: "Makes the platform what it was before a run, as far as it still is what the run left: who was\n" +
			"changed since by somebody else is left alone, and told. RUN is the id of a run that\n" +
			"is kept, a beginning of it that no other has, last, or the directory of a run or a plan.\n" +
			"The params of the run count, whitelists and limits included; where the guard refuses, the\n" +
			"flags below set limits for this undo alone. An undo is a run itself and can be undone.\n" +
			"With --plan-only nothing is done; with --out the plan stays in a directory, to be looked\n" +
			"through and given to apply.",
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.undo(cmd.Context(), args[0], o)
		},
	}
	cmd.Flags().StringVar(&o.params, "params", "", "the params of the run, when they have secrets (a run keeps none)")
	cmd.Flags().StringVar(&o.out, "out", "", "only plan, and keep the plan in this directory")
	cmd.Flags().BoolVar(&o.planOnly, "plan-only", false, "only say what would be done")
	o.limits.flags(cmd)
	formatFlag(cmd, &o.format, "text", "json", "markdown", "html")
	return cmd
}

// undoing is the word for the mode of an undo.
const undoing = "undo"

func (p *program) undo(ctx context.Context, run string, o undoOptions) error {
	dir, id, err := p.pastRun(run)
	if err != nil {
		return err
	}
	if err := apart(dir, o.out); err != nil {
		return err
	}
	past, err := openPast(dir)
	if err != nil {
		return err
	}
	past.Run = cmp.Or(id, past.Plan.Header.RunID)
	defer past.Plan.Close()
	s, err := p.planSettings(ctx, dir, o.params, past.Plan)
	if err != nil {
		return err
	}
	o.limits.set(s.params)
	s.mode.Name = undoing                 // its steps stay: they say what it may touch
	s.looking = o.planOnly && o.out == "" // or else it would be the last run
	n, err := p.begin(s, o.out)
	if err != nil {
		return err
	}
	n.report.PlanOnly, n.report.Undoes = o.planOnly || o.out != "", past.Run
	n.anew = []string{"users-brick", "undo", run}
	if o.params != "" {
		n.anew = append(n.anew, "--params", o.params)
	}
	n.heading(o.format)
	return n.end(ctx, n.takeBack(ctx, past), o.format)
}

// takeBack plans what takes a run back, and does it unless only the plan was
// asked for.
func (n *session) takeBack(ctx context.Context, past engine.Past) error {
	if !n.report.PlanOnly {
		err := n.alone(ctx)
		if err == nil { // while that took, somebody may have gone on with the run
			past.Outcome, err = outcomeOf(past.Plan)
		}
		if err != nil {
			return err
		}
	}
	err := n.planUndo(ctx, past)
	if err != nil || n.report.PlanOnly || n.report.Plan.End.Refusal != nil || n.report.Plan.End.Changes == 0 {
		return err
	}
	if _, err := n.connect(ctx, false); err != nil {
		return err
	}
	return n.apply(ctx)
}

// planUndo makes the plan that takes a run back. The platform is only looked
// at.
func (n *session) planUndo(ctx context.Context, past engine.Past) error {
	look := func(ctx context.Context) (*platform.View, error) {
		conn, err := n.connect(ctx, true)
		if err != nil {
			return nil, err
		}
		return conn.View, nil
	}
	made, err := n.job.Undo(ctx, look, past)
	n.report.Plan = made
	n.lap("plan")
	return err
}

// pastRun finds the directory of a run, and its id where it is kept with the
// others.
func (p *program) pastRun(name string) (dir, id string, err error) {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return name, "", nil
	}
	env, findings := params.ParseEnv(p.environ)
	if err := findings.Err(); err != nil {
		return "", "", err
	}
	store, _ := p.store(&env)
	if store == nil {
		return "", "", &brick.Error{
			Kind: brick.BadInput, Op: "find run", Err: errors.New("there is no directory " + name + ", and no runs are kept"),
			Hint: "BRICK_RUN_DIR says where runs are kept, so that they can be undone",
		}
	}
	run, err := store.Find(name)
	if err != nil {
		return "", "", err
	}
	if run.GoingOn(p.now()) {
		return "", "", &brick.Error{Kind: brick.Locked, Op: "undo run " + run.ID, Err: errors.New("it is going on"), Hint: "wait until it has ended"}
	}
	return run.Dir, run.ID, nil
}

// apart refuses to write a plan over the run that it undoes.
func apart(run, out string) error {
	there, err := os.Stat(out)
	if out == "" || err != nil {
		return nil
	}
	if here, err := os.Stat(run); err == nil && os.SameFile(here, there) {
		return &brick.Error{Kind: brick.BadInput, Op: "undo", Err: errors.New("--out names the directory of the run"), Hint: "choose another directory"}
	}
	return nil
}

// openPast reads what a run planned and what became of it.
func openPast(dir string) (engine.Past, error) {
	if _, err := os.Stat(filepath.Join(dir, plan.PlanFile)); errors.Is(err, fs.ErrNotExist) {
		return engine.Past{}, &brick.Error{
			Kind: brick.BadInput, Op: "undo", Err: errors.New(dir + " holds no plan: the run ended before it had one, and did nothing"),
			Hint: "name another run",
		}
	}
	made, err := plan.Open(dir)
	if err != nil {
		return engine.Past{}, err
	}
	out, err := outcomeOf(made)
	if err != nil {
		made.Close()
	}
	return engine.Past{Plan: made, Outcome: out}, err
}

// outcomeOf reads what became of a plan. One without a journal, or beside that
// of an earlier plan, has not been begun.
func outcomeOf(made *plan.Plan) (*plan.Outcome, error) {
	out, err := journal.Open(made.Dir, made.Header.Digest)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, journal.ErrOtherPlan) {
		return plan.NewOutcome(made.End.Changes), nil
	}
	return out, err
}

// undoLimits are the limits of one undo. What is not given is as in the params
// of the run.
type undoLimits struct {
	removals, removalsRun, updates limitFlag
	allowEmpty                     bool
}

func (l *undoLimits) flags(cmd *cobra.Command) {
	cmd.Flags().Var(&l.removals, "max-removals", "instead of the run's max_removals")
	cmd.Flags().Var(&l.removalsRun, "max-removals-run", "instead of the run's max_removals_run")
	cmd.Flags().Var(&l.updates, "max-updates", "instead of the run's max_updates")
	cmd.Flags().BoolVar(&l.allowEmpty, "allow-empty", false, "projects may end empty")
}

func (l *undoLimits) set(p *params.Params) {
	for into, flag := range map[*brick.Limit]*limitFlag{
		&p.MaxRemovals: &l.removals, &p.MaxRemovalsRun: &l.removalsRun, &p.MaxUpdates: &l.updates,
	} {
		if flag.given {
			*into = flag.limit
		}
	}
	p.AllowEmpty = p.AllowEmpty || l.allowEmpty
}

// keepLimits gives params the limits that an undo was planned with, which lie
// beside its plan. Where they cannot be read, the digest of the params tells.
func keepLimits(into *params.Params, dir string) {
	text, err := readSmall(filepath.Join(dir, paramsFile))
	if err != nil {
		return
	}
	kept, _ := params.Load(params.Source{Name: paramsFile, Text: text, Kept: true}, modes.All(), nil, readSmall)
	into.MaxRemovals, into.MaxRemovalsRun, into.MaxUpdates, into.AllowEmpty = kept.MaxRemovals, kept.MaxRemovalsRun, kept.MaxUpdates, kept.AllowEmpty
}

// limitFlag is a flag that holds a limit: a number, a percentage, or none.
type limitFlag struct {
	given bool
	limit brick.Limit
}

// String returns the limit.
func (f *limitFlag) String() string {
	if !f.given {
		return ""
	}
	return f.limit.String()
}

// Type names the kind of value in the help.
func (f *limitFlag) Type() string { return "limit" }

// Set reads a limit.
func (f *limitFlag) Set(text string) (err error) {
	f.given, f.limit = true, brick.Limit{}
	if !strings.EqualFold(strings.TrimSpace(text), "none") {
		f.limit, err = brick.ParseLimit(text)
	}
	return err
}
