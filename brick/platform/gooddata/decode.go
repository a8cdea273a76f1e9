package gooddata

import (
	"errors"

	"github.com/mailru/easyjson/jlexer"
)

// Answers are read token by token, since reading the members of large
// projects is the dearest thing that a run does: what nobody needs is passed
// over without being kept.

// decode reads an answer with a function that takes one value. Anything
// behind the value, and an answer that is cut off, is an error.
func decode(body []byte, take func(*jlexer.Lexer)) error {
	l := &jlexer.Lexer{Data: body}
	take(l)
	l.Consumed()
	return l.Error()
}

// shape says what is taken of an object, by the name of the field. All other
// fields are passed over; a field that is missing is not taken, and null is an
// object without fields.
type shape map[string]func(*jlexer.Lexer)

func (s shape) take(l *jlexer.Lexer) {
	fields(l, func(name string) {
		if take := s[name]; take != nil {
			take(l)
		} else {
			pass(l)
		}
	})
}

// fields calls a function with the name of every field of an object; it must
// take the value.
func fields(l *jlexer.Lexer, each func(name string)) {
	if l.IsNull() {
		l.Skip()
		return
	}
	l.Delim('{')
	for l.Ok() && !l.IsDelim('}') {
		name := l.UnsafeFieldName(false)
		l.WantColon()
		each(name)
		l.WantComma()
	}
	l.Delim('}')
}

// items calls a function before every item of an array; it must take the
// item. Null is an array without items.
func items(l *jlexer.Lexer, each func()) {
	if l.IsNull() {
		l.Skip()
		return
	}
	l.Delim('[')
	for l.Ok() && !l.IsDelim(']') {
		each()
		l.WantComma()
	}
	l.Delim(']')
}

// into takes a string; null is the empty one.
func into(s *string) func(*jlexer.Lexer) {
	return func(l *jlexer.Lexer) { *s = word(l) }
}

func word(l *jlexer.Lexer) string {
	if l.IsNull() {
		l.Skip()
		return ""
	}
	return l.String()
}

// glance takes a string that is good only as long as the body.
func glance(l *jlexer.Lexer) string {
	if l.IsNull() {
		l.Skip()
		return ""
	}
	return l.UnsafeString()
}

// deepest is how deep values may lie in one another that are passed over token
// by token. The lexer's own way is slower, and does not mind the depth.
const deepest = 16

// pass takes any value and forgets it.
func pass(l *jlexer.Lexer) { passDeep(l, deepest) }

func passDeep(l *jlexer.Lexer, depth int) {
	switch {
	case depth == 0:
		l.SkipRecursive()
	case l.IsDelim('{'):
		fields(l, func(string) { passDeep(l, depth-1) })
	case l.IsDelim('['):
		items(l, func() { passDeep(l, depth-1) })
	default:
		l.Skip()
	}
}

// pageShape takes a page of a list: items, and the link to the next page. They
// stand side by side or in an object of their own:
//
//	{"users":[…],"paging":{"next":"/gdc/…"}}
//	{"userGroups":{"paging":{"next":null},"items":[…]}}
//
// An answer without the list is an error, and no list without items.
type pageShape struct {
	name  string // of the list
	item  func(*jlexer.Lexer)
	next  string
	found bool
}

func (p *pageShape) take(l *jlexer.Lexer) {
	paging := shape{"next": into(&p.next)}.take
	list := func(l *jlexer.Lexer) {
		p.found = !l.IsNull()
		items(l, func() { p.item(l) })
	}
	shape{
		"paging": paging,
		p.name: func(l *jlexer.Lexer) {
			if l.IsDelim('{') {
				shape{"paging": paging, "items": list}.take(l)
			} else {
				list(l)
			}
		},
	}.take(l)
	if l.Ok() && !p.found {
		l.AddError(errors.New("it has no list of " + p.name))
	}
}
