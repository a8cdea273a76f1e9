package plan

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"users-brick/brick"
)

// Grace lets those who are missing from the file stay, disabled, until they
// have been missing for so long that they are deleted.
type Grace struct {
	For   time.Duration
	Now   time.Time // when the run began
	Start time.Time // what a clock that begins now shows: Now, unless clocks were put back
	// Since returns since when somebody is missing, and false when that is not
	// known. It is asked in the order of logins.
	Since func(brick.Login) (time.Time, bool)
}

// Missing says since when somebody is missing from the file, and until when he
// stays. The zero Missing: he is not, or no clock is kept.
type Missing struct{ Since, Until time.Time }

// Days returns a time as people read it in reasons.
func Days(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// wait decides about a member who is missing and would be deleted at once if
// there were no grace. Whoever can use the project is disabled first: so his
// clock begins anew when somebody enabled him in between. Who was disabled by
// others waits from the day on which he was first found missing.
func (r *Rules) wait(d *Decision, before, after *brick.Member) {
	since, known := r.Grace.Since(d.Login)
	if d.Before == brick.Enabled || !known {
		since = r.Grace.Start
	}
	d.Missing = Missing{since, since.Add(r.Grace.For)}
	over := known && !r.Grace.Now.Before(d.Missing.Until)
	switch {
	case d.Before == brick.Enabled:
		r.change(d, brick.Disable, before, after, "not in the file; will be deleted after "+Days(d.Missing.Until))
	case over:
		r.change(d, brick.Remove, before, nil, "not in the file since "+Days(since)+", and removal_grace is over")
	}
}

// Waits reports whether somebody stays only until his time is over.
func (d *Decision) Waits() bool {
	return d.Missing != (Missing{}) && (d.Verdict == Unmentioned || d.Change.Action == brick.Disable)
}

// Reminder says since when somebody is missing and until when he stays, "" when
// no clock is kept of him.
func (d *Decision) Reminder() string {
	if d.Missing == (Missing{}) {
		return ""
	}
	text := "missing since " + Days(d.Missing.Since)
	if d.Waits() {
		text += ", will be deleted after " + Days(d.Missing.Until)
	}
	return text
}

// WriteMissing writes who is missing from the file, for when the plan is
// applied; nil where no clock is kept, so that none of an earlier plan stays.
func WriteMissing(dir string, lines io.WriterTo) error {
	path := filepath.Join(dir, MissingFile)
	if lines == nil {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("write who is missing: %w", err)
		}
		return nil
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("write who is missing: %w", err)
	}
	_, err = lines.WriteTo(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write who is missing: %w", err)
	}
	return nil
}
