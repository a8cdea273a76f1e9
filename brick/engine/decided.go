package engine

import (
	"fmt"
	"slices"

	"users-brick/brick"
	"users-brick/brick/guard"
	"users-brick/brick/plan"
	"users-brick/brick/spool"
)

// decided counts a decision and writes down what must be remembered of it.
func (s *section) decided(d *plan.Decision) error {
	if err := s.settle(d); err != nil {
		return err
	}
	return s.waits(d)
}

// settle is decided for all but since when somebody is missing.
func (s *section) settle(d *plan.Decision) error {
	s.countMembers(d)
	switch d.Verdict {
	case plan.Kept:
		s.summary.Counts.Kept++
	case plan.Spared:
		s.summary.Counts.Spared++
	case plan.Absent:
		s.summary.Counts.Absent++
		return s.note(plan.Note{What: plan.NotHere, Login: d.Login, Lines: d.Lines, Text: "not in the organization"})
	case plan.Held:
		s.summary.Counts.Held++
		if d.Last && d.Withheld.Takes() {
			s.summary.LastAdmins++
		}
		s.badRows += int64(d.BadRows)
		return s.note(plan.Note{What: plan.HeldOne, Login: d.Login, Action: d.Withheld, Lines: d.Lines, Text: d.Reason})
	case plan.Changed:
		return s.change(d)
	}
	return nil
}

// firstOut is how many people are named where there may be too many.
const firstOut = guard.Named

// name adds somebody to those who are named to the guard, unless there are
// enough of them.
func name(first *[]brick.Login, login brick.Login) {
	if len(*first) < firstOut {
		*first = append(*first, login)
	}
}

func (s *section) change(d *plan.Decision) error {
	*s.summary.Counts.Of(d.Change.Action)++
	if d.Change.Takes() && !d.Change.Action.Takes() {
		s.summary.Lowered++
	}
	switch {
	case d.Change.Action.Takes():
		name(&s.summary.FirstOut, d.Login)
		if d.Before == brick.Enabled {
			name(&s.summary.FirstLosing, d.Login)
		}
	case d.Change.Action != brick.Add:
		name(&s.summary.FirstUpdated, d.Login)
	}
	line, err := plan.AppendChange(s.line[:0], &d.Change)
	if err != nil {
		return err
	}
	s.line = line
	if _, err = s.changes.Write(line); err == nil {
		_, err = s.lines.Write(plan.AppendLine(line[:0], d.Lines))
	}
	if err == nil && d.Change.SetPassword {
		line, err = plan.EncodePassword(&d.Change)
		if err == nil {
			_, err = s.passwords.Write(line)
		}
	}
	return err
}

// countMembers keeps the figures by which the guard judges. The spared are in
// none of them.
func (s *section) countMembers(d *plan.Decision) {
	if d.Verdict == plan.Spared {
		return
	}
	after := d.Before
	if d.Verdict == plan.Changed {
		after = 0
		if d.Change.After != nil {
			after = d.Change.After.Status
		}
		if d.Change.Action == brick.Update {
			after = d.Before
		}
	}
	switch d.Before {
	case brick.Enabled:
		s.summary.WasEnabled++
	case brick.Disabled:
		s.summary.WasDisabled++
	}
	if after == brick.Enabled {
		s.summary.WillBeUsable++
	} else if d.Before == brick.Enabled {
		s.summary.LoseAccess++
	}
}

func (s *section) note(n plan.Note) error {
	n.Scope = s.summary.Scope
	line, err := plan.EncodeNote(&n)
	if err == nil {
		_, err = s.notes.Write(line)
	}
	return err
}

// shownLines is how many lines are listed for a scope that failed.
const shownLines = 100

// noteFailure says which rows a scope that cannot be planned concerns.
func (s *section) noteFailure(t *target) error {
	lines, err := firstLines(t.rows)
	if err != nil {
		return err
	}
	text := s.summary.Failure.Text
	if more := s.summary.Rows - int64(len(lines)); more > 0 {
		text += fmt.Sprintf(" (and %d more rows)", more)
	}
	return s.note(plan.Note{What: plan.Unplanned, Lines: lines, Text: text})
}

func firstLines(rows *spool.Group) ([]int, error) {
	var lines []int
	for row, err := range rowsOf(rows) {
		if err != nil {
			return nil, err
		}
		if lines = append(lines, row.Line); len(lines) == shownLines {
			break
		}
	}
	slices.Sort(lines)
	return lines, nil
}
