package gooddata_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"users-brick/brick"
	"users-brick/brick/platform"
	"users-brick/brick/platform/gooddata"
)

// newcomer adds an account with a password.
func newcomer(login brick.Login, given brick.Profile) brick.Change {
	c := accountChange(brick.Add, nil, login, given)
	c.Password = brick.NewSecret("secret 1")
	return c
}

func TestANewAccountIsOneRequestWithAllThatIsGiven(t *testing.T) {
	w := newTown(t)
	d := w.open()
	d.PlayGroups()
	w.clear()
	changeAccount(t, d, newcomer("Ann@X.com", brick.Profile{
		brick.FirstName: "Ann", brick.LastName: "Bee", brick.Email: "e@x.com", brick.AuthenticationModes: "password,smartcard", brick.SSOProvider: "p",
		brick.Language: "fr-FR", brick.Company: "c", brick.Position: "po", brick.Country: "co", brick.Phone: "ph", brick.IPWhitelist: "192.0.2.1",
	}))
	w.came("POST /gdc/account/domains/acme/users")
	sentIs(t, w, map[string]any{
		"login": "ann@x.com", "firstName": "Ann", "lastName": "Bee", "email": "e@x.com", "language": "fr-FR", "password": "secret 1", "verifyPassword": "secret 1",
		"authenticationModes": []any{"PASSWORD", "SMARTCARD"}, "ssoProvider": "p", "companyName": "c", "position": "po", "country": "co", "phoneNumber": "ph",
		"ipWhitelist": []any{"192.0.2.1"},
	})
	if id, known := d.KnownID("ann@x.com"); !known || id != "id1" {
		t.Errorf("remembered as %q, %t", id, known)
	}
}

func TestANewAccountGetsDefaultsForWhatThePlatformInsistsOn(t *testing.T) {
	w := newTown(t)
	changeAccount(t, w.open(), newcomer("ann@x.com", brick.Profile{}))
	sentIs(t, w, map[string]any{
		"login": "ann@x.com", "firstName": "ann", "lastName": "ann", "email": "ann@x.com", "language": "en-US",
		"password": "secret 1", "verifyPassword": "secret 1",
	})
}

// sentIs demands that exactly this account was sent first.
func sentIs(t *testing.T, w *town, want map[string]any) {
	t.Helper()
	var sent struct{ AccountSetting map[string]any }
	if err := json.Unmarshal([]byte(w.all("POST /gdc/account/domains")[0].body), &sent); err != nil {
		t.Fatal(err)
	}
	if have := fmt.Sprint(sent.AccountSetting); have != fmt.Sprint(want) {
		t.Errorf("sent %v\nwant %v", have, want)
	}
}

func TestALoginThatIsThereIsAdopted(t *testing.T) {
	w := newTown(t)
	w.settle("Ann@x.com", full())
	d := w.open()
	d.PlayGroups()
	w.clear()
	changeAccount(t, d, newcomer("ann@x.com", brick.Profile{brick.LastName: "Cee"}))
	w.came("POST /gdc/account/domains/acme/users", "GET /gdc/account/domains/acme/users?login=ann%40x.com", "PUT /gdc/account/profile/id1")
	var sent struct{ AccountSetting map[string]any }
	if err := json.Unmarshal([]byte(w.all("PUT")[0].body), &sent); err != nil {
		t.Fatal(err)
	}
	if have := sent.AccountSetting; have["password"] != nil || have["lastName"] != "Cee" || have["email"] != "ann@mail.x.com" {
		t.Errorf("sent %v", have)
	}
	if id, _ := d.KnownID("ann@x.com"); id != "id1" {
		t.Errorf("remembered as %q", id)
	}
	w.clear()
	changeAccount(t, d, newcomer("ann@x.com", brick.Profile{brick.LastName: "Cee"}))
	w.came("POST /gdc/account/domains/acme/users", "GET /gdc/account/domains/acme/users?login=ann%40x.com")
}

func TestALoginThatIsThereIsAdoptedAlsoWhenTheReasonBreaksOff(t *testing.T) {
	for most, adopted := range map[int]bool{1: true, 10: true, 1000: false} {
		w := newTown(t)
		w.settle("ann@x.com", full())
		w.post = func(n int, rw http.ResponseWriter) (bool, bool) {
			if n <= most {
				rw.Header().Set("Content-Length", "300")
				say(rw, 400, `{"error":{"errorClass":"com.gooddata`)
				http.NewResponseController(rw).Flush()
				panic(http.ErrAbortHandler)
			}
			return false, true
		}
		err := applyAccount(t, w.open(), newcomer("ann@x.com", brick.Profile{brick.LastName: "Cee"}))
		if adopted && (err != nil || w.find("ann@x.com")["lastName"] != "Cee") {
			t.Errorf("%d reasons break off: %v, %s", most, err, w.show("ann@x.com"))
		} else if !adopted {
			wants(t, err, brick.Invalid)
		}
		if n := len(w.all("POST /gdc/account/domains")); n > 11 {
			t.Errorf("%d creations were tried", n)
		}
	}
}

