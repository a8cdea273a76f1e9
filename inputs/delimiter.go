package inputs

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"users-brick/brick"
)

// AutoDelimiter stands for the delimiter that the first lines of a file show:
// a comma, semicolon, tab or bar.
const AutoDelimiter rune = -1

// delimiters are those that are looked for.
var delimiters = []rune{',', ';', '\t', '|'}

// delimiterName returns how a delimiter is called in a sentence.
func delimiterName(d rune) string {
	switch d {
	case ',':
		return "comma"
	case ';':
		return "semicolon"
	case '\t':
		return "tab"
	case '|':
		return "bar"
	}
	return fmt.Sprintf("%q", d)
}

// settleDelimiter returns the character between cells: the one that is given,
// the one that a first line such as sep=; names, or the one that is found.
// The first line is taken if it is such a line.
func (r *Reader) settleDelimiter() (rune, error) {
	given := r.options.Delimiter
	named, column, err := r.separatorLine()
	switch {
	case err != nil:
		return 0, err
	case named == 0 && given == AutoDelimiter:
		return r.findDelimiter()
	case named == 0 && given == 0:
		return ',', nil
	case named == 0 || named == given:
		return given, nil
	case given != 0 && given != AutoDelimiter:
		return 0, &brick.Error{Kind: brick.BadInput, Op: r.op, Line: 1, Column: column,
			Err:  fmt.Errorf("the first line says that a %s separates the cells, but `delimiter` is a %s", delimiterName(named), delimiterName(given)),
			Hint: "set `delimiter` to auto, or drop the line"}
	}
	return named, nil
}

// separatorLine takes the first line if it is one that Excel understands, such
// as sep=; and returns the delimiter that it names, and where. The delimiter is
// 0 when there is no such line.
func (r *Reader) separatorLine() (named rune, column int, err error) {
	const word = "sep="
	r.text.begin()
	line, _ := r.text.peek() // why there is none, reading the header tells
	q := r.options.quoting()
	said := strings.TrimRight(string(line), "\r\n")
	inner := said
	if n := len(said); n > 1 && said[0] == '"' && said[n-1] == '"' {
		inner = said[1 : n-1]
	}
	if len(inner) <= len(word) || !strings.EqualFold(inner[:len(word)], word) {
		return 0, 0, nil
	}
	named, size := utf8.DecodeRuneInString(inner[len(word):])
	// A sheet that was opened and saved again has a row of empty cells there.
	if strings.Trim(inner[len(word)+size:], string(named)+" ") != "" {
		return 0, 0, nil
	}
	column = strings.Index(said, "=") + 2
	if named = q.rune(named); !separates(named, q) {
		return 0, 0, r.text.refuse(r.text.first+column-1, fmt.Sprintf("%q cannot separate cells", named), "correct or drop this line")
	}
	r.text.take(len(line))
	return named, column, nil
}

// separates reports whether a character can stand between cells.
func separates(d rune, q quoting) bool {
	return d != rune(q) && d != '\r' && d != '\n' && d != utf8.RuneError && utf8.ValidRune(d)
}

// look is how the first lines look when one character separates the cells.
type look struct {
	delimiter rune
	login     bool // the header has the login column
	known     int  // columns of the header that can be read
	cells     int  // of the header
	least     int  // cells of the header up to the last one with a name
	rows      int
	split     int // rows of several cells
	fit       int // rows with as many cells as they should have
}

