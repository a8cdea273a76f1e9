package directory

import (
	"encoding/json"
	"slices"
	"time"

	"users-brick/brick"
)

// The audit is written some rows at a time: one statement of twenty rows
// costs little more than one of one row.
const (
	noteCells = 8
	noteRows  = 20
	noteOne   = `(?, ?, ?, ?, ?, ?, ?, ?)`
	noteInto  = `INSERT INTO audit (run, at, level, scope, login, action, before, after) VALUES `
)

// audit records a change that takes place, with the person before and after;
// nil where there was nobody or there is nobody any more. It is written by
// flush at the latest.
func (t *transaction) audit(s brick.Scope, login brick.Login, action string, before, after any) error {
	was, err := jsonCell(before)
	if err != nil {
		return err
	}
	is, err := jsonCell(after)
	if err != nil {
		return err
	}
	t.notes = append(t.notes, t.run, t.at, s.Level.String(), s.ID, string(login), action, was, is)
	if len(t.notes) < noteCells*noteRows {
		return nil
	}
	_, err = t.noteMany.ExecContext(t.ctx, t.notes...)
	t.notes = t.notes[:0]
	return err
}

// flush writes what is left of the audit.
func (t *transaction) flush() error {
	for row := range slices.Chunk(t.notes, noteCells) {
		if _, err := t.note.ExecContext(t.ctx, row...); err != nil {
			return err
		}
	}
	t.notes = nil
	return nil
}

func jsonCell(value any) (any, error) {
	if value == nil {
		return nil, nil
	}
	text, err := json.Marshal(value)
	return string(text), err
}

// stamp writes a time as the audit has it.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
