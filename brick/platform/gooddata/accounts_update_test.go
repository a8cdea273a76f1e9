package gooddata_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// full is an account with everything that a platform may know of it.
func full() map[string]any {
	return map[string]any{
		"firstName": "Ann", "lastName": "Bee", "email": "ann@mail.x.com", "language": "xx-Klingon",
		"authenticationModes": []any{"SMARTCARD", "SSO"}, "companyName": "Acme, Inc.", "country": "Česko", "phoneNumber": "+420 1",
		"position": "Owner \"in chief\"", "timezone": "Europe/Prague", "ssoProvider": "sso.x.com", "ipWhitelist": []any{"192.0.2.1", "198.51.100.0/24"},
	}
}

func TestAnUpdateLeavesAllElseAloneWhateverThePlatformMakesOfWhatIsMissing(t *testing.T) {
	for name, account := range map[string]map[string]any{
		"everything known":  full(),
		"little known":      {"firstName": "Ann", "lastName": "Bee"},
		"nobody may log in": {"firstName": "Ann", "lastName": "Bee", "ipWhitelist": []any{}, "timezone": "UTC"},
	} {
		for _, replaces := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				w := newTown(t)
				w.replaces = replaces
				w.settle("ann@x.com", account)
				want := strings.Replace(w.show("ann@x.com"), "lastName:Bee", "lastName:Cee", 1)
				d := w.open()
				before := accountsIn(t, d, platform.Need{})["ann@x.com"]
				w.clear()
				changeAccount(t, d, accountChange(brick.Update, before, "ann@x.com", brick.Profile{brick.LastName: "Cee"}))
				w.came("PUT /gdc/account/profile/id1")
				if have := w.show("ann@x.com"); have != want {
					t.Errorf("replaces %t:\nhave %s\nwant %s", replaces, have, want)
				}
			})
		}
	}
}

func TestAnUpdateSetsWhatIsGiven(t *testing.T) {
	w := newTown(t)
	w.settle("ann@x.com", map[string]any{"firstName": "A", "lastName": "B", "ipWhitelist": []any{}})
	d := w.open()
	before := accountsIn(t, d, platform.Need{})["ann@x.com"]
	want := brick.Profile{
		brick.FirstName: "1", brick.LastName: "2", brick.Email: "e@x.com", brick.AuthenticationModes: "password,sso", brick.SSOProvider: "p", brick.Language: "fr-FR",
		brick.Company: "c", brick.Position: "po", brick.Country: "co", brick.Phone: "ph", brick.IPWhitelist: "192.0.2.1",
	}
	changeAccount(t, d, accountChange(brick.Update, before, "ann@x.com", want))
	if have := accountsIn(t, d, platform.Need{})["ann@x.com"]; have.Profile != want || have.Ref != "id1" {
		t.Errorf("have %+v, want %v", have, want)
	}
}

func TestWhatIsClearedIsSentAsThePlatformShowsItEmpty(t *testing.T) {
	for _, replaces := range []bool{false, true} {
		w := newTown(t)
		w.replaces = replaces
		w.settle("ann@x.com", full())
		d := w.open()
		before := accountsIn(t, d, platform.Need{})["ann@x.com"]
		c := accountChange(brick.Update, before, "ann@x.com", brick.Profile{brick.LastName: "Cee"})
		c.Clear = d.Clears()
		changeAccount(t, d, c)
		for key, want := range map[string]any{
			"ssoProvider": "", "companyName": "", "position": "", "country": "", "phoneNumber": "", "ipWhitelist": nil, "timezone": "Europe/Prague",
		} {
			if have, sent := w.find("ann@x.com")[key]; have != want || !sent {
				t.Errorf("replaces %t: %s is %v, want %v", replaces, key, have, want)
			}
		}
		now := accountsIn(t, d, platform.Need{})["ann@x.com"]
		want := before.Profile.Without(c.Clear)
		want[brick.LastName] = "Cee"
		if now.Profile != want || now.Ref != before.Ref {
			t.Errorf("replaces %t: have %+v, want %v", replaces, now, want)
		}
		c.Before = now
		w.clear()
		changeAccount(t, d, c)
		w.came()
	}
}

// An account whose empty list of addresses keeps everybody out is not opened.
func TestAnAccountThatIsClosedStaysClosed(t *testing.T) {
	w := newTown(t)
	w.settle("ann@x.com", map[string]any{"firstName": "A", "lastName": "B", "ipWhitelist": []any{}, "companyName": "Acme"})
	d := w.open()
	c := accountChange(brick.Update, accountsIn(t, d, platform.Need{})["ann@x.com"], "ann@x.com", brick.Profile{})
	c.Clear = d.Clears()
	changeAccount(t, d, c)
	if have := w.show("ann@x.com"); !strings.Contains(have, "ipWhitelist:[]") || strings.Contains(have, "Acme") {
		t.Errorf("have %s", have)
	}
}

