package brick

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Login identifies a person on every platform. Only [ParseLogin] makes one, so
// a Login is always trimmed, lower-cased and shaped like an email address; two
// spellings of one person compare equal. The empty Login means nobody.
type Login string

// maxLogin is the longest address that mail can carry (RFC 5321, 4.5.3.1.3,
// less the angle brackets), in bytes.
const maxLogin = 254

// ParseLogin returns the login written in text, without regard to letter case
// and to spaces around it. A text that is no email address (one @ with
// something on both sides, no space, comma, semicolon, colon, quote, bracket
// or control character, behind the @ only letters, digits, dots, hyphens and
// underscores, at most 254 bytes) is an error that says what is wrong with it.
// Parsing a Login again returns it unchanged.
func ParseLogin(text string) (Login, error) {
	if plainLogin(text) {
		return Login(text), nil
	}
	s := strings.TrimSpace(strings.ToLower(strings.TrimSpace(text)))
	local, domain, found := strings.Cut(s, "@")
	switch {
	case s == "":
		return "", fmt.Errorf("login is empty")
	case len(s) > maxLogin:
		return "", fmt.Errorf("login is %d bytes long, at most %d are allowed", len(s), maxLogin)
	case !utf8.ValidString(text):
		return "", fmt.Errorf("login is not valid UTF-8")
	case !found:
		return "", fmt.Errorf("login %q is not an email address: it has no @", s)
	case local == "" || domain == "":
		return "", fmt.Errorf("login %q is not an email address: something is missing beside the @", s)
	case strings.Contains(domain, "@"):
		return "", fmt.Errorf("login %q is not an email address: it has more than one @", s)
	case strings.HasPrefix(domain, ".") || strings.HasSuffix(domain, ".") || strings.Contains(domain, ".."):
		return "", fmt.Errorf("login %q is not an email address: its domain has an empty part", s)
	}
	if i := strings.IndexFunc(s, strange); i >= 0 {
		r, _ := utf8.DecodeRuneInString(s[i:])
		return "", fmt.Errorf("login %q is not an email address: it has the character %q", s, r)
	}
	if i := strings.IndexFunc(domain, outsideDomain); i >= 0 {
		r, _ := utf8.DecodeRuneInString(domain[i:])
		return "", fmt.Errorf("login %q is not an email address: its domain has the character %q", s, r)
	}
	return Login(s), nil
}

// plainLogin reports whether a text is a login as it stands, made of nothing
// but unexceptional ASCII: nearly every login of nearly every file is, and
// millions are parsed.
func plainLogin(s string) bool {
	at := 0
	for at < len(s) && plain[s[at]] {
		at++
	}
	if at == 0 || at >= len(s)-1 || s[at] != '@' || len(s) > maxLogin {
		return false
	}
	before := byte('.') // so that the domain cannot begin with a dot either
	for i := at + 1; i < len(s); i++ {
		if c := s[i]; !plainDomain[c] || c == '.' && before == '.' {
			return false
		}
		before = s[i]
	}
	return before != '.'
}

// plain are the characters of which ordinary logins are made, beside the @.
var plain = func() (set [256]bool) {
	for _, c := range "abcdefghijklmnopqrstuvwxyz0123456789.-_+'!#$%&*/=?^`{|}~" {
		set[c] = true
	}
	return set
}()

// plainDomain are those of them that may stand behind the @.
var plainDomain = func() (set [256]bool) {
	for c := range set {
		set[c] = plain[c] && !outsideDomain(rune(c))
	}
	return set
}()

// strange reports whether a rune cannot stand in a login.
func strange(r rune) bool {
	return unicode.IsSpace(r) || !unicode.IsGraphic(r) || strings.ContainsRune(`,;:"<>()[]\`, r)
}

// outsideDomain reports whether a rune cannot stand behind the @, such as the
// apostrophe in 'jane@acme.com', which would name another person than Jane.
func outsideDomain(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && r != '-' && r != '.' && r != '_'
}

// Local returns the part of the login before the @.
func (l Login) Local() string {
	local, _, _ := strings.Cut(string(l), "@")
	return local
}

// LocalGuess returns what a text that is no login was most likely meant to
// have before its @: the run of characters at its start that could stand
// there, lower-cased. It is empty when there is none, or more than a login
// can hold.
//
// A row whose login cannot be read still names somebody; his removal is held
// by comparing this with [Login.Local].
func LocalGuess(text string) string {
	s := strings.ToLower(strings.TrimSpace(text))
	end := strings.IndexFunc(s, func(r rune) bool { return r == '@' || strange(r) })
	if end < 0 {
		end = len(s)
	}
	if end > maxLogin {
		return ""
	}
	return s[:end]
}

// Letters returns the letters and digits of a text, lower-cased: what is left
// of a login when its signs are lost or mistyped.
func Letters(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
}
