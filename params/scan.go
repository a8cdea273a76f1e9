package params

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// space passes over white space, and over comments with a fault.
func (p *parser) space() {
	for {
		for p.pos < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.pos]) >= 0 {
			p.pos++
		}
		length := commentLength(p.text[p.pos:])
		if length == 0 {
			return
		}
		p.fault(p.pos, `take it out, or keep it as a key that starts with x_`, "comments are not allowed in JSON")
		p.pos += length
	}
}

// commentLength returns how many bytes a comment takes at the start of text.
func commentLength(text []byte) int {
	var end string
	switch {
	case bytes.HasPrefix(text, []byte("//")), bytes.HasPrefix(text, []byte("#")):
		end = "\n"
	case bytes.HasPrefix(text, []byte("/*")):
		end = "*/"
	default:
		return 0
	}
	if i := bytes.Index(text[1:], []byte(end)); i >= 0 {
		return 1 + i + len(end)
	}
	return len(text)
}

// quotedText reads a text in double quotes.
func (p *parser) quotedText() string {
	start := p.pos
	for p.pos++; p.pos < len(p.text) && p.text[p.pos] != '"' && p.text[p.pos] != '\n'; p.pos++ {
		if p.text[p.pos] == '\\' {
			p.pos++
		}
	}
	if p.pos >= len(p.text) || p.text[p.pos] != '"' {
		p.pos = start
		p.stop(`close the text with "; write a line break as \n`, "a text without its closing quote")
		return ""
	}
	p.pos++
	raw := p.text[start:p.pos]
	if p.escapes {
		raw = keepDollars(raw)
	}
	var text string
	err := json.Unmarshal(raw, &text)
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset := int(syntax.Offset) - 1
		if p.escapes {
			offset = beforeKeeping(p.text[start:p.pos], offset)
		}
		p.fault(min(start+offset, p.pos-1), `write \\ for a backslash and \t for a tab`, "a character that must be escaped, or a wrong escape")
	}
	return text
}

// keepDollars writes the escape \$, which JSON does not know, so that it comes
// out of the text unchanged.
func keepDollars(raw []byte) []byte {
	var kept []byte
	for i := 0; i < len(raw); i++ {
		if raw[i] == '\\' && i+1 < len(raw) {
			if raw[i+1] == '$' {
				kept = append(kept, '\\')
			}
			kept = append(kept, raw[i])
			i++
		}
		kept = append(kept, raw[i])
	}
	return kept
}

// beforeKeeping returns where in a text a byte stands of what keepDollars makes
// of it.
func beforeKeeping(raw []byte, offset int) int {
	for i := 0; i < offset && i+1 < len(raw); i++ {
		if raw[i] == '\\' {
			if raw[i+1] == '$' {
				offset--
			}
			i++
		}
	}
	return offset
}

func (p *parser) number() string {
	start := p.pos
	for p.pos < len(p.text) && strings.IndexByte("+-.0123456789eE", p.text[p.pos]) >= 0 {
		p.pos++
	}
	text := p.text[start:p.pos]
	if !json.Valid(text) {
		p.fault(start, "write it as 25 or 2.5, or put it in double quotes", "not a JSON number")
		return "0"
	}
	return string(text)
}

// word reads true, false and null.
func (p *parser) word(n *node) {
	start := p.pos
	for p.pos < len(p.text) && strings.IndexByte(" \t\r\n,:{}[]\"/#", p.text[p.pos]) < 0 {
		p.pos++
	}
	switch word := string(p.text[start:p.pos]); word {
	case "true", "false":
		n.form, n.text = isFlag, word
	case "null":
	default:
		p.fault(start, "write true, false or null in lower case; put texts in double quotes", "expected a value")
	}
}
