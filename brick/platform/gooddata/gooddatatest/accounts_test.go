package gooddatatest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"users-brick/brick/platform/gooddata/gooddatatest"
)

// at is the moment at which tests that compare whole documents happen.
var at = time.Date(2020, 5, 7, 10, 51, 12, 0, time.UTC)

// still is visit on a platform whose clock stands still.
func still(t *testing.T, f gooddatatest.Faults) *world {
	t.Helper()
	w := open(t, town, f)
	w.server.SetClock(func() time.Time { return at })
	return w.as("boss")
}

const acmeUsers = "/gdc/account/domains/acme/users"

// setting is an account in a body.
func setting(keys string) string { return `{"accountSetting":{` + keys + `}}` }

const eve = `"login":"Eve@Example.com","firstName":"Eve","lastName":"Evans"`

func TestAnAccountHasTheRecordedShape(t *testing.T) {
	w := still(t, gooddatatest.Faults{})
	r := w.ask("POST", acmeUsers, setting(eve+`,"password":"longer-than-7","verifyPassword":"longer-than-7","email":"e@x.com","language":"de-DE",
		"authenticationModes":["SSO"],"companyName":"C","country":"CZ","phoneNumber":"1","position":"P","ssoProvider":"sso","timezone":"UTC","ipWhitelist":["1.2.3.4/32"]`))
	id, err := w.server.Profile("eve@example.com")
	if err != nil || len(id) != 32 {
		t.Fatalf("the profile id is %q, %v", id, err)
	}
	uri := "/gdc/account/profile/" + id
	r.heads("Location", uri, "Content-Type", javaType).is(201, `{"uri":"`+uri+`"}`)
	const rest = `"firstName":"Eve","lastName":"Evans","companyName":"C","position":"P","created":"2020-05-07 10:51:12","updated":"2020-05-07 10:51:12",
		"country":"CZ","phoneNumber":"1","authenticationModes":["SSO"],"login":"eve@example.com","timezone":"UTC","ssoProvider":"sso",
		"email":"e@x.com","language":"de-DE","ipWhitelist":["1.2.3.4/32"],"effectiveIpWhitelist":["1.2.3.4/32"]}}`
	want := `{"accountSetting":{"links":{"self":"` + uri + `","projects":"` + uri + `/projects","domain":"/gdc/domains/acme"},` + rest
	w.ask("GET", uri, "").heads("Content-Type", javaType).is(200, want)
	w.ask("GET", acmeUsers+"?login=EVE%40example.com", "").is(200, `{"accountSettings":{"paging":{"offset":0,"count":1},"items":[`+want+`]}}`)
}

func TestALittleAccountIsMostlyNull(t *testing.T) {
	w := still(t, gooddatatest.Faults{})
	w.ask("POST", acmeUsers, setting(eve)).has(201)
	w.ask("GET", acmeUsers+"?login=eve@example.com", "").has(200, `"companyName":null`, `"position":null`, `"country":null`, `"phoneNumber":null`,
		`"authenticationModes":[]`, `"timezone":null`, `"ssoProvider":null`, `"email":"eve@example.com"`, `"language":"en-US"`,
		`"ipWhitelist":null`, `"effectiveIpWhitelist":null`)
}

func TestAMissIsAnEmptyList(t *testing.T) {
	w := visit(t, gooddatatest.Faults{})
	for _, login := range []string{"nobody@example.com", "olga@example.com", "ann+example.com"} {
		w.ask("GET", acmeUsers+"?login="+login, "").is(200, `{"accountSettings":{"paging":{"offset":0,"count":0},"items":[]}}`)
	}
}