// findDelimiter finds what separates the cells. Nearly always that is the
// character by which the header has a login column among others; the rest is
// for files that are not quite right.
func (r *Reader) findDelimiter() (rune, error) {
	lines, all := r.text.sample(chunk)
	var looks []look
	for _, d := range delimiters {
		if separates(d, r.options.quoting()) {
			looks = append(looks, r.lookAt(lines, all, d))
		}
	}
	split := slices.DeleteFunc(slices.Clone(looks), func(l look) bool { return l.least < 2 })
	if len(split) == 0 {
		return r.oneColumn(looks)
	}
	slices.SortStableFunc(split, func(a, b look) int { return b.compare(&a) })
	best := &split[0]
	switch {
	case len(split) > 1 && best.compare(&split[1]) == 0:
		return 0, r.undecided(fmt.Sprintf("it cannot be told whether a %s or a %s separates the cells", delimiterName(best.delimiter), delimiterName(split[1].delimiter)),
			"name it in `delimiter`")
	case best.rows > 0 && best.split == 0:
		return 0, r.undecided(fmt.Sprintf("the header is separated by the %s, but no row is", delimiterName(best.delimiter)),
			"let the header and the rows have the same delimiter")
	}
	return best.delimiter, nil
}

// oneColumn decides on a header of one column: the login, with whatever may
// stand behind it.
func (r *Reader) oneColumn(looks []look) (rune, error) {
	for _, l := range looks {
		if l.login {
			return l.delimiter, nil
		}
	}
	if !slices.ContainsFunc(looks, func(l look) bool { return l.cells > 0 }) {
		return looks[0].delimiter, nil // there is no header; reading it tells why
	}
	return 0, r.undecided("no comma, semicolon, tab or bar separates the columns of the header",
		"name the delimiter in `delimiter`; when there is only one column, it must be the login")
}

// undecided refuses a file whose delimiter cannot be told.
func (r *Reader) undecided(reason, hint string) error {
	return r.text.refuse(r.text.next, reason, hint)
}

// compare is positive when a is more likely than b.
func (a *look) compare(b *look) int {
	if a.login != b.login {
		if a.login {
			return 1
		}
		return -1
	}
	if a.known != b.known {
		return a.known - b.known
	}
	return cmp.Compare(a.share(), b.share())
}

// share returns how many of the rows have as many cells as they should.
func (l *look) share() float64 {
	if l.rows == 0 {
		return 1
	}
	return float64(l.fit) / float64(l.rows)
}

// mostLooked is how many rows are looked at.
const mostLooked = 100

// lookAt reads lines as if d separated the cells. A row that goes on behind
// the lines does not count.
func (r *Reader) lookAt(lines []byte, all bool, d rune) look {
	q := r.options.quoting()
	l := look{delimiter: d}
	c := strict(bytes.NewReader(lines), q.rune(d))
	for l.rows < mostLooked {
		record, err := c.Read()
		switch {
		case err == io.EOF, err != nil && !all && c.InputOffset() == int64(len(lines)):
			return l
		case err != nil && l.cells == 0:
			return l // nobody quotes a header so
		case err != nil:
			l.rows++
		case blank(record):
		case l.cells == 0:
			l.header(record, &r.options.Columns, q)
		default:
			l.row(record)
		}
	}
	return l
}

// header notes what the first row is.
func (l *look) header(record []string, columns *Columns, q quoting) {
	l.cells = len(record)
	naming := columns.naming()
	for i, cell := range record {
		name := brick.Fold(clean(q.cell(cell)))
		if name != "" {
			l.least = i + 1
		}
		known := false
		for c, n := range naming {
			if name == brick.Fold(n.name) { // the login may also be the email
				known = true
				l.login = l.login || column(c) == login
			}
		}
		if known {
			l.known++
		}
	}
}

// row notes what another row is like.
func (l *look) row(record []string) {
	l.rows++
	if len(record) > 1 {
		l.split++
	}
	if len(record) >= l.least && len(record) <= l.cells {
		l.fit++
	}
}

// otherDelimiter says which character stands between the quoted names of a
// header that cannot be read, empty when none does.
func (r *Reader) otherDelimiter() (hint string) {
	if r.binding != nil {
		return ""
	}
	line, _, _ := bytes.Cut(r.text.window[r.text.first:], []byte("\n"))
	for _, d := range delimiters {
		if d != r.text.delimiter && bytes.Contains(line, []byte(`"`+string(d)+`"`)) {
			return fmt.Sprintf("the columns seem to be separated by %q; say so in `delimiter`", string(d))
		}
	}
	return ""
}
