package directory

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"users-brick/brick"
)

// position is a place in the text of a document, from 1.
type position struct{ line, column int }

// reader reads a JSON document token by token and knows where each begins.
type reader struct {
	source string // the document's name in errors
	dec    *json.Decoder
	text   *window
	at     position // where the last token begins
}

func newReader(source string, r io.Reader) *reader {
	text := &window{r: r, next: position{1, 1}}
	dec := json.NewDecoder(text)
	dec.UseNumber() // one too large for a float64 would be an error without a place
	return &reader{source: source, dec: dec, text: text, at: position{1, 1}}
}

// wrong returns an error of kind BadInput at a place in the document.
func (r *reader) wrong(at position, hint, format string, args ...any) error {
	return &brick.Error{
		Kind: brick.BadInput, Op: r.source, Line: at.line, Column: at.column,
		Err: fmt.Errorf(format, args...), Hint: hint,
	}
}

// token returns the next token.
func (r *reader) token() (json.Token, error) {
	before := r.dec.InputOffset()
	token, err := r.dec.Token()
	r.at = r.text.seek(before)
	switch {
	case err == nil:
		return token, r.isText(token)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, r.wrong(r.at, "the file may have been cut off", "the document ends early")
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return nil, r.wrong(r.at, "check the JSON here", "%w", syntax)
	}
	return nil, fmt.Errorf("read %s: %w", r.source, err)
}

// isText refuses a text whose bytes are not UTF-8, for which the decoder puts
// replacement characters.
func (r *reader) isText(token json.Token) error {
	text, _ := token.(string)
	if strings.ContainsRune(text, utf8.RuneError) && !utf8.Valid(r.text.until(r.dec.InputOffset())) {
		return r.wrong(r.at, "save the file as UTF-8", "a text is not UTF-8")
	}
	return nil
}

// object reads an object and calls key for each of its keys, which reads the
// value. It returns where the object begins. A key that comes twice is an
// error.
func (r *reader) object(key func(string) error) (position, error) {
	if err := r.delim('{', "an object"); err != nil {
		return r.at, err
	}
	begin := r.at
	var seen [24]string // more keys than any object of the format has
	n := 0
	for r.dec.More() {
		token, err := r.token()
		if err != nil {
			return begin, err
		}
		name, _ := token.(string)
		if slices.Contains(seen[:n], name) {
			return begin, r.wrong(r.at, "leave one of them", "key %q comes twice", name)
		}
		if n < len(seen) {
			seen[n] = name
			n++
		}
		if err := key(name); err != nil {
			return begin, err
		}
	}
	_, err := r.token()
	return begin, err
}

// list reads a list and calls each where an element begins, which reads it.
func (r *reader) list(each func() error) error {
	if err := r.delim('[', "a list"); err != nil {
		return err
	}
	for r.dec.More() {
		if err := each(); err != nil {
			return err
		}
	}
	_, err := r.token()
	return err
}

func (r *reader) delim(want json.Delim, what string) error {
	token, err := r.token()
	if err != nil {
		return err
	}
	if token != want {
		return r.wrong(r.at, "see users-brick directory dump for the format", "%s is expected here", what)
	}
	return nil
}

// string reads a text.
func (r *reader) string(into *string) error {
	token, err := r.token()
	if err != nil {
		return err
	}
	text, ok := token.(string)
	if !ok {
		return r.wrong(r.at, "leave the key out where nothing is set", "a text is expected here")
	}
	*into = text
	return nil
}

// name reads a text that names something: one that is not empty and that a
// cell of a file could name as well.
func (r *reader) name(into *string, what string) error {
	if err := r.string(into); err != nil {
		return err
	}
	if *into == "" || strings.TrimSpace(*into) != *into {
		return r.wrong(r.at, "write one without spaces around it", "%q is no name of %s", *into, what)
	}
	return nil
}

// unknown refuses a key that the format does not have.
func (r *reader) unknown(key string) error {
	return r.wrong(r.at, "check its spelling, or leave it out", "unknown key %q", key)
}

// end demands that nothing follows.
func (r *reader) end() error {
	before := r.dec.InputOffset()
	_, err := r.dec.Token()
	if errors.Is(err, io.EOF) {
		return nil
	}
	return r.wrong(r.text.seek(before), "one document to a file", "something follows the document")
}

// window passes a text on and keeps the part whose positions are not counted
// yet.
type window struct {
	r    io.Reader
	kept []byte
	from int64    // offset of the first kept byte
	next position // its position
}

// Read reads from the text and keeps what was read.
func (w *window) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	w.kept = append(w.kept, p[:n]...)
	return n, err
}

// seek returns the position of the first byte from an offset on that can
// begin a token. Offsets never go back.
func (w *window) seek(offset int64) position {
	i := 0
	for ; i < len(w.kept); i++ {
		c := w.kept[i]
		if w.from+int64(i) >= offset && c != ' ' && c != '\t' && c != '\r' && c != '\n' && c != ',' && c != ':' {
			break
		}
		switch {
		case c == '\n':
			w.next = position{w.next.line + 1, 1}
		case utf8.RuneStart(c):
			w.next.column++
		}
	}
	w.kept, w.from = w.kept[i:], w.from+int64(i)
	return w.next
}

// until returns what is kept up to an offset.
func (w *window) until(offset int64) []byte { return w.kept[:offset-w.from] }
