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
// gives, which reads every record that has a quote in its first line; the
// others are cut at the delimiters, in half the time.
type records struct {
	text      *text
	delimiter string
	quoted    *csv.Reader // reads from text, and no line too many
	plain     bool        // the record had no quote
	cells     []string    // of a plain record
}

func newRecords(t *text, delimiter rune) *records {
	quoted := csv.NewReader(t)
	quoted.Comma = delimiter
	quoted.ReuseRecord = true
	quoted.FieldsPerRecord = -1
	return &records{text: t, delimiter: string(delimiter), quoted: quoted}
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
		r.plain = bytes.IndexByte(line, '"') < 0
		if !r.plain {
			return r.quoted.Read()
		}
		r.text.take(len(line))
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte{'\n'}), []byte{'\r'})
		if len(line) > 0 {
			r.cut(string(line))
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

// cut makes the cells of a line without quotes.
func (r *records) cut(line string) {
	r.cells = r.cells[:0]
	for {
		i := r.find(line)
		if i < 0 {
			r.cells = append(r.cells, line)
			return
		}
		r.cells = append(r.cells, line[:i])
		line = line[i+len(r.delimiter):]
	}
}

// find returns where the next delimiter is, -1 when there is none.
func (r *records) find(line string) int {
	if len(r.delimiter) == 1 {
		return strings.IndexByte(line, r.delimiter[0])
	}
	return strings.Index(line, r.delimiter)
}

// line returns where the current record starts.
func (r *records) line() int { return r.text.line }

// place returns where the i-th cell of the current record stands: its line,
// and its column in characters, both from 1.
func (r *records) place(i int) (line, column int) {
	if !r.plain {
		first, _ := r.quoted.FieldPos(0)
		line, bytesBefore := r.quoted.FieldPos(i)
		return r.text.place(r.text.from(line-first) + bytesBefore - 1)
	}
	column = 1
	for _, cell := range r.cells[:i] {
		column += utf8.RuneCountInString(cell) + 1
	}
	return r.line(), column
}
