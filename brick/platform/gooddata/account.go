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
	whole := pageShape{name: "accountSettings", item: func(l *jlexer.Lexer) {
		a = account{}
		one.take(l)
		accounts = append(accounts, a)
	}}
	accounts = make([]account, 0, len(body)/accountBytes+1)
	err = decode(body, whole.take)
	return accounts, whole.next, err
}

// accountShape takes the attributes of an account into a.
func accountShape(a *account) shape {
	modes, whitelists := lists{}, lists{}
	fields := shape{
		"links":    shape{"self": func(l *jlexer.Lexer) { a.ref.id = accountIn(glance(l)) }}.take,
		"login":    loose(&a.login),
		"timezone": loose(&a.ref.timezone),
		"authenticationModes": func(l *jlexer.Lexer) {
			a.profile[brick.AuthenticationModes] = modes.take(l, strings.ToLower).text
		},
		"ipWhitelist": func(l *jlexer.Lexer) {
			list := whitelists.take(l, strings.TrimSpace)
			a.profile[brick.IPWhitelist], a.ref.blocked = list.text, list.empty
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

// list is a list of texts as a profile holds it.
type list struct {
	text  string
	empty bool // it was there, and held nothing
}

// lists keeps the lists of a page by how they are written: few differ.
type lists map[string]list

// take takes a list, of which each text is spelled as it should be.
func (same lists) take(l *jlexer.Lexer, spell func(string) string) list {
	raw := l.Raw()
	if known, ok := same[string(raw)]; ok || !l.Ok() {
		return known
	}
	var values []string
	err := decode(raw, func(l *jlexer.Lexer) {
		items(l, func() {
			for value := range strings.SplitSeq(word(l), ",") { // as a profile holds them
				values = append(values, spell(value))
			}
		})
	})
	if err != nil {
		l.AddError(err)
		return list{}
	}
	var p brick.Profile
	p.SetList(brick.IPWhitelist, values)
	made := list{text: p[brick.IPWhitelist], empty: values == nil && string(raw) != "null"}
	same[string(raw)] = made
	return made
}

// member returns the account as a listing shows it.
func (a *account) member(login brick.Login) brick.Member {
	return brick.Member{Login: login, Status: brick.Enabled, Profile: a.profile, Ref: a.ref.String()}
}

// key tells accounts apart.
func (a *account) key() string { return firstOf(a.ref.id, a.login) }
