package gooddatatest

import (
	"encoding/json"

	"users-brick/brick"
)

// CustomIDKey is the key of a project's metadata that holds its custom id.
const CustomIDKey = "GOODOT_CUSTOM_PROJECT_ID"

// DefaultDataProduct is the data product that every organization has.
const DefaultDataProduct = "default"

// State is what a platform holds, as a JSON document. It reads what
// users-brick directory dump writes; what a key means there it means here.
// A key that is absent is not set. [Read] says what is wrong with one.
type State struct {
	Organizations []Organization `json:"organizations,omitempty"`
}

// Organization is a domain with its accounts and projects.
type Organization struct {
	Admins       []string      `json:"admins,omitempty"`        // logins of admins, also of other organizations
	Clients      []Client      `json:"clients,omitempty"`       // those without a project
	DataProducts []DataProduct `json:"data_products,omitempty"` // beside those that clients and projects name
	Name         string        `json:"name"`
	Projects     []Project     `json:"projects,omitempty"`
	Users        []Account     `json:"users,omitempty"`
}

// Account is one account. Its texts are null on the wire when they are empty.
type Account struct {
	Admin               bool     `json:"admin,omitempty"`                // of its organization
	AuthenticationModes []string `json:"authentication_modes,omitempty"` // password, sso
	Company             string   `json:"company,omitempty"`
	Country             string   `json:"country,omitempty"`
	Email               string   `json:"email,omitempty"`
	FirstName           string   `json:"first_name,omitempty"`
	ID                  string   `json:"id,omitempty"`          // made from the login when absent
	IPWhitelist         []string `json:"ip_whitelist,omitzero"` // absent or nil: none; empty: everything is blocked
	Language            string   `json:"language,omitempty"`
	LastName            string   `json:"last_name,omitempty"`
	Login               string   `json:"login"`
	Password            string   `json:"password,omitempty"`
	Phone               string   `json:"phone,omitempty"`
	Position            string   `json:"position,omitempty"`
	SSOProvider         string   `json:"sso_provider,omitempty"`
	Timezone            string   `json:"timezone,omitempty"`
}

// Project is one project with its members.
type Project struct {
	ClientID    string            `json:"client_id,omitempty"`    // the client whose project it is
	CustomID    string            `json:"custom_id,omitempty"`    // its metadata under CustomIDKey
	DataProduct string            `json:"data_product,omitempty"` // of the client; absent: default
	Forbidden   bool              `json:"forbidden,omitempty"`    // answers 403 to everybody
	Gone        bool              `json:"gone,omitempty"`         // answers 410 to everybody
	Groups      []Group           `json:"groups,omitempty"`
	ID          string            `json:"id"`
	Members     []Member          `json:"members,omitempty"`
	Metadata    map[string]string `json:"metadata,omitempty"` // other keys than CustomIDKey
	Roles       []Role            `json:"roles,omitzero"`     // absent or nil: the twelve that every project has
	Segment     string            `json:"segment,omitempty"`  // of the client
	State       string            `json:"state,omitempty"`    // absent: ENABLED
	Title       string            `json:"title,omitempty"`
}

// Member is one membership of a project. A login that begins with deleted-
// needs no account: it is what the deletion of one may leave behind.
type Member struct {
	Groups []string     `json:"groups,omitempty"`
	Login  string       `json:"login"`
	Roles  []string     `json:"roles,omitempty"` // identifiers
	Status brick.Status `json:"status,omitzero"` // absent: enabled
}

// Role is one role of a project; in the document also its identifier alone.
// The recorded roles have their titles and summaries of themselves; the title
// of another is its identifier unless it says otherwise.
type Role struct {
	ID         int    `json:"id,omitempty"` // the number in its URI; absent: recorded, or given out from 13
	Identifier string `json:"identifier"`
	Summary    string `json:"summary,omitempty"`
	Title      string `json:"title,omitempty"`
}

// Group is one group of a project; in the document also its name alone.
type Group struct {
	Description string   `json:"description,omitempty"`
	Groups      []string `json:"groups,omitempty"`  // names of groups that are members of it
	ID          string   `json:"id,omitempty"`      // made from project and name when absent
	Members     []string `json:"members,omitempty"` // logins, beside the members of the project that name the group
	Name        string   `json:"name"`
}

// DataProduct is one data product; in the document also its id alone.
type DataProduct struct {
	ID       string    `json:"id"`
	Segments []Segment `json:"segments,omitempty"` // beside those that clients and projects name
}

// Segment is a part of a data product; in the document also its id alone.
type Segment struct {
	ID            string `json:"id"`
	MasterProject string `json:"master_project,omitempty"` // id of the project that is copied for clients
}

// Client is a client without a project.
type Client struct {
	DataProduct string `json:"data_product,omitempty"` // absent: default
	ID          string `json:"id"`
	Segment     string `json:"segment,omitempty"`
}

// shorthand is implemented by what a document may write as its name alone.
type shorthand interface{ name() *string }

func (r *Role) name() *string        { return &r.Identifier }
func (g *Group) name() *string       { return &g.Name }
func (p *DataProduct) name() *string { return &p.ID }
func (s *Segment) name() *string     { return &s.ID }

// MarshalJSON writes the identifier alone when there is nothing else.
func (r Role) MarshalJSON() ([]byte, error) {
	type whole Role
	if r == (Role{Identifier: r.Identifier}) {
		return encode(r.Identifier)
	}
	return encode(whole(r))
}

// MarshalJSON writes the name alone when there is nothing else.
func (g Group) MarshalJSON() ([]byte, error) {
	type whole Group
	if g.Description == "" && g.ID == "" && len(g.Members) == 0 && len(g.Groups) == 0 {
		return encode(g.Name)
	}
	return encode(whole(g))
}

// MarshalJSON writes the id alone when there is nothing else.
func (p DataProduct) MarshalJSON() ([]byte, error) {
	type whole DataProduct
	if len(p.Segments) == 0 {
		return encode(p.ID)
	}
	return encode(whole(p))
}

// MarshalJSON writes the id alone when there is nothing else.
func (s Segment) MarshalJSON() ([]byte, error) {
	type whole Segment
	if s.MasterProject == "" {
		return encode(s.ID)
	}
	return encode(whole(s))
}

// UnmarshalJSON reads what [State.Write] writes, strictly as [Read] does.
func (s *State) UnmarshalJSON(text []byte) error {
	state, err := parse("state", text)
	if err == nil {
		*s = state
	}
	return err
}

var _ json.Unmarshaler = (*State)(nil)
