package brick

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
)

// FieldSet is some attributes of an account. The zero FieldSet is none of
// them. FieldSets compare with ==.
type FieldSet uint16

// NewFieldSet returns the set of some attributes.
func NewFieldSet(fields ...Field) FieldSet {
	var s FieldSet
	for _, f := range fields {
		s |= 1 << f
	}
	return s
}

// Has reports whether an attribute is among them.
func (s FieldSet) Has(f Field) bool { return s&(1<<f) != 0 }

// All yields the attributes in order.
func (s FieldSet) All() iter.Seq[Field] {
	return func(yield func(Field) bool) {
		for f := range Fields() {
			if s.Has(f) && !yield(f) {
				return
			}
		}
	}
}

// Names returns the names of the attributes, in order.
func (s FieldSet) Names() []string {
	names := []string{}
	for f := range s.All() {
		names = append(names, f.String())
	}
	return names
}

// MarshalJSON writes the names of the attributes, in order.
func (s FieldSet) MarshalJSON() ([]byte, error) { return json.Marshal(s.Names()) }

// UnmarshalJSON reads what [FieldSet.MarshalJSON] writes. An unknown attribute
// is an error.
func (s *FieldSet) UnmarshalJSON(data []byte) error {
	var names []string
	if err := json.Unmarshal(data, &names); err != nil {
		return err
	}
	*s = 0
	for _, name := range names {
		i := slices.Index(fieldNames[:], name)
		if i < 0 {
			return fmt.Errorf("unknown account field %q", name)
		}
		*s |= NewFieldSet(Field(i))
	}
	return nil
}

// Without returns p with some attributes empty.
func (p Profile) Without(s FieldSet) Profile {
	for f := range s.All() {
		p[f] = ""
	}
	return p
}

// Given returns those of some attributes that p gives.
func (p *Profile) Given(s FieldSet) FieldSet {
	for f := range s.All() {
		if p[f] == "" {
			s &^= NewFieldSet(f)
		}
	}
	return s
}
