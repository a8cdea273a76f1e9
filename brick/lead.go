package brick

import "fmt"

// Lead says what a change means for who runs a project: whether somebody
// becomes or stops being an enabled member with an administrative role.
type Lead uint8

// The meanings. The zero Lead: he neither runs the project before nor after,
// or both.
const (
	LeadComes Lead = iota + 1
	LeadGoes
)

var leadNames = [...]string{"", "comes", "goes"}

// String returns comes, goes, or nothing.
func (l Lead) String() string {
	if int(l) < len(leadNames) {
		return leadNames[l]
	}
	return fmt.Sprintf("lead(%d)", l)
}

// MarshalText writes the word.
func (l Lead) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads the word.
func (l *Lead) UnmarshalText(text []byte) error {
	for i, name := range leadNames {
		if name == string(text) {
			*l = Lead(i)
			return nil
		}
	}
	return fmt.Errorf("unknown meaning %q of a change for who runs a project", text)
}