func TestOnlyAdminsSeeAccounts(t *testing.T) {
	w := open(t, town, gooddatatest.Faults{})
	for _, name := range []string{"ann", "olga"} {
		r := w.as(name).ask("GET", acmeUsers+"?login=ann@example.com", "")
		_, id, _ := strings.Cut(r.body, `"errorId":"`)
		id, _, _ = strings.Cut(id, `"`)
		r.heads("Content-Type", javaType).is(403, `{"error":{"errorClass":"com.gooddata.security.authorization.AuthorizationFailedException","trace":"",
			"message":"Can be accessed only by domain admin","component":"Webapp","errorId":"`+id+`","errorCode":"gdc.security.authorization","parameters":[]}}`)
	}
	ann := w.as("ann")
	ann.ask("POST", acmeUsers, setting(eve)).has(403)
	ann.ask("GET", "/gdc/account/profile/a11", "").has(200)
	ann.ask("GET", "/gdc/account/profile/be1", "").has(403)
	ann.ask("PUT", "/gdc/account/profile/be1", setting(`"firstName":"B","lastName":"B"`)).has(403)
	ann.ask("DELETE", "/gdc/account/profile/a11", "").has(403)
	ann.ask("GET", "/gdc/account/domains/nowhere/users", "").has(404, "gdc.http.client.status.404")
	w.as("olga").ask("GET", "/gdc/account/profile/a11", "").has(403)
}

func TestAccountsComeInPages(t *testing.T) {
	w := visit(t, gooddatatest.Faults{Pages: gooddatatest.Pages{Accounts: 2}, NextLinks: true})
	var logins []string
	path := acmeUsers + "?offset=0&limit=1000"
	for range 10 {
		page := decoded[struct {
			AccountSettings struct {
				Paging struct {
					Offset, Count int
					Next          string
				}
				Items []struct{ AccountSetting struct{ Login string } }
			}
		}](w.ask("GET", path, "")).AccountSettings
		for _, item := range page.Items {
			logins = append(logins, item.AccountSetting.Login)
		}
		if page.Paging.Count != len(page.Items) {
			t.Errorf("count is %d for %d items", page.Paging.Count, len(page.Items))
		}
		if path = page.Paging.Next; path == "" {
			break
		}
	}
	if len(logins) != 5 {
		t.Errorf("the pages have %q", logins)
	}
	w.ask("GET", acmeUsers+"?offset=5", "").is(200, `{"accountSettings":{"paging":{"offset":5,"count":0},"items":[]}}`)
	for _, wrong := range []string{"offset=-1", "limit=x", "limit=0"} {
		w.ask("GET", acmeUsers+"?"+wrong, "").has(400)
	}
	w.server.SetFaults(gooddatatest.Faults{Pages: gooddatatest.Pages{Accounts: 2}})
	if r := w.ask("GET", acmeUsers+"?limit=4", "").has(200, `"count":2`); strings.Contains(r.body, `"next"`) {
		t.Errorf("a link to the next page, though there are none: %s", r.body)
	}
}

func TestALoginIsTakenEverywhere(t *testing.T) {
	w := visit(t, gooddatatest.Faults{})
	for _, login := range []string{"ANN@example.com", "olga@example.com"} {
		w.ask("POST", acmeUsers, setting(`"login":"`+login+`","firstName":"A","lastName":"B"`)).has(400,
			"com.gooddata.webapp.service.userprovisioning.LoginNameAlreadyRegisteredException", "gdc1052", strings.ToLower(login))
	}
}

