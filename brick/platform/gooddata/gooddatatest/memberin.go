package gooddatatest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mailru/easyjson/jlexer"
)

// memberIn is one member as a client wants him. What is nil was not said.
type memberIn struct {
	status *string
	roles  *[]string
	self   string
}

// membersIn reads one member or a batch of them, token by token: a fleet sends
// hundreds of thousands. An entry without a member is nil.
type membersIn []*memberIn

// keysIn are the keys that are read; one that differs from them in its letter
// case only is an error, as it is in [call.decode].
var keysIn = []string{"user", "users", "content", "links", "status", "userRoles", "self"}

func (m *membersIn) decode(body []byte) error {
	l := &jlexer.Lexer{Data: body}
	one, single := (*memberIn)(nil), false
	object(l, func(key string) {
		switch key {
		case "user":
			one = readMember(l)
			single = one != nil
		case "users":
			list(l, func() {
				var in *memberIn
				object(l, func(key string) {
					if key == "user" {
						in = readMember(l)
					} else {
						other(l, key)
					}
				})
				*m = append(*m, in)
			})
		default:
			other(l, key)
		}
	})
	if l.Consumed(); single {
		*m = membersIn{one}
	}
	return l.Error()
}

func readMember(l *jlexer.Lexer) *memberIn {
	if l.IsNull() {
		l.Skip()
		return nil
	}
	in := &memberIn{}
	object(l, func(key string) {
		switch key {
		case "content":
			object(l, func(key string) { in.content(l, key) })
		case "links":
			object(l, func(key string) {
				if key == "self" {
					in.self = l.String()
				} else {
					other(l, key)
				}
			})
		default:
			other(l, key)
		}
	})
	return in
}

func (m *memberIn) content(l *jlexer.Lexer, key string) {
	switch {
	case key != "status" && key != "userRoles":
		other(l, key)
	case l.IsNull():
		l.Skip()
	case key == "status":
		status := l.String()
		m.status = &status
	default:
		roles := []string{}
		list(l, func() { roles = append(roles, l.String()) })
		m.roles = &roles
	}
}

// object calls a function with every key of an object, which must take the
// value. Null has none.
func object(l *jlexer.Lexer, take func(key string)) {
	if l.IsNull() {
		l.Skip()
		return
	}
	l.Delim('{')
	for l.Ok() && !l.IsDelim('}') {
		key := l.UnsafeFieldName(false)
		l.WantColon()
		take(key)
		l.WantComma()
	}
	l.Delim('}')
}

// list calls a function for every item of a list, which must take it.
func list(l *jlexer.Lexer, take func()) {
	if l.IsNull() {
		l.Skip()
		return
	}
	l.Delim('[')
	for l.Ok() && !l.IsDelim(']') {
		take()
		l.WantComma()
	}
	l.Delim(']')
}

// other passes over what nobody reads.
func other(l *jlexer.Lexer, key string) {
	if i := slices.IndexFunc(keysIn, func(known string) bool { return strings.EqualFold(known, key) }); i >= 0 && keysIn[i] != key {
		l.AddError(fmt.Errorf("key %q is written %q", keysIn[i], strings.Clone(key)))
	}
	l.SkipRecursive()
}
