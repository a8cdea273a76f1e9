package plan

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"path/filepath"

	"users-brick/brick"
)

// HeldFolder is where, below the directory of a plan, the changes are left that
// the guard held back.
const HeldFolder = "held"

// LeaveHeld writes what the guard held back of a plan as a plan of its own into
// a directory that exists, so that whoever means it can still do it. Its figures
// are those after what the outcome says was done. It is refused until somebody
// accepts it (see [Plan.Accept]), and has the same digest whenever it is written
// of the same plan and outcome. When nothing was held back there is none, and
// the result is nil.
func (p *Plan) LeaveHeld(dir string, out *Outcome) (*Plan, error) {
	if out.Count(HeldBack) == 0 {
		return nil, nil
	}
	h := p.Header
	h.HeldOf = "sha256:" + h.Digest
	w, err := Create(dir, h)
	if err != nil {
		return nil, err
	}
	for section, err := range p.Sections() {
		if err == nil {
			err = w.held(section, out)
		}
		if err != nil {
			w.Abandon()
			return nil, err
		}
	}
	if err := WriteLines(dir, heldEntries{p, out}); err != nil {
		w.Abandon()
		return nil, err
	}
	return w.Finish(End{
		Rows: p.End.Rows, OtherRows: p.End.OtherRows, Objections: ofRemovals(p.End.Objections),
		Refusal: &brick.Refusal{Kind: brick.Refused, Text: "the guard held these removals"},
	})
}

// held adds what was held back in a section, if anything was.
func (w *Writer) held(section Section, out *Outcome) error {
	before := section.Summary()
	s := brick.Summary{
		Scope: before.Scope, Rows: before.Rows, MayEmpty: before.MayEmpty, Objections: ofRemovals(before.Objections),
		FirstOut: before.FirstOut, WasEnabled: before.WasEnabled, WasDisabled: before.WasDisabled,
	}
	for c, err := range section.Changes() {
		if err != nil {
			return err
		}
		switch out.Of(c.Seq) {
		case Done:
			count(&s, c.Before, -1)
			count(&s, c.After, 1)
		case HeldBack:
			*s.Counts.Of(c.Action)++
			if c.Before != nil && c.Before.Status == brick.Enabled {
				s.LoseAccess++
			}
		}
	}
	if s.Counts.Changes() == 0 {
		return nil
	}
	s.WillBeUsable = s.WasEnabled - s.LoseAccess
	return w.Scope(&s, heldLines{section, out})
}

// count counts a member in or out; one who is not there is in no figure.
func count(s *brick.Summary, m *brick.Member, n int64) {
	switch {
	case m == nil:
	case m.Status == brick.Enabled:
		s.WasEnabled += n
	case m.Status == brick.Disabled:
		s.WasDisabled += n
	}
}

// ofRemovals returns the objections that holding removals back answers.
func ofRemovals(objections []brick.Objection) []brick.Objection {
	var kept []brick.Objection
	for _, o := range objections {
		if o.Removals {
			kept = append(kept, o)
		}
	}
	return kept
}

// heldEntries are the entries of lines.bin of the changes that were held back,
// so that what is said of them later says where the file names them, too.
type heldEntries struct {
	plan *Plan
	out  *Outcome
}

// WriteTo writes them.
func (h heldEntries) WriteTo(w io.Writer) (n int64, err error) {
	var lines io.ReaderAt = bytes.NewReader(nil) // nobody knows any
	if f, err := os.Open(filepath.Join(h.plan.Dir, LinesFile)); err == nil {
		defer f.Close()
		lines = f
	}
	buffered := bufio.NewWriter(w)
	var entry []byte
	for seq := int64(1); seq <= h.plan.End.Changes; seq++ {
		if h.out.Of(seq) == HeldBack {
			entry = AppendLine(entry[:0], []int{lineAt(lines, seq)})
			written, _ := buffered.Write(entry) // Flush tells
			n += int64(written)
		}
	}
	return n, buffered.Flush()
}

// heldLines are the lines of the changes of a section that were held back.
type heldLines struct {
	section Section
	out     *Outcome
}

// WriteTo writes them.
func (h heldLines) WriteTo(w io.Writer) (n int64, err error) {
	for c, err := range h.section.Pick(func(seq int64) bool { return h.out.Of(seq) == HeldBack }) {
		if err != nil {
			return n, err
		}
		line, err := EncodeChange(&c)
		if err != nil {
			return n, err
		}
		written, err := w.Write(line)
		n += int64(written)
		if err != nil {
			return n, err
		}
	}
	return n, nil
}
