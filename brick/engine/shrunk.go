package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"time"

	"users-brick/brick"
	"users-brick/brick/runs"
	"users-brick/brick/spool"
	"users-brick/params"
)

// TooFewRows says why a file of so many rows is taken for broken: it has fewer
// than min_rows demands, as a number or as a share of the file that was last
// applied well. It is an error of kind BadInput, and nil for a file that will
// do. last may be nil: then a share demands nothing.
//
// A file without rows that allow_empty permits is compared with nothing.
func TooFewRows(p *params.Params, rows int64, last *runs.Tally) error {
	var whole int64
	if last != nil && rows > 0 {
		whole = last.Rows
	}
	least := p.MinRows.Least(whole)
	if p.AllowShrink || rows >= least {
		return nil
	}
	err := &brick.Error{
		Kind: brick.BadInput, Err: fmt.Errorf("the file has %s, at least %d are needed (min_rows %s)", brick.Number(rows, "row"), least, p.MinRows),
		Hint: "check that the file is whole; when it is meant, set allow_shrink to true for one run (--allow-shrink), or lower min_rows",
	}
	if last != nil {
		err.Err = fmt.Errorf("%w; the last good one had %d, in run %s of %s", err.Err, last.Rows, last.Run, last.Time.UTC().Format(time.RFC3339))
	}
	return err
}

// shownLosses is how many projects a message about a file with too few rows
// names.
const shownLosses = 10

// weigh compares the file with the last good one, and leaves beside the plan
// what a later file is compared with. When it fails the rows are freed.
func (j *Job) weigh(ctx context.Context, p *partition) error {
	whole := p.sorted
	var err error
	if j.passesOver() {
		if whole, err = p.counting.Sort(ctx); err == nil {
			defer whole.Close()
		}
	}
	if err == nil {
		err = j.enough(p.rows, people(whole))
	}
	if err == nil {
		err = j.writeTally(p, people(whole))
	}
	if err != nil {
		p.sorted.Close()
	}
	return err
}

// passesOver reports whether rows of other projects are not kept, so that they
// are to be counted apart.
func (j *Job) passesOver() bool {
	step, _ := j.Mode.Step(brick.ProjectLevel)
	return step.Route == brick.ByProjectID && step.CurrentOnly
}

// count counts a row whose project is known.
func (j *Job) count(p *partition, row *brick.Row) error {
	if !j.passesOver() {
		return nil // sorting all rows does it
	}
	return p.counting.Add(row.Project, string(row.Login), nil)
}

// enough refuses a file with too few rows, and names the projects that lost
// most people.
func (j *Job) enough(rows int64, people iter.Seq2[runs.People, error]) error {
	few := TooFewRows(j.Params, rows, j.Last)
	if few == nil || j.MayShrink {
		return nil
	}
	refused, ok := errors.AsType[*brick.Error](few)
	if !ok || j.Last == nil {
		return few
	}
	losses, all, err := runs.Lost(j.Last.People(), people, shownLosses)
	if err != nil || all == 0 {
		return few // the refusal stands, whatever cannot be said about it
	}
	text := ":"
	for _, l := range losses {
		text += fmt.Sprintf("\n  %s: %d of %d people are left", j.called(l.Project), l.Now, l.Before)
	}
	if more := all - int64(len(losses)); more > 0 {
		text += fmt.Sprintf("\n  and %s lost people", brick.Number(more, "more project"))
	}
	refused.Err = fmt.Errorf("%w%s", refused.Err, text)
	return refused
}

// called names what the file calls a project.
func (j *Job) called(project string) string {
	switch {
	case !j.Mode.ByProject():
		return "in all"
	case j.Mode.LooksUpClients():
		return "client " + project
	}
	return "project " + project
}

// writeTally leaves beside the plan what the file was made of.
func (j *Job) writeTally(p *partition, people iter.Seq2[runs.People, error]) error {
	f, err := os.OpenFile(filepath.Join(j.Dir, runs.TallyFile), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("write tally: %w", err)
	}
	t := runs.Tally{Run: j.RunID, Time: j.Started, Input: p.input.SHA256, Rows: p.rows}
	if err := errors.Join(t.Write(f, people), f.Close()); err != nil {
		return fmt.Errorf("write tally: %w", err)
	}
	return nil
}

// people yields how many different people sorted rows name for each project,
// bad rows included as far as they say whom they mean and where.
func people(sorted *spool.Sorted) iter.Seq2[runs.People, error] {
	return func(yield func(runs.People, error) bool) {
		for g := range sorted.Groups() {
			n, err := logins(g)
			if !yield(runs.People{Project: g.Key(), People: n}, err) || err != nil {
				return
			}
		}
	}
}

// logins counts the different logins of a group, which come in order.
func logins(g spool.Group) (n int64, err error) {
	var last []byte
	for r, err := range g.Records() {
		if err != nil {
			return 0, err
		}
		if len(r.Order) > 0 && !bytes.Equal(r.Order, last) {
			n++
			last = append(last[:0], r.Order...)
		}
	}
	return n, nil
}
