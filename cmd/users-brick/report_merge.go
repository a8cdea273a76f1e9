package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"users-brick/brick"
	"users-brick/brick/report"
	"users-brick/brick/runs"
)

func (p *program) reportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Work with the reports of runs",
		Args:  cobra.ArbitraryArgs,
		RunE:  group,
	}
	cmd.AddCommand(p.mergeCommand())
	return cmd
}

func (p *program) mergeCommand() *cobra.Command {
	var format string
	var partial bool
	cmd := &cobra.Command{
		Use:   "merge DIR|FILE...",
		Short: "Join the reports of the shards of one run",
		Long: "Says what the shards of one run did together, as one run would have said it. A FILE is the\n" +
			"JSON report of a shard. Of a DIR all reports of shards are taken that lie in it as *.json,\n" +
			"or in its folders as report.json, as they do in BRICK_RUN_DIR.\n" +
			"The outcome and the exit code are those of the shard that ended worst: failed, denied,\n" +
			"bad_input, refused, interrupted, locked, partial, changes_pending, converged,\n" +
			"nothing_to_do. Reports that do not belong together, and shards that are missing or come\n" +
			"twice, end with exit code 2.",
		Args: usage(cobra.MinimumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			return p.merge(args, format, partial)
		},
	}
	cmd.Flags().BoolVar(&partial, "partial", false, "go on when shards are missing; then the outcome is partial at best")
	formatFlag(cmd, &format, "text", "json")
	return cmd
}

func (p *program) merge(args []string, format string, partial bool) error {
	docs, files, err := shardReports(args)
	defer func() {
		for _, f := range files {
			f.Close()
		}
	}()
	if err != nil {
		return err
	}
	merged, err := report.Merge(docs, partial)
	if err != nil {
		return err
	}
	write := merged.Text
	if format == "json" {
		write = merged.JSON
	}
	if err := write(p.stdout); err != nil {
		return err
	}
	if merged.ExitCode != brick.ExitDone {
		return exit(merged.ExitCode)
	}
	return nil
}

// shardReports opens the reports that the arguments name. The caller closes the
// files, also after an error.
func shardReports(args []string) (docs []*report.Document, files []io.Closer, err error) {
	var names []string
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil {
			return nil, nil, &brick.Error{Kind: brick.BadInput, Op: "merge reports", Err: err}
		}
		found := []string{arg}
		if info.IsDir() {
			if found, err = reportsIn(arg); err != nil {
				return nil, nil, err
			}
		}
		names = append(names, found...)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		f, err := os.Open(name)
		if err != nil {
			return nil, files, &brick.Error{Kind: brick.BadInput, Op: "merge reports", Err: err}
		}
		doc, err := report.Read(f)
		asked := slices.Contains(args, name)
		if !asked && (err != nil || doc.Shard.Whole()) {
			f.Close() // of a directory only what is a report of a shard
			continue
		}
		files = append(files, f)
		if err != nil {
			return nil, files, &brick.Error{Kind: brick.BadInput, Op: name, Err: err}
		}
		docs = append(docs, doc)
	}
	return docs, files, nil
}

// reportsIn lists what may be reports in a directory: its documents, and those
// of the runs in it.
func reportsIn(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, &brick.Error{Kind: brick.BadInput, Op: "merge reports", Err: err}
	}
	var names []string
	for _, e := range entries {
		name := filepath.Join(dir, e.Name())
		if e.IsDir() {
			name = filepath.Join(name, runs.ReportFile)
			if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
				continue
			}
		} else if !strings.HasSuffix(name, ".json") {
			continue
		}
		names = append(names, name)
	}
	return names, nil
}
