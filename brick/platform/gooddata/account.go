package gooddata

import (
	"strings"

	"github.com/mailru/easyjson/jlexer"

	"users-brick/brick"
)

// account is one account of an organization.
type account struct {
	login   string // as the platform spells it
	ref     ref
	profile brick.Profile
}

// accountBytes is about how long an account is on a page.
const accountBytes = 600

// accountTexts are the attributes of an account that are one text each.
var accountTexts = [brick.NumFields]string{
	brick.FirstName: "firstName", brick.LastName: "lastName", brick.Email: "email",
	brick.SSOProvider: "ssoProvider", brick.Language: "language", brick.Company: "companyName",
	brick.Position: "position", brick.Country: "country", brick.Phone: "phoneNumber",
}

// decodeAccounts reads a page of the accounts of an organization.
func decodeAccounts(body []byte) (accounts []account, next string, err error) {
	var a account
	one := shape{"accountSetting": accountShape(&a).take}
	list := pageShape{name: "accountSettings", item: func(l *jlexer.Lexer) {
		a = account{}
		one.take(l)
		accounts = append(accounts, a)
	}}
	accounts = make([]account, 0, len(body)/accountBytes+1)
	err = decode(body, list.take)
	return accounts, list.next, err
}

// accountShape takes the attributes of an account into a.
func accountShape(a *account) shape {
	lists := lists{}
	fields := shape{
		"links":    shape{"self": func(l *jlexer.Lexer) { a.ref.id = accountIn(glance(l)) }}.take,
		"login":    loose(&a.login),
		"timezone": loose(&a.ref.timezone),
		"authenticationModes": func(l *jlexer.Lexer) {
			a.profile[brick.AuthenticationModes], _ = lists.take(l, strings.ToLower)
		},
		"ipWhitelist": func(l *jlexer.Lexer) {
			a.profile[brick.IPWhitelist], a.ref.blocked = lists.take(l, strings.TrimSpace)
		},
	}
	for f, name := range accountTexts {
		if name != "" {
			fields[name] = loose(&a.profile[f])
		}
	}
	return fields
}

// loose takes a text, also where it is written as a number. Null and anything
// else is the empty text.
func loose(s *string) func(*jlexer.Lexer) {
	return func(l *jlexer.Lexer) {
		switch *s = ""; l.CurrentToken() {
		case jlexer.TokenString:
			*s = l.String()
		case jlexer.TokenNumber:
			*s = l.JsonNumber().String()
		default:
			pass(l)
		}
	}
}

// lists keeps the text of every list of a page once: few differ.
type lists map[string]string

// take takes a list of texts and returns it as a profile holds it, and
// whether it was there and empty.
func (same lists) take(l *jlexer.Lexer, spell func(string) string) (text string, empty bool) {
	if l.IsNull() {
		l.Skip()
		return "", false
	}
	var values [8]string
	list, raw := values[:0], 0
	items(l, func() {
		raw++
		list = append(list, spell(glance(l)))
	})
	if raw == 0 {
		return "", true
	}
	var p brick.Profile
	p.SetList(brick.IPWhitelist, list)
	joined := p[brick.IPWhitelist]
	known, ok := same[joined]
	if !ok {
		known = strings.Clone(joined)
		same[known] = known
	}
	return known, false
}

// member returns the account as a listing shows it.
func (a *account) member(login brick.Login) brick.Member {
	return brick.Member{Login: login, Status: brick.Enabled, Profile: a.profile, Ref: a.ref.String()}
}

// key tells accounts apart.
func (a *account) key() string { return firstOf(a.ref.id, a.login) }