func TestWhatThePlatformDoesNotEmptyIsToldAsFailed(t *testing.T) {
	f := start(t)
	f.says("PUT /gdc/account/profile/1", 200, `{"accountSetting":{"companyName":"Acme","position":""}}`)
	before := &brick.Member{Login: "a@x.com", Ref: "1", Profile: brick.Profile{brick.FirstName: "A", brick.LastName: "B", brick.Company: "Acme", brick.Position: "Boss"}}
	c := accountChange(brick.Update, before, "a@x.com", brick.Profile{})
	c.Clear = brick.NewFieldSet(brick.Position)
	d := f.open()
	changeAccount(t, d, c)
	c.Clear = brick.NewFieldSet(brick.Position, brick.Company)
	wants(t, applyAccount(t, d, c), brick.Failed, "does not empty company")
}

func TestNothingIsSentWhereNothingDiffers(t *testing.T) {
	w := newTown(t)
	w.settle("ann@x.com", full())
	d := w.open()
	before := accountsIn(t, d, platform.Need{})["ann@x.com"]
	w.clear()
	changeAccount(t, d, accountChange(brick.Update, before, "ann@x.com", before.Profile))
	changeAccount(t, d, accountChange(brick.Update, before, "ann@x.com", brick.Profile{}))
	w.came()
}

func TestAPasswordIsSetTogetherWithTheRest(t *testing.T) {
	w := newTown(t)
	w.settle("ann@x.com", full())
	d := w.open()
	before := accountsIn(t, d, platform.Need{})["ann@x.com"]
	c := accountChange(brick.Update, before, "ann@x.com", brick.Profile{})
	c.SetPassword, c.Password = true, brick.NewSecret("new & <fine>")
	w.clear()
	changeAccount(t, d, c)
	w.came("PUT /gdc/account/profile/id1")
	var sent struct{ AccountSetting map[string]any }
	if err := json.Unmarshal([]byte(w.all("PUT")[0].body), &sent); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{"password": "new & <fine>", "verifyPassword": "new & <fine>", "firstName": "Ann", "login": nil} {
		if sent.AccountSetting[name] != want {
			t.Errorf("%s is sent as %v, want %v", name, sent.AccountSetting[name], want)
		}
	}
}

func TestARefusedPasswordLeavesTheAccountAsItIs(t *testing.T) {
	w := newTown(t)
	w.settle("ann@x.com", full())
	was := w.show("ann@x.com")
	d := w.open()
	c := accountChange(brick.Update, accountsIn(t, d, platform.Need{})["ann@x.com"], "ann@x.com", brick.Profile{brick.LastName: "Cee"})
	c.SetPassword, c.Password = true, brick.NewSecret("old") // of which the platform says nothing but 400
	wants(t, applyAccount(t, d, c), brick.BadPassword)
	if have := w.show("ann@x.com"); have != was {
		t.Errorf("have %s\nwant %s", have, was)
	}
}

// Of an update whose answer is lost the platform refuses the password when it
// is sent again: the account has had it since the first time.
func TestAPasswordThatWasSetBeforeItsAnswerWasLostIsSet(t *testing.T) {
	const used, short = "Password has been used before", "Password is too short"
	for name, c := range map[string]struct {
		done   bool // the first time
		name   string
		reason string
		set    bool
	}{
		"done":                         {true, "Cee", used, true},
		"done, whatever is said":       {true, "Cee", short, true},
		"not done":                     {false, "Cee", used, false},
		"done, and nothing else to do": {true, "", used, true},
		"too short, and nothing else":  {false, "", short, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t)
			w.settle("ann@x.com", full())
			d := w.open()
			before := accountsIn(t, d, platform.Need{})["ann@x.com"]
			w.handle("GET /gdc/account/profile/id1", func(rw http.ResponseWriter, _ *http.Request) {
				text, err := json.Marshal(map[string]any{"accountSetting": w.find("ann@x.com")})
				if err != nil {
					t.Error(err)
				}
				say(rw, 200, string(text))
			})
			puts := 0
			w.mux = wrap(w.mux, func(next http.Handler, rw http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodPut {
					next.ServeHTTP(rw, r)
					return
				}
				if puts++; puts > 1 {
					say(rw, 400, `{"error":{"errorCode":"gdc1051","message":"`+c.reason+`"}}`)
					return
				}
				if c.done {
					next.ServeHTTP(httptest.NewRecorder(), r)
				}
				panic(http.ErrAbortHandler)
			})
			change := accountChange(brick.Update, before, "ann@x.com", brick.Profile{brick.LastName: c.name})
			change.SetPassword, change.Password = true, brick.NewSecret("new & <fine>")
			if err := applyAccount(t, d, change); c.set && err != nil {
				t.Error(err)
			} else if !c.set {
				wants(t, err, brick.BadPassword, c.reason)
			}
		})
	}
}

