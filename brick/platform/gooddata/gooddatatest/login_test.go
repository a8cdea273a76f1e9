package gooddatatest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"users-brick/brick/platform/gooddata/gooddatatest"
)

const (
	ttChallenge  = `GoodData realm="GoodData API" cookie=GDCAuthTT`
	sstChallenge = `GoodData realm="GoodData API" cookie=GDCAuthSST location=/gdc/account/login`
	javaType     = "application/json;charset=UTF-8"
)

func TestLoginGivesBothTokens(t *testing.T) {
	w := open(t, town, gooddatatest.Faults{})
	r := w.ask("POST", "/gdc/account/login", loginBody("BOSS", "boss-secret"))
	r.has(200, `"profile":"/gdc/account/profile/b055"`, `"state":"/gdc/account/login/b055"`, `"token":"`).heads("Content-Type", javaType)
	sst, tt := r.header.Get("X-GDC-AuthSST"), r.header.Get("X-GDC-AuthTT")
	w.ask("GET", "/gdc/account/profile/current", "", "X-GDC-AuthTT", tt).has(307).heads("Location", "/gdc/account/profile/b055", "Content-Type", "")

	renewed := w.ask("GET", "/gdc/account/token", "", "X-GDC-AuthSST", sst).heads("Content-Type", "application/json")
	other := renewed.header.Get("X-GDC-AuthTT")
	renewed.is(200, `{"userToken":{"token":"`+other+`"}}`)
	if other == tt || other == "" {
		t.Errorf("the renewed token is %q after %q", other, tt)
	}
	w.ask("GET", "/gdc/account/profile/b055", "", "X-GDC-AuthTT", other).has(200)
}

func TestLoginCanGiveCookies(t *testing.T) {
	w := open(t, town, gooddatatest.Faults{})
	r := w.ask("POST", "/gdc/account/login", `{"postUserLogin":{"login":"boss@example.com","password":"boss-secret","remember":"1"}}`).has(200)
	cookies := (&http.Response{Header: r.header}).Cookies()
	if len(cookies) != 2 || cookies[0].Path != "/gdc/account" || cookies[1].Path != "/gdc" || r.header.Get("X-GDC-AuthSST") != "" {
		t.Fatalf("cookies are %v", cookies)
	}
	w.ask("GET", "/gdc/account/profile/b055", "", "Cookie", cookies[1].Name+"="+cookies[1].Value).has(200)
	w.ask("GET", "/gdc/account/token", "", "Cookie", cookies[0].Name+"="+cookies[0].Value).has(200)
}

func TestEachChallengeSaysWhatIsDead(t *testing.T) {
	w := open(t, town, gooddatatest.Faults{})
	refused := w.ask("POST", "/gdc/account/login", loginBody("boss", "wrong")).
		heads("Www-Authenticate", `GoodData realm="GoodData API"`, "Content-Type", javaType)
	refused.is(401, `{"component":"Webapp","message":"Bad Login or Password!","parameters":[]}`)
	w.ask("GET", "/gdc/account/token", "").heads("Www-Authenticate", sstChallenge, "Content-Type", "").is(401, "")
	dead := w.ask("GET", "/gdc/projects/p1", "").heads("Www-Authenticate", ttChallenge, "Content-Type", "application/json; charset=utf-8")
	dead.has(401, `{"error":{"code":401,"message":"Authorization Required","description":"This server could not verify`, `"links":{"documentation":"https://`)
	if cookie := dead.header.Get("Set-Cookie"); !strings.HasPrefix(cookie, "GDCAuthTT=; Max-Age=0; Expires=") {
		t.Errorf("the cookie is %q", cookie)
	}
}

func TestWhoHasNoPasswordCannotLogIn(t *testing.T) {
	w := open(t, town, gooddatatest.Faults{})
	w.ask("POST", "/gdc/account/login", loginBody("ben", "")).has(401)
	w.ask("POST", "/gdc/account/login", loginBody("nobody", "")).has(401)
	only := strings.Replace(town, `["password", "sso"]`, `["sso"]`, 1)
	open(t, only, gooddatatest.Faults{}).ask("POST", "/gdc/account/login", loginBody("ann", "ann-secret")).has(401)
}

