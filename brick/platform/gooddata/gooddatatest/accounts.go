package gooddatatest

import (
	"net/http"
	"strings"

	"users-brick/brick"
)

// setting appends an account as the platform writes it.
func (o out) setting(a *account) out {
	o = o.raw(`{"accountSetting":{"links":{"self":`).uri(profilePath, a.id).raw(`,"projects":`).uri(profilePath, a.id, "/projects").
		raw(`,"domain":`).uri(a.org.uri()).raw(`},"firstName":`).nullable(a.texts[firstName]).
		raw(`,"lastName":`).nullable(a.texts[lastName]).raw(`,"companyName":`).nullable(a.texts[companyName]).
		raw(`,"position":`).nullable(a.texts[position]).raw(`,"created":"`, a.created, `","updated":"`, a.updated, `"`).
		raw(`,"country":`).nullable(a.texts[country]).raw(`,"phoneNumber":`).nullable(a.texts[phoneNumber]).
		raw(`,"authenticationModes":[`)
	for i, mode := range a.modes {
		o = o.comma(i).text(strings.ToUpper(mode))
	}
	return o.raw(`],"login":`).text(a.login).raw(`,"timezone":`).nullable(a.texts[timezone]).
		raw(`,"ssoProvider":`).nullable(a.texts[ssoProvider]).raw(`,"email":`).nullable(a.texts[email]).
		raw(`,"language":`).nullable(a.texts[language]).raw(`,"ipWhitelist":`).whitelist(a.whitelist).
		raw(`,"effectiveIpWhitelist":`).whitelist(a.whitelist).raw(`}}`)
}

func (o out) whitelist(list []string) out {
	if list == nil {
		return o.raw("null")
	}
	return o.list(list)
}

// domain returns the organization of the path, or the answer to a caller who
// is none of its admins. The caller of domain holds the lock.
func (s *Server) domain(c *call) (*organization, *answer) {
	o := s.world.domains[c.r.PathValue("domain")]
	if o == nil {
		return nil, refuse(c.notFound())
	}
	if !o.isAdmin(c.caller) {
		return nil, refuse(c.notDomainAdmin())
	}
	return o, nil
}

func refuse(a answer) *answer { return &a }

func (s *Server) createAccount(c *call) answer {
	in, bad := c.readAccount()
	if bad != nil {
		return *bad
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	o, refused := s.domain(c)
	if refused != nil {
		return *refused
	}
	login, refused := c.newLogin(in)
	if refused != nil {
		return *refused
	}
	if s.world.logins[login] != nil {
		return c.javaError(http.StatusBadRequest, "com.gooddata.webapp.service.userprovisioning.LoginNameAlreadyRegisteredException",
			"gdc1052", "Login %s is taken", login)
	}
	a := &account{org: o, id: s.world.newID(login), login: login, created: s.stamp()}
	a.texts[email], a.texts[language] = text{login, true}, text{brick.DefaultLanguage, true}
	if refused := c.check(in, a); refused != nil {
		return *refused
	}
	s.lay(in, a, c.faults)
	s.world.addAccount(a)
	return created(javaType, a.uri())
}

// newLogin returns the login of a new account as it is kept.
func (c *call) newLogin(in *accountIn) (string, *answer) {
	if in.login == nil {
		return "", refuse(c.malformed("", "login"))
	}
	login, err := brick.ParseLogin(*in.login)
	if err != nil {
		return "", refuse(c.malformed(*in.login, "login"))
	}
	return string(login), nil
}

// profile returns the account of the path, or the answer to a caller who may
// not see it. The caller of profile holds the lock.
func (s *Server) profile(c *call) (*account, *answer) {
	a := s.world.profiles[c.r.PathValue("profile")]
	if a == nil {
		return nil, refuse(c.notFound())
	}
	if a != c.caller && !a.org.isAdmin(c.caller) {
		return nil, refuse(c.notDomainAdmin())
	}
	return a, nil
}

func (s *Server) getProfile(c *call) answer {
	s.mu.RLock()
	defer s.mu.RUnlock()
	a, refused := s.profile(c)
	if refused != nil {
		return *refused
	}
	return ok(out(nil).setting(a))
}

func (s *Server) putProfile(c *call) answer {
	in, bad := c.readAccount()
	if bad != nil {
		return *bad
	}
	if in.login != nil {
		return c.malformed(*in.login, "login")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a, refused := s.profile(c)
	if refused == nil {
		refused = c.check(in, a)
	}
	if refused != nil {
		return *refused
	}
	if c.faults.StrictPut {
		in.complete()
	}
	s.lay(in, a, c.faults)
	return ok(out(nil).setting(a))
}

// lay changes an account as a document says.
func (s *Server) lay(in *accountIn, a *account, f *Faults) {
	for i, value := range in.texts {
		if value != nil {
			a.texts[i] = *value
		}
	}
	if sso := &a.texts[ssoProvider]; f.SSOProviders[sso.string] != "" {
		sso.string = f.SSOProviders[sso.string]
	}
	if in.modes != nil {
		a.modes = *in.modes
	}
	if in.whitelist != nil {
		a.whitelist = *in.whitelist
	}
	if in.password != nil {
		a.password = *in.password
	}
	a.updated = s.stamp()
}

func (s *Server) deleteProfile(c *call) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, refused := s.profile(c)
	switch {
	case refused != nil:
		return *refused
	case !a.org.isAdmin(c.caller):
		return c.notDomainAdmin()
	}
	s.world.remove(a, c.faults.LeaveDeleted)
	s.sessions.endOf(func(one *session) bool { return one.account == a })
	return bare(http.StatusOK)
}
