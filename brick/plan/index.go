package plan

import (
	"bufio"
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
	for line, err := range s.lines(s.all()) { // the first one
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

func (s Section) pick(wanted func(seq int64, line []byte) bool) iter.Seq2[brick.Change, error] {
	return s.pickIn([]stretch{s.all()}, func(seq, _ int64, line []byte) bool { return wanted(seq, line) })
}

// stretch is some lines of a section that stand together.
type stretch struct {
	offset, end int64
	first       int64 // the Seq of its first change
}

// all is the whole section. Its own record stands where a change would have
// the Seq before the first.
func (s Section) all() stretch { return stretch{s.offset, s.end, s.First - 1} }

// pickIn yields the changes in some stretches that are wanted, by their Seq,
// where they stand and their lines.
func (s Section) pickIn(stretches []stretch, wanted func(seq, offset int64, line []byte) bool) iter.Seq2[brick.Change, error] {
	return func(yield func(brick.Change, error) bool) {
		var decode decoder
		for _, part := range stretches {
			seq, at := part.first-1, part.offset
			for line, err := range s.lines(part) {
				seq++
				offset := at
				at += int64(len(line))
				if err == nil && (seq < s.First || !wanted(seq, offset, line)) {
					continue
				}
				c := brick.Change{}
				if err == nil {
					c, err = decode.change(line)
				}
				c.Seq = seq
				if !yield(c, err) || err != nil {
					return
				}
			}
		}
	}
}

// Buffers for reading: most scopes are small, and many are read at once.
var (
	smallBuffers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 4<<10) }}
	largeBuffers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 64<<10) }}
)

// largeSection is how many bytes a section must have to be read at once by
// more than a few.
const largeSection = 32 << 10

// lines yields some lines of a section. They are good until the next one.
func (s Section) lines(part stretch) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		buffers := &smallBuffers
		if part.end-part.offset > largeSection && s.summary != nil {
			buffers = &largeBuffers
		}
		r := buffers.Get().(*bufio.Reader)
		defer buffers.Put(r)
		r.Reset(io.NewSectionReader(s.plan.file, part.offset, part.end-part.offset))
		for at := part.offset; at < part.end; {
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
