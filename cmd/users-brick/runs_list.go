package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"users-brick/brick/runs"
)

func (p *program) runsListCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "ls",
		Short: "List the runs that are kept, newest first",
		Args:  usage(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			store, err := p.pastRuns()
			if err != nil {
				return err
			}
			all, err := store.All()
			if err != nil {
				return err
			}
			return p.listRuns(store, all, format)
		},
	}
	formatFlag(cmd, &format, "text", "json")
	return cmd
}

func (p *program) listRuns(store *runs.Store, all []runs.Run, format string) error {
	list := []pastRun{}
	for i := range all {
		list = append(list, look(&all[i], p.now()))
	}
	if format == "json" {
		return p.printJSON(list)
	}
	if len(list) == 0 {
		fmt.Fprintf(p.stdout, "no runs in %s\n", store)
		return nil
	}
	table := [][]string{{"run", "outcome", "exit", "changes", "took", "mode", "platform"}}
	for _, r := range list {
		table = append(table, r.row())
	}
	return textTable(p.stdout, table)
}

// row returns the run as a row of a table.
func (r *pastRun) row() []string {
	if r.ExitCode < 0 {
		return []string{r.RunID, r.Outcome, "", "", "", "", ""}
	}
	mode := r.Mode
	if r.PlanOnly {
		mode += ", plan only"
	}
	took := (time.Duration(r.Took) * time.Millisecond).String()
	return []string{r.RunID, r.Outcome, strconv.Itoa(r.ExitCode), strconv.FormatInt(r.Changes, 10), took, mode, r.Platform + " " + r.Target}
}

func (p *program) printJSON(value any) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "%s\n", text)
	return err
}
