package params

import (
	"slices"
	"strings"

	"users-brick/brick"
)

// The names under which params come as JSON in a text.
const (
	encodedName = "gd_encoded_params"
	hiddenName  = "gd_encoded_hidden_params"
)

// decoder makes one object of the params in all their forms.
type decoder struct {
	fields []Field
	notes  *notes
	refs   map[string]*node // the plain params by their names as written
	used   map[string]bool  // the folded names of refs that were asked for
}

func newDecoder(fields []Field, notes *notes) *decoder {
	return &decoder{fields: fields, notes: notes, refs: map[string]*node{}, used: map[string]bool{}}
}

// layer is one source of plain params: the document or the environment.
type layer struct {
	root *node // as written
	over bool  // whoever gives another value in a lower layer is told so
}

// decode lays the layers over each other, then gd_encoded_params, then
// gd_encoded_hidden_params, then the keys of the form a|b.
func (d *decoder) decode(layers []layer) *node {
	plain := &node{form: isObject}
	for _, l := range layers {
		for _, m := range l.root.members {
			d.refs[m.key] = m.value
		}
		settled := settle(d.fields, l.root, d.notes)
		if l.over {
			d.overridden(plain, settled)
			settled = replacing(plain, settled)
		}
		plain = settled
	}
	merged := &node{form: isObject, at: plain.at}
	for _, m := range plain.members {
		if m.key != encodedName && m.key != hiddenName {
			merged.members = append(merged.members, m)
		}
	}
	for _, name := range []string{encodedName, hiddenName} {
		if m, given := plain.member(name); given {
			merged = merge(merged, d.encoded(m))
		}
	}
	return unpipe(d.fields, merged, d.used, d.notes)
}

// encoded returns the settled params that one of the encoded keys holds, with
// its references resolved.
func (d *decoder) encoded(m member) *node {
	secret := m.key == hiddenName
	if secret {
		m.value.hide()
	}
	if m.value.form != isObject {
		if !m.value.absent() {
			d.notes.fail(m.value.at, `write {"name": value, …}`, "%s takes an object or its JSON, not %s", m.key, m.value.show())
		}
		return &node{form: isObject, at: m.at}
	}
	return settle(d.fields, d.resolve(m.value), d.notes)
}

// overridden warns of params that a layer gives with another value than the
// one below it.
func (d *decoder) overridden(below, over *node) {
	for _, m := range over.members {
		i := indexFolded(below.members, m.key)
		if i >= 0 && !below.members[i].value.equal(m.value) {
			d.notes.warn(below.members[i].at, "keep one of the two", "%s has another value in %s, which wins", below.members[i].name(), m.at.source)
		}
	}
}

// replacing returns the members of below that over does not have, and all of
// over.
func replacing(below, over *node) *node {
	result := &node{form: isObject, at: below.at}
	for _, m := range below.members {
		if indexFolded(over.members, m.key) < 0 {
			result.members = append(result.members, m)
		}
	}
	result.members = append(result.members, over.members...)
	return result
}

func indexFolded(members []member, key string) int {
	return slices.IndexFunc(members, func(m member) bool { return brick.Fold(m.key) == brick.Fold(key) })
}

// resolve returns the value with the references in all its texts replaced.
// What a reference brings in is never looked at again, so no value can add
// keys or references of its own.
func (d *decoder) resolve(n *node) *node {
	resolved := *n
	resolved.items, resolved.members = nil, nil
	for _, item := range n.items {
		resolved.items = append(resolved.items, d.resolve(item))
	}
	for _, m := range n.members {
		m.value = d.resolve(m.value)
		resolved.members = append(resolved.members, m)
	}
	if n.form == isText {
		d.expand(&resolved)
	}
	return &resolved
}

// expand replaces ${name} in a text, and takes \$ and \\ for $ and \.
func (d *decoder) expand(n *node) {
	var b strings.Builder
	for rest := n.text; rest != ""; {
		switch {
		case strings.HasPrefix(rest, `\\`), strings.HasPrefix(rest, `\$`):
			b.WriteByte(rest[1])
			rest = rest[2:]
			continue
		case strings.HasPrefix(rest, "${"):
			if end := strings.IndexAny(rest[2:], "{}\n"); end > 0 && rest[2+end] == '}' {
				b.WriteString(d.reference(n, rest[2:2+end]))
				rest = rest[2+end+1:]
				continue
			}
		}
		b.WriteByte(rest[0])
		rest = rest[1:]
	}
	n.text = b.String()
}

// reference returns what ${name} stands for in a text; itself when there is no
// such param. The text becomes secret when the param is.
func (d *decoder) reference(n *node, name string) string {
	shown := quoted(name)
	if n.secret {
		shown = "a hidden reference"
	}
	literal := "${" + name + "}"
	value, found := d.refs[name]
	if !found {
		d.notes.warn(n.at, `add that param, or write \$ for a dollar`, "%s refers to no param and stays as it is", shown)
		return literal
	}
	d.used[brick.Fold(name)] = true
	switch value.form {
	case isText, isNumber, isFlag:
		n.secret = n.secret || value.secret
		return value.text
	case isNull:
		return ""
	}
	d.notes.fail(n.at, "refer to a text, a number, true or false", "%s refers to %s", shown, value.form)
	return literal
}
