package inputs

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"slices"

	"github.com/gocarina/gocsv"

	"users-brick/brick"
)

// Stats tell what a file was made of. Of several files Format and the names of
// the columns are those of the first.
type Stats struct {
	Rows    int64       // rows that were yielded, bad ones included
	Bad     int64       // bad rows
	Bytes   int64       // as read from the source, byte order mark included
	Plain   int64       // bytes when they are decompressed; Bytes when there is nothing to decompress
	Format  Format      // how the bytes were understood, as far as they were
	Matched []string    // the columns that were read, as the header writes them
	Unused  []string    // the columns that nothing reads
	Files   []FileStats // each file of a [Join], nil for any other source
}

// Reader reads the rows of a CSV file, or of several with the same columns. It
// is used once, by one goroutine.
type Reader struct {
	options  Options
	part     *part // nil unless files are joined
	files    brick.Files
	read     []FileStats // files that have ended
	first    *binding    // of the first file
	profiler *profiler   // nil when nobody asks for a profile
	rows     int64
	bad      int64

	// The file at hand.
	name    string
	op      string
	source  io.Reader
	before  int // lines of the files before it
	opening *opening
	text    *text
	records *records
	decoder gocsv.SimpleDecoder
	binding *binding
	typist  *typist
}

// NewReader returns a reader of r. The name is the file's, for messages; the
// files of a [Stream] that was made by [Join] have names of their own. Nothing
// is read before the rows are asked for.
func NewReader(r io.Reader, name string, o Options) *Reader {
	reader := &Reader{options: o}
	if s, ok := r.(*Stream); ok && s.next != nil {
		reader.part = &part{stream: s}
		reader.begin(s.file, reader.part)
		return reader
	}
	reader.begin(name, r)
	return reader
}

// Stats returns what was read. They are complete once the rows have ended
// without an error.
func (r *Reader) Stats() Stats {
	all := append(slices.Clip(r.read), r.fileStats())
	s := Stats{Rows: r.rows, Bad: r.bad, Format: all[0].Format}
	for i := range all {
		s.Bytes, s.Plain = s.Bytes+all[i].Bytes, s.Plain+all[i].Plain
	}
	if r.part != nil {
		s.Files = all
	}
	if r.first != nil {
		s.Matched, s.Unused = r.first.used(true), r.first.used(false)
	}
	return s
}

// Rows yields every row that is not blank, in the order of the file, with
// ascending line numbers; those of several files go on from file to file (see
// [Reader.Files]). Roles and Groups of several rows may share memory:
// they are not to be changed. The texts of a row share memory with those of
// its neighbours, some kilobytes in all: whoever keeps one of them for long
// clones it. The people whom a bad row may mean are texts of their own.
//
// What is wrong with one row is its Bad. Everything that makes the file
// doubtful as a whole is an error of kind BadInput with line and column,
// after which the sequence ends: no header, a header that does not fit,
// compressed data that are broken or cut off, bytes that are no text in the
// encoding, a delimiter that cannot be told, a row of more than 1 MiB, and a
// quote out of place that leaves in doubt where its row ends. Other quotes out
// of place, such as the one in 5" disk, make a bad row: read as ordinary
// characters, they leave every quoted cell closed in its own line. A ctx that
// is done ends the sequence with an error of kind Interrupted.
//
// The source is read ahead in a goroutine, and so is what is decompressed and
// decoded. When the sequence has ended, however it did, nothing reads the
// source any more: giving up early takes as long as the one read of the source
// that may be under way.
func (r *Reader) Rows(ctx context.Context) iter.Seq2[brick.Row, error] {
	return func(yield func(brick.Row, error) bool) {
		err := r.readFile(ctx, yield)
		for err == io.EOF && r.next() {
			err = r.readFile(ctx, yield)
		}
		switch {
		case err == nil, err == io.EOF: // no more rows are wanted, or there are none
		case errors.Is(err, errStopped):
			yield(brick.Row{}, r.interrupted(ctx))
		default:
			yield(brick.Row{}, err)
		}
	}
}

// readFile yields the rows of the file at hand. It returns io.EOF behind the
// last one, nil when no more are wanted.
func (r *Reader) readFile(ctx context.Context, yield func(brick.Row, error) bool) error {
	stages := newStages(ctx)
	defer stages.end()
	err := r.open(stages)
	if err == nil {
		err = r.readHeader()
	}
	if err == nil {
		err = r.yieldAll(ctx, yield)
	}
	if err != io.EOF {
		return err
	}
	r.doubtEncoding()
	return cmp.Or(r.ended(), err)
}

func (r *Reader) interrupted(ctx context.Context) error {
	return &brick.Error{Kind: brick.Interrupted, Op: r.op, Err: context.Cause(ctx)}
}

