package inputs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"users-brick/brick"
)

// maxRow is the longest row in bytes, its ending included. A quote that is
// never closed would otherwise draw the rest of the file into memory.
const maxRow = 1 << 20

// chunk is how many bytes are asked of the source at once.
const chunk = 64 << 10

// text hands lines on that are proven to be text: valid UTF-8 without NUL. It
// keeps the record that is being read, so that places can be named in
// characters, and a row can be looked at again as it was written.
type text struct {
	source    io.Reader
	op        string
	delimiter rune // as it stands in the text; a comma until it is known

	window   []byte
	first    int // where the record begins
	line     int // of window[first]
	next     int // where the next line begins
	nextLine int
	open     bool  // the line before next has no ending
	checked  int   // window[:checked] is proven
	err      error // io.EOF, or why there is no more

	copied   string // of window[copiedAt:], for the texts of rows
	copiedAt int
}

func newText(source io.Reader, op string) *text {
	return &text{source: source, op: op, delimiter: ',', line: 1, nextLine: 1}
}

// begin says that the next line begins a record; what is before it is not
// needed any more.
func (t *text) begin() { t.first, t.line = t.next, t.nextLine }

// peek returns the next line with its ending, or why there is none; the line
// is good until the next call.
func (t *text) peek() ([]byte, error) {
	end := t.lineEnd()
	if end-t.first > maxRow {
		t.err = t.tooLong(end)
		end = t.next
	}
	if end == t.next {
		return nil, t.err
	}
	return t.window[t.next:end], nil
}

// lineEnd returns where the next line ends in the window: at next when there
// is none, and somewhere inside of a line that makes its record too long.
func (t *text) lineEnd() int {
	for scanned := 0; ; {
		if i := bytes.IndexByte(t.window[t.next+scanned:t.checked], '\n'); i >= 0 {
			return t.next + scanned + i + 1
		}
		switch scanned = t.checked - t.next; {
		case t.err != nil && t.err != io.EOF:
			return t.next
		case t.err != nil || t.checked-t.first > maxRow:
			return t.checked
		}
		t.fill()
	}
}

// kept returns the beginning of the next line as a string that stays. Lines
// are copied several at once: one string of some kilobytes costs much less than
// one for every line.
func (t *text) kept(line []byte) string {
	from := t.next - t.copiedAt
	if t.copied == "" || from+len(line) > len(t.copied) {
		lines := t.window[t.next:t.checked]
		lines = lines[:min(len(lines), max(copySize, len(line)))]
		t.copied, t.copiedAt, from = string(lines[:max(bytes.LastIndexByte(lines, '\n'), len(line))]), t.next, 0
	}
	return t.copied[from : from+len(line)]
}

// copySize is how many bytes of lines are copied at once.
const copySize = 8 << 10

// sample returns the whole lines at the beginning of what has not been taken,
// at least n bytes if there are so many, and whether nothing comes behind them.
func (t *text) sample(n int) (lines []byte, all bool) {
	for {
		fresh := t.window[t.next:t.checked]
		end := bytes.LastIndexByte(fresh, '\n') + 1
		switch {
		case t.err == io.EOF:
			return fresh, true
		case t.err != nil || end > 0 && len(fresh) >= n || len(fresh) > maxRow:
			return fresh[:end], false
		}
		t.fill()
	}
}

// take goes on by n bytes of the line that was peeked at.
func (t *text) take(n int) {
	if n == 0 {
		return
	}
	t.next += n
	if t.open = t.window[t.next-1] != '\n'; !t.open {
		t.nextLine++
	}
}

// lines returns how many lines were taken, the last one with or without an
// ending.
func (t *text) lines() int {
	if t.open {
		return t.nextLine
	}
	return t.nextLine - 1
}

// Read implements io.Reader. It never reads beyond the end of a line.
func (t *text) Read(p []byte) (int, error) {
	line, err := t.peek()
	n := copy(p, line)
	t.take(n)
	return n, err
}

// fill gets more of the source, or sets err.
func (t *text) fill() {
	t.window = t.window[:copy(t.window, t.window[t.first:])]
	t.next, t.checked, t.first = t.next-t.first, t.checked-t.first, 0
	t.copied = ""
	t.window = slices.Grow(t.window, chunk)
	n, err := readAtLeast(t.source, t.window[len(t.window):len(t.window)+chunk], 1)
	t.window = t.window[:len(t.window)+n]
	if t.err = t.check(err == io.EOF); t.err == nil && err != nil {
		t.err = t.broken(err)
	}
}

