package inputs

import (
	"bytes"
	"encoding/csv"
	"strings"
	"unicode/utf8"
)

// lenient reads a line in which quotes stand where they must not, taking them
// for ordinary characters. It returns the cells, and whether the row ends
// with the line: only then can the reading go on behind it. A cell that opens
// with a quote, spaces before it aside, and does not close it in this line
// may go on in the next.
func lenient(line []byte, delimiter rune) (cells []string, ends bool) {
	if end := bytes.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	}
	r := csv.NewReader(strings.NewReader(string(line) + "\n"))
	r.Comma = delimiter
	r.LazyQuotes = true
	r.TrimLeadingSpace = true
	r.FieldsPerRecord = -1
	cells, err := r.Read()
	if err != nil || len(cells) == 0 {
		return nil, false
	}
	// Only a quoted cell that is still open keeps the line feed.
	return cells, !strings.HasSuffix(cells[len(cells)-1], "\n")
}

// openedAt returns where the last cell of raw begins that is quoted and not
// closed properly, or else where the last cell begins. The text raw begins
// with a row.
func openedAt(raw []byte, delimiter rune) int {
	for at := 0; ; {
		end := cellEnd(raw[at:])
		if end < 0 {
			return at
		}
		next := at + end
		if !bytes.HasPrefix(raw[at:], []byte{'"'}) {
			cut := bytes.IndexAny(raw[at:], string(delimiter)+"\n")
			if cut < 0 {
				return at
			}
			next = at + cut
		}
		r, size := utf8.DecodeRune(raw[next:])
		if r != delimiter && r != '\n' && r != '\r' {
			return at
		}
		at = next + size
	}
}

// cellEnd returns the index behind the quote that closes the cell at the
// start of raw: -1 when there is none, 0 when the cell is not quoted.
func cellEnd(raw []byte) int {
	if !bytes.HasPrefix(raw, []byte{'"'}) {
		return 0
	}
	for i := 1; i < len(raw); i++ {
		next := bytes.IndexByte(raw[i:], '"')
		if next < 0 {
			return -1
		}
		i += next + 1
		if i == len(raw) || raw[i] != '"' {
			return i
		}
	}
	return -1
}
