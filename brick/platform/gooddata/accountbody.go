package gooddata

import (
	"strings"

	"users-brick/brick"
)

// accountBody is an account as it is sent. What it does not hold is left out.
type accountBody struct {
	Setting accountSetting `json:"accountSetting"`
}

type accountSetting struct {
	Login          string `json:"login,omitempty"`
	FirstName      string `json:"firstName"` // the platform insists on both names
	LastName       string `json:"lastName"`
	Password       string `json:"password,omitempty"`
	VerifyPassword string `json:"verifyPassword,omitempty"`
	Email          string `json:"email,omitempty"`
	Language       string `json:"language,omitempty"`

	AuthenticationModes []string `json:"authenticationModes,omitzero"`

	SSOProvider *string `json:"ssoProvider,omitempty"`
	Company     *string `json:"companyName,omitempty"`
	Country     *string `json:"country,omitempty"`
	Phone       *string `json:"phoneNumber,omitempty"`
	Position    *string `json:"position,omitempty"`
	Timezone    string  `json:"timezone,omitempty"`

	IPWhitelist *[]string `json:"ipWhitelist,omitempty"` // an empty one keeps everybody out, null is none
}

// settingOf writes a profile.
func settingOf(p *brick.Profile, password brick.Secret) accountSetting {
	s := accountSetting{
		FirstName: p[brick.FirstName], LastName: p[brick.LastName], Email: p[brick.Email],
		Language: p[brick.Language], SSOProvider: some(p[brick.SSOProvider]), Company: some(p[brick.Company]),
		Country: some(p[brick.Country]), Phone: some(p[brick.Phone]), Position: some(p[brick.Position]),
		Password: password.Reveal(), VerifyPassword: password.Reveal(),
	}
	if list := p.List(brick.IPWhitelist); list != nil {
		s.IPWhitelist = &list
	}
	for _, mode := range p.List(brick.AuthenticationModes) {
		s.AuthenticationModes = append(s.AuthenticationModes, strings.ToUpper(mode))
	}
	return s
}

// some is a text that is sent, nil for one that is left out.
func some(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// clearable are the attributes that the platform is known to hold empty, so that
// they can be sent so. It insists on both names; of email and language nobody
// knows.
var clearable = brick.NewFieldSet(brick.AuthenticationModes, brick.SSOProvider, brick.Company, brick.Position, brick.Country,
	brick.Phone, brick.IPWhitelist)

// clear sends attributes as empty, in the form in which the platform itself
// shows them so.
func (s *accountSetting) clear(fields brick.FieldSet) {
	for f := range fields.All() {
		switch f {
		case brick.AuthenticationModes:
			s.AuthenticationModes = []string{}
		case brick.SSOProvider:
			s.SSOProvider = new(string)
		case brick.Company:
			s.Company = new(string)
		case brick.Position:
			s.Position = new(string)
		case brick.Country:
			s.Country = new(string)
		case brick.Phone:
			s.Phone = new(string)
		case brick.IPWhitelist:
			s.IPWhitelist = new([]string) // null: no list, whereas an empty one keeps everybody out
		}
	}
}

// newAccount is the account that a login gets: what is given, and defaults for
// what the platform insists on.
func newAccount(login brick.Login, given *brick.Profile, password brick.Secret) accountBody {
	full := brick.NewProfile(login).Overlay(given)
	s := settingOf(&full, password)
	s.Login = string(login)
	return accountBody{s}
}

// changedAccount is an account with what is given laid over it, and what is to
// be cleared empty. All of it is sent, since the platform may take what is
// missing for empty.
func changedAccount(have *account, w *wanted) accountBody {
	full := have.profile.Overlay(&w.profile).Without(w.clear)
	s := settingOf(&full, w.password)
	s.Timezone = have.ref.timezone
	if s.IPWhitelist == nil && have.ref.blocked {
		s.IPWhitelist = &[]string{}
	}
	s.clear(have.profile.Given(w.clear))
	return accountBody{s}
}

// wanted is what an account is to become: what is given, and what is emptied.
type wanted struct {
	profile  brick.Profile
	clear    brick.FieldSet
	password brick.Secret
}

// wantedOf returns what a change wants of an account.
func wantedOf(c *brick.Change) *wanted { return &wanted{*given(c), c.Clear, c.Password} }

// holds reports whether an account is so already. Nobody can tell that of a
// password.
func (w *wanted) holds(have *brick.Profile) bool {
	return len(have.Differs(&w.profile)) == 0 && have.Given(w.clear) == 0 && !w.password.Given()
}
