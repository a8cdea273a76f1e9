package plan

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"

	"users-brick/brick"
)

// Plan is a finished plan on disk. Its methods may be called from several
// goroutines.
type Plan struct {
	Dir    string
	Header Header
	End    End

	// Accepted says that the guard's refusal has been lifted with [Plan.Accept].
	Accepted bool

	file  *os.File
	index []section
}

// Open reads the plan in a directory and proves that it is whole: its digest
// fits, it has an end, its counts add up. A plan that is damaged, changed by
// hand or of another version is an error of kind BadInput.
func Open(dir string) (*Plan, error) {
	f, err := os.Open(filepath.Join(dir, PlanFile))
	if err != nil {
		return nil, &brick.Error{Kind: brick.BadInput, Op: "open plan", Err: err, Hint: "name the directory that `plan --out` wrote"}
	}
	p := &Plan{Dir: dir, file: f}
	if err := p.check(); err != nil {
		f.Close()
		return nil, &brick.Error{Kind: brick.BadInput, Op: "open plan " + filepath.Join(dir, PlanFile), Err: err, Hint: "make the plan anew with `plan --out`"}
	}
	return p, nil
}

// Close closes the plan's file.
func (p *Plan) Close() error { return p.file.Close() }

// check reads the whole file once, for its digest, its index and its end.
func (p *Plan) check() error {
	c := checker{plan: p}
	lines := bufio.NewReaderSize(io.NewSectionReader(p.file, 0, 1<<62), 1<<18)
	sum := sha256.New()
	for {
		line, err := readLine(lines)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if c.lines == 0 {
			line = c.blankDigest(line)
		}
		sum.Write(line)
		if err := c.line(line); err != nil {
			return fmt.Errorf("line %d: %w", c.lines, err)
		}
		c.at += int64(len(line))
	}
	switch {
	case !c.ended:
		return errors.New("the plan breaks off: it has no end")
	case c.digest != hex.EncodeToString(sum.Sum(nil)):
		return errors.New("the plan does not fit its digest: it was changed after it was made")
	}
	p.Header.Digest = c.digest
	return c.complete()
}

// checker follows the records of a plan.
type checker struct {
	plan    *Plan
	lines   int
	at      int64
	digest  string
	ended   bool
	changes int64
	scopes  int64
	claimed int64 // changes that the scopes so far announce
}

// blankDigest takes the digest out of the header line.
func (c *checker) blankDigest(line []byte) []byte {
	var h headerRecord
	if json.Unmarshal(line, &h) != nil || len(h.Digest) != len(noDigest) {
		return line
	}
	i := bytes.LastIndex(line, []byte(h.Digest))
	if i < 0 { // written in another way than this program does
		return line
	}
	c.digest = h.Digest
	return append(append(append([]byte{}, line[:i]...), noDigest...), line[i+len(noDigest):]...)
}

func (c *checker) line(line []byte) error {
	c.lines++
	kind := kindOf(line)
	switch {
	case c.ended:
		return errors.New("something follows the end")
	case (c.lines == 1) != (kind == headerKind):
		return errors.New("the header is missing or repeated")
	}
	switch kind {
	case headerKind:
		return c.header(line)
	case scopeKind:
		return c.scope(line)
	case changeKind:
		c.changes++
		return nil
	case endKind:
		c.ended = true
		var end endRecord
		err := json.Unmarshal(line, &end)
		c.plan.End = end.End
		return err
	}
	return fmt.Errorf("unknown record %q", kind)
}

// kindOf returns the kind of a record, which every line begins with.
func kindOf(line []byte) string {
	rest, found := bytes.CutPrefix(line, []byte(`{"kind":"`))
	kind, _, closed := bytes.Cut(rest, []byte(`"`))
	if !found || !closed {
		return ""
	}
	return string(kind)
}

func (c *checker) header(line []byte) error {
	var h headerRecord
	if err := json.Unmarshal(line, &h); err != nil {
		return err
	}
	if h.Version != Version {
		return fmt.Errorf("the plan has version %d, this program reads version %d", h.Version, Version)
	}
	c.plan.Header = h.Header
	return nil
}

func (c *checker) scope(line []byte) error {
	var s scopeRecord
	if err := json.Unmarshal(line, &s); err != nil {
		return err
	}
	if c.changes != c.claimed {
		return errors.New("the scope before has more or fewer changes than it says")
	}
	if n := s.Counts.Changes(); n > 0 {
		c.plan.index = append(c.plan.index, section{s.Scope, c.at, c.claimed + 1, n})
		c.claimed += n
	}
	c.scopes++
	return nil
}