func TestALoginOfAnotherOrganizationIsInvalid(t *testing.T) {
	w := newTown(t)
	w.elsewhere = []string{"ann@x.com"}
	wants(t, applyAccount(t, w.open(), newcomer("ann@x.com", brick.Profile{})), brick.Invalid, "taken in another organization", "hint:", "SERVER")
}

func TestANewAccountWithARefusedPasswordIsNotMade(t *testing.T) {
	for _, body := range []string{``, `{"error":{"errorCode":"gdc1051","message":"no"}}`, `{"error":{"message":"The password is too short"}}`} {
		w := newTown(t)
		w.post = func(_ int, rw http.ResponseWriter) (bool, bool) {
			say(rw, 400, body)
			return false, false
		}
		wants(t, applyAccount(t, w.open(), newcomer("ann@x.com", brick.Profile{})), brick.BadPassword)
		if n := len(w.all("POST /gdc/account/domains")); n != 1 {
			t.Errorf("%d creations were tried", n)
		}
	}
}

func TestANewAccountThatIsRefusedIsInvalid(t *testing.T) {
	w := newTown(t)
	w.post = func(_ int, rw http.ResponseWriter) (bool, bool) {
		say(rw, 400, `{"error":{"errorClass":"com.gooddata.json.validator.exception.MalformedMessageException","message":"Bad value '%s' in %s","parameters":["PASSWORD","authenticationModes"]}}`)
		return false, false
	}
	wants(t, applyAccount(t, w.open(), newcomer("ann@x.com", brick.Profile{})), brick.Invalid, "Bad value 'PASSWORD' in authenticationModes")
}

// losses are the ways in which the answer to a creation is lost.
var losses = map[string]func(w http.ResponseWriter){
	"a cut": func(w http.ResponseWriter) {
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			conn.Close()
		}
	},
	"an answer of 500":     func(w http.ResponseWriter) { w.WriteHeader(500) },
	"a page of a gateway":  func(w http.ResponseWriter) { w.Header().Set("Content-Type", "text/html"); w.WriteHeader(504) },
	"work that only began": func(w http.ResponseWriter) { say(w, 202, `{}`) },
}

func TestAnAccountWhoseAnswerWasLostIsFoundAndNotMadeTwice(t *testing.T) {
	for name, lose := range losses {
		t.Run(name, func(t *testing.T) {
			w := newTown(t)
			w.post = func(n int, rw http.ResponseWriter) (bool, bool) {
				lose(rw)
				return true, false
			}
			d := w.open()
			w.clear()
			changeAccount(t, d, newcomer("ann@x.com", brick.Profile{brick.Company: "c"}))
			w.came("POST /gdc/account/domains/acme/users", "GET /gdc/account/domains/acme/users?login=ann%40x.com")
			if len(w.accounts) != 1 {
				t.Errorf("%d accounts, want 1", len(w.accounts))
			}
		})
	}
}

func TestACreationThatWasLostOnItsWayIsRepeatedAfterALook(t *testing.T) {
	for name, lose := range losses {
		t.Run(name, func(t *testing.T) {
			w := newTown(t)
			w.post = func(n int, rw http.ResponseWriter) (bool, bool) {
				if n == 1 {
					lose(rw)
				}
				return n > 1, n > 1
			}
			conn := platform.Connect(w.open(), platform.Options{Retry: retry})
			w.clear()
			if err := conn.Apply(t.Context(), acme, []brick.Change{newcomer("ann@x.com", brick.Profile{})})[0]; err != nil {
				t.Error(err)
			}
			const create, look = "POST /gdc/account/domains/acme/users", "GET /gdc/account/domains/acme/users?login=ann%40x.com"
			w.came(create, look, look, create)
			if len(w.accounts) != 1 {
				t.Errorf("%d accounts, want 1", len(w.accounts))
			}
		})
	}
}

// How long the batch takes, of which it is one, does not matter.
func TestACreationInALongBatchIsRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		created := 0
		web := platform.NewWeb(platform.WebOptions{Concurrency: 2, Retry: platform.DefaultRetry, Base: round(func(r *http.Request) (*http.Response, error) {
			w := httptest.NewRecorder()
			w.Header().Set("X-GDC-AuthSST", "sst-1")
			w.Header().Set("X-GDC-AuthTT", "tt-1")
			switch {
			case r.Method == http.MethodPut: // takes longer than anything is tried again
				time.Sleep(time.Hour)
				say(w, http.StatusOK, `{}`)
			case r.URL.Path == "/gdc/account/login":
				say(w, http.StatusOK, `{"userLogin":{}}`)
			case r.Method == http.MethodGet:
				say(w, http.StatusOK, `{"accountSettings":{"items":[]}}`)
			default:
				if created++; created == 1 {
					w.WriteHeader(http.StatusBadGateway)
				} else {
					say(w, http.StatusCreated, `{"uri":"/gdc/account/profile/2"}`)
				}
			}
			return w.Result(), nil
		})})
		d, err := gooddata.Open(t.Context(), gooddata.Options{URL: "https://acme.test", Username: admin, Password: brick.NewSecret(password), Web: web})
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		batch := append(accountUpdates(1), newcomer("ann@x.com", brick.Profile{}))
		for i, err := range platform.Connect(d, platform.Options{Retry: platform.DefaultRetry}).Apply(t.Context(), acme, batch) {
			if err != nil {
				t.Errorf("change %d: %v", i, err)
			}
		}
	})
}

