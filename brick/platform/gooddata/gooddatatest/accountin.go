package gooddatatest

import (
	"encoding/json"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"users-brick/brick"
)

// accountIn is an account as a client describes it. What is nil was not said.
type accountIn struct {
	login                 *string
	texts                 [numTexts]*text
	modes                 *[]string // in lower case
	whitelist             *[]string // a nil list is null
	password, verify, old *string
}

// tolerated are keys that a client may send back; nobody reads them.
var tolerated = []string{"links", "created", "updated", "effectiveIpWhitelist"}

// readAccount reads an account, which must have both names. A key that is
// unknown, a value of another type, and one that an account cannot have, is
// malformed.
func (c *call) readAccount() (*accountIn, *answer) {
	var in struct {
		AccountSetting map[string]json.RawMessage `json:"accountSetting"`
	}
	if err := json.Unmarshal(c.body, &in); err != nil || in.AccountSetting == nil {
		return nil, refuse(c.malformed("", "accountSetting"))
	}
	a := &accountIn{}
	for key, value := range in.AccountSetting {
		if !a.set(key, value) {
			return nil, refuse(c.malformed(strings.Trim(string(value), `"`), key))
		}
	}
	for _, i := range []int{firstName, lastName} {
		if name := a.texts[i]; name == nil || strings.TrimSpace(name.string) == "" {
			return nil, refuse(c.malformed("", textKeys[i]))
		}
	}
	return a, nil
}

// set takes one key; false when it or its value cannot be.
func (a *accountIn) set(key string, value json.RawMessage) bool {
	if i := slices.Index(textKeys[:], key); i >= 0 {
		var t *string
		if json.Unmarshal(value, &t) != nil || t != nil && !possible(i, *t) {
			return false
		}
		a.texts[i] = &text{}
		if t != nil {
			a.texts[i] = &text{*t, true}
		}
		return true
	}
	switch key {
	case "login":
		return json.Unmarshal(value, &a.login) == nil && a.login != nil
	case "password":
		return json.Unmarshal(value, &a.password) == nil && a.password != nil
	case "verifyPassword":
		return json.Unmarshal(value, &a.verify) == nil && a.verify != nil
	case "old_password":
		return json.Unmarshal(value, &a.old) == nil && a.old != nil
	case "authenticationModes":
		return a.setModes(value)
	case "ipWhitelist":
		return a.setWhitelist(value)
	}
	return slices.Contains(tolerated, key)
}

// possible reports whether an account may have a text.
func possible(which int, value string) bool {
	if which != email || value == "" {
		return true
	}
	_, err := brick.ParseLogin(value)
	return err == nil
}

// check refuses a language that nobody has, unless the account has it, and a
// password that the account cannot get.
func (c *call) check(in *accountIn, a *account) *answer {
	if l := in.texts[language]; l != nil && l.string != "" && *l != a.texts[language] && !slices.Contains(brick.Languages(), l.string) {
		return refuse(c.malformed(l.string, "language"))
	}
	return c.checkPassword(in, a)
}

func (a *accountIn) setModes(value json.RawMessage) bool {
	var modes []string
	if json.Unmarshal(value, &modes) != nil {
		return false
	}
	for i, mode := range modes {
		if mode != "PASSWORD" && mode != "SSO" {
			return false
		}
		modes[i] = strings.ToLower(mode)
	}
	modes = brick.Set(modes)
	a.modes = &modes
	return true
}

func (a *accountIn) setWhitelist(value json.RawMessage) bool {
	var list []string
	if json.Unmarshal(value, &list) != nil {
		return false
	}
	for _, network := range list {
		_, prefix := netip.ParsePrefix(network)
		_, address := netip.ParseAddr(network)
		if prefix != nil && address != nil {
			return false
		}
	}
	a.whitelist = &list
	return true
}

// complete says null where nothing was said.
func (a *accountIn) complete() {
	for i := range a.texts {
		if a.texts[i] == nil {
			a.texts[i] = &text{}
		}
	}
	if a.modes == nil {
		a.modes = new([]string)
	}
	if a.whitelist == nil {
		a.whitelist = new([]string)
	}
}

// shortestPassword is how many characters a password has at least.
const shortestPassword = 7

// checkPassword refuses a password that an account cannot get.
func (c *call) checkPassword(in *accountIn, a *account) *answer {
	if in.password == nil {
		return nil
	}
	password := *in.password
	folded := strings.ToLower(password)
	switch {
	case in.verify == nil || *in.verify != password:
		return c.badPassword("Password and its verification differ")
	case len([]rune(password)) < shortestPassword:
		return c.badPassword("Password is too short, it must have at least 7 characters")
	case folded == a.login || folded == brick.Login(a.login).Local():
		return c.badPassword("Password is too similar to the login")
	case password == a.password:
		return c.badPassword("Password has been used before")
	case a == c.caller && !a.org.isAdmin(a) && (in.old == nil || *in.old != a.password):
		return c.badPassword("Old password is not correct")
	}
	return nil
}

func (c *call) badPassword(message string) *answer {
	return refuse(c.javaError(http.StatusBadRequest, "com.gooddata.webapp.service.userprovisioning.PasswordException", "gdc1051", message))
}
