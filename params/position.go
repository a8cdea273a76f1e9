package params

import (
	"bytes"
	"unicode/utf8"
)

// ruler tells line and column of offsets in a text. Offsets that ask in
// ascending order cost one pass over the text in all.
type ruler struct {
	text         []byte
	offset       int // of the last answer
	line, column int // the last answer
}

func newRuler(text []byte) *ruler { return &ruler{text: text, line: 1, column: 1} }

// at returns line and column of an offset, both from 1; columns count
// characters, a byte that is no UTF-8 counts as one.
func (r *ruler) at(offset int) (line, column int) {
	if offset < r.offset {
		r.offset, r.line, r.column = 0, 1, 1
	}
	passed := r.text[r.offset:offset]
	if lines := bytes.Count(passed, []byte("\n")); lines > 0 {
		r.line += lines
		r.column = 1
		passed = passed[bytes.LastIndexByte(passed, '\n')+1:]
	}
	r.column += utf8.RuneCount(passed)
	r.offset = offset
	return r.line, r.column
}