// doubtEncoding warns of a file that was read in a code page, though it reads
// as UTF-8 from end to end: its names came out as in NovÃ¡k.
func (r *Reader) doubtEncoding() {
	if r.options.Warn != nil && r.opening.guess != nil && r.opening.guess.likely() {
		r.options.Warn(brick.Finding{Source: r.name, Warning: true,
			Text: "the file was read as " + r.opening.format.Encoding + ", but all of it is valid UTF-8", Hint: "leave `encoding` out if names look wrong"})
	}
}

// yieldAll yields the rows behind the header. It returns io.EOF behind the
// last one, nil when no more are wanted.
func (r *Reader) yieldAll(ctx context.Context, yield func(brick.Row, error) bool) error {
	for n := 0; ; n++ {
		if n%2048 == 0 && ctx.Err() != nil {
			return r.interrupted(ctx)
		}
		var row brick.Row
		blank, err := r.readRow(&row)
		if err != nil {
			return err
		}
		if blank {
			continue
		}
		r.rows++
		if row.Bad != nil {
			r.bad++
			detach(&row)
		}
		if r.profiler != nil {
			r.profiler.row(&row)
		}
		if !yield(row, nil) {
			return nil
		}
	}
}

// open begins to read the source, and finds out what separates its cells.
func (r *Reader) open(s *stages) error {
	if err := r.options.Check(); err != nil {
		e, _ := errors.AsType[*brick.Error](err)
		e.Op = r.op
		return e
	}
	source, err := r.opening.text(s, r.source)
	if err != nil {
		source = failing{err}
	}
	q := r.options.quoting()
	r.text = newText(source, r.op)
	delimiter, err := r.settleDelimiter()
	if err != nil {
		return err
	}
	r.opening.format.Delimiter, r.opening.format.Quote = string(delimiter), string(rune(q))
	r.records = newRecords(r.text, delimiter, q)
	r.decoder = gocsv.NewSimpleDecoderFromCSVReader(r.records)
	return nil
}

// readHeader reads the first record that is not blank, and binds its columns.
func (r *Reader) readHeader() error {
	record, err := r.decoder.GetCSVRow()
	for err == nil && blank(record) {
		record, err = r.decoder.GetCSVRow()
	}
	if err == io.EOF {
		return &brick.Error{Kind: brick.BadInput, Op: r.op, Line: 1, Err: errors.New("the file is empty: it has no header line"),
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
	if r.first == nil {
		r.first = r.binding
	} else {
		r.binding.sameAs(r.first, r.files[0].Name, columnOf)
	}
	var faults []error
	for _, f := range r.binding.faults {
		faults = append(faults, &brick.Error{Kind: brick.BadInput, Op: r.op, Line: r.records.line(), Column: f.column, Hint: f.hint, Err: errors.New(f.reason)})
	}
	if r.options.Profile {
		r.profile()
	}
	r.typist = newTypist(r)
	return errors.Join(faults...)
}

// profile makes ready to note what stands under the header.
func (r *Reader) profile() {
	if r.profiler == nil {
		r.profiler = newProfiler(r.binding, r.options.Columns.naming(), r.options.NeedProject)
	}
	r.profiler.order = r.binding.order(r.first)
}

// readRow reads one record into row and reports whether it is blank.
func (r *Reader) readRow(row *brick.Row) (isBlank bool, err error) {
	record, err := r.decoder.GetCSVRow()
	if err == nil {
		row.Line = r.before + r.records.line()
		return r.typist.read(row, record), nil
	}
	if err == io.EOF {
		return false, err
	}
	misquoted, ok := errors.AsType[*csv.ParseError](err)
	if !ok || misquoted.Line != misquoted.StartLine || r.broken() {
		return false, r.refusal(err)
	}
	cells, ends := r.records.lenient()
	if !ends {
		return false, r.refusal(err)
	}
	var column int
	row.Line, column = r.text.place(r.text.first + misquoted.Column - 1)
	row.Line += r.before
	row.Bad = &brick.BadRow{Column: column, Reason: "a quote stands where it must not", Hint: "put the whole cell in quotes and double those inside"}
	suspect(row.Bad, cells, r.records.quoting)
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
	at := r.text.first + openedAt(r.text.window[r.text.first:], r.text.delimiter)
	reason, hint := "a quote opens here that is not closed as it must be", r.otherDelimiter()
	if misquoted.Err == csv.ErrBareQuote {
		at = r.text.from(misquoted.Line-misquoted.StartLine) + misquoted.Column - 1
		reason = "a quote stands where it must not"
	}
	return r.text.refuse(at, reason+", and it is not certain where the row ends", cmp.Or(hint, "close the quote, or put the whole cell in quotes and double those inside"))
}

// warn tells whoever listens about the i-th cell of a row.
func (r *Reader) warn(i int, text, hint string) {
	if r.options.Warn != nil {
		line, column := r.records.place(i)
		r.options.Warn(brick.Finding{Source: r.name, Line: line, Column: column, Warning: true, Text: text, Hint: hint})
	}
}
