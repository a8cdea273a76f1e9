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

	SSOProvider string `json:"ssoProvider,omitempty"`
	Company     string `json:"companyName,omitempty"`
	Country     string `json:"country,omitempty"`
	Phone       string `json:"phoneNumber,omitempty"`
	Position    string `json:"position,omitempty"`
	Timezone    string `json:"timezone,omitempty"`

	IPWhitelist []string `json:"ipWhitelist,omitzero"` // an empty one keeps everybody out
}

// settingOf writes a profile.
func settingOf(p *brick.Profile, password brick.Secret) accountSetting {
	s := accountSetting{
		FirstName: p[brick.FirstName], LastName: p[brick.LastName], Email: p[brick.Email],
		Language: p[brick.Language], SSOProvider: p[brick.SSOProvider], Company: p[brick.Company],
		Country: p[brick.Country], Phone: p[brick.Phone], Position: p[brick.Position],
		Password: password.Reveal(), VerifyPassword: password.Reveal(),
		IPWhitelist: p.List(brick.IPWhitelist),
	}
	for _, mode := range p.List(brick.AuthenticationModes) {
		s.AuthenticationModes = append(s.AuthenticationModes, strings.ToUpper(mode))
	}
	return s
}

// newAccount is the account that a login gets: what is given, and defaults for
// what the platform insists on.
func newAccount(login brick.Login, given *brick.Profile, password brick.Secret) accountBody {
	full := brick.NewProfile(login).Overlay(given)
	s := settingOf(&full, password)
	s.Login = string(login)
	return accountBody{s}
}

// changedAccount is an account with what is given laid over it. All of it is
// sent, since the platform may take what is missing for empty.
func changedAccount(have *account, given *brick.Profile, password brick.Secret) accountBody {
	full := have.profile.Overlay(given)
	s := settingOf(&full, password)
	s.Timezone = have.ref.timezone
	if s.IPWhitelist == nil && have.ref.blocked {
		s.IPWhitelist = []string{}
	}
	return accountBody{s}
}
