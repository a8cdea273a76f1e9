package params

import (
	"strings"

	"users-brick/brick"
)

// account settles who works on the platform: who has a password, or else a
// session that somebody began.
func (r *reader) account() {
	username, password, sst := r.first("username", "GDC_USERNAME"), r.first("password", "GDC_PASSWORD"), r.first("sst", "GDC_SST")
	r.p.Platform.GoodData = GoodData{URL: r.p.Platform.GoodData.URL}
	switch {
	case username != nil && password != nil:
		r.keepAccount(username, password)
	case sst != nil:
		r.p.Platform.GoodData.SST = brick.NewSecret(strings.TrimSpace(sst.text))
		if password != nil {
			r.notes.warn(password.at, "add the username", "the password has no effect without a username; the session of the SST is used")
		}
	case password != nil:
		r.keepAccount(nil, password)
		r.notes.fail(password.at, r.orWithParams(`add "username", or set GDC_USERNAME`), "there is a password and no username")
	case username != nil:
		r.keepAccount(username, nil)
		r.notes.fail(username.at, r.orWithParams("set GDC_PASSWORD or GDC_PASSWORD_FILE"), "there is a username and no password")
	default:
		hint := r.orWithParams("set GDC_USERNAME and GDC_PASSWORD, or GDC_PASSWORD_FILE; or GDC_SST")
		r.notes.fail(r.chosenAt(), hint, "nothing says who works on the platform gooddata")
	}
}

// keepAccount keeps a username and a password; nil stands for none.
func (r *reader) keepAccount(username, password *node) {
	to := &r.p.Platform.GoodData
	if username != nil {
		to.Username = strings.TrimSpace(username.text)
		if username.hidden() {
			r.hide(&to.Username)
		}
	}
	if password != nil {
		to.Password = brick.NewSecret(password.text)
	}
}

// chosenAt returns where the platform was chosen.
func (r *reader) chosenAt() place {
	if n := r.host(); !r.has("platform") && n != nil {
		return n.at
	}
	return r.placeOf("platform")
}
