package main

import (
	"errors"
	"io"
	"iter"
	"os"

	"github.com/spf13/cobra"

	"users-brick/brick"
	"users-brick/brick/plan"
	"users-brick/brick/report"
	"users-brick/brick/runs"
)

// diffShown is how many scopes, and how many people, are listed unless all are
// wanted.
const diffShown = 50

func (p *program) runsDiffCommand() *cobra.Command {
	var format string
	var all bool
	cmd := &cobra.Command{
		Use:   "diff RUN RUN",
		Short: "Say what differs between two runs",
		Long: "Compares how two runs ended, the digests of their params, files and plans, the figures of each\n" +
			"scope, and whom they wanted to change. It exits 0 whether or not they differ. " + runNames,
		Args: usage(cobra.ExactArgs(2)),
		RunE: func(_ *cobra.Command, args []string) error {
			return p.diffRuns(args, all, format)
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "list all scopes and people that differ, not only the first")
	formatFlag(cmd, &format, "text", "json")
	return cmd
}

func (p *program) diffRuns(names []string, all bool, format string) error {
	store, err := p.pastRuns()
	if err != nil {
		return err
	}
	var d runsDiff
	defer d.close()
	for i, name := range names {
		r, err := store.Find(name)
		if err == nil {
			err = d.sides[i].open(p, &r)
		}
		if err != nil {
			return err
		}
	}
	d.most = diffShown
	if all {
		d.most = -1
	}
	if format == "json" {
		return d.printJSON(p.stdout)
	}
	return d.printText(p.stdout)
}

// runsDiff is two runs that are compared, the first one as the earlier.
type runsDiff struct {
	sides [2]diffSide
	most  int // how many scopes and people are listed; -1 for all
}

// diffSide is one of the two runs.
type diffSide struct {
	run  runs.Run
	doc  *report.Document
	file io.Closer
	plan *plan.Plan // nil when the run ended without one
}

func (s *diffSide) open(p *program, r *runs.Run) (err error) {
	s.run = *r
	s.doc, s.file, err = openReport(r)
	if errors.Is(err, os.ErrNotExist) {
		return p.reportless(r)
	}
	if err == nil && s.doc.Digests.Plan != "" {
		s.plan, err = plan.Open(r.Dir)
	}
	return err
}

func (d *runsDiff) close() {
	for _, s := range d.sides {
		if s.file != nil {
			s.file.Close()
		}
		if s.plan != nil {
			s.plan.Close()
		}
	}
}

// planless returns the runs that have no plan, so that people cannot be
// compared.
func (d *runsDiff) planless() (ids []string) {
	for _, s := range d.sides {
		if s.plan == nil {
			ids = append(ids, s.run.ID)
		}
	}
	return ids
}

// scopes yields the scopes that fared differently, or that only one run had.
func (d *runsDiff) scopes() iter.Seq2[both[report.Scope], error] {
	pairs := together(d.sides[0].doc.Scopes(), d.sides[1].doc.Scopes(), func(a, b *report.Scope) int { return a.Scope.Compare(b.Scope) })
	return differing(pairs, func(p both[report.Scope]) bool {
		return p.Before.Rows == p.After.Rows && p.Before.Planned == p.After.Planned && p.Before.Counts == p.After.Counts &&
			p.Before.Untried == p.After.Untried && (p.Before.Unplanned == nil) == (p.After.Unplanned == nil)
	})
}

// people yields the planned changes that are not the same, or that only one
// run planned.
func (d *runsDiff) people() iter.Seq2[both[brick.Change], error] {
	pairs := together(changes(d.sides[0].plan), changes(d.sides[1].plan), comparePeople)
	return differing(pairs, func(p both[brick.Change]) bool { return sameChange(p.Before, p.After) })
}
