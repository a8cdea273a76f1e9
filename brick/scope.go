package brick

import (
	"cmp"
	"fmt"
)

// Level tells organizations from projects.
type Level uint8

// The two levels; organizations come first in every order.
const (
	OrganizationLevel Level = iota + 1
	ProjectLevel
)

// String returns organization or project.
func (l Level) String() string {
	switch l {
	case OrganizationLevel:
		return "organization"
	case ProjectLevel:
		return "project"
	}
	return "no level"
}

// MarshalText writes the level's name.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads the level's name.
func (l *Level) UnmarshalText(text []byte) error {
	for _, level := range []Level{OrganizationLevel, ProjectLevel} {
		if string(text) == level.String() {
			*l = level
			return nil
		}
	}
	return fmt.Errorf("unknown level %q", text)
}

// Scope is what is made to look like the file: one organization or one
// project. The zero Scope is none.
type Scope struct {
	Level Level  `json:"level"`
	ID    string `json:"id"` // the organization's name or the project's id
}

// Organization returns the scope of an organization.
func Organization(name string) Scope { return Scope{OrganizationLevel, name} }

// Project returns the scope of a project.
func Project(id string) Scope { return Scope{ProjectLevel, id} }

// String returns the level and the id, such as "project p1".
func (s Scope) String() string {
	if s == (Scope{}) {
		return "no scope"
	}
	return s.Level.String() + " " + s.ID
}

// Compare orders scopes: organizations before projects, then by id.
func (s Scope) Compare(t Scope) int {
	if c := cmp.Compare(s.Level, t.Level); c != 0 {
		return c
	}
	return cmp.Compare(s.ID, t.ID)
}
