package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"users-brick/brick"
	"users-brick/brick/report"
	"users-brick/brick/runs"
	"users-brick/params"
)

func (p *program) runsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "runs",
		Short: "Look at earlier runs",
		Long:  "Every run, plan and apply leaves a directory below BRICK_RUN_DIR. " + runNames,
		Args:  cobra.ArbitraryArgs,
		RunE:  group,
	}
	cmd.AddCommand(p.runsListCommand(), p.runsShowCommand(), p.runsDiffCommand())
	return cmd
}

// runNames says how runs are named on the command line.
const runNames = "A run is named by its\n" +
	"id, by a beginning that no other id has, or counted from the newest: last, last-1, last-2."

// pastRuns returns the store that the operator's variables name.
func (p *program) pastRuns() (*runs.Store, error) {
	env, findings := params.ParseEnv(p.environ)
	if err := findings.Err(); err != nil {
		return nil, err
	}
	store, _ := p.store(&env)
	if store == nil {
		return nil, &brick.Error{
			Kind: brick.BadInput, Op: "find runs", Err: errors.New("no runs are kept"),
			Hint: "set BRICK_RUN_DIR to the directory that has them",
		}
	}
	return store, nil
}

// Outcomes of runs that left no report that can be read.
const (
	goingOn    = "going_on"
	died       = "died" // killed, or the machine went down
	unreadable = "unreadable"
)

// pastRun is what a list says of a run.
type pastRun struct {
	RunID    string    `json:"run_id"`
	Started  time.Time `json:"started"`
	Outcome  string    `json:"outcome"`
	ExitCode int       `json:"exit_code"` // -1 when there is no report
	Mode     string    `json:"mode"`
	Platform string    `json:"platform"`
	Target   string    `json:"target"`
	PlanOnly bool      `json:"plan_only"`
	Changes  int64     `json:"changes"` // that were done; of a plan, that are to be done
	Took     int64     `json:"duration_ms"`
}

// look reads what a list says of a run.
func look(r *runs.Run, now time.Time) pastRun {
	seen := pastRun{RunID: r.ID, Started: r.Started, ExitCode: -1, Outcome: died}
	doc, file, err := openReport(r)
	switch {
	case errors.Is(err, os.ErrNotExist) && r.GoingOn(now):
		seen.Outcome = goingOn
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		seen.Outcome = unreadable
	default:
		defer file.Close()
		return told(doc)
	}
	return seen
}

func told(doc *report.Document) pastRun {
	seen := pastRun{
		RunID: doc.RunID, Started: doc.Started, Outcome: doc.Outcome, ExitCode: doc.ExitCode, Mode: doc.Mode,
		Platform: doc.Platform, Target: doc.Target, PlanOnly: doc.PlanOnly, Took: doc.DurationMS,
		Changes: doc.Totals.Changes(),
	}
	if doc.PlanOnly {
		seen.Changes = doc.Totals.Planned.Changes()
	}
	return seen
}

// openReport opens the report of a run; the caller closes the file.
func openReport(r *runs.Run) (*report.Document, io.Closer, error) {
	f, err := os.Open(filepath.Join(r.Dir, runs.ReportFile))
	if err != nil {
		return nil, nil, err
	}
	doc, err := report.Read(f)
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return doc, f, nil
}