func TestTemporaryTokensEndByTimeAndByUse(t *testing.T) {
	w := visit(t, gooddatatest.Faults{})
	now := time.Now()
	w.server.SetClock(func() time.Time { return now.Add(9 * time.Minute) })
	w.ask("GET", "/gdc/projects/p1", "").has(200)
	w.server.SetClock(func() time.Time { return now.Add(11 * time.Minute) })
	w.ask("GET", "/gdc/projects/p1", "").has(401)

	w.server.SetFaults(gooddatatest.Faults{TTLifetime: time.Hour, TTUses: 2})
	w = w.as("boss")
	w.server.SetClock(func() time.Time { return now.Add(70 * time.Minute) })
	w.ask("GET", "/gdc/projects/p1", "").has(200)
	w.ask("GET", "/gdc/projects/p1", "").has(200)
	w.ask("GET", "/gdc/projects/p1", "").has(401).heads("Www-Authenticate", ttChallenge)
}

func TestSuperSecureTokensCanBeAllowedAndRevoked(t *testing.T) {
	w := open(t, town, gooddatatest.Faults{})
	if err := w.server.AllowSST("Boss@example.com", "given"); err != nil {
		t.Fatal(err)
	}
	if err := w.server.AllowSST("nobody@example.com", "given"); err == nil {
		t.Error("nobody gets a token")
	}
	renew := func() reply { return w.ask("GET", "/gdc/account/token", "", "X-GDC-AuthSST", "given") }
	tt := renew().has(200).header.Get("X-GDC-AuthTT")
	w.server.ExpireTTs()
	w.ask("GET", "/gdc/projects/p1", "", "X-GDC-AuthTT", tt).has(401)
	tt = renew().has(200).header.Get("X-GDC-AuthTT")
	w.server.RevokeSSTs()
	w.ask("GET", "/gdc/projects/p1", "", "X-GDC-AuthTT", tt).has(401)
	renew().has(401).heads("Www-Authenticate", sstChallenge)
}

func TestLogoutNeedsBothTokensAndEndsThem(t *testing.T) {
	w := open(t, town, gooddatatest.Faults{})
	r := w.ask("POST", "/gdc/account/login", loginBody("boss", "boss-secret"))
	sst, tt := r.header.Get("X-GDC-AuthSST"), r.header.Get("X-GDC-AuthTT")
	w.ask("DELETE", "/gdc/account/login/b055", "", "X-GDC-AuthTT", tt).has(401)
	w.ask("DELETE", "/gdc/account/login/b055", "", "X-GDC-AuthSST", sst).has(401)
	w.ask("DELETE", "/gdc/account/login/a11", "", "X-GDC-AuthSST", sst, "X-GDC-AuthTT", tt).has(401)
	w.ask("DELETE", "/gdc/account/login/b055", "", "X-GDC-AuthSST", sst, "X-GDC-AuthTT", tt).is(204, "")
	w.ask("GET", "/gdc/projects/p1", "", "X-GDC-AuthTT", tt).has(401)
	w.ask("GET", "/gdc/account/token", "", "X-GDC-AuthSST", sst).has(401)
}

func TestFailedLoginsLockTheAccount(t *testing.T) {
	w := open(t, town, gooddatatest.Faults{LockAfter: 2})
	w.ask("POST", "/gdc/account/login", loginBody("boss", "wrong"))
	w.ask("POST", "/gdc/account/login", loginBody("boss", "boss-secret")).has(200)
	w.ask("POST", "/gdc/account/login", loginBody("boss", "wrong"))
	w.ask("POST", "/gdc/account/login", loginBody("boss", "wrong"))
	locked := w.ask("POST", "/gdc/account/login", loginBody("boss", "boss-secret")).heads("Www-Authenticate", `GoodData realm="GoodData API"`)
	locked.is(401, `{"component":"Webapp","message":"Login needs security code verification due to failed login attempts.","parameters":[]}`)
	w.ask("POST", "/gdc/account/login", loginBody("ann", "ann-secret")).has(200)
}

func TestTheRequestIDIsEchoedWithTheServersOwn(t *testing.T) {
	w := visit(t, gooddatatest.Faults{})
	r := w.ask("GET", "/gdc/ping", "", "X-GDC-Request", "run:session:call")
	own, found := strings.CutPrefix(r.header.Get("X-GDC-Request"), "run:session:call:")
	if !found || len(own) != 16 || r.header.Get("X-GDC-Request-Time") == "" {
		t.Errorf("headers are %v", r.header)
	}
	requests := w.server.Requests()
	if last := requests[len(requests)-1]; last.RequestID != "run:session:call" {
		t.Errorf("the request is remembered as %+v", last)
	}
}
