package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"users-brick/brick"
	"users-brick/brick/platform/directory"
	"users-brick/brick/runs"
	"users-brick/params"
)

func (p *program) directoryCommand() *cobra.Command {
	var db string
	cmd := &cobra.Command{
		Use:   "directory",
		Short: "Fill, print and look into the embedded directory",
		Args:  cobra.ArbitraryArgs,
		RunE:  group,
	}
	cmd.PersistentFlags().StringVar(&db, "db", params.DefaultDatabase, "the directory's file")
	cmd.AddCommand(p.directoryInit(&db), p.directoryLoad(&db), p.directoryDump(&db), p.directoryList(&db))
	return cmd
}

func (p *program) directoryInit(db *string) *cobra.Command {
	return &cobra.Command{
		Use:   "init",
		Short: "Make an empty directory, unless there is one",
		Args:  usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := absent(*db); err != nil {
				return err
			}
			if err := directory.Create(cmd.Context(), *db, "an empty document", strings.NewReader("{}")); err != nil {
				return err
			}
			fmt.Fprintf(p.stdout, "made the empty directory %s\n", *db)
			return nil
		},
	}
}

// absent refuses to make what is there.
func absent(path string) error {
	switch _, err := os.Lstat(path); {
	case err == nil:
		return &brick.Error{Kind: brick.BadInput, Op: "make " + path, Err: errors.New("it is there already"), Hint: "`directory load` replaces its contents"}
	case !errors.Is(err, fs.ErrNotExist):
		return &brick.Error{Kind: brick.BadInput, Op: "make " + path, Err: err}
	}
	return nil
}

func (p *program) directoryLoad(db *string) *cobra.Command {
	return &cobra.Command{
		Use:   "load FILE",
		Short: "Replace the directory's contents by a JSON document (- for standard input)",
		Args:  usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.loadDirectory(cmd.Context(), *db, args[0])
		},
	}
}

func (p *program) loadDirectory(ctx context.Context, db, name string) error {
	document, shown := p.stdin, "standard input"
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return &brick.Error{Kind: brick.BadInput, Op: "load", Err: err, Hint: "check the path; - is standard input"}
		}
		defer f.Close()
		document, shown = f, name
	}
	if absent(db) == nil {
		if err := directory.Create(ctx, db, shown, document); err != nil {
			return err
		}
	} else if err := p.replace(ctx, db, shown, document); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "%s holds what %s says\n", db, shown)
	return nil
}

func (p *program) replace(ctx context.Context, db, name string, document io.Reader) error {
	d, err := directory.Open(ctx, directory.Options{Path: db, RunID: runs.NewID(p.now()), Now: p.now})
	if err != nil {
		return err
	}
	return errors.Join(d.Load(ctx, name, document), d.Close())
}

// look opens a directory without ever changing it.
func (p *program) look(ctx context.Context, db string, f func(*directory.Directory) error) error {
	env, findings := params.ParseEnv(p.environ)
	if err := findings.Err(); err != nil {
		return err
	}
	d, err := directory.Open(ctx, directory.Options{Path: db, ReadOnly: true, TempDir: env.TempDir})
	if err != nil {
		return err
	}
	return errors.Join(f(d), d.Close())
}

func (p *program) directoryDump(db *string) *cobra.Command {
	var format string
	var o exportOptions
	cmd := &cobra.Command{
		Use:   "dump",
		Short: "Print the directory's contents as JSON, or write them as CSV with params",
		Long: "As JSON the whole directory is printed; directory load reads it back.\n" +
			"As CSV the members are written to users.csv in the directory --out, with a params.json\n" +
			"beside it whose plan is empty: the way in for projects that exist. --project takes one\n" +
			"project and the accounts of its members; without it all projects are taken.",
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if format != "csv" && o != (exportOptions{}) {
				return &brick.Error{Kind: brick.BadInput, Err: errors.New("--out and --project are for CSV"), Hint: "add --format csv"}
			}
			return p.look(cmd.Context(), *db, func(d *directory.Directory) error {
				if format == "csv" {
					o.db = *db
					return p.export(cmd.Context(), d, o)
				}
				return d.Dump(cmd.Context(), p.stdout)
			})
		},
	}
	formatFlag(cmd, &format, "json", "csv")
	cmd.Flags().StringVar(&o.out, "out", "", "where users.csv and params.json go (csv only)")
	cmd.Flags().StringVar(&o.project, "project", "", "only this project (csv only)")
	return cmd
}

func (p *program) directoryList(db *string) *cobra.Command {
	return &cobra.Command{
		Use:   "ls",
		Short: "List organizations and projects with how many people they have",
		Args:  usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.look(cmd.Context(), *db, func(d *directory.Directory) error {
				all, err := d.Overview(cmd.Context())
				if err != nil {
					return err
				}
				return p.list(&all)
			})
		},
	}
}

func (p *program) list(all *directory.Overview) error {
	out := tabwriter.NewWriter(p.stdout, 0, 4, 2, ' ', 0)
	for _, o := range all.Organizations {
		fmt.Fprintf(out, "organization %s\t%s\t%s\n", o.Name, brick.Number(o.Users, "user"), brick.Number(int64(len(o.Projects)), "project"))
		for _, j := range o.Projects {
			fmt.Fprintf(out, "  project %s\t%d enabled\t%d disabled\t%s", j.ID, j.Enabled, j.Disabled, brick.Number(j.Groups, "group"))
			if j.Title != "" {
				fmt.Fprintf(out, "\t%s", j.Title)
			}
			fmt.Fprintln(out)
		}
	}
	return out.Flush()
}
