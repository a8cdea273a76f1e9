package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"users-brick/brick"
	"users-brick/brick/notify"
	"users-brick/modes"
	"users-brick/params"
)

func (p *program) schemaCommand() *cobra.Command {
	documents := map[string]func() []byte{
		"params": func() []byte { return params.Schema(modes.All()) }, "notification": notify.Schema,
	}
	return &cobra.Command{
		Use:       "schema [params|notification]",
		Short:     "Print the JSON Schema of the params, or of what webhooks get",
		Args:      usage(cobra.MatchAll(cobra.MaximumNArgs(1), cobra.OnlyValidArgs)),
		ValidArgs: []string{"params", "notification"},
		RunE: func(_ *cobra.Command, args []string) error {
			name := "params"
			if len(args) > 0 {
				name = args[0]
			}
			_, err := fmt.Fprintf(p.stdout, "%s\n", documents[name]())
			return err
		},
	}
}

// tables are what show can print, by name.
func tables() map[string]func() [][]string {
	return map[string]func() [][]string{
		"modes":       modesTable,
		"inputs":      inputsTable,
		"platforms":   platformsTable,
		"params":      paramsTable,
		"environment": environmentTable,
		"exitcodes":   exitCodesTable,
	}
}

// tableNames are the keys of tables, in the order in which they are offered.
var tableNames = []string{"modes", "inputs", "platforms", "params", "environment", "exitcodes"}

func (p *program) showCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:       "show " + strings.Join(tableNames, "|"),
		Short:     "Explain the modes, inputs, platforms, params, variables or exit codes",
		Args:      usage(cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs)),
		ValidArgs: tableNames,
		RunE: func(_ *cobra.Command, args []string) error {
			table := tables()[args[0]]()
			if format == "markdown" {
				return markdownTable(p.stdout, table)
			}
			return textTable(p.stdout, table)
		},
	}
	formatFlag(cmd, &format, "text", "markdown")
	return cmd
}

func modesTable() [][]string {
	table := [][]string{{"sync_mode", "what it does"}}
	for _, m := range modes.All() {
		table = append(table, []string{m.Name, m.Doc})
	}
	return table
}

func inputsTable() [][]string {
	table := [][]string{{"type", "where the file is"}}
	for _, t := range inputTypes() {
		table = append(table, []string{string(t.name), t.doc})
	}
	return table
}

func platformsTable() [][]string {
	table := [][]string{{"type", "where users live"}}
	for _, t := range platformTypes() {
		table = append(table, []string{t.name, t.doc})
	}
	return table
}

func paramsTable() [][]string {
	return append([][]string{{"param", "type", "default", "meaning"}}, params.Table()...)
}

func environmentTable() [][]string {
	table := [][]string{{"variable", "default", "meaning"}}
	for _, v := range params.EnvVars() {
		table = append(table, []string{v.Name, v.Default, v.Help})
	}
	return table
}

func exitCodesTable() [][]string {
	return [][]string{
		{"code", "meaning"},
		{fmt.Sprint(brick.ExitDone), "everything is as the file says, or nothing was to do"},
		{fmt.Sprint(brick.ExitFailed), "failed: something broke"},
		{fmt.Sprint(brick.ExitBadInput), "the params or the file cannot be used; nothing was written"},
		{fmt.Sprint(brick.ExitRefused), "refused by the guard, or a plan that no longer fits; nothing was written"},
		{fmt.Sprint(brick.ExitPartial), "done in part; the report says who was held or failed, and why"},
		{fmt.Sprint(brick.ExitLocked), "another run works on the same target"},
		{fmt.Sprint(brick.ExitDenied), "the platform refused the login of the brick, or its rights"},
		{fmt.Sprint(brick.ExitChangesPending), "there are changes to do (plan --detailed-exitcode)"},
		{"130, 143", "stopped by SIGINT or SIGTERM; the next run goes on"},
	}
}

func textTable(w io.Writer, table [][]string) error {
	out := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, row := range table {
		fmt.Fprintln(out, strings.Join(row, "\t"))
	}
	return out.Flush()
}

func markdownTable(w io.Writer, table [][]string) error {
	for i, row := range table {
		cells := make([]string, len(row))
		for j, cell := range row {
			cells[j] = strings.ReplaceAll(cell, "|", `\|`)
		}
		fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | "))
		if i == 0 {
			fmt.Fprintln(w, strings.Repeat("|---", len(row))+"|")
		}
	}
	return nil
}
