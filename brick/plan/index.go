package plan

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"

	"users-brick/brick"
)

// index says where the scopes stand in the file of a plan. Of each it holds
// two numbers, and it grows in pages without being copied: a plan may have a
// million scopes.
type index struct {
	pages [][]place
}

// place is where one scope stands.
type place struct {
	offset int64 // of its record
	first  int64 // the Seq of its first change, or what that would be
}

const pagePlaces = 4096

// add appends a scope; the end of the plan comes last.
func (x *index) add(offset, first int64) {
	if n := len(x.pages); n == 0 || len(x.pages[n-1]) == pagePlaces {
		x.pages = append(x.pages, nil)
	}
	last := &x.pages[len(x.pages)-1]
	*last = append(*last, place{offset, first})
}

func (x *index) at(i int) place { return x.pages[i/pagePlaces][i%pagePlaces] }

// scopes returns how many scopes there are, once the end has been added.
func (x *index) scopes() int {
	if len(x.pages) == 0 {
		return 0
	}
	return (len(x.pages)-1)*pagePlaces + len(x.pages[len(x.pages)-1]) - 1
}

// Section is one scope of a plan.
type Section struct {
	Scope brick.Scope
	First int64 // the Seq of its first change
	N     int64 // how many changes it has

	plan        *Plan
	offset, end int64
	summary     *brick.Summary
}

// Scopes returns how many scopes the plan has, those without changes included.
func (p *Plan) Scopes() int { return p.index.scopes() }

// Changes returns how many changes the i-th scope of the plan has, from 0,
// without reading it.
func (p *Plan) Changes(i int) int64 { return p.index.at(i+1).first - p.index.at(i).first }

// Section reads the i-th scope of the plan, from 0.
func (p *Plan) Section(i int) (Section, error) {
	from, to := p.index.at(i), p.index.at(i+1)
	s := Section{First: from.first, N: to.first - from.first, plan: p, offset: from.offset, end: to.offset}
	for line, err := range s.lines() { // the first one
		var r scopeRecord
		if err == nil {
			err = json.Unmarshal(line, &r)
		}
		s.Scope, s.summary = r.Scope, &r.Summary
		return s, err
	}
	return s, errors.New("read plan: the scope is gone")
}

// Sections yields the scopes that have changes, in order. After an error the
// sequence ends.
func (p *Plan) Sections() iter.Seq2[Section, error] {
	return p.sections(func(i int) bool { return p.Changes(i) > 0 })
}

func (p *Plan) sections(wanted func(i int) bool) iter.Seq2[Section, error] {
	return func(yield func(Section, error) bool) {
		for i := range p.Scopes() {
			if !wanted(i) {
				continue
			}
			s, err := p.Section(i)
			if !yield(s, err) || err != nil {
				return
			}
		}
	}
}

// Summaries yields the summary of every scope, in order.
func (p *Plan) Summaries() iter.Seq2[brick.Summary, error] {
	return func(yield func(brick.Summary, error) bool) {
		for s, err := range p.sections(func(int) bool { return true }) {
			if err != nil {
				yield(brick.Summary{}, err)
				return
			}
			if !yield(*s.summary, nil) {
				return
			}
		}
	}
}

// Summary returns the summary of the section's scope.
func (s Section) Summary() brick.Summary { return *s.summary }

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
		seq := s.First - 1 // the scope record comes first
		for line, err := range s.lines() {
			if seq++; seq == s.First && err == nil {
				continue
			}
			if err == nil && !wanted(seq-1, line) {
				continue
			}
			var c brick.Change
			if err == nil {
				c, err = decode.change(line)
			}
			c.Seq = seq - 1
			if !yield(c, err) || err != nil {
				return
			}
		}
	}
}

// Buffers for reading: most scopes are small, and many are read at once.
var (
	smallBuffers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 4<<10) }}
	largeBuffers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 64<<10) }}
)

// lines yields the lines of a section, its own record first. They are good
// until the next one.
func (s Section) lines() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		buffers := &smallBuffers
		if s.end-s.offset > 32<<10 && s.summary != nil {
			buffers = &largeBuffers
		}
		r := buffers.Get().(*bufio.Reader)
		defer buffers.Put(r)
		r.Reset(io.NewSectionReader(s.plan.file, s.offset, s.end-s.offset))
		for at := s.offset; at < s.end; {
			line, err := readLine(r)
			if errors.Is(err, io.EOF) {
				err = errors.New("the file has become shorter")
			}
			if err != nil {
				err = fmt.Errorf("read plan: %w", err)
			}
			if !yield(line, err) || err != nil {
				return
			}
			at += int64(len(line))
		}
	}
}
