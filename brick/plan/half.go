package plan

import (
	"bytes"
	"iter"
	"sync"

	"users-brick/brick"
)

// Half is Changes for those that take, or for the others. The other half is
// passed over without being read.
func (s Section) Half(takes bool) iter.Seq2[brick.Change, error] {
	if takes {
		if known, ok := s.plan.takes.in(s); ok {
			return s.pickIn(known, func(int64, int64, []byte) bool { return true })
		}
		return s.pick(func(_ int64, line []byte) bool { return inHalf(line, true) })
	}
	return func(yield func(brick.Change, error) bool) {
		var others stretches
		for c, err := range s.pickIn([]stretch{s.all()}, func(seq, offset int64, line []byte) bool {
			if inHalf(line, false) {
				return true
			}
			others.add(seq, offset, int64(len(line)))
			return false
		}) {
			if !yield(c, err) || err != nil {
				return
			}
		}
		s.plan.takes.remember(s, others)
	}
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

// takes remembers where the changes that take stand in large sections, once
// the others have been read: they are few and far between, and the platform
// waits while they are looked for.
type takes struct {
	mu    sync.Mutex
	at    map[int64]stretches // by the offset of the section
	count int                 // stretches in all of them
}

// mostStretches is how many stretches a plan remembers, each some bytes.
const mostStretches = 1 << 15

// remember keeps where all changes stand that take in a section.
func (t *takes) remember(s Section, all stretches) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s.end-s.offset <= largeSection || t.count+len(all) >= mostStretches {
		return
	}
	if t.at == nil {
		t.at = map[int64]stretches{}
	}
	t.count += len(all) - len(t.at[s.offset])
	t.at[s.offset] = all
}

// in returns where all changes stand that take in a section, and false when
// that is not known.
func (t *takes) in(s Section) (all stretches, known bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	all, known = t.at[s.offset]
	return all, known
}

// stretches are lines in their order. More than a plan remembers are not kept.
type stretches []stretch

// add adds a line.
func (all *stretches) add(seq, offset, size int64) {
	if n := len(*all); n > 0 && (*all)[n-1].end == offset {
		(*all)[n-1].end += size
		return
	}
	if len(*all) < mostStretches {
		*all = append(*all, stretch{offset, offset + size, seq})
	}
}
