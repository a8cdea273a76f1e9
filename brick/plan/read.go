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
	index index
	takes takes
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
		c.plan.index.add(c.at, c.claimed+1)
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
	c.plan.index.add(c.at, c.claimed+1)
	c.claimed += s.Counts.Changes()
	c.scopes++
	return nil
}

func (c *checker) complete() error {
	if c.changes != c.claimed || c.changes != c.plan.End.Changes || c.scopes != c.plan.End.Scopes {
		return errors.New("the plan's counts do not add up")
	}
	return nil
}

// readLine returns the next line with its line end, good until the next one; a
// last line without one is taken for broken off.
func readLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		var rest []byte
		line = bytes.Clone(line)
		rest, err = r.ReadBytes('\n')
		line = append(line, rest...)
	}
	if errors.Is(err, io.EOF) && len(line) > 0 {
		return nil, errors.New("the file breaks off in the middle of a line")
	}
	return line, err
}
