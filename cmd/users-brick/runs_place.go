package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"users-brick/brick"
	"users-brick/brick/journal"
	"users-brick/brick/plan"
	"users-brick/brick/report"
	"users-brick/brick/runs"
	"users-brick/params"
)

// The files that a session leaves beside its plan.
const (
	paramsFile = runs.ParamsFile
	reportFile = runs.ReportFile
	reportPage = "report.html" // the report as a page for people
)

// noRuns is the value of BRICK_RUN_DIR that says that nothing is to be kept.
const noRuns = "none"

// store returns the store of runs, nil when there is none, and whether that is
// what the operator asked for.
func (p *program) store(env *params.Env) (store *runs.Store, asked bool) {
	switch {
	case brick.Fold(env.RunDir) == noRuns:
		return nil, true
	case env.RunDir != "":
		return runs.New(env.RunDir), true
	}
	state := p.variable("XDG_STATE_HOME")
	if home := p.variable("HOME"); !filepath.IsAbs(state) {
		if !filepath.IsAbs(home) {
			return nil, false
		}
		state = filepath.Join(home, ".local", "state")
	}
	return runs.New(filepath.Join(state, "users-brick")), false
}

// variable returns the value of a variable of the environment, the last one
// when it is there twice; "" when it is not.
func (p *program) variable(name string) (value string) {
	for _, v := range p.environ {
		if text, ok := strings.CutPrefix(v, name+"="); ok {
			value = text
		}
	}
	return value
}

// place makes the directory in which the run leaves its files, and that of its
// plan when it is another.
func (n *session) place(dir string) error {
	n.keeping = dir != ""
	if n.looking {
		n.store, _ = n.program.store(&n.env) // what is remembered there counts
		return n.pass()
	}
	if err := n.beginRecord(); err != nil {
		return err
	}
	switch {
	case dir != "":
		err := n.placeAt(dir)
		if err != nil && n.record != "" {
			os.RemoveAll(n.record) // no run came of it
		}
		return err
	case n.record != "":
		n.job.Dir = n.record
		return nil
	}
	return n.pass()
}

// beginRecord makes the directory of the run in the store. Without a store that
// can be used nothing stays; that is an error only when the operator named it.
func (n *session) beginRecord() error {
	store, asked := n.program.store(&n.env)
	err := errors.New("neither XDG_STATE_HOME nor HOME names a directory")
	if store != nil {
		n.record, err = store.Begin(n.job.RunID, n.params.Redacted(), n.job.Started)
	}
	switch {
	case err == nil:
		n.store = store
	case asked && store != nil:
		return noPlace(err, "BRICK_RUN_DIR")
	case !asked:
		n.warn(brick.Finding{
			Source: "BRICK_RUN_DIR", Warning: true, Text: "no run is kept, and nothing is remembered for the next one: " + err.Error(),
			Hint: "name a directory that can be written, or none when that is meant",
		})
	}
	return nil
}

// placeAt puts the plan where the user wants it.
func (n *session) placeAt(dir string) error {
	n.job.Dir = dir
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return noPlace(err, "--out")
	}
	text := func(w io.Writer) error {
		_, err := w.Write(n.params.Redacted())
		return err
	}
	if err := runs.Replace(filepath.Join(dir, paramsFile), text); err != nil { // those of a plan are needed again
		return fmt.Errorf("keep the params: %w", err)
	}
	return nil
}

// pass puts the plan where it is deleted at the end.
func (n *session) pass() error {
	temporary, err := os.MkdirTemp(n.env.TempDir, "users-brick-*")
	if err != nil {
		return noPlace(err, "BRICK_TMP_DIR")
	}
	n.job.Dir, n.passing = temporary, true
	return nil
}

func noPlace(err error, names string) error {
	return &brick.Error{Kind: brick.Failed, Op: "make a place for the plan", Err: err, Hint: "check the directory that " + names + " names"}
}

// keepReport leaves the report beside the plan, when the plan stays, and with
// the run. There it comes last: it says that the run has ended.
func (n *session) keepReport() error {
	if n.passing || n.onlooker {
		return nil
	}
	err := n.writeReport(n.job.Dir)
	if n.record != "" && n.record != n.job.Dir {
		err = errors.Join(err, n.copyPlan(), n.writeReport(n.record))
	}
	if err != nil {
		return fmt.Errorf("keep the report: %w", err)
	}
	return nil
}

func (n *session) writeReport(dir string) error {
	text := func(w io.Writer) error {
		report.Heading(w, &n.report)
		return n.report.Text(w)
	}
	if err := runs.Replace(filepath.Join(dir, runs.TextFile), text); err != nil {
		return err
	}
	if err := runs.Replace(filepath.Join(dir, reportPage), n.report.HTML); err != nil {
		return err
	}
	return runs.Replace(filepath.Join(dir, reportFile), n.report.JSON)
}

// copyPlan leaves with the run what it did or would do, when the plan itself is
// elsewhere and may be made anew or deleted. Passwords stay where they are, and
// so does a journal that only tells what another run did.
func (n *session) copyPlan() error {
	if n.report.Plan == nil {
		return nil
	}
	files := []string{plan.LinesFile, plan.FindingsFile, plan.PlanFile}
	if n.journal != nil || n.before != nil {
		files = append([]string{journal.File}, files...)
	}
	for _, name := range files {
		if err := copyFile(filepath.Join(n.record, name), filepath.Join(n.job.Dir, name)); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	return nil
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// prune deletes runs that are too old to be kept. Whatever cannot be deleted
// is told and changes nothing: the run has ended before.
func (n *session) prune() {
	if n.record == "" {
		return
	}
	keep := runs.Keep{Runs: n.keptRuns(), For: n.env.KeepFor}
	if _, err := n.store.Prune(keep, n.job.RunID, plan.PasswordsFile, n.program.now()); err != nil {
		n.emit.Send(brick.Noticed{Finding: brick.Finding{
			Source: n.store.String(), Warning: true, Text: "not all old runs could be deleted: " + err.Error(),
			Hint: "BRICK_KEEP_RUNS and BRICK_KEEP_FOR say which of them stay",
		}})
	}
}