func TestMalformedAccountsAreRefusedAndChangeNothing(t *testing.T) {
	w := visit(t, gooddatatest.Faults{})
	before := w.server.State()
	names := `"firstName":"A","lastName":"B",`
	for where, keys := range map[string]string{
		"authenticationModes": names + `"authenticationModes":["FOO"]`,
		"modes in lower case": names + `"authenticationModes":["sso"]`,
		"language":            names + `"language":"en-us"`,
		"email":               names + `"email":"nowhere"`,
		"ipWhitelist":         names + `"ipWhitelist":["everywhere"]`,
		"firstName":           `"lastName":"B"`,
		"lastName":            `"firstName":"A","lastName":null`,
		"phone":               names + `"phone":"1"`,
		"companyName":         names + `"companyName":["C"]`,
	} {
		t.Run(where, func(t *testing.T) {
			w.T = t
			w.ask("POST", acmeUsers, setting(`"login":"eve@example.com",`+keys)).has(400, "MalformedMessageException", "Bad value '%s' in %s")
			w.ask("PUT", "/gdc/account/profile/a11", setting(keys)).has(400, "MalformedMessageException")
		})
	}
	w.T = t
	for _, body := range []string{`{`, `{}`, `{"accountSetting":1}`, setting(`"firstName":"A","lastName":"B"`), setting(names + `"login":"eve"`)} {
		w.ask("POST", acmeUsers, body).has(400, "MalformedMessageException")
	}
	w.ask("PUT", "/gdc/account/profile/a11", setting(names+`"login":"ann@example.com"`)).has(400, "MalformedMessageException", `"login"`)
	w.ask("PUT", "/gdc/account/profile/nobody", setting(`"firstName":"A","lastName":"B"`)).has(404)
	w.ask("POST", acmeUsers, setting(eve), "Content-Type", "text/plain").has(415)
	same(t, w.server.State(), before)
}

func TestPasswordsKeepToTheRules(t *testing.T) {
	w := visit(t, gooddatatest.Faults{})
	put := func(w *world, keys string) reply {
		return w.ask("PUT", "/gdc/account/profile/a11", setting(`"firstName":"Ann","lastName":"Archer",`+keys))
	}
	twice := func(password string) string {
		return fmt.Sprintf(`"password":%q,"verifyPassword":%[1]q`, password)
	}
	for _, keys := range []string{
		twice("short6"), twice("ann-secret"), twice("Ann@Example.com"), `"password":"long-enough"`, `"password":"long-enough","verifyPassword":"long-enouhg"`,
	} {
		put(w, keys).has(400, "gdc1051")
		w.as("ann")
	}
	put(w, twice("new-secret")).has(200)
	w.ask("POST", "/gdc/account/login", loginBody("ann", "ann-secret")).has(401)
	w.ask("POST", "/gdc/account/login", loginBody("ann", "new-secret")).has(200)

	ann := *w
	ann.tt = w.ask("POST", "/gdc/account/login", loginBody("ann", "new-secret")).header.Get("X-GDC-AuthTT")
	put(&ann, twice("own-secret")).has(400, "gdc1051")
	put(&ann, twice("own-secret")+`,"old_password":"new-secret"`).has(200)
	w.ask("POST", acmeUsers, setting(eve+`,`+twice("eve"))).has(400, "gdc1051")
	w.ask("GET", acmeUsers+"?login=eve@example.com", "").has(200, `"count":0`)
}

func TestAPutChangesOnlyWhatItSays(t *testing.T) {
	w := still(t, gooddatatest.Faults{})
	w.server.SetClock(func() time.Time { return at.Add(time.Minute) })
	r := w.ask("PUT", "/gdc/account/profile/a11", setting(`"firstName":"Anna","lastName":"Archer","position":"Head","ssoProvider":"",
		"links":{},"created":"x","updated":"x","effectiveIpWhitelist":null`))
	r.has(200, `"firstName":"Anna"`, `"position":"Head"`, `"ssoProvider":""`, `"companyName":"Acme"`, `"authenticationModes":["PASSWORD","SSO"]`,
		`"ipWhitelist":["10.0.0.0/8"]`, `"updated":"2020-05-07 10:52:12"`)
	w.ask("PUT", "/gdc/account/profile/a11", setting(`"firstName":"Anna","lastName":"Archer","companyName":null,"ipWhitelist":[],"authenticationModes":[]`)).
		has(200, `"companyName":null`, `"ipWhitelist":[]`, `"effectiveIpWhitelist":[]`, `"authenticationModes":[]`, `"position":"Head"`)
}

