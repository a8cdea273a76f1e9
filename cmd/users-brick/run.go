package main

import (
	"context"

	"github.com/spf13/cobra"

	"users-brick/brick/report"
)

func (p *program) runCommand() *cobra.Command {
	var format, resume string
	cmd := &cobra.Command{
		Use:   "run [PARAMS]",
		Short: "Make the platform match the file",
		Long: "Reads the params and the file, plans everything, lets the guard judge the plan, and does it.\n" +
			"PARAMS is a path, - for standard input, or a web address; without it BRICK_PARAMS_FILE,\n" +
			"BRICK_PARAMS, or standard input when it is no terminal.\n" +
			"With --resume it goes on with the plan of an earlier run instead, without reading the file:\n" +
			"what that one did is not done again, and one report tells of both.",
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.measured(cmd.Context(), args, func() error {
				if resume != "" {
					return p.resume(cmd.Context(), resume, args, format)
				}
				return p.run(cmd.Context(), args, format)
			})
		},
	}
	p.shrinkFlag(cmd)
	resumeFlag(cmd, &resume)
	formatFlag(cmd, &format, "text", "json", "markdown", "html")
	return cmd
}

func (p *program) run(ctx context.Context, args []string, format string) error {
	s, err := p.load(ctx, args)
	if err != nil {
		return err
	}
	return p.runWith(ctx, s, format)
}

// runWith is run with params that have been read.
func (p *program) runWith(ctx context.Context, s *settings, format string) error {
	if err := p.split(s); err != nil {
		return err
	}
	if s.params.DryRun {
		return p.plan(ctx, s, planOptions{format: format})
	}
	n, err := p.begin(s, "")
	if err != nil {
		return err
	}
	defer n.abandon()
	n.heading(format)
	if err = n.alone(ctx); err == nil {
		err = n.plan(ctx, nil)
	}
	if err == nil && n.report.Plan.End.Refusal == nil {
		_, err = n.connect(ctx, false)
	}
	if err == nil {
		err = n.apply(ctx)
	}
	return n.end(ctx, err, format)
}

// heading says on what the session works, before anything else is said.
func (n *session) heading(format string) {
	if format == "text" {
		report.Heading(n.program.stdout, &n.report)
	}
}

// planOptions are what the command plan is told.
type planOptions struct {
	out      string
	format   string
	detailed bool
}

func (p *program) planCommand() *cobra.Command {
	var o planOptions
	cmd := &cobra.Command{
		Use:   "plan [PARAMS]",
		Short: "Say what a run would do, and do nothing",
		Long: "Reads the params and the file and compares it with the platform, which is only looked at.\n" +
			"With --out the plan stays in a directory, to be looked through and given to apply.",
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := p.load(cmd.Context(), args)
			if err == nil {
				s.shard, err = p.shard(&s.env)
			}
			if err != nil {
				return err
			}
			return p.plan(cmd.Context(), s, o)
		},
	}
	cmd.Flags().StringVar(&o.out, "out", "", "keep the plan in this directory")
	cmd.Flags().BoolVar(&o.detailed, "detailed-exitcode", false, "exit 10 when there is something to do")
	p.shrinkFlag(cmd)
	formatFlag(cmd, &o.format, "text", "json", "markdown", "html")
	return cmd
}

func (p *program) plan(ctx context.Context, s *settings, o planOptions) error {
	n, err := p.begin(s, o.out)
	if err != nil {
		return err
	}
	defer n.abandon()
	n.report.PlanOnly, n.report.Detailed = true, o.detailed
	n.heading(o.format)
	return n.end(ctx, n.plan(ctx, nil), o.format)
}
