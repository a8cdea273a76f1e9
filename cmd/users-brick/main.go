// Command users-brick makes the users of a platform match a file.
package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	_ "time/tzdata" // the image has no time zones of its own

	"golang.org/x/term"
)

// version is set when a release is built.
var version = "dev"

func main() {
	signal.Ignore(syscall.SIGPIPE) // a reader who leaves ends no run half-way
	ctx, stop := withSignals(context.Background())
	p := program{
		args: os.Args[1:], environ: os.Environ(), version: buildVersion(),
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		stdinTerminal:  term.IsTerminal(int(os.Stdin.Fd())),
		stderrTerminal: term.IsTerminal(int(os.Stderr.Fd())),
		now:            time.Now,
	}
	code := p.main(ctx)
	stop()
	os.Exit(code)
}

// stopSignal is the cause of a context that a signal ended.
type stopSignal struct{ syscall.Signal }

func (s stopSignal) Error() string { return "signal: " + s.String() }

// exitCode is what a shell reports of a program that a signal ended.
func (s stopSignal) exitCode() int { return 128 + int(s.Signal) }

// withSignals returns a context that ends at the first SIGINT or SIGTERM. The
// second one ends the program at once.
func withSignals(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		first, _ := (<-signals).(syscall.Signal)
		cancel(stopSignal{first})
		second, _ := (<-signals).(syscall.Signal)
		os.Exit(stopSignal{second}.exitCode())
	}()
	return ctx, func() { signal.Stop(signals) }
}

// signalCode returns the exit code for the signal that ended a context, 0
// when none did.
func signalCode(ctx context.Context) int {
	if s, ok := errors.AsType[stopSignal](context.Cause(ctx)); ok && ctx.Err() != nil {
		return s.exitCode()
	}
	return 0
}

// buildVersion returns the version of a release, or else the commit that a
// build was made of.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if version != "dev" || !ok {
		return version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "dev-" + s.Value[:12]
		}
	}
	return version
}
