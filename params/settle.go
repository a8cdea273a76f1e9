package params

import (
	"encoding/json"
	"slices"
	"strings"

	"users-brick/brick"
)

// settle returns the object with each thing said once and known keys under
// their field's own name, and notes keys that are given twice. Unknown keys
// stay as written; texts that hold the JSON of an object or list are read.
func settle(fields []Field, n *node, notes *notes) *node {
	if n.form == isList {
		return settleItems(fields, n, notes)
	}
	if n.form != isObject {
		return n
	}
	settled := *n
	settled.members = nil
	kept := map[string]member{} // as written, by folded name
	for _, m := range n.members {
		f := find(fields, m.key)
		name := m.key
		var inside []Field
		if f != nil {
			name, inside = f.Name, f.Fields
			if f.Name == hiddenName {
				m.value.hide()
			}
		}
		first, twice := kept[brick.Fold(name)]
		if twice && (first.key == m.key || !first.value.absent()) {
			clash(first, m, notes)
			continue
		}
		if twice { // the first says nothing
			settled.members = slices.DeleteFunc(settled.members, func(s member) bool { return s.key == first.key })
		}
		kept[brick.Fold(name)] = m
		if f != nil && m.value.absent() {
			continue
		}
		value := settle(inside, unfold(f, m.value, notes), notes)
		settled.members = append(settled.members, member{name, m.at, value})
	}
	return &settled
}

func settleItems(fields []Field, n *node, notes *notes) *node {
	settled := *n
	settled.items = nil
	for _, item := range n.items {
		settled.items = append(settled.items, settle(fields, item, notes))
	}
	return &settled
}

// unfold reads a text that holds the JSON of what the field takes; any other
// value is returned as it is.
func unfold(f *Field, n *node, notes *notes) *node {
	if f == nil || n.form != isText {
		return n
	}
	text := strings.TrimSpace(n.text)
	switch f.Type {
	case Object, Texts, Encoded:
		if !strings.HasPrefix(text, "{") && f.Type != Encoded {
			return n
		}
	case List:
		if !strings.HasPrefix(text, "[") {
			return n
		}
	case Objects:
		if !strings.HasPrefix(text, "[") && !strings.HasPrefix(text, "{") {
			return n
		}
	case Patterns: // an expression may begin with a bracket
		if !strings.HasPrefix(text, "[") || !json.Valid([]byte(text)) {
			return n
		}
	default:
		return n
	}
	if read := parseInside(f, n, notes); read != nil {
		return read
	}
	return &node{form: isNull, at: n.at, secret: n.secret}
}

// parseInside reads the JSON in a text. Positions in a text of the document
// are told beside that of the text, those in a variable are the variable's.
func parseInside(f *Field, n *node, notes *notes) *node {
	base := n.at
	switch {
	case base.inner != "":
		base.inner += ", " + f.Name
	case base.line > 0:
		base.inner = f.Name
	}
	return parser{base: base, notes: notes, hidden: n.secret || f.Secret, escapes: f.Type == Encoded}.parse([]byte(n.text))
}

// clash notes a thing that is said twice: under one key always, under two
// spellings when they differ.
func clash(first, second member, notes *notes) {
	switch {
	case first.key == second.key:
		notes.fail(second.at, "keep one of the two", "%s is given twice", second.name())
	case second.value.absent() || first.value.equal(second.value):
	case first.at.line > 0:
		notes.fail(second.at, "keep one of the two", "%s and %s in line %d mean the same and have different values", second.name(), first.name(), first.at.line)
	default:
		notes.fail(second.at, "keep one of the two", "%s means the same as %s and has a different value", second.name(), first.name())
	}
}

// merge lays one settled object over another: objects merge deep, anything
// else replaces. Neither argument changes.
func merge(base, over *node) *node {
	if base.form != isObject || over.form != isObject {
		return over
	}
	merged := *base
	merged.members = slices.Clone(base.members)
	for _, m := range over.members {
		i := indexFolded(merged.members, m.key)
		if i < 0 {
			merged.members = append(merged.members, m)
			continue
		}
		m.value = merge(merged.members[i].value, m.value)
		merged.members[i] = m
	}
	return &merged
}

// unpipe takes the keys of the form a|b|c out of a settled object, makes nested
// objects of them, and lays these over it. Keys that skip names stay, and so
// do keys with more parts than objects may stand in each other.
func unpipe(fields []Field, n *node, skip map[string]bool, notes *notes) *node {
	plain := *n
	plain.members = nil
	var nested []*node
	for _, m := range n.members {
		if bars := strings.Count(m.key, "|"); bars == 0 || bars > maxDepth || skip[brick.Fold(m.key)] {
			plain.members = append(plain.members, m)
			continue
		}
		nested = append(nested, settle(fields, nest(m), notes))
	}
	result := &plain
	for _, piped := range nested {
		result = merge(result, piped)
	}
	return result
}

// nest makes an object of each part of a piped key, the first outermost.
func nest(m member) *node {
	parts := strings.Split(m.key, "|")
	slices.Reverse(parts)
	n := m.value
	for _, part := range parts {
		n = &node{form: isObject, at: m.at, secret: m.value.secret, members: []member{{part, m.at, n}}}
	}
	return n
}
