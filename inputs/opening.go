package inputs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"users-brick/brick"
)

// Format is how the bytes of a file were understood.
type Format struct {
	Compression string `json:"compression"` // gzip, zstd or none
	Encoding    string `json:"encoding"`    // such as UTF-8 or windows-1252
	Delimiter   string `json:"delimiter"`
	Quote       string `json:"quote"`
}

// unreadable says why the bytes of a file cannot be used from here on. Which
// line that is, the reader of the text knows.
type unreadable struct{ reason, hint string }

func (u *unreadable) Error() string { return u.reason }

// opening is the way from the bytes of a source to text. What it has counted
// may be asked for while stages are at work.
type opening struct {
	op      string
	options *Options
	bytes   counter // as they come from the source
	plain   counter // decompressed
	format  Format
	guess   *utf8Guess // of a code page; to be looked at when the text has ended
}

// text returns the source as UTF-8 without a mark, which is still to be
// proven valid. It reads the beginning of the source.
func (o *opening) text(s *stages, source io.Reader) (io.Reader, error) {
	o.bytes.from, o.bytes.most = source, o.options.MaxBytes
	o.bytes.full = o.tooLarge("the file is larger than %d bytes (max_bytes)")
	r, err := o.unpacked(s, s.ahead(&o.bytes))
	if err == nil {
		r, err = o.decoded(s, r)
	}
	if q := o.options.quoting(); err == nil && q != plainQuotes {
		r = &swapped{r, q}
	}
	return r, err
}

func (o *opening) tooLarge(reason string) error {
	return &brick.Error{Kind: brick.BadInput, Op: o.op, Err: fmt.Errorf(reason, o.options.MaxBytes), Hint: "check that it is the right file, or raise `max_bytes`"}
}

// unpacked decompresses what is compressed.
func (o *opening) unpacked(s *stages, r io.Reader) (io.Reader, error) {
	start, r, err := head(r, 4)
	if err != nil {
		return nil, err
	}
	if o.format.Compression, err = settleCompression(o.options.Compression, start); err != nil {
		return nil, err
	}
	if o.format.Compression == noCompression {
		return r, nil
	}
	o.plain.from, o.plain.most = newUnpacker(o.format.Compression, r), o.options.MaxBytes
	o.plain.full = o.tooLarge("the file has more than %d bytes when it is decompressed (max_bytes)")
	return s.ahead(&o.plain), nil
}

// decoded makes UTF-8 of what is none.
func (o *opening) decoded(s *stages, r io.Reader) (io.Reader, error) {
	start, r, err := head(r, furthestMark)
	if err != nil {
		return nil, err
	}
	if fault := foreign(start); fault != nil {
		return nil, fault
	}
	e, mark, err := settleEncoding(o.options.Encoding, start)
	if err != nil {
		return nil, err
	}
	o.format.Encoding = e.name
	if _, err := io.CopyN(io.Discard, r, int64(mark)); err != nil {
		return nil, err
	}
	if e.text == nil {
		return r, nil
	}
	c := &converter{source: r, encoding: e}
	if e.isPage {
		o.guess = &c.guess
	}
	return s.ahead(c), nil
}

// size returns how many bytes were read from the source, and how many they
// are when they are decompressed.
func (o *opening) size() (read, plain int64) {
	if read = o.bytes.n.Load(); o.format.Compression == gzipCompression || o.format.Compression == zstdCompression {
		return read, o.plain.n.Load()
	}
	return read, read
}

// head returns the first n bytes, fewer when there are fewer, and a reader of
// everything. It returns the error of a source that breaks off before. Data
// that break off are text as far as they go: the reader tells.
func head(r io.Reader, n int) ([]byte, io.Reader, error) {
	start := make([]byte, n)
	got, err := readAtLeast(r, start, n)
	if _, ok := errors.AsType[*unreadable](err); ok || err == io.EOF {
		err = nil // a stage gives it again
	}
	return start[:got], io.MultiReader(bytes.NewReader(start[:got]), r), err
}

// counter counts bytes, and ends with an error when they are too many.
type counter struct {
	from io.Reader
	most int64 // 0: any number
	full error
	n    atomic.Int64
}

// Read implements io.Reader.
func (c *counter) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	if c.n.Add(int64(n)); c.most > 0 && c.n.Load() > c.most {
		err = c.full
	}
	return n, err
}

// foreignMarks stand at the beginning of files that are no text, at is how far
// from it.
var foreignMarks = []struct {
	at                 int
	mark, reason, hint string
}{
	{0, "\xff\xfe\x00\x00", "the file is UTF-32", "save it as UTF-8"},
	{0, "\x00\x00\xfe\xff", "the file is UTF-32", "save it as UTF-8"},
	{0, "\x1f\x8b", "the file is compressed with gzip twice", "compress it once"},
	{0, "\x28\xb5\x2f\xfd", "the file is compressed with zstd twice", "compress it once"},
	{0, "PK\x03\x04", "the file is a zip archive or a workbook, not CSV", "unpack it, or save the sheet as CSV in UTF-8"},
	{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "the file is a workbook, not CSV", "save the sheet as CSV in UTF-8"},
	{4, "1AY&SY", "the file is compressed with bzip2, which is not read here", "compress it with gzip or zstd instead"},
	{0, "\xfd7zXZ\x00", "the file is compressed with xz, which is not read here", "compress it with gzip or zstd instead"},
	{0, "7z\xbc\xaf\x27\x1c", "the file is a 7z archive, not CSV", "unpack it"},
	{0, "\x04\x22\x4d\x18", "the file is compressed with lz4, which is not read here", "compress it with gzip or zstd instead"},
}

// furthestMark is where the furthest of all marks ends.
const furthestMark = 10

// foreign refuses a file whose first bytes show it to be something else.
func foreign(start []byte) error {
	for _, f := range foreignMarks {
		if len(start) > f.at && bytes.HasPrefix(start[f.at:], []byte(f.mark)) {
			return &unreadable{f.reason, f.hint}
		}
	}
	return nil
}

// failing is a source that has nothing but an error.
type failing struct{ err error }

// Read implements io.Reader.
func (f failing) Read([]byte) (int, error) { return 0, f.err }
