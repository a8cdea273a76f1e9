package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"users-brick/brick"
	"users-brick/brick/plan"
	"users-brick/brick/spool"
	"users-brick/params"
)

// partition is the whole file, read to its end and put in the order of what
// the rows belong to and of logins.
type partition struct {
	sorted    *spool.Sorted
	input     plan.Input
	hasGroups bool
	counting  *spool.Sorter // people of all projects, when rows of others are passed over

	rows   int64
	bad    int64 // bad rows that may concern this run
	broken int64 // all bad rows
	other  int64 // rows that belong to no scope of this run

	notes  *spool.Buffer // bad rows and warnings, as lines of findings.ndjson
	first  []string      // the first bad rows, for a message
	left   map[int]bool  // lines of bad rows that belong to no scope of this run
	doubts doubts        // of rows that may belong anywhere

	place func(line int) string // where a line stands, for people
}

// leave passes over rows that turned out to belong to no scope of this run.
// The bad ones among them are for others to mend.
func (p *partition) leave(rows spool.Group) error {
	p.other += rows.Len()
	if p.bad == 0 {
		return nil
	}
	for row, err := range rowsOf(&rows) {
		if err != nil {
			return err
		}
		if row.Bad != nil {
			p.bad--
			p.left[row.Line] = true
		}
	}
	return nil
}

// writeNotes hands on what was noted of the rows of this run.
func (p *partition) writeNotes(to *plan.Notes) error {
	if len(p.left) == 0 {
		return to.Append(p.notes)
	}
	notes := json.NewDecoder(p.notes.NewReader())
	for {
		var n plan.Note
		if err := notes.Decode(&n); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read findings: %w", err)
		}
		if p.left[n.Lines[0]] {
			continue
		}
		if err := to.Add(n); err != nil {
			return err
		}
	}
}

// Close frees what the partition holds.
func (p *partition) Close() {
	p.sorted.Close()
	p.notes.Close()
}

// partition reads the file to its end. A file that cannot be trusted as a
// whole is an error of kind BadInput.
func (j *Job) partition(ctx context.Context, src Source) (*partition, error) {
	sorter := spool.New(spool.Options{Memory: j.Memory, Dir: j.TmpDir})
	defer sorter.Close()
	p := &partition{left: map[int]bool{}, place: src.place(), doubts: newDoubts(src.place()), notes: spool.NewBuffer(bufferMemory, j.TmpDir)}
	p.counting = spool.New(spool.Options{Memory: j.memory() / 8, Dir: j.TmpDir})
	defer p.counting.Close()
	err := j.readAll(ctx, src, sorter, p)
	if err == nil {
		err = j.trust(p)
	}
	if err == nil {
		p.sorted, err = sorter.Sort(ctx)
	}
	if err == nil {
		p.input, p.hasGroups = src.Input(), src.HasGroups()
		err = j.weigh(ctx, p)
	}
	if err != nil {
		p.notes.Close()
		return nil, err
	}
	return p, nil
}

// readEvery is after how many rows progress is told.
const readEvery = 10_000

func (j *Job) readAll(ctx context.Context, src Source, sorter *spool.Sorter, p *partition) error {
	var value []byte
	for row, err := range src.Rows {
		if err != nil {
			return err
		}
		p.rows++
		if p.rows%readEvery == 0 {
			j.Emit.Send(brick.RowsRead{Rows: p.rows, Bad: p.bad})
			if ctx.Err() != nil {
				return stopped(ctx)
			}
		}
		if row.Bad == nil && row.Project == "" && j.Mode.ByProject() {
			row.Bad = &brick.BadRow{Reason: "the row names no project", Anywhere: true}
		}
		key, mine, known := j.key(&row)
		if row.Bad != nil {
			if err := j.noteBad(&row, mine, p); err != nil {
				return err
			}
		}
		if known {
			if err := j.count(p, &row); err != nil {
				return err
			}
		}
		switch {
		case !known:
			if p.doubts.add(&row); p.doubts.len() > mostDoubts {
				return tooManyBad(p.first, p.broken, mostDoubts)
			}
		case !mine:
			p.other++
		default:
			value = spool.AppendRow(value[:0], key, &row)
			if err := sorter.Add(key, string(row.Login), value); err != nil {
				return err
			}
		}
	}
	j.Emit.Send(brick.RowsRead{Rows: p.rows, Bad: p.bad, Done: true})
	return nil
}

// key says under which key a row is kept, whether it belongs to this run at
// all, and whether its place is known.
func (j *Job) key(row *brick.Row) (key string, mine, known bool) {
	if row.Bad != nil && row.Bad.Anywhere {
		return "", true, false
	}
	switch {
	case !j.Mode.ByProject():
		return "", true, true
	case j.passesOver():
		return row.Project, row.Project == j.Params.Project, true
	}
	return row.Project, true, true
}

// shownFindings is how many bad rows a message lists.
const shownFindings = 20

// noteBad writes down a bad row. One that belongs to another project only
// speaks against the file as a whole.
func (j *Job) noteBad(row *brick.Row, mine bool, p *partition) error {
	p.broken++
	if len(p.first) < shownFindings {
		p.first = append(p.first, p.place(row.Line)+": "+row.Bad.Reason)
	}
	if !mine {
		return nil
	}
	p.bad++
	line, err := plan.EncodeNote(&plan.Note{
		What: plan.BadRow, Login: row.Login, Lines: []int{row.Line}, Column: row.Bad.Column, Text: row.Bad.Reason, Hint: row.Bad.Hint,
	})
	if err == nil {
		_, err = p.notes.Write(line)
	}
	return err
}

// trust decides whether the file as a whole can be what it should be.
func (j *Job) trust(p *partition) error {
	most := j.Params.MaxBadRows.Most(p.rows)
	switch {
	case p.rows == 0 && !j.Params.AllowEmpty:
		return &brick.Error{
			Kind: brick.BadInput, Err: fmt.Errorf("the file has no rows"),
			Hint: "an empty file would take everybody out; when it is meant, set allow_empty to true",
		}
	case j.Params.OnBadRow == params.RefuseBadRow:
		return nil // all of them are listed with the plan
	case p.broken > most:
		return tooManyBad(p.first, p.broken, most)
	}
	return nil
}

// tooManyBad is the error for a file with too many bad rows.
func tooManyBad(first []string, bad, most int64) error {
	text := ""
	for _, one := range first {
		text += "\n  " + one
	}
	if more := bad - int64(len(first)); more > 0 {
		text += fmt.Sprintf("\n  and %d more", more)
	}
	return &brick.Error{
		Kind: brick.BadInput, Err: fmt.Errorf("%d bad rows, at most %d are allowed (max_bad_rows); the file is taken for broken:%s", bad, most, text),
		Hint: "`users-brick validate` lists them all",
	}
}
