package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
)

var errScopesFirst = errors.New("its scopes come before its people")

// People yields everybody whom the report names, in its order. It can be
// called once, when Scopes has ended well; after an error it ends.
func (d *Document) People() iter.Seq2[Person, error] {
	return func(yield func(Person, error) bool) {
		err := d.openPeople()
		for err == nil && d.from.More() {
			var p Person
			if err = whole(d.from.Decode(&p)); err == nil && !yield(p, nil) {
				return
			}
		}
		if err == nil {
			err = d.expect(json.Delim(']'))
		}
		if err != nil {
			yield(Person{}, fmt.Errorf("read report: %w", err))
		}
	}
}

// openPeople reads up to the first person.
func (d *Document) openPeople() error {
	if !d.atPeople {
		return errScopesFirst
	}
	d.atPeople = false
	name, err := d.from.Token()
	if err != nil {
		return whole(err)
	}
	if name != "people" {
		return fmt.Errorf("%v where people should be", name)
	}
	return d.expect(json.Delim('['))
}
