package gooddata_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform/gooddata"
)

func TestAddressesThatCannotBeUsedAreRefusedBeforeAnythingIsSent(t *testing.T) {
	for address, reason := range map[string]string{
		"":                                  "missing",
		"acme.gooddata.com":                 "cannot be read",
		"https://":                          "cannot be read",
		"https://a b":                       "cannot be read",
		"https://acme.gooddata.com/gdc":     "must end with the host",
		"https://acme.gooddata.com?x=1":     "must end with the host",
		"https://acme.gooddata.com#x":       "must end with the host",
		"https://me:secret@acme.com":        "must not hold a user name",
		"http://acme.gooddata.com":          "must begin with https://",
		"http://127.0.0.1.evil.example.com": "must begin with https://",
		"ftp://acme.gooddata.com":           "must begin with https://",
	} {
		f := start(t)
		o := f.options()
		o.URL = address
		_, err := gooddata.Open(t.Context(), o)
		text := wants(t, err, brick.BadInput, reason, "hint: write it like https://acme.gooddata.com")
		if strings.Contains(text, "secret") {
			t.Errorf("%s", text)
		}
		if o.Web.Requests() > 0 {
			t.Errorf("%q: something was sent", address)
		}
	}
}

func TestAddressesThatCanBeUsed(t *testing.T) {
	for _, ending := range []string{"", "/"} {
		f := start(t)
		o := f.options()
		o.URL = strings.Replace(f.URL, "127.0.0.1", "localhost", 1) + ending
		f.openWith(o)
	}
}

func TestALoginThatIsNotWholeIsRefusedBeforeAnythingIsSent(t *testing.T) {
	f := start(t)
	for reason, change := range map[string]func(*gooddata.Options){
		"no login":             func(o *gooddata.Options) { o.Username, o.Password = "", brick.Secret{} },
		"the password for":     func(o *gooddata.Options) { o.Password = brick.Secret{} },
		"the user name that":   func(o *gooddata.Options) { o.Username = "" },
		"how to send requests": func(o *gooddata.Options) { o.Web = nil },
	} {
		o := f.options()
		change(&o)
		_, err := gooddata.Open(t.Context(), o)
		wants(t, err, brick.BadInput, reason)
	}
	f.came()
}

func TestNothingShowsThePassword(t *testing.T) {
	f := start(t)
	f.says("POST /gdc/account/domains/acme/users", 400, `{"error":{"message":"Password %s of %s is weak","parameters":["`+password+`","tt-1 sst-1"]}}`)
	d := f.open()
	change := brick.Change{Action: brick.Add, After: &brick.Member{Login: "a@x.com"}, Password: brick.NewSecret(password)}
	err := d.Apply(t.Context(), acme, []brick.Change{change})[0]
	wants(t, err, brick.BadPassword, "Password *** of")
	f.mu.Lock()
	shown := fmt.Sprintf("%v %+v %#v|%v %+v %#v|%v %+v|%+v", d, d, d, err, err, err, *d.Web(), f.options(), f.events)
	f.mu.Unlock()
	if strings.Contains(shown, password) {
		t.Errorf("the password shows in %s", shown)
	}
}

func TestARefusedLoginDoesNotShowThePassword(t *testing.T) {
	f := refusing(t, "no such password: "+password)
	_, err := gooddata.Open(t.Context(), f.options())
	if text := wants(t, err, brick.Denied, "no such password: ***"); strings.Contains(fmt.Sprintf("%s %+v %#v", text, err, err), password) {
		t.Errorf("%+v", err)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	elsewhere := start(t)
	f := start(t)
	f.handle("GET /gdc/x", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", elsewhere.URL+"/gdc/y")
		w.WriteHeader(302)
	})
	_, err := f.open().Get(t.Context(), "/gdc/x")
	wants(t, err, brick.Failed, "302")
	elsewhere.came()
}

func TestWorkThatIsTakenButNotDoneIsNotDone(t *testing.T) {
	f := start(t)
	f.says("GET /gdc/x", 202, `{"asyncTask":{"links":{"poll":"/gdc/y"}}}`)
	_, err := f.open().Get(t.Context(), "/gdc/x")
	wants(t, err, brick.Unavailable, "202")
}

func TestAPlatformThatIsNotThereIsUnavailable(t *testing.T) {
	f := start(t)
	o := f.options()
	o.Web = noRetry(t)
	d := f.openWith(o)
	f.Server.Close()
	_, err := d.Get(t.Context(), "/gdc/x")
	wants(t, err, brick.Unavailable)
}

func TestEachKindOfDeprecatedResourceIsWarnedOfOnce(t *testing.T) {
	f := start(t)
	f.handle("GET /gdc/projects/{id}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-GDC-DEPRECATED", "use\nsomething else")
		say(w, 200, `{}`)
	})
	d := f.open()
	for _, id := range []string{"p1", "p2", "p1?x=2"} {
		if _, err := d.Get(t.Context(), "/gdc/projects/"+id); err != nil {
			t.Fatal(err)
		}
	}
	if have := f.notices(); len(have) != 1 || have[0] != "the platform calls GET /gdc/projects/… deprecated: use something else" {
		t.Errorf("warnings: %q", have)
	}
}
