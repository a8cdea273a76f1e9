package gooddata

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// loginBody is what a login sends; level 2 asks for tokens in headers.
type loginBody struct {
	Login struct {
		Login    string `json:"login"`
		Password string `json:"password"`
		Remember int    `json:"remember"`
		Level    int    `json:"verify_level"`
	} `json:"postUserLogin"`
}

// logIn begins a session of the driver's own. The short-lived token that
// comes with it is used, which saves a request. A login that the platform
// refuses is of kind Denied.
func (d *Driver) logIn(ctx context.Context) (tokens, error) {
	var body loginBody
	body.Login.Login, body.Login.Password = d.options.Username, d.options.Password.Reveal()
	body.Login.Remember, body.Login.Level = 1, 2
	a, err := d.knock(ctx, call{method: http.MethodPost, path: "/gdc/account/login", body: body, again: true,
		hide: []brick.Secret{d.options.Password}}, brick.Secret{})
	if err != nil {
		return tokens{}, barred(err, "check user name and password; the login is not tried again, so that the account is not locked")
	}
	got := tokens{tt: brick.NewSecret(a.header.Get(headerTT)), sst: brick.NewSecret(a.header.Get(headerSST)), state: d.stateOf(a.body)}
	if !got.sst.Given() {
		return tokens{}, noToken(a)
	}
	if !got.tt.Given() {
		renewed, err := d.renewTT(ctx, got.sst)
		if err != nil {
			return tokens{}, err
		}
		got.tt = renewed.tt
	}
	return got, nil
}

// renewTT gets a short-lived token for a session.
func (d *Driver) renewTT(ctx context.Context, sst brick.Secret) (tokens, error) {
	a, err := d.knock(ctx, call{method: http.MethodGet, path: "/gdc/account/token", hide: []brick.Secret{sst}}, sst)
	if err != nil {
		return tokens{}, err
	}
	got := tokens{tt: brick.NewSecret(a.header.Get(headerTT)), sst: brick.NewSecret(a.header.Get(headerSST))}
	if !got.tt.Given() {
		var body struct {
			Token struct {
				Text string `json:"token"`
			} `json:"userToken"`
		}
		if json.Unmarshal(a.body, &body) == nil {
			got.tt = brick.NewSecret(body.Token.Text)
		}
	}
	if !got.tt.Given() {
		return tokens{}, noToken(a)
	}
	return got, nil
}

// knock sends a call of the session itself, which carries no short-lived
// token.
func (d *Driver) knock(ctx context.Context, c call, sst brick.Secret) (*answer, error) {
	body, err := encode(c.body)
	if err != nil {
		return nil, err
	}
	id := d.nextID()
	a, err := d.exchange(ctx, message{call: c, id: id, body: body, sst: sst})
	if err != nil {
		return nil, err
	}
	return d.judge(c, id, a)
}

// stateOf returns the resource that ends a session, from the answer to its
// login; empty when it names none.
func (d *Driver) stateOf(body []byte) string {
	var login struct {
		User struct {
			State string `json:"state"`
		} `json:"userLogin"`
	}
	if json.Unmarshal(body, &login) != nil || login.User.State == "" {
		return ""
	}
	state, err := d.local(login.User.State)
	if err != nil {
		return ""
	}
	return state
}

// barred says what to do when the platform does not let the driver in.
func barred(err error, hint string) error {
	e, ok := errors.AsType[*brick.Error](err)
	p, refused := errors.AsType[*problem](err)
	if !ok || !refused || e.Kind.Temporary() {
		return err
	}
	full := *e
	full.Op, full.Kind, full.Hint = "log in to the platform", brick.Denied, hint
	switch {
	case p.status == http.StatusNotFound || p.status < 400:
		full.Kind, full.Hint = e.Kind, elsewhere
	case strings.Contains(strings.ToLower(p.message), "security code"):
		full.Hint = "the account is locked after failed logins: log in with a browser once, then try again"
	}
	return &full
}

const elsewhere = "is this the address of a GoodData platform?"

// noToken is the error of an answer that should bring a token.
func noToken(a *answer) error {
	return &brick.Error{Op: "log in to the platform", RequestID: requestID(a, ""), Err: errors.New("the answer holds no token"),
		Hint: elsewhere}
}

// farewell is how long the end of a session may take.
const farewell = 5 * time.Second

// logOut ends a session of the driver's own. When that fails, or takes too
// long, the session ends by itself, days later, which is no failure of the run.
func (d *Driver) logOut(ctx context.Context, t tokens) {
	ctx, cancel := context.WithTimeout(platform.Expendable(ctx), farewell)
	defer cancel()
	m := message{call: call{method: http.MethodDelete, path: t.state}, id: d.nextID(), tt: t.tt, sst: t.sst}
	if a, err := d.exchange(ctx, m); err != nil || deadToken(a) != deadTT {
		return
	}
	if renewed, err := d.renewTT(ctx, t.sst); err == nil { // the end of a session takes both tokens
		m.tt = renewed.tt
		_, _ = d.exchange(ctx, m)
	}
}
