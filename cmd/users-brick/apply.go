package main

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/spf13/cobra"

	"users-brick/brick"
	"users-brick/brick/plan"
	"users-brick/modes"
	"users-brick/params"
)

func (p *program) applyCommand() *cobra.Command {
	var format, given, accept string
	cmd := &cobra.Command{
		Use:   "apply DIR",
		Short: "Do what a plan says",
		Long: "Does the plan that plan --out left in a directory. It refuses when the plan was changed,\n" +
			"or when the platform has changed so that the plan no longer fits. When an earlier apply was\n" +
			"killed or stopped, it goes on from there.",
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.apply(cmd.Context(), args[0], given, accept, format)
		},
	}
	cmd.Flags().StringVar(&given, "params", "", "the params of the plan, when they have secrets (a plan keeps none)")
	acceptFlag(cmd, &accept)
	formatFlag(cmd, &format, "text", "json", "markdown", "html")
	return cmd
}

func (p *program) apply(ctx context.Context, dir, given, accept, format string) error {
	made, err := openPlan(dir, accept)
	if err != nil {
		return err
	}
	s, err := p.planSettings(ctx, dir, given, made)
	if err != nil {
		return errors.Join(err, made.Close())
	}
	s.shard = made.Header.Shard
	s.mode.Name = made.Header.Mode // which is undo where the plan undoes a run
	n, err := p.begin(s, dir)
	if err != nil {
		return errors.Join(err, made.Close())
	}
	n.report.Plan, n.report.Undoes = made, made.Header.Undoes
	n.heading(format)
	return n.end(ctx, n.applyPlan(ctx), format)
}

// applyPlan does a plan that was made before, if it still fits.
func (n *session) applyPlan(ctx context.Context) error {
	if n.report.Plan.End.Refusal != nil {
		return nil
	}
	if err := n.warnOfPasswords(); err != nil {
		return err
	}
	conn, err := n.connect(ctx, false)
	if err != nil {
		return err
	}
	if err := n.recollectApplied(); err != nil {
		return err
	}
	if n.before != nil {
		return n.doRest(ctx)
	}
	holds, err := n.job.Fits(ctx, conn.View, n.report.Plan)
	if err != nil {
		return err
	}
	if holds && !n.report.Plan.HasPasswords() {
		n.report.Done, n.report.Already = plan.AllDone(n.report.Plan.End.Changes), true
		return n.rememberMissing(ctx)
	}
	return n.apply(ctx)
}

// planSettings reads the params of a plan: those that lie beside it, with
// credentials from the environment, or the given ones, which must be the same
// but for their secrets.
func (p *program) planSettings(ctx context.Context, dir, given string, made *plan.Plan) (*settings, error) {
	if given != "" {
		s, err := p.load(ctx, []string{given})
		if err == nil && made.Header.Undoes != "" {
			keepLimits(s.params, dir)
		}
		if err == nil && s.params.Digest() != made.Header.Params {
			err = &brick.Error{Kind: brick.BadInput, Op: "apply plan", Err: errors.New("the plan was made with other params"), Hint: "give the params of the plan, or make the plan anew"}
		}
		return s, err
	}
	env, findings := params.ParseEnv(p.environ)
	if err := findings.Err(); err != nil {
		return nil, err
	}
	name := filepath.Join(dir, paramsFile)
	text, err := readSmall(name)
	if err != nil {
		return nil, &brick.Error{Kind: brick.BadInput, Op: "apply plan", Err: err, Hint: "give the params of the plan with --params"}
	}
	loaded, more := params.Load(params.Source{Name: name, Text: text, Kept: true}, modes.All(), p.environ, readSmall)
	if err := more.Err(); err != nil {
		return nil, err
	}
	s, err := settle(env, loaded, findings) // what the params made one wonder was told with the plan
	if err == nil {
		s.kept = true
	}
	if err == nil && s.params.Digest() != made.Header.Params {
		err = &brick.Error{Kind: brick.BadInput, Op: "apply plan", Err: errors.New(name + " is not what the plan was made with"), Hint: "make the plan anew with `plan --out`"}
	}
	return s, err
}
