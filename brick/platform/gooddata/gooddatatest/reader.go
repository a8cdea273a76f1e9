package gooddatatest

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"users-brick/brick"
)

// reader reads a JSON text into Go values, strictly: a key that is unknown or
// comes twice, a value of another type, null and bytes that are no UTF-8 are
// errors of kind BadInput with line and column.
type reader struct {
	source string // the text's name in errors
	text   []byte
	dec    *json.Decoder
	at     int64 // offset of the last token
	fields map[reflect.Type]map[string]int
}

// readInto reads the one value of a text.
func readInto(source string, text []byte, into any) error {
	r := newReader(source, text)
	if !utf8.Valid(text) {
		return r.wrong(int64(firstInvalid(text)), "save the file as UTF-8", "the text is not UTF-8")
	}
	if err := r.value(reflect.ValueOf(into).Elem()); err != nil {
		return err
	}
	end := r.start(r.dec.InputOffset())
	if _, err := r.dec.Token(); !errors.Is(err, io.EOF) {
		return r.wrong(end, "one document to a file", "something follows the document")
	}
	return nil
}

func newReader(source string, text []byte) *reader {
	return &reader{source: source, text: text, dec: json.NewDecoder(bytes.NewReader(text)), fields: map[reflect.Type]map[string]int{}}
}

func firstInvalid(text []byte) int {
	at := 0
	for {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size <= 1 {
			return at
		}
		at += size
	}
}

// wrong returns an error about the place at an offset.
func (r *reader) wrong(offset int64, hint, format string, args ...any) error {
	line, column := lineAndColumn(r.text, offset)
	return &brick.Error{
		Kind: brick.BadInput, Op: r.source, Line: line, Column: column,
		Err: fmt.Errorf(format, args...), Hint: hint,
	}
}

// lineAndColumn returns line and column, both from 1, of an offset.
func lineAndColumn(text []byte, offset int64) (line, column int) {
	before := string(text[:min(offset, int64(len(text)))])
	begin := strings.LastIndexByte(before, '\n') + 1
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[begin:]) + 1
}

// start returns the first offset from one on where a token can begin.
func (r *reader) start(offset int64) int64 {
	for offset < int64(len(r.text)) && strings.IndexByte(" \t\r\n,:", r.text[offset]) >= 0 {
		offset++
	}
	return offset
}

// token returns the next token.
func (r *reader) token() (json.Token, error) {
	r.at = r.start(r.dec.InputOffset())
	token, err := r.dec.Token()
	switch {
	case err == nil:
		return token, nil
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, r.wrong(r.at, "the file may have been cut off", "the document ends early")
	}
	return nil, r.wrong(r.at, "check the JSON here", "%w", err)
}

// value reads one value.
func (r *reader) value(v reflect.Value) error {
	token, err := r.token()
	if err != nil {
		return err
	}
	text, isText := token.(string)
	if named, ok := v.Addr().Interface().(shorthand); ok && isText {
		*named.name() = text
		return nil
	}
	if special, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return r.special(v, special, text, isText)
	}
	switch v.Kind() {
	case reflect.Struct:
		return r.object(v, token)
	case reflect.Map:
		return r.dictionary(v, token)
	case reflect.Slice:
		return r.list(v, token)
	}
	return r.scalar(v, token)
}

// special reads a text that a type of its own understands.
func (r *reader) special(v reflect.Value, into encoding.TextUnmarshaler, text string, isText bool) error {
	if !isText {
		return r.expected("a text")
	}
	if err := into.UnmarshalText([]byte(text)); err != nil {
		return r.wrong(r.at, "", "%w", err)
	}
	if v.IsZero() {
		return r.wrong(r.at, "leave the key out where nothing is set", "%q cannot be used here", text)
	}
	return nil
}

func (r *reader) expected(what string) error {
	return r.wrong(r.at, "leave the key out where nothing is set", "%s is expected here", what)
}

// object reads the rest of an object whose first token is given.
func (r *reader) object(v reflect.Value, token json.Token) error {
	if token != json.Delim('{') {
		return r.expected("an object")
	}
	keys := r.fields[v.Type()]
	if keys == nil {
		keys = fieldsOf(v.Type())
		r.fields[v.Type()] = keys
	}
	return r.pairs(func(key string) error {
		index, known := keys[key]
		if !known {
			return r.wrong(r.at, "check its spelling, or leave it out", "unknown key %q", key)
		}
		return r.value(v.Field(index))
	})
}

// pairs reads keys until the object ends; each reads the value.
func (r *reader) pairs(each func(key string) error) error {
	var seen keySet
	for r.dec.More() {
		token, err := r.token()
		if err != nil {
			return err
		}
		key, _ := token.(string)
		if !seen.add(key) {
			return r.wrong(r.at, "leave one of them", "key %q comes twice", key)
		}
		if err := each(key); err != nil {
			return err
		}
	}
	_, err := r.token()
	return err
}

// keySet are the keys of an object so far: mostly few.
type keySet struct {
	few  [16]string
	n    int
	many map[string]bool
}

// add reports whether a key is new.
func (s *keySet) add(key string) bool {
	if slices.Contains(s.few[:s.n], key) || s.many[key] {
		return false
	}
	if s.n < len(s.few) {
		s.few[s.n] = key
		s.n++
		return true
	}
	if s.many == nil {
		s.many = map[string]bool{}
	}
	s.many[key] = true
	return true
}

func (r *reader) dictionary(v reflect.Value, token json.Token) error {
	if token != json.Delim('{') {
		return r.expected("an object")
	}
	v.Set(reflect.MakeMap(v.Type()))
	return r.pairs(func(key string) error {
		value := reflect.New(v.Type().Elem()).Elem()
		if err := r.value(value); err != nil {
			return err
		}
		v.SetMapIndex(reflect.ValueOf(key), value)
		return nil
	})
}

func (r *reader) list(v reflect.Value, token json.Token) error {
	if token != json.Delim('[') {
		return r.expected("a list")
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	for r.dec.More() {
		v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
		if err := r.value(v.Index(v.Len() - 1)); err != nil {
			return err
		}
	}
	_, err := r.token()
	return err
}

// fieldsOf returns the fields of a struct by their keys.
func fieldsOf(t reflect.Type) map[string]int {
	keys := make(map[string]int, t.NumField())
	for i := range t.NumField() {
		key, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		keys[key] = i
	}
	return keys
}
