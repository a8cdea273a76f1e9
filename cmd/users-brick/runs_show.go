package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"users-brick/brick"
	"users-brick/brick/runs"
)

func (p *program) runsShowCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "show RUN",
		Short: "Print the report of a run again",
		Long:  "Prints the report of a run as the run printed it. " + runNames,
		Args:  usage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			store, err := p.pastRuns()
			if err != nil {
				return err
			}
			r, err := store.Find(args[0])
			if err != nil {
				return err
			}
			return p.showRun(&r, format)
		},
	}
	formatFlag(cmd, &format, "text", "json")
	return cmd
}

func (p *program) showRun(r *runs.Run, format string) error {
	name := runs.TextFile
	if format == "json" {
		name = runs.ReportFile
	}
	f, err := os.Open(filepath.Join(r.Dir, name))
	if errors.Is(err, os.ErrNotExist) {
		return p.reportless(r)
	}
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(p.stdout, f)
	return err
}

// reportless is the error for a run without a report.
func (p *program) reportless(r *runs.Run) error {
	err := &brick.Error{Op: "read report", Err: errors.New("run " + r.ID + " left none: it was killed"), Hint: "what it planned lies in " + r.Dir}
	if r.GoingOn(p.now()) {
		err.Err, err.Hint = errors.New("run "+r.ID+" has none yet: it is going on"), "wait until it has ended"
	}
	return err
}
