package inputs

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/gocarina/gocsv"

	"users-brick/brick"
)

// Options say how a file is to be understood. The zero Options read a file
// with the usual column names, separated by commas.
type Options struct {
	Columns   Columns
	Delimiter rune // between cells; 0: a comma

	// NeedProject is set when every row must name its project.
	NeedProject bool
	// AuthenticationModes and SSOProvider hold for every row, whatever its
	// cells say; empty: the cells count.
	AuthenticationModes []string
	SSOProvider         string

	// Warn is told what is odd in the file but does no harm; nil: nobody is.
	Warn func(brick.Finding)
}

// Stats tell what a file was made of.
type Stats struct {
	Rows    int64    // rows that were yielded, bad ones included
	Bad     int64    // bad rows
	Bytes   int64    // as read from the source, byte order mark included
	Matched []string // the columns that were read, as the header writes them
	Unused  []string // the columns that nothing reads
}

// Reader reads the rows of one CSV file. It is used once, by one goroutine.
type Reader struct {
	name    string
	options Options
	text    *text
	records *records
	decoder gocsv.SimpleDecoder
	binding *binding
	typist  *typist
	stats   Stats
}

// NewReader returns a reader of r. The name is the file's, for messages.
func NewReader(r io.Reader, name string, o Options) *Reader {
	if o.Delimiter == 0 {
		o.Delimiter = ','
	}
	t := newText(r, "read "+name, o.Delimiter)
	records := newRecords(t, o.Delimiter)
	return &Reader{name: name, options: o, text: t, records: records, decoder: gocsv.NewSimpleDecoderFromCSVReader(records)}
}

// Stats returns what was read. They are complete once the rows have ended
// without an error.
func (r *Reader) Stats() Stats {
	s := r.stats
	s.Bytes = r.text.total
	if r.binding != nil {
		s.Matched, s.Unused = r.binding.used(true), r.binding.used(false)
	}
	return s
}

// Rows yields every row that is not blank, in the order of the file, with
// ascending line numbers. Roles and Groups of several rows may share memory:
// they are not to be changed. The texts of one row share its memory: whoever
// keeps one of them for long clones it.
//
// What is wrong with one row is its Bad. Everything that makes the file
// doubtful as a whole is an error of kind BadInput with line and column,
// after which the sequence ends: no header, a header that does not fit,
// bytes that are no text, a row of more than 1 MiB, and a quote out of place
// that leaves in doubt where its row ends. Other quotes out of place, such as
// the one in 5" disk, make a bad row: read as ordinary characters, they leave
// every quoted cell closed in its own line. A ctx that is done ends the
// sequence with an error of kind Interrupted.
func (r *Reader) Rows(ctx context.Context) iter.Seq2[brick.Row, error] {
	return func(yield func(brick.Row, error) bool) {
		if err := r.readHeader(); err != nil {
			yield(brick.Row{}, err)
			return
		}
		for n := 0; ; n++ {
			if n%2048 == 0 && ctx.Err() != nil {
				yield(brick.Row{}, &brick.Error{Kind: brick.Interrupted, Op: r.text.op, Err: context.Cause(ctx)})
				return
			}
			var row brick.Row
			blank, err := r.read(&row)
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(brick.Row{}, err)
				return
			}
			if blank {
				continue
			}
			r.stats.Rows++
			if row.Bad != nil {
				r.stats.Bad++
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

// readHeader reads the first record that is not blank, and binds its columns.
func (r *Reader) readHeader() error {
	if d := r.options.Delimiter; strings.ContainsRune("\"\r\n", d) || d == utf8.RuneError || !utf8.ValidRune(d) {
		return &brick.Error{Kind: brick.BadInput, Op: r.text.op, Err: fmt.Errorf("%q cannot separate cells", d),
			Hint: "set `delimiter` to a character other than a quote or a line break"}
	}
	record, err := r.decoder.GetCSVRow()
	for err == nil && blank(record) {
		record, err = r.decoder.GetCSVRow()
	}
	if err == io.EOF {
		return &brick.Error{Kind: brick.BadInput, Op: r.text.op, Line: 1, Err: errors.New("the file is empty: it has no header line"),
			Hint: "the first line must name the columns, at least login"}
	}
	if err != nil {
		return r.refusal(err)
	}
	columnOf := func(i int) int {
		_, column := r.records.place(i)
		return column
	}
	r.binding = r.options.Columns.bind(record, columnOf, r.options.NeedProject)
	r.typist = newTypist(r)
	var faults []error
	for _, f := range r.binding.faults {
		faults = append(faults, &brick.Error{Kind: brick.BadInput, Op: r.text.op, Line: r.records.line(), Column: f.column, Hint: f.hint, Err: errors.New(f.reason)})
	}
	return errors.Join(faults...)
}

// read reads one record into row and reports whether it is blank.
func (r *Reader) read(row *brick.Row) (isBlank bool, err error) {
	record, err := r.decoder.GetCSVRow()
	if err == nil {
		row.Line = r.records.line()
		return r.typist.read(row, record), nil
	}
	if err == io.EOF {
		return false, err
	}
	misquoted, ok := errors.AsType[*csv.ParseError](err)
	if !ok || misquoted.Line != misquoted.StartLine || r.broken() {
		return false, r.refusal(err)
	}
	cells, ends := lenient(r.text.window[r.text.first:], r.options.Delimiter)
	if !ends {
		return false, r.refusal(err)
	}
	var column int
	row.Line, column = r.text.place(r.text.first + misquoted.Column - 1)
	row.Bad = &brick.BadRow{Column: column, Reason: "a quote stands where it must not", Hint: "put the whole cell in quotes and double those inside"}
	suspect(row.Bad, cells)
	return false, nil
}

// broken reports whether the source ended otherwise than with its end.
func (r *Reader) broken() bool { return r.text.err != nil && r.text.err != io.EOF }

// refusal returns the error that ends the sequence.
func (r *Reader) refusal(err error) error {
	misquoted, ok := errors.AsType[*csv.ParseError](err)
	switch {
	case r.broken():
		return r.text.err
	case !ok:
		return err
	}
	at := r.text.first + openedAt(r.text.window[r.text.first:], r.options.Delimiter)
	reason := "a quote opens here that is not closed as it must be"
	if misquoted.Err == csv.ErrBareQuote {
		at = r.text.from(misquoted.Line-misquoted.StartLine) + misquoted.Column - 1
		reason = "a quote stands where it must not"
	}
	return r.text.refuse(at, reason+", and it is not certain where the row ends", "close the quote, or put the whole cell in quotes and double those inside")
}

// warn tells whoever listens about the i-th cell of a row.
func (r *Reader) warn(i int, text, hint string) {
	if r.options.Warn != nil {
		line, column := r.records.place(i)
		r.options.Warn(brick.Finding{Source: r.name, Line: line, Column: column, Warning: true, Text: text, Hint: hint})
	}
}
