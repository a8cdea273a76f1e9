package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
)

// Document is the JSON document of a report, as it is read back: what stands
// before its lists, and the scopes one by one, so that a report of a million
// scopes needs no more memory than one of ten.
type Document struct {
	opening

	from *json.Decoder
	err  error // why there are no more scopes to read, nil while there are

	atPeople bool // the scopes have been read to their end
}

// Read reads a document up to its lists. What is no report, or one of another
// version, is an error.
func Read(r io.Reader) (*Document, error) {
	d := &Document{from: json.NewDecoder(r)}
	if err := d.open(); err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	return d, nil
}

func (d *Document) open() error {
	if err := d.expect(json.Delim('{')); err != nil {
		return err
	}
	members := map[string]json.RawMessage{}
	for {
		name, err := d.from.Token()
		if err != nil {
			return whole(err)
		}
		key, ok := name.(string)
		if !ok {
			return errors.New("it has no scopes")
		}
		if key == "scopes" {
			break
		}
		var value json.RawMessage
		if err := d.from.Decode(&value); err != nil {
			return whole(err)
		}
		members[key] = value
	}
	text, err := json.Marshal(members)
	if err == nil {
		err = json.Unmarshal(text, &d.opening)
	}
	if err == nil && d.Version != Version {
		err = fmt.Errorf("version %d, this program reads version %d", d.Version, Version)
	}
	if err != nil {
		return err
	}
	return d.expect(json.Delim('['))
}

// expect reads the next token, which has to be this one.
func (d *Document) expect(want json.Delim) error {
	got, err := d.from.Token()
	if err == nil && got != want {
		err = fmt.Errorf("%v where %v should be", got, want)
	}
	return whole(err)
}

// whole says of the end of a file that it comes too early.
func whole(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

var errRead = errors.New("the scopes were read before")

// Scopes yields what became of every scope, in order. It can be called once;
// after an error it ends.
func (d *Document) Scopes() iter.Seq2[Scope, error] {
	return func(yield func(Scope, error) bool) {
		if d.err != nil {
			yield(Scope{}, fmt.Errorf("read report: %w", d.err))
			return
		}
		d.err = errRead
		for d.from.More() {
			var s Scope
			if err := d.from.Decode(&s); err != nil {
				yield(Scope{}, fmt.Errorf("read report: %w", whole(err)))
				return
			}
			if !yield(s, nil) {
				return
			}
		}
		if err := d.expect(json.Delim(']')); err != nil {
			yield(Scope{}, fmt.Errorf("read report: %w", err))
			return
		}
		d.atPeople = true
	}
}
