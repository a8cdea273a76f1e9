package inputs

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
)

// encoding is how characters are written as bytes.
type encoding struct {
	name   string
	isPage bool // every byte is a character
	// text makes UTF-8 of bytes: it appends to dst what src means and returns
	// how many bytes of src it has used up. What is left is given again, with
	// more behind it unless that is the end. Nil: the bytes are UTF-8 already.
	text func(dst, src []byte, end bool) (text []byte, used int, err error)
}

// The encodings that a mark may tell, and UTF-16 that only its mark can tell.
var (
	asUTF8    = encoding{name: "UTF-8"}
	asUTF16   = encoding{name: "UTF-16"}
	asUTF16LE = encoding{name: "UTF-16LE", text: wide{low: 0, high: 1}.text}
	asUTF16BE = encoding{name: "UTF-16BE", text: wide{low: 1, high: 0}.text}
)

// encodingKey reduces a name to what tells encodings apart: CP-1252 and
// Windows 1252 are one, so are latin1, ISO_8859-1 and 8859-1.
func encodingKey(name string) string {
	key := strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
	key = strings.TrimPrefix(key, "x")
	for _, prefix := range []string{"windows", "win", "cp", ""} {
		if number, found := strings.CutPrefix(key, prefix); found && len(number) == 4 && strings.HasPrefix(number, "125") {
			return "windows" + number
		}
	}
	if number, found := strings.CutPrefix(key, "latin"); found {
		return "iso8859" + latin(number)
	}
	if strings.HasPrefix(key, "8859") {
		return "iso" + key
	}
	return key
}

// latin returns which part of ISO 8859 a Latin alphabet is.
func latin(number string) string {
	switch number {
	case "5":
		return "9"
	case "6":
		return "10"
	case "7":
		return "13"
	case "8":
		return "14"
	case "9":
		return "15"
	case "10":
		return "16"
	}
	return number
}

// namedEncoding returns the encoding that a param names.
func namedEncoding(param string) (encoding, error) {
	if strings.TrimSpace(param) == "" {
		return asUTF8, nil
	}
	key := encodingKey(param)
	for _, e := range []encoding{asUTF8, asUTF16, asUTF16LE, asUTF16BE} {
		if encodingKey(e.name) == key {
			return e, nil
		}
	}
	if page, ok := findPage(key); ok {
		return page.encoding(), nil
	}
	return encoding{}, &unreadable{fmt.Sprintf("the encoding %q is not known", short(param)),
		"use UTF-8, UTF-16, UTF-16LE, UTF-16BE, windows-1250 to windows-1258, ISO-8859-1 to ISO-8859-10, or ISO-8859-13 to ISO-8859-16"}
}

// settleEncoding returns the encoding of a file that begins so, if the param
// permits it, and how long the byte order mark is.
func settleEncoding(param string, start []byte) (found encoding, mark int, err error) {
	named, err := namedEncoding(param)
	if err != nil {
		return encoding{}, 0, err
	}
	marked, mark := byMark(start)
	switch {
	case marked == nil && named.name == asUTF16.name:
		return encoding{}, 0, &unreadable{"the file has no mark that tells the order of the bytes in UTF-16", "set `encoding` to " + utf16Order(start)}
	case marked == nil:
		return named, 0, nil
	case marked.name == named.name, named.name == asUTF8.name, named.name == asUTF16.name && marked.name != asUTF8.name:
		return *marked, mark, nil
	}
	return encoding{}, 0, &unreadable{fmt.Sprintf("the file begins with the mark of %s, but `encoding` is %s", marked.name, named.name),
		"leave `encoding` out: the mark tells"}
}

// byMark returns the encoding whose mark a file begins with, if any, and the
// length of the mark.
func byMark(start []byte) (*encoding, int) {
	for _, m := range []struct {
		mark     string
		encoding *encoding
	}{{"\xef\xbb\xbf", &asUTF8}, {"\xff\xfe", &asUTF16LE}, {"\xfe\xff", &asUTF16BE}} {
		if bytes.HasPrefix(start, []byte(m.mark)) {
			return m.encoding, len(m.mark)
		}
	}
	return nil, 0
}

// utf16Order names the encoding of a file that begins with an ASCII character.
func utf16Order(start []byte) string {
	switch i := slices.Index(start[:min(len(start), 2)], 0); i {
	case 0:
		return asUTF16BE.name
	case 1:
		return asUTF16LE.name
	}
	return asUTF16LE.name + " or " + asUTF16BE.name
}

// converter gives a source as UTF-8.
type converter struct {
	source io.Reader
	encoding

	in    []byte // not converted yet
	made  []byte
	rest  []byte // of made
	err   error
	guess utf8Guess
}

// Read implements io.Reader.
func (c *converter) Read(p []byte) (int, error) {
	for len(c.rest) == 0 {
		if c.err != nil {
			return 0, c.err
		}
		c.convert()
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

// convert makes more text, or sets err.
func (c *converter) convert() {
	if c.in == nil {
		c.in = make([]byte, 0, chunk)
	}
	n, err := c.source.Read(c.in[len(c.in):cap(c.in)])
	c.in = c.in[:len(c.in)+n]
	c.guess.note(c.in[len(c.in)-n:])
	made, used, fault := c.text(c.made[:0], c.in, err == io.EOF)
	c.made, c.rest = made, made
	c.in = c.in[:copy(c.in, c.in[used:])]
	if c.err = err; fault != nil {
		c.err = fault
	}
}
