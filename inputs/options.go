package inputs

import (
	"errors"
	"fmt"
	"unicode"

	"users-brick/brick"
)

// Options say how a file is to be understood. The zero Options read a file
// with the usual column names, separated by commas, in UTF-8 or with a mark
// that tells another encoding, compressed or not.
type Options struct {
	Columns   Columns
	Delimiter rune // between cells; 0: what a first line such as sep=; says, else a comma; AutoDelimiter: found
	Quote     rune // around cells, a mark of ASCII; 0: the double quote

	Encoding    string // a name such as windows-1252, however it is written; UTF-8 or empty: UTF-8, or UTF-16 with a mark
	Compression string // gzip, zstd or none; auto or empty: what the content tells
	MaxBytes    int64  // a file with more is refused, compressed or decompressed; 0: no limit

	// NeedProject is set when every row must name its project.
	NeedProject bool
	// NeedRows is set when each of several files must have a row. That one
	// file alone has some, whoever reads it sees.
	NeedRows bool
	// AuthenticationModes and SSOProvider hold for every row, whatever its
	// cells say; empty: the cells count.
	AuthenticationModes []string
	SSOProvider         string

	// Profile is set when the reader is to note what [Reader.Profile] tells.
	Profile bool
	// Warn is told what is odd in the file but does no harm; nil: nobody is.
	Warn func(brick.Finding)
}

// Check returns an error of kind BadInput when no file can be read so: an
// encoding or a compression that is not known, a delimiter or a quote that
// cannot be one. Reading does the same before the source is touched.
func (o *Options) Check() error {
	_, err := namedEncoding(o.Encoding)
	if err == nil {
		err = checkCompression(o.Compression)
	}
	if err == nil {
		err = o.checkMarks()
	}
	if u, ok := errors.AsType[*unreadable](err); ok {
		return &brick.Error{Kind: brick.BadInput, Hint: u.hint, Err: u}
	}
	return nil
}

// checkMarks refuses a delimiter or a quote that cannot be one.
func (o *Options) checkMarks() error {
	q := o.quoting()
	switch {
	case o.Quote < 0 || o.Quote > unicode.MaxASCII || !unicode.IsPunct(rune(q)) && !unicode.IsSymbol(rune(q)):
		return &unreadable{fmt.Sprintf("%q cannot stand around cells", o.Quote), "set `quote` to a mark such as ' or leave it out"}
	case o.Delimiter == 0 && q == ',':
		return &unreadable{"a comma cannot stand around cells and separate them", "set `delimiter`: left out, it is a comma"}
	case o.Delimiter != 0 && o.Delimiter != AutoDelimiter && !separates(o.Delimiter, q):
		return &unreadable{fmt.Sprintf("%q cannot separate cells", o.Delimiter), "set `delimiter` to a character other than a quote or a line break"}
	}
	return nil
}

func (o *Options) quoting() quoting {
	if o.Quote == 0 {
		return plainQuotes
	}
	return quoting(o.Quote)
}