func TestAStrictPutForgetsWhatItDoesNotSay(t *testing.T) {
	w := visit(t, gooddatatest.Faults{StrictPut: true, SSOProviders: map[string]string{"SALESFORCE": "salesforce.com"}})
	w.ask("PUT", "/gdc/account/profile/a11", setting(`"firstName":"Ann","lastName":"Archer","ssoProvider":"SALESFORCE"`)).has(200,
		`"companyName":null`, `"email":null`, `"language":null`, `"ipWhitelist":null`, `"authenticationModes":[]`, `"ssoProvider":"salesforce.com"`)
	w.as("ann")
}

func TestADeletedAccountIsForgotten(t *testing.T) {
	w := visit(t, gooddatatest.Faults{})
	cem := w.as("cem")
	want := w.server.State()
	w.ask("DELETE", "/gdc/account/profile/ce1", "").is(200, "")
	w.ask("DELETE", "/gdc/account/profile/d0a", "").is(200, "")
	w.ask("DELETE", "/gdc/account/profile/ce1", "").has(404)
	w.ask("GET", "/gdc/account/profile/ce1", "").has(404)
	cem.ask("GET", "/gdc/account/profile/current", "").has(401)
	w.ask("GET", "/gdc/projects/p1/users/ce1", "").has(404)
	acme := &want.Organizations[0]
	acme.Users = acme.Users[:3] // ann, ben, boss
	acme.Projects[0].Members = acme.Projects[0].Members[:2]
	acme.Projects[0].Groups[1].Members = nil
	same(t, w.server.State(), want)

	w.ask("POST", acmeUsers, setting(`"login":"cem@example.com","firstName":"C","lastName":"C"`)).has(201)
	w.ask("GET", "/gdc/account/profile/ce1", "").has(404)
}

func TestADeletedAccountCanStayInProjects(t *testing.T) {
	w := visit(t, gooddatatest.Faults{LeaveDeleted: true})
	w.ask("DELETE", "/gdc/account/profile/a11", "").is(200, "")
	w.ask("GET", "/gdc/projects/p1/users/a11", "").has(200, `"login":"deleted-a11-ann@example.com"`)
	w.ask("GET", "/gdc/account/profile/a11", "").has(404)
	if r := w.ask("GET", acmeUsers, "").has(200, `"count":4`); strings.Contains(r.body, "ann@example.com") {
		t.Errorf("ann is listed: %s", r.body)
	}
	w.ask("POST", "/gdc/projects/p1/users", `{"user":{"content":{"status":"DISABLED"},"links":{"self":"/gdc/account/profile/a11"}}}`).has(200, `"successful":[]`)
	state := w.server.State()
	same(t, held(t, state), state)

	for range 2 { // again and again, under ids of their own
		w.ask("POST", acmeUsers, setting(`"login":"ann@example.com","firstName":"A","lastName":"A"`)).has(201)
		id, err := w.server.Profile("ann@example.com")
		if err != nil {
			t.Fatal(err)
		}
		w.ask("POST", "/gdc/projects/p1/users", `{"user":{"content":{"status":"ENABLED"},"links":{"self":"/gdc/account/profile/ann@example.com"}}}`).has(200)
		w.ask("DELETE", "/gdc/account/profile/"+id, "").has(200)
	}
	state = w.server.State()
	if n := strings.Count(written(t, state), "-ann@example.com"); n != 3 {
		t.Errorf("ann is left %d times in %s", n, written(t, state))
	}
	same(t, held(t, state), state)
}

func TestAnAdminOfAnotherOrganizationCanBeNamed(t *testing.T) {
	w := open(t, strings.Replace(town, `{"name": "acme",`, `{"name": "acme", "admins": ["Olga@example.com"],`, 1), gooddatatest.Faults{})
	olga := w.as("olga")
	olga.ask("GET", acmeUsers+"?login=ann@example.com", "").has(200, `"count":1`)
	olga.ask("GET", "/gdc/projects/p1/users", "").has(200)
	olga.ask("DELETE", "/gdc/account/profile/be1", "").has(200)
	w.as("boss").ask("GET", "/gdc/account/domains/globex/users", "").has(403)
}
