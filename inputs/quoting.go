package inputs

import (
	"io"
	"strings"
)

// quoting is the character around cells. Everything here works on text with
// double quotes, as encoding/csv does: another quote and the double quote
// change places in the text, and change back in the cells. Both are ASCII, so
// that no other character is touched and every place stays where it is; and
// since changing twice changes nothing, the cells are those of the file.
type quoting byte

// plainQuotes are double quotes: nothing changes places.
const plainQuotes quoting = '"'

// swap lets the quotes change places.
func (q quoting) swap(b []byte) {
	for i, c := range b {
		switch c {
		case '"':
			b[i] = byte(q)
		case byte(q):
			b[i] = '"'
		}
	}
}

// cell returns a cell with its quotes changed back, or the other way round.
func (q quoting) cell(s string) string {
	if q == plainQuotes || !strings.ContainsAny(s, `"`+string(rune(q))) {
		return s
	}
	b := []byte(s)
	q.swap(b)
	return string(b)
}

// rune is cell for one character.
func (q quoting) rune(r rune) rune {
	switch r {
	case '"':
		return rune(q)
	case rune(q):
		return '"'
	}
	return r
}

// swapped is a source in which the quotes have changed places.
type swapped struct {
	from io.Reader
	quoting
}

// Read implements io.Reader.
func (s *swapped) Read(p []byte) (int, error) {
	n, err := s.from.Read(p)
	s.swap(p[:n])
	return n, err
}
