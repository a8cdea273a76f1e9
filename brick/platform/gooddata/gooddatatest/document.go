package gooddatatest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"users-brick/brick"
)

// Read returns the state that a document describes; errors call it source. It
// is read strictly: an unknown key, a value of another type, a name that comes
// twice (letter case ignored), a member without an account, or one with a role
// or a group that his project does not have, is an error of kind BadInput with
// line and column.
func Read(source string, r io.Reader) (State, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return State{}, fmt.Errorf("read %s: %w", source, err)
	}
	return parse(source, text)
}

func parse(source string, text []byte) (State, error) {
	var state State
	if err := readInto(source, text, &state); err != nil {
		return State{}, err
	}
	if bad := check(&state); bad != nil {
		r := newReader(source, text)
		return State{}, r.wrong(r.find(bad.at), bad.hint, "%w", bad.err)
	}
	return state, nil
}

// Write writes the state as a document: keys in order, indented. What
// [Server.State] and [State.Normal] return gives equal bytes for equal states.
func (s State) Write(w io.Writer) error {
	text, err := encode(s)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "  "); err != nil {
		return err
	}
	b.WriteByte('\n')
	_, err = b.WriteTo(w)
	return err
}

// encode returns a value as JSON, without the escapes that only HTML needs.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// place says where in a document something stands: keys and indexes from its
// root on.
type place []any

// under returns the place of something below.
func (p place) under(steps ...any) place { return append(p[:len(p):len(p)], steps...) }

// String returns the place as organizations[0].name.
func (p place) String() string {
	var b bytes.Buffer
	for _, step := range p {
		switch step := step.(type) {
		case int:
			fmt.Fprintf(&b, "[%d]", step)
		default:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			fmt.Fprint(&b, step)
		}
	}
	return b.String()
}

// misplaced is what is wrong at a place of a state.
type misplaced struct {
	at   place
	err  error
	hint string
}

// fault returns it as an error for whoever made the state without a document.
func (m *misplaced) fault() error {
	return &brick.Error{Kind: brick.BadInput, Op: "state: " + m.at.String(), Err: m.err, Hint: m.hint}
}

// find returns the offset of a place in the text, or of the nearest thing
// around it that is written.
func (r *reader) find(at place) int64 {
	for _, step := range at {
		token, err := r.token()
		if err != nil || !r.enter(token, step) {
			return r.at
		}
	}
	return r.start(r.dec.InputOffset())
}

// enter moves to the value of a key or an index of what begins with token,
// and reports whether there is one.
func (r *reader) enter(token json.Token, step any) bool {
	switch want := step.(type) {
	case int:
		for i := 0; token == json.Delim('[') && r.dec.More(); i++ {
			if i == want {
				return true
			}
			r.skip()
		}
	case string:
		for token == json.Delim('{') && r.dec.More() {
			if key, _ := r.dec.Token(); key == want {
				return true
			}
			r.skip()
		}
	}
	return false
}

// skip passes over one value of a text that has been read before.
func (r *reader) skip() {
	var value json.RawMessage
	_ = r.dec.Decode(&value) // it was read without an error once
}