func TestARefusalWithoutAPasswordIsNoneOfIt(t *testing.T) {
	f := start(t)
	f.says("PUT /gdc/account/profile/1", 400, "")
	before := &brick.Member{Login: "a@x.com", Ref: "1"}
	wants(t, applyAccount(t, f.open(), accountChange(brick.Update, before, "a@x.com", brick.Profile{brick.LastName: "x"})), brick.Invalid)
}

func TestAnUpdateOfWhoWasNotListedLooksHimUp(t *testing.T) {
	for name, before := range map[string]*brick.Member{
		"nobody listed him": nil, "no ref": {Login: "a+b@x.com"}, "a ref that is none": {Login: "a+b@x.com", Ref: "?"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t)
			w.settle("A+b@x.com", full())
			d := w.open()
			w.clear()
			changeAccount(t, d, accountChange(brick.Update, before, "a+b@x.com", brick.Profile{brick.LastName: "Cee"}))
			w.came("GET /gdc/account/domains/acme/users?login=a%2Bb%40x.com", "PUT /gdc/account/profile/id1")
			if w.find("a+b@x.com")["phoneNumber"] != "+420 1" {
				t.Errorf("have %s", w.show("a+b@x.com"))
			}
		})
	}
}

func TestAProfileThatMovedIsLookedUpOnce(t *testing.T) {
	w := newTown(t)
	w.settle("a@x.com", full())
	d := w.open()
	before := &brick.Member{Login: "a@x.com", Ref: "gone"}
	w.clear()
	changeAccount(t, d, accountChange(brick.Update, before, "a@x.com", brick.Profile{brick.LastName: "Cee"}))
	w.came("PUT /gdc/account/profile/gone", "GET /gdc/account/domains/acme/users?login=a%40x.com", "PUT /gdc/account/profile/id1")
	w.accounts = nil
	w.clear()
	wants(t, applyAccount(t, d, accountChange(brick.Update, before, "a@x.com", brick.Profile{brick.LastName: "Cee"})), brick.NotFound)
	w.came("PUT /gdc/account/profile/gone", "GET /gdc/account/domains/acme/users?login=a%40x.com")
}

func TestAnAnswerAboutSomebodyElseIsNoAnswer(t *testing.T) {
	f := start(t)
	f.says("GET /gdc/account/domains/acme/users", 200, recorded)
	d := f.open()
	for _, action := range []brick.Action{brick.Update, brick.Remove} {
		wants(t, applyAccount(t, d, accountChange(action, nil, "a@x.com", brick.Profile{brick.LastName: "x"})), brick.Failed, "tells of others")
	}
}

func TestAnAccountIsNeitherEnabledNorDisabled(t *testing.T) {
	f := start(t)
	d := f.open()
	f.clear()
	for _, action := range []brick.Action{brick.Enable, brick.Disable} {
		wants(t, applyAccount(t, d, accountChange(action, nil, "a@x.com", brick.Profile{})), brick.Invalid)
	}
	f.came()
}

func TestAccountsAreRemoved(t *testing.T) {
	w := newTown(t)
	w.settle("a@x.com", nil)
	w.settle("b@x.com", nil)
	d := w.open()
	before := accountsIn(t, d, platform.Need{Groups: true})
	w.clear()
	changeAccount(t, d, accountChange(brick.Remove, before["a@x.com"], "a@x.com", brick.Profile{}))
	w.came("DELETE /gdc/account/profile/id1")
	if _, known := d.KnownID("a@x.com"); known {
		t.Error("who is gone is remembered")
	}
	w.clear()
	changeAccount(t, d, accountChange(brick.Remove, before["a@x.com"], "a@x.com", brick.Profile{})) // again
	changeAccount(t, d, accountChange(brick.Remove, nil, "b@x.com", brick.Profile{}))
	changeAccount(t, d, accountChange(brick.Remove, nil, "c@x.com", brick.Profile{}))
	w.came("DELETE /gdc/account/profile/id1",
		"GET /gdc/account/domains/acme/users?login=b%40x.com", "DELETE /gdc/account/profile/id2",
		"GET /gdc/account/domains/acme/users?login=c%40x.com")
	if len(w.accounts) != 0 {
		t.Errorf("left are %v", w.accounts)
	}
}

func TestAnAccountThatMayNotBeRemovedIsAFailure(t *testing.T) {
	f := start(t)
	f.says("DELETE /gdc/account/profile/1", 403, `{"error":{"message":"the last one"}}`)
	wants(t, applyAccount(t, f.open(), accountChange(brick.Remove, &brick.Member{Login: "a@x.com", Ref: "1"}, "a@x.com", brick.Profile{})), brick.Forbidden, "the last one")
}
