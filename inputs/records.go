package inputs

import (
	"bytes"
	"encoding/csv"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// records splits text into records for gocsv. It gives what encoding/csv
// gives. Records of one line whose quotes do nothing but enclose cells are cut
// here, in half the time; encoding/csv itself reads all others.
type records struct {
	text      *text
	delimiter byte        // 0: more than a byte, then encoding/csv reads everything
	quoting   quoting     // its characters have changed places in the text
	careful   *csv.Reader // reads from text, and no line too many
	cells     []string
}

func newRecords(t *text, delimiter rune, q quoting) *records {
	t.delimiter = q.rune(delimiter)
	r := &records{text: t, quoting: q, careful: strict(t, t.delimiter)}
	if t.delimiter < utf8.RuneSelf {
		r.delimiter = byte(t.delimiter)
	}
	return r
}

// strict returns a reader by the letter of RFC 4180, for rows of any length.
func strict(r io.Reader, delimiter rune) *csv.Reader {
	c := csv.NewReader(r)
	c.Comma = delimiter
	c.ReuseRecord = true
	c.FieldsPerRecord = -1
	return c
}

// Read implements gocsv.CSVReader. The cells are good until the next call,
// their texts for ever. Empty lines are passed over.
func (r *records) Read() ([]string, error) {
	record, err := r.next()
	if r.quoting != plainQuotes {
		r.restore(record)
	}
	return record, err
}

// restore changes the quotes in the cells back.
func (r *records) restore(record []string) {
	for i, cell := range record {
		record[i] = r.quoting.cell(cell)
	}
}

// lenient returns the cells of the record that was read with an error, as
// lenient does.
func (r *records) lenient() (cells []string, ends bool) {
	cells, ends = lenient(r.text.window[r.text.first:], r.text.delimiter)
	r.restore(cells)
	return cells, ends
}

// next reads a record whose quotes have changed places.
func (r *records) next() ([]string, error) {
	for {
		r.text.begin()
		line, err := r.text.peek()
		if err != nil {
			return nil, err
		}
		row := withoutEnd(line)
		if len(row) > 0 && !r.cut(row) {
			return r.careful.Read()
		}
		r.text.take(len(line))
		if len(row) > 0 {
			return r.cells, nil
		}
	}
}

// withoutEnd returns a line without its ending.
func withoutEnd(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\n' {
		line = line[:n-1]
	}
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line
}

// ReadAll implements gocsv.CSVReader.
func (r *records) ReadAll() ([][]string, error) {
	var all [][]string
	for {
		record, err := r.Read()
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, slices.Clone(record))
	}
}

// cut makes the cells of a line, and reports whether it could. It leaves
// doubled quotes, quotes out of place and cells that go on in the next line to
// encoding/csv.
func (r *records) cut(row []byte) bool {
	if r.delimiter == 0 {
		return false
	}
	kept := r.text.kept(row)
	r.cells = r.cells[:0]
	if bytes.IndexByte(row, '"') >= 0 {
		return r.cutQuoted(row, kept)
	}
	for {
		end := strings.IndexByte(kept, r.delimiter)
		if end < 0 {
			r.cells = append(r.cells, kept)
			return true
		}
		r.cells = append(r.cells, kept[:end])
		kept = kept[end+1:]
	}
}

// cutQuoted is cut for lines with quotes.
func (r *records) cutQuoted(row []byte, kept string) bool {
	quote := index(row, 0, '"') // the next one
	for at := 0; at <= len(row); at++ {
		start, end := at, 0
		if at == quote && quote < len(row) {
			start++
			end = index(row, start, '"')
			if at = end + 1; at > len(row) || at < len(row) && row[at] != r.delimiter {
				return false
			}
			quote = index(row, at, '"')
		} else {
			end = index(row, at, r.delimiter)
			if at = end; quote < end {
				return false
			}
		}
		r.cells = append(r.cells, kept[start:end])
	}
	return true
}

// index returns where the byte stands at or behind from, len(b) when it does
// not.
func index(b []byte, from int, c byte) int {
	if i := bytes.IndexByte(b[from:], c); i >= 0 {
		return from + i
	}
	return len(b)
}

// line returns where the current record starts.
func (r *records) line() int { return r.text.line }

// place returns where the i-th cell of the current record stands: its line,
// and its column in characters, both from 1.
func (r *records) place(i int) (line, column int) {
	record := r.text.window[r.text.first:r.text.next]
	again := strict(bytes.NewReader(record), r.careful.Comma)
	again.Read() // as it was read before, so without an error
	line, bytesColumn := again.FieldPos(i)
	return r.text.place(r.text.from(line-1) + bytesColumn - 1)
}
