package inputs

import (
	"bytes"
	"encoding/csv"
	"io"
	"slices"
	"strings"
)

// records splits text into records for gocsv. It gives what encoding/csv
// gives. Records of one line whose quotes do nothing but enclose cells are cut
// here, in half the time; encoding/csv itself reads all others.
type records struct {
	text      *text
	delimiter string
	careful   *csv.Reader // reads from text, and no line too many
	cells     []string
}

func newRecords(t *text, delimiter rune) *records {
	return &records{text: t, delimiter: string(delimiter), careful: strict(t, delimiter)}
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
	for {
		r.text.begin()
		line, err := r.text.peek()
		if err != nil {
			return nil, err
		}
		row := bytes.TrimSuffix(bytes.TrimSuffix(line, []byte{'\n'}), []byte{'\r'})
		if len(row) > 0 && !r.cut(string(row)) {
			return r.careful.Read()
		}
		r.text.take(len(line))
		if len(row) > 0 {
			return r.cells, nil
		}
	}
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

// cut makes the cells of a line, and reports whether it could.
func (r *records) cut(line string) bool {
	r.cells = r.cells[:0]
	if len(r.delimiter) > 1 || strings.IndexByte(line, '"') >= 0 {
		return r.cutQuoted(line)
	}
	delimiter := r.delimiter[0]
	for {
		end := strings.IndexByte(line, delimiter)
		if end < 0 {
			r.cells = append(r.cells, line)
			return true
		}
		r.cells = append(r.cells, line[:end])
		line = line[end+1:]
	}
}

// cutQuoted is cut for lines with quotes. It leaves doubled quotes, quotes
// out of place and cells that go on in the next line to encoding/csv.
func (r *records) cutQuoted(line string) bool {
	for more := true; more; {
		var cell string
		if strings.HasPrefix(line, `"`) {
			end := strings.IndexByte(line[1:], '"')
			if end < 0 {
				return false
			}
			cell = line[1 : end+1]
			if line, more = strings.CutPrefix(line[end+2:], r.delimiter); !more && line != "" {
				return false
			}
		} else {
			cell, line, more = strings.Cut(line, r.delimiter)
			if strings.IndexByte(cell, '"') >= 0 {
				return false
			}
		}
		r.cells = append(r.cells, cell)
	}
	return true
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
