package params

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxDepth is how deep objects and lists may stand in each other.
const maxDepth = 64

// parser reads JSON strictly and says of every fault where it is and what to
// do. After a fault whose meaning is plain (a comma for a colon, a comment, a
// comma too many or too few) it goes on, so that one look shows all of them.
//
// base names the text; when base has an inner name, the text is itself a value
// that stands at base, and positions in it are told beside that.
type parser struct {
	base    place
	notes   *notes
	hidden  bool // neither keys nor values may be shown
	escapes bool // \$ in a text stays as it is, for the references

	text   []byte
	pos    int
	ruler  *ruler
	broken bool // a fault was found that cannot be passed over
}

// parse returns the tree of a JSON text, and nil when it cannot be read to its
// end; why not is among the notes.
func (p parser) parse(text []byte) *node {
	p.text = bytes.TrimPrefix(text, []byte("\ufeff"))
	p.ruler = newRuler(p.text)
	if !p.readable() {
		return nil
	}
	root := p.value(0)
	if p.broken {
		return nil
	}
	if p.space(); p.pos < len(p.text) {
		hint := "a JSON text holds one value only; is there a bracket too many before?"
		if root.form == isText {
			hint = "put { } around the keys and their values"
		}
		p.stop(hint, "unexpected text after the end")
		return nil
	}
	return root
}

// readable refuses what is no text at all, and an empty one.
func (p *parser) readable() bool {
	if bytes.HasPrefix(p.text, []byte{0xff, 0xfe}) || bytes.HasPrefix(p.text, []byte{0xfe, 0xff}) {
		p.stop("save it as UTF-8", "the text is UTF-16")
		return false
	}
	for i := 0; i < len(p.text); {
		r, size := utf8.DecodeRune(p.text[i:])
		if r == utf8.RuneError && size == 1 {
			p.pos = i
			p.stop("save it as UTF-8", "the text is not UTF-8")
			return false
		}
		i += size
	}
	if p.space(); p.pos == len(p.text) {
		p.stop(`the least is {"input_source": "users.csv", …}`, "the text is empty")
		return false
	}
	return true
}

func (p *parser) place(offset int) place {
	line, column := p.ruler.at(offset)
	at := p.base
	if at.inner == "" {
		at.line, at.column = line, column
		return at
	}
	at.inner = fmt.Sprintf("%s %d:%d", at.inner, line, column)
	return at
}

func (p *parser) here() place { return p.place(p.pos) }

// fault notes a fault that can be passed over.
func (p *parser) fault(offset int, hint, format string, args ...any) {
	p.notes.fail(p.place(offset), hint, format, args...)
}

// stop notes a fault at the current position and gives up.
func (p *parser) stop(hint, format string, args ...any) {
	if !p.broken {
		p.fault(p.pos, hint, format, args...)
	}
	p.broken = true
}

// peek returns the next byte, 0 at the end.
func (p *parser) peek() byte {
	if p.pos < len(p.text) {
		return p.text[p.pos]
	}
	return 0
}

func (p *parser) value(depth int) *node {
	n := &node{at: p.here(), secret: p.hidden}
	switch c := p.peek(); {
	case depth > maxDepth:
		p.stop("", "more than %d objects and lists stand in each other", maxDepth)
	case c == '{':
		n.form = isObject
		p.object(n, depth)
	case c == '[':
		n.form = isList
		p.list(n, depth)
	case c == '"':
		n.form = isText
		n.text = p.quotedText()
	case c == '-' || c >= '0' && c <= '9':
		n.form = isNumber
		n.text = p.number()
	case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
		p.word(n)
	case c == '\'':
		p.stop("put texts in double quotes", "JSON knows no single quotes")
	case p.pos == len(p.text):
		p.stop("is a part of the text missing?", "the text ends where a value is expected")
	default:
		p.stop("", "expected a value")
	}
	return n
}

func (p *parser) object(n *node, depth int) {
	p.pos++
	for p.space(); p.peek() != '}' && !p.broken; p.space() {
		key := member{at: p.here()}
		if !p.key(&key) {
			return
		}
		p.space()
		key.value = p.value(depth + 1)
		n.members = append(n.members, key)
		p.separator('}')
	}
	p.bracket()
}

// key reads a key with its colon, and reports whether a value may follow.
func (p *parser) key(m *member) bool {
	if p.peek() != '"' {
		p.noKey()
		return false
	}
	m.key = p.quotedText()
	p.space()
	c := p.peek()
	if c == ':' {
		p.pos++
		return !p.broken
	}
	if p.pos == len(p.text) || strings.IndexByte("}]", c) >= 0 {
		p.stop("a key needs a value", "expected ':' after the key")
		return false
	}
	if !p.broken {
		p.fault(p.pos, "a key and its value are separated by a colon", "expected ':' after the key")
	}
	if strings.IndexByte(",=;", c) >= 0 {
		p.pos++
	}
	return !p.broken
}

func (p *parser) noKey() {
	switch {
	case p.pos == len(p.text):
		p.stop("is a part of the text missing?", "the text ends inside an object: '}' is missing")
	case p.peek() == ',':
		p.stop("take one comma out", "a comma too many")
	default:
		p.stop("put keys in double quotes", "expected a key in double quotes")
	}
}

func (p *parser) list(n *node, depth int) {
	p.pos++
	for p.space(); p.peek() != ']' && !p.broken; p.space() {
		n.items = append(n.items, p.value(depth+1))
		p.separator(']')
	}
	p.bracket()
}

// bracket passes over the closing bracket, which is not there after a fault.
func (p *parser) bracket() {
	if !p.broken {
		p.pos++
	}
}

// separator passes over the comma between two members or items, and over none
// before the closing bracket.
func (p *parser) separator(closing byte) {
	if p.broken {
		return
	}
	p.space()
	comma := p.pos
	switch c := p.peek(); {
	case c == closing:
	case c == ',':
		p.pos++
		if p.space(); p.peek() == closing {
			p.fault(comma, "take the comma out", "a comma before the closing '%c'", closing)
		}
	case p.pos == len(p.text):
		p.stop("is a part of the text missing?", "the text ends where ',' or '%c' is expected", closing)
	case strings.IndexByte(`"{[`, c) >= 0:
		p.fault(p.pos, "separate them by a comma", "expected ',' or '%c'", closing)
	default:
		p.stop("", "expected ',' or '%c'", closing)
	}
}