// A creation of which no answer came may be done after the platform was asked.
func TestAnAccountThatAppearsLateIsAdopted(t *testing.T) {
	w := newTown(t)
	w.post = func(n int, rw http.ResponseWriter) (bool, bool) {
		if n == 1 {
			losses["a cut"](rw)
			return false, false
		}
		w.settle("ann@x.com", full()) // now it is done, just before it is asked for again
		say(rw, 400, `{"error":{"errorCode":"gdc1052","message":"taken"}}`)
		return false, false
	}
	conn := platform.Connect(w.open(), platform.Options{Retry: retry})
	if err := conn.Apply(t.Context(), acme, []brick.Change{newcomer("ann@x.com", brick.Profile{brick.LastName: "Cee"})})[0]; err != nil {
		t.Error(err)
	}
	if len(w.accounts) != 1 || w.find("ann@x.com")["lastName"] != "Cee" {
		t.Errorf("accounts: %v", w.accounts)
	}
}

// What is taken, and is perhaps our own and not yet to be found, is no login
// of another organization.
func TestAnOwnAccountThatCannotBeSeenYetIsNotCalledForeign(t *testing.T) {
	w := newTown(t)
	w.elsewhere = []string{"ann@x.com"} // taken, and not to be found
	w.post = func(n int, rw http.ResponseWriter) (bool, bool) {
		if n == 1 {
			losses["a cut"](rw)
		}
		return false, n > 1
	}
	d := w.open()
	wants(t, applyAccount(t, d, newcomer("ann@x.com", brick.Profile{})), brick.Unavailable)
	wants(t, applyAccount(t, d, newcomer("ann@x.com", brick.Profile{})), brick.Unavailable)
	w.settle("ann@x.com", nil)
	changeAccount(t, d, newcomer("ann@x.com", brick.Profile{}))
}

// A foreign login does not hold a run up for as long as anything is tried again
// because the answer to the first creation was lost.
func TestALoginThatIsNeverSeenIsOfAnotherOrganization(t *testing.T) {
	w := newTown(t)
	w.elsewhere = []string{"ann@x.com"}
	w.post = func(n int, rw http.ResponseWriter) (bool, bool) {
		if n == 1 {
			losses["a cut"](rw)
		}
		return false, n > 1
	}
	conn := platform.Connect(w.open(), platform.Options{Retry: retry})
	errs := conn.Apply(t.Context(), acme, []brick.Change{newcomer("ann@x.com", brick.Profile{})})
	wants(t, errs[0], brick.Invalid, "taken in another organization")
	if n := len(w.all("POST /gdc/account/domains")); n > 10 {
		t.Errorf("%d creations were tried", n)
	}
}

func TestACreationThatIsThrottledIsThrottled(t *testing.T) {
	w := newTown(t)
	w.post = func(_ int, rw http.ResponseWriter) (bool, bool) {
		rw.Header().Set("Retry-After", "7")
		say(rw, 429, "")
		return false, false
	}
	o := w.options()
	o.Web = noRetry(t)
	d := w.openWith(o)
	err := applyAccount(t, d, newcomer("ann@x.com", brick.Profile{}))
	wants(t, err, brick.Throttled)
	if n := len(w.all("GET /gdc/account/domains")); n != 0 {
		t.Errorf("%d look-ups for what was surely not done", n)
	}
}

// The plan of a new account holds defaults, and nobody can tell them from what
// the file gives.
func TestAnAdoptedAccountKeepsWhatANewOneWouldOnlyGetByDefault(t *testing.T) {
	w := newTown(t)
	w.settle("ann@x.com", full())
	was := w.show("ann@x.com")
	d := w.open()
	w.clear()
	changeAccount(t, d, newcomer("ann@x.com", brick.Profile{
		brick.FirstName: "ann", brick.LastName: "ann", brick.Email: "ann@x.com", brick.Language: "en-US", brick.Country: "Česko",
	}))
	w.came("POST /gdc/account/domains/acme/users", "GET /gdc/account/domains/acme/users?login=ann%40x.com")
	if have := w.show("ann@x.com"); have != was {
		t.Errorf("have %s\nwant %s", have, was)
	}
}