func (c *checker) complete() error {
	if c.changes != c.claimed || c.changes != c.plan.End.Changes || c.scopes != c.plan.End.Scopes {
		return errors.New("the plan's counts do not add up")
	}
	return nil
}

// readLine returns the next line with its line end; a last line without one
// is taken for broken off.
func readLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadBytes('\n')
	if errors.Is(err, io.EOF) && len(line) > 0 {
		return nil, errors.New("the file breaks off in the middle of a line")
	}
	return line, err
}

// Summaries yields the summary of every scope, in order.
func (p *Plan) Summaries() iter.Seq2[brick.Summary, error] {
	return func(yield func(brick.Summary, error) bool) {
		for line, err := range p.lines(0) {
			var s scopeRecord
			if err == nil && kindOf(line) != scopeKind {
				continue
			}
			if err == nil {
				err = json.Unmarshal(line, &s)
			}
			if !yield(s.Summary, err) || err != nil {
				return
			}
		}
	}
}

// lines yields the lines of the file from an offset on.
func (p *Plan) lines(offset int64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		r := bufio.NewReaderSize(io.NewSectionReader(p.file, offset, 1<<62-offset), 1<<16)
		for {
			line, err := readLine(r)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				err = fmt.Errorf("read plan: %w", err)
			}
			if !yield(line, err) || err != nil {
				return
			}
		}
	}
}

// Section is one scope of a plan that has changes.
type Section struct {
	Scope brick.Scope
	First int64 // the Seq of its first change
	N     int64 // how many changes it has

	plan   *Plan
	offset int64
}

// Sections returns the scopes that have changes, in order.
func (p *Plan) Sections() []Section {
	sections := make([]Section, len(p.index))
	for i, s := range p.index {
		sections[i] = Section{s.scope, s.first, s.n, p, s.offset}
	}
	return sections
}

// Summary returns the summary of the section's scope.
func (s Section) Summary() (brick.Summary, error) {
	for line, err := range s.plan.lines(s.offset) {
		var r scopeRecord
		if err == nil {
			err = json.Unmarshal(line, &r)
		}
		return r.Summary, err
	}
	return brick.Summary{}, errors.New("read plan: the scope is gone")
}

// Changes yields the changes of the scope, in the order of logins, with Seq
// set.
func (s Section) Changes() iter.Seq2[brick.Change, error] {
	return s.pick(func(int64, []byte) bool { return true })
}

// Pick is Changes for those whose Seq is wanted; the others are passed over
// without being read, which is much faster.
func (s Section) Pick(wanted func(seq int64) bool) iter.Seq2[brick.Change, error] {
	return s.pick(func(seq int64, _ []byte) bool { return wanted(seq) })
}

// Half is Changes for those that take, or for the others. The other half is
// passed over without being read.
func (s Section) Half(takes bool) iter.Seq2[brick.Change, error] {
	return s.pick(func(_ int64, line []byte) bool { return inHalf(line, takes) })
}

// inHalf reports whether the line of a change may be of one that takes, or of
// one that does not.
func inHalf(line []byte, takes bool) bool {
	action, known := actionOf(line)
	return !known || (action.Takes() || bytes.Contains(line, goes)) == takes
}

// goes stands in the line of a change that takes the project from somebody who
// runs it. Inside a text its quotes would be escaped.
var goes = []byte(`,"administrator":"` + brick.LeadGoes.String() + `"`)

// actionOf finds the action in the line of a change. What stands before it is
// the scope and the login, in which every quote is escaped.
func actionOf(line []byte) (brick.Action, bool) {
	_, rest, _ := bytes.Cut(line, []byte(`,"action":"`))
	word, _, _ := bytes.Cut(rest, []byte(`"`))
	var a brick.Action
	err := a.UnmarshalText(word)
	return a, err == nil
}

func (s Section) pick(wanted func(seq int64, line []byte) bool) iter.Seq2[brick.Change, error] {
	return func(yield func(brick.Change, error) bool) {
		var decode decoder
		n := int64(-1) // the scope record comes first
		for line, err := range s.plan.lines(s.offset) {
			n++
			if n == 0 && err == nil {
				continue
			}
			if n > s.N {
				return
			}
			if err == nil && !wanted(s.First+n-1, line) {
				continue
			}
			var c brick.Change
			if err == nil {
				c, err = decode.change(line)
			}
			c.Seq = s.First + n - 1
			if !yield(c, err) || err != nil {
				return
			}
		}
	}
}
