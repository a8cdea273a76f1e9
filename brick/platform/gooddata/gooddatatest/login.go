package gooddatatest

import (
	"net/http"
	"slices"
	"time"

	"users-brick/brick"
)

// The tokens as headers and as cookies.
const (
	sstHeader = "X-GDC-AuthSST"
	ttHeader  = "X-GDC-AuthTT"
	sstCookie = "GDCAuthSST"
	ttCookie  = "GDCAuthTT"
)

// ttLifetime is how long a temporary token is good by itself.
const ttLifetime = 10 * time.Minute

// The challenges of an answer 401: whose login is refused, or which token is
// dead.
const (
	refusedChallenge = `GoodData realm="GoodData API"`
	sstChallenge     = refusedChallenge + ` cookie=GDCAuthSST location=/gdc/account/login`
	ttChallenge      = refusedChallenge + ` cookie=GDCAuthTT`
)

// header carries tokens in headers instead of cookies.
const headerLevel = 2

func (s *Server) login(c *call) answer {
	var in struct {
		PostUserLogin *struct {
			Login       string `json:"login"`
			Password    string `json:"password"`
			VerifyLevel int    `json:"verify_level"`
		} `json:"postUserLogin"`
	}
	if err := c.decode(&in); err != nil || in.PostUserLogin == nil {
		return c.malformed("", "postUserLogin")
	}
	login := brick.Fold(in.PostUserLogin.Login)
	if s.sessions.locked(login, c.faults.LockAfter) {
		return loginRefused("Login needs security code verification due to failed login attempts.")
	}
	one := s.enter(login, in.PostUserLogin.Password)
	if one == nil {
		s.sessions.refuse(login)
		return loginRefused("Bad Login or Password!")
	}
	a, tt := one.account, s.issue(c, one)
	body := out(nil).raw(`{"userLogin":{"profile":`).text(a.uri()).raw(`,"state":`).text(loginPath, "/", a.id).raw(`,"token":`)
	if in.PostUserLogin.VerifyLevel == headerLevel {
		return ok(body.text(one.sst).raw(`}}`)).with(sstHeader, one.sst).with(ttHeader, tt)
	}
	return ok(body.text("").raw(`}}`)).
		with("Set-Cookie", sstCookie+"="+one.sst+"; Path=/gdc/account; Secure; HttpOnly").
		with("Set-Cookie", ttCookie+"="+tt+"; Path=/gdc; Secure; HttpOnly")
}

// enter begins a session of the account whose login and password these are,
// and returns nil when there is none.
func (s *Server) enter(login, password string) *session {
	s.mu.RLock()
	defer s.mu.RUnlock()
	a := s.world.logins[login]
	if a == nil || a.password == "" || a.password != password {
		return nil
	}
	if len(a.modes) > 0 && !slices.Contains(a.modes, "password") {
		return nil
	}
	return s.sessions.begin(a, "")
}

// loginRefused has no "error" around it.
func loginRefused(message string) answer {
	body := out(nil).raw(`{"component":"Webapp","message":`).text(message).raw(`,"parameters":[]}`)
	return answer{status: http.StatusUnauthorized, kind: javaType, body: body}.with("WWW-Authenticate", refusedChallenge)
}

func (s *Server) issue(c *call, one *session) string {
	lifetime := c.faults.TTLifetime
	if lifetime <= 0 {
		lifetime = ttLifetime
	}
	return s.sessions.issue(one, s.now().Add(lifetime))
}

func (s *Server) token(c *call) answer {
	one := s.sessions.find(c.token(sstHeader, sstCookie))
	if one == nil {
		return bare(http.StatusUnauthorized).with("WWW-Authenticate", sstChallenge).
			with("Set-Cookie", `GDCAuthSST=""; Expires=Thu, 01-Jan-1970 00:00:10 GMT; Path=/gdc/account; Secure`)
	}
	tt := s.issue(c, one)
	body := out(nil).raw(`{"userToken":{"token":`).text(tt).raw(`}}`)
	return answer{status: http.StatusOK, kind: plainType, body: body}.with(ttHeader, tt)
}

// token returns what a request carries in a header or a cookie.
func (c *call) token(header, cookie string) string {
	if token := c.r.Header.Get(header); token != "" {
		return token
	}
	if found, err := c.r.Cookie(cookie); err == nil {
		return found.Value
	}
	return ""
}

// ttDead is the answer to a request without a temporary token that is good.
func (s *Server) ttDead() answer {
	body := out(nil).raw(`{"error":{"code":401,"message":"Authorization Required","description":"This server could not verify ` +
		`that you are authorized to access the document requested. Either you supplied the wrong credentials (e.g., bad password), ` +
		`or your browser doesn't understand how to supply the credentials required","links":{"documentation":` +
		`"https://help.gooddata.com/display/developer/API+Reference#/reference/authentication/log-in"}}}`)
	expired := ttCookie + "=; Max-Age=0; Expires=" + s.now().UTC().Format(http.TimeFormat) + "; Path=/gdc; Secure; HTTPOnly; SameSite=None"
	return answer{status: http.StatusUnauthorized, kind: perlType, body: body}.
		with("WWW-Authenticate", ttChallenge).with("Set-Cookie", expired)
}

func (s *Server) logout(c *call) answer {
	one := s.sessions.find(c.token(sstHeader, sstCookie))
	if one == nil || one.account != c.caller || c.caller.id != c.r.PathValue("profile") {
		return s.ttDead()
	}
	s.sessions.end(one.sst)
	return bare(http.StatusNoContent)
}

func (s *Server) currentProfile(c *call) answer {
	return bare(http.StatusTemporaryRedirect).with("Location", c.caller.uri())
}

// AllowSST makes a super secure token good for a login, as if somebody had
// logged in elsewhere. It fails when the login has no account.
func (s *Server) AllowSST(login, sst string) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	a := s.world.logins[brick.Fold(login)]
	if a == nil || sst == "" {
		return brick.Errorf(brick.NotFound, "%s has no account", login)
	}
	s.sessions.begin(a, sst)
	return nil
}

// RevokeSSTs ends all sessions: super secure tokens and the temporary ones
// that they gave are no longer good.
func (s *Server) RevokeSSTs() { s.sessions.endOf(func(*session) bool { return true }) }

// ExpireTTs makes all temporary tokens bad; super secure tokens give new ones.
func (s *Server) ExpireTTs() { s.sessions.expire() }
