package brick

import "fmt"

// Status says whether a member of a project can use it.
type Status uint8

// The two states of a membership. An account of an organization is always
// Enabled; the zero Status means that there is no membership.
const (
	Enabled Status = iota + 1
	Disabled
)

// String returns enabled or disabled.
func (s Status) String() string {
	switch s {
	case Enabled:
		return "enabled"
	case Disabled:
		return "disabled"
	}
	return "absent"
}

// MarshalText writes the status.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the status.
func (s *Status) UnmarshalText(text []byte) error {
	switch string(text) {
	case "enabled":
		*s = Enabled
	case "disabled":
		*s = Disabled
	case "absent":
		*s = 0
	default:
		return fmt.Errorf("unknown status %q", text)
	}
	return nil
}

// Member is one person in one scope, as the platform holds him or as the plan
// wants him.
//
// In an organization a member is an account and has a Profile. In a project
// he has Roles and Groups. In a wanted state what is not given is left alone:
// nil Roles, nil Groups (an empty, non-nil Groups means no groups), an
// attribute missing from the Profile.
type Member struct {
	Login   Login    `json:"login"`
	Status  Status   `json:"status,omitzero"`
	Profile Profile  `json:"profile,omitzero"`
	Roles   []string `json:"roles,omitzero"`  // role identifiers, a Set
	Groups  []string `json:"groups,omitzero"` // group names, a FoldSet

	// Ref is what the connector that listed the member wants to know again
	// when it changes him, such as the platform's own id. Nobody else reads
	// it; it is empty in a wanted state.
	Ref string `json:"ref,omitzero"`
}
