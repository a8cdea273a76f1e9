package params

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"users-brick/brick"
)

// place is where something was written.
type place struct {
	source string // a file as the user named it, or an environment variable
	line   int    // from 1; 0 for the whole source
	column int    // in characters, from 1
	inner  string // where inside a text that holds JSON itself, such as "gd_encoded_params 1:7"
}

// notes collects findings.
type notes struct{ found brick.Findings }

func (n *notes) fail(at place, hint, format string, args ...any) {
	n.add(at, false, hint, fmt.Sprintf(format, args...))
}

func (n *notes) warn(at place, hint, format string, args ...any) {
	n.add(at, true, hint, fmt.Sprintf(format, args...))
}

func (n *notes) add(at place, warning bool, hint, text string) {
	if at.inner != "" {
		text += " (inside " + at.inner + ")"
	}
	n.found = append(n.found, brick.Finding{
		Source: at.source, Line: at.line, Column: at.column, Warning: warning, Text: text, Hint: hint,
	})
}

// form is the JSON type of a node.
type form uint8

const (
	isNull form = iota
	isFlag
	isNumber
	isText
	isList
	isObject
)

var formNames = [...]string{
	isNull: "null", isFlag: "true or false", isNumber: "a number", isText: "a text", isList: "a list", isObject: "an object",
}

func (f form) String() string { return formNames[f] }

// node is one JSON value with its place.
type node struct {
	form    form
	at      place
	text    string // of a text; of a number or flag as written
	items   []*node
	members []member
	secret  bool // must not be shown
}

// member is one key of an object with its value.
type member struct {
	key   string
	at    place // of the key
	value *node
}

// absent reports whether the value counts as not given.
func (n *node) absent() bool {
	return n == nil || n.form == isNull || n.form == isText && n.text == ""
}

// wording returns what a text says. A whole number says what is written: ids
// and passwords of nothing but digits are often stored as numbers.
func (n *node) wording() (text string, ok bool) {
	return n.text, n.form == isText || n.form == isNumber && !strings.ContainsAny(n.text, ".eE")
}

// hidden reports whether any part of the value is secret.
func (n *node) hidden() bool {
	return n.secret ||
		slices.ContainsFunc(n.items, (*node).hidden) ||
		slices.ContainsFunc(n.members, func(m member) bool { return m.value.hidden() })
}

// hide makes the value and all its parts secret.
func (n *node) hide() {
	n.secret = true
	for _, item := range n.items {
		item.hide()
	}
	for _, m := range n.members {
		m.value.hide()
	}
}

// height returns how many steps it is from the value to the deepest of its parts.
func (n *node) height() int {
	most := -1
	for _, item := range n.items {
		most = max(most, item.height())
	}
	for _, m := range n.members {
		most = max(most, m.value.height())
	}
	return most + 1
}

// show returns the value for a message: scalars quoted and cut, others by
// their type, nothing of a secret.
func (n *node) show() string {
	switch {
	case n.secret:
		return "the hidden value"
	case n.form == isText:
		return quoted(n.text)
	case n.form == isNumber || n.form == isFlag:
		return clipped(n.text)
	}
	return n.form.String()
}

// equal reports whether two values say the same, in whatever order of keys; a
// number or flag says the same as its text.
func (n *node) equal(m *node) bool {
	if n.kind() != m.kind() || n.text != m.text || len(n.members) != len(m.members) {
		return false
	}
	if !slices.EqualFunc(n.items, m.items, (*node).equal) {
		return false
	}
	for _, a := range n.members {
		b, found := m.member(a.key)
		if !found || !a.value.equal(b.value) {
			return false
		}
	}
	return true
}

// kind is the form, less the difference between a scalar and its text.
func (n *node) kind() form {
	if n.form == isFlag || n.form == isNumber {
		return isText
	}
	return n.form
}

// member returns the member with exactly this key, the first of several.
func (n *node) member(key string) (member, bool) {
	i := slices.IndexFunc(n.members, func(m member) bool { return m.key == key })
	if i < 0 {
		return member{}, false
	}
	return n.members[i], true
}

// name returns the key for a message.
func (m member) name() string {
	if m.value.secret {
		return "(hidden)"
	}
	return quoted(m.key)
}

func quoted(s string) string { return strconv.Quote(clipped(s)) }

// clipped cuts a text that would fill the screen.
func clipped(s string) string {
	const most = 60
	if runes := []rune(s); len(runes) > most {
		return strings.TrimSpace(string(runes[:most])) + "…"
	}
	return s
}
