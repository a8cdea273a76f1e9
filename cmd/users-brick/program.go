package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"users-brick/brick"
	"users-brick/brick/engine"
	"users-brick/brick/platform"
	"users-brick/brick/report"
	"users-brick/params"
)

// program is one call of users-brick, with everything that it gets from
// outside.
type program struct {
	args    []string
	environ []string          // in the form of os.Environ
	flagged map[string]string // the operator's variables that flags have set
	version string
	stdin   io.Reader
	stdout  io.Writer // results
	stderr  io.Writer // progress and logs

	stdinTerminal  bool
	stderrTerminal bool
	now            func() time.Time

	job     string               // of a schedule; empty for none
	hears   brick.Emit           // hears all events, too; nil for nobody
	settled func(*report.Report) // is shown the report of a run when it is settled; nil for nobody

	onDriver  func(platform.Driver) platform.Driver // seams for tests, which stop a run where they like;
	onJournal func(engine.Journal) engine.Journal   // nil otherwise

	mayShrink bool // the flag --allow-shrink
}

// exit ends a command with an exit code; what there is to say has been said.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// main runs the command that the arguments name and returns the exit code.
func (p *program) main(ctx context.Context) int {
	root := p.root()
	root.SetArgs(p.args)
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return brick.ExitDone
	}
	if code, ok := errors.AsType[exit](err); ok {
		return int(code)
	}
	fmt.Fprintln(p.stderr, "error:", err)
	if code := signalCode(ctx); code != 0 {
		return code
	}
	if _, ok := errors.AsType[*brick.Error](err); !ok {
		return brick.ExitFailed
	}
	return brick.KindOf(err).ExitCode()
}

// root is the table of commands.
func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "users-brick",
		Short: "Make the users of a platform match a file",
		Long: "users-brick reads params and a file of users, compares the file with a platform,\n" +
			"and makes each organization and project look like the file.",
		Example:       "  users-brick plan params.json    what would be done\n  users-brick run params.json     do it",
		Version:       p.version,
		Args:          cobra.ArbitraryArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		return &brick.Error{Kind: brick.BadInput, Err: err, Hint: "see --help"}
	})
	root.RunE = group
	root.PersistentPreRun = func(*cobra.Command, []string) { p.limitMemory() }
	root.SetVersionTemplate("users-brick {{.Version}}\n")
	p.operatorFlags(root)
	root.AddCommand(
		p.runCommand(), p.planCommand(), p.applyCommand(), p.undoCommand(),
		p.runsCommand(), p.reportCommand(), p.validateCommand(), p.explainCommand(), p.schemaCommand(), p.showCommand(),
		p.directoryCommand(), p.emulateCommand(), p.versionCommand(),
		p.scheduleCommand(), p.nextCommand(), p.healthCommand(),
	)
	return root
}

// group is what a command does that only holds other commands: it says which
// there are.
func group(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	hint := "see " + cmd.CommandPath() + " --help"
	for cmd.SuggestionsMinimumDistance = 1; cmd.SuggestionsMinimumDistance <= 2; cmd.SuggestionsMinimumDistance++ {
		if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
			hint = "did you mean " + strings.Join(near, " or ") + "?"
			break
		}
	}
	return &brick.Error{Kind: brick.BadInput, Err: fmt.Errorf("%s has no command %q", cmd.CommandPath(), args[0]), Hint: hint}
}

// usage makes wrong arguments a matter of bad input.
func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return &brick.Error{Kind: brick.BadInput, Err: err, Hint: "write " + strings.TrimSuffix(cmd.UseLine(), " [flags]")}
		}
		return nil
	}
}

// operatorFlags gives each of the operator's variables a flag that stands
// above it: --log-level for BRICK_LOG_LEVEL.
func (p *program) operatorFlags(root *cobra.Command) {
	for _, v := range params.EnvVars() {
		if v.Name == "BRICK_PARAMS" || v.Name == "BRICK_PARAMS_FILE" {
			continue
		}
		name := flagOf(v.Name)
		help := strings.TrimSuffix(v.Help, ".") + " (" + v.Name + ")"
		root.PersistentFlags().Func(name, help, func(value string) error {
			p.environ = append(p.environ, v.Name+"="+value)
			if p.flagged == nil {
				p.flagged = map[string]string{}
			}
			p.flagged[v.Name] = value
			return nil
		})
		root.PersistentFlags().Lookup(name).DefValue = v.Default
	}
}

// flagOf returns the flag that stands above an operator's variable, without its
// dashes.
func flagOf(variable string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(variable, "BRICK_")), "_", "-")
}

// repeated returns the flags that set some of the operator's variables, as far
// as there were any, for a command that is to go on in the same place.
func (p *program) repeated(variables ...string) []string {
	var words []string
	for _, v := range variables {
		if value, given := p.flagged[v]; given {
			words = append(words, "--"+flagOf(v), value)
		}
	}
	return words
}

func (p *program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: usage(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(p.stdout, "users-brick", p.version)
			return err
		},
	}
}
