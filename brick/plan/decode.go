package plan

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"users-brick/brick"
)

// decoder reads lines of changes. The zero decoder is ready for use, by one
// goroutine.
//
// What [EncodeChange] writes of a member of a project, in plain ASCII, is read
// directly, and that is nearly all; encoding/json reads the rest, and what
// somebody else has written. Millions of changes are read.
type decoder struct {
	roles, groups lastList
}

// lastList is the list that came last: most people of a project have the same
// roles, and share them.
type lastList struct {
	text string
	list []string
}

// change returns the change of a line. It keeps nothing of the line.
func (d *decoder) change(line []byte) (brick.Change, error) {
	s := scanner{rest: string(line), plain: true}
	if c := d.quick(&s); s.plain && s.rest == "" {
		return c, nil
	}
	var r changeRecord
	err := json.Unmarshal(line, &r)
	return r.change(), err
}

// quick reads a change as far as it is plain.
func (d *decoder) quick(s *scanner) (c brick.Change) {
	s.need(`{"kind":"` + changeKind + `","scope":{"level":`)
	s.word(&c.Scope.Level)
	s.need(`,"id":`)
	c.Scope.ID = s.quoted()
	s.need(`},"login":`)
	s.quoted()
	s.need(`,"action":`)
	s.word(&c.Action)
	if s.has(`,"why":`) {
		c.Why = s.quoted()
	}
	c.SetPassword = s.has(`,"set_password":true`)
	c.AddGroups = s.has(`,"add_groups":true`)
	if s.has(`,"before":`) {
		c.Before = d.member(s)
	}
	if s.has(`,"after":`) {
		c.After = d.member(s)
	}
	s.need("}\n")
	return c
}

// member reads a member without a profile.
func (d *decoder) member(s *scanner) *brick.Member {
	m := &brick.Member{}
	s.need(`{"login":`)
	m.Login = brick.Login(s.quoted())
	if s.has(`,"status":`) {
		s.word(&m.Status)
	}
	if s.has(`,"roles":`) {
		m.Roles = s.list(&d.roles)
	}
	if s.has(`,"groups":`) {
		m.Groups = s.list(&d.groups)
	}
	if s.has(`,"ref":`) {
		m.Ref = s.quoted()
	}
	s.need("}")
	return m
}

// scanner walks over a text as long as it is plain, which means: as expected,
// and without anything that JSON escapes.
type scanner struct {
	rest  string
	plain bool
}

// has walks over a text if it comes next.
func (s *scanner) has(text string) (found bool) {
	s.rest, found = strings.CutPrefix(s.rest, text)
	return found
}

// need walks over a text, which must come next.
func (s *scanner) need(text string) {
	s.plain = s.has(text) && s.plain
}

// quoted walks over a JSON string and returns what it means.
func (s *scanner) quoted() string {
	s.need(`"`)
	for i := range len(s.rest) {
		switch c := s.rest[i]; {
		case c == '"':
			text := s.rest[:i]
			s.rest = s.rest[i+1:]
			return text
		case c < 0x20 || c == '\\' || c >= utf8.RuneSelf:
			s.plain = false
			return ""
		}
	}
	s.plain = false
	return ""
}

// word walks over a word of a closed list.
func (s *scanner) word(w interface{ UnmarshalText([]byte) error }) {
	if w.UnmarshalText([]byte(s.quoted())) != nil {
		s.plain = false
	}
}

// list walks over a list of strings.
func (s *scanner) list(last *lastList) []string {
	if last.list != nil && s.has(last.text) {
		return last.list
	}
	before := s.rest
	s.need("[")
	list := []string{}
	for s.plain && !s.has("]") {
		if len(list) > 0 {
			s.need(",")
		}
		list = append(list, strings.Clone(s.quoted()))
	}
	if s.plain { // half a list would be taken for a whole one in the next line
		*last = lastList{strings.Clone(before[:len(before)-len(s.rest)]), list[:len(list):len(list)]}
	}
	return list
}