// readAtLeast is io.ReadAtLeast without io.ErrUnexpectedEOF of its own: here
// only a source that was cut off ends with that error.
func readAtLeast(r io.Reader, p []byte, least int) (n int, err error) {
	for n < least && err == nil {
		var more int
		more, err = r.Read(p[n:])
		n += more
	}
	if n > 0 && err == io.EOF {
		err = nil // it comes again
	}
	return n, err
}

// broken returns the error with which the source ends: io.EOF, what already
// says what it is, or one that says where the text ends.
func (t *text) broken(err error) error {
	if u, ok := errors.AsType[*unreadable](err); ok {
		return t.refuse(t.checked, u.reason, u.hint)
	}
	if _, ok := errors.AsType[*brick.Error](err); ok || err == io.EOF {
		return err
	}
	return &brick.Error{Op: t.op, Err: err}
}

// check proves that the new part of the window is text.
func (t *text) check(end bool) error {
	fresh := t.window[t.checked:]
	if !end {
		fresh = fresh[:len(fresh)-cutRune(fresh)]
	}
	if i := bytes.IndexByte(fresh, 0); i >= 0 {
		return t.nul(t.checked + i)
	}
	if !utf8.Valid(fresh) {
		return t.noText(fresh, invalidAt(fresh))
	}
	t.checked += len(fresh)
	return nil
}

// nul refuses a NUL byte. UTF-16 has one within its first two bytes, since the
// header begins with a letter of ASCII or a quote.
func (t *text) nul(at int) error {
	refusal := t.refuse(at, "the file has a NUL byte here, so it is no text",
		"save it as UTF-8; it may be UTF-16 without a mark (then set `encoding` to UTF-16LE or UTF-16BE), or no CSV at all")
	if refusal.Line > 1 || refusal.Column > 2 {
		refusal.Hint = "drop it; a database may write it for what has no value: export that as an empty cell"
	}
	return refusal
}

// noText refuses the new part of the window because of fresh[i].
func (t *text) noText(fresh []byte, i int) error {
	if !utf8.FullRune(fresh[i:]) {
		return t.refuse(t.checked+i, fmt.Sprintf("byte 0x%02x begins a character of UTF-8 that is cut off", fresh[i]), "make or fetch the file again")
	}
	hint := "save the file as UTF-8, or say how it is encoded in `encoding`"
	if what := supposed(fresh[i]); what != "" {
		hint += "; " + what
	}
	return t.refuse(t.checked+i, fmt.Sprintf("byte 0x%02x is not valid UTF-8", fresh[i]), hint)
}

// tooLong refuses the record, which goes on at least to window[end].
func (t *text) tooLong(end int) error {
	at := t.first + openedAt(t.window[t.first:end], t.delimiter)
	if at < end && t.window[at] == '"' {
		return t.refuse(at, "a quote opens here that is not closed within 1 MiB", "close the quote, or double it if it belongs to the cell")
	}
	return t.refuse(t.first, "a row is longer than 1 MiB", "check that this is the right file, and that its lines end with line feeds")
}

// refuse returns the error that refuses the file because of window[at].
func (t *text) refuse(at int, reason, hint string) *brick.Error {
	line, column := t.place(at)
	return &brick.Error{Kind: brick.BadInput, Op: t.op, Line: line, Column: column, Hint: hint, Err: errors.New(reason)}
}

// place returns the line and the column in characters of window[at], which
// is not before the record.
func (t *text) place(at int) (line, column int) {
	before := t.window[t.first:at]
	line = t.line + bytes.Count(before, []byte{'\n'})
	return line, utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
}

// from returns where the n-th line of the record begins in the window, n
// being 0 for its first.
func (t *text) from(n int) int {
	at := t.first
	for ; n > 0; n-- {
		at += bytes.IndexByte(t.window[at:], '\n') + 1
	}
	return at
}

// cutRune returns how many bytes at the end begin a character that goes on in
// the next chunk.
func cutRune(b []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if tail := b[len(b)-n:]; utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}

// invalidAt returns the index of the first byte that is not valid UTF-8.
func invalidAt(b []byte) int {
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(b)
}
