package gooddata_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"users-brick/brick"
	"users-brick/brick/platform"
	"users-brick/brick/platform/gooddata"
)

func TestALoginAsksForTokensInHeadersAndUsesTheOneItGets(t *testing.T) {
	f := start(t)
	f.says("GET /gdc/x", 200, `["here"]`)
	d := f.open()
	if body, err := d.Get(t.Context(), "/gdc/x"); err != nil || body != `["here"]` {
		t.Fatal(body, err)
	}
	f.came("POST /gdc/account/login", "GET /gdc/x")
	var sent struct {
		Login map[string]any `json:"postUserLogin"`
	}
	if err := json.Unmarshal([]byte(f.all("POST")[0].body), &sent); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"login": admin, "password": password, "remember": 1.0, "verify_level": 2.0}
	if fmt.Sprint(sent.Login) != fmt.Sprint(want) {
		t.Errorf("sent %v, want %v", sent.Login, want)
	}
	for _, s := range f.all("") {
		for name, value := range map[string]string{"Accept": "application/json", "Content-Type": "application/json", "User-Agent": "users-brick test", "X-Gdc-Version": "2"} {
			if s.header.Get(name) != value {
				t.Errorf("%s: %s is %q, want %q", s.what, name, s.header.Get(name), value)
			}
		}
	}
	if tt := f.all("GET /gdc/x")[0].header.Get("X-GDC-AuthTT"); tt != "tt-1" {
		t.Errorf("the token is %q, want that of the login", tt)
	}
}

func TestEveryCallHasAnIDThatItsRepeatsKeep(t *testing.T) {
	f := start(t)
	f.says("GET /gdc/x", 200, `["here"]`)
	d := f.open()
	d.Get(t.Context(), "/gdc/x")
	f.endTokens()
	d.Get(t.Context(), "/gdc/x")
	ids := map[string]int{}
	for _, s := range f.all("GET /gdc/x") {
		ids[s.header.Get("X-GDC-Request")]++
	}
	if len(ids) != 2 {
		t.Errorf("three requests for two calls have the ids %v", ids)
	}
	for id := range ids {
		if !strings.HasPrefix(id, "run-1:") {
			t.Errorf("the id %q does not name the run", id)
		}
	}
}

func TestAnErrorTellsTheIDUnderWhichThePlatformKnowsTheRequest(t *testing.T) {
	f := start(t)
	f.says("GET /gdc/x", 404, `{"error":{"message":"nothing here"}}`)
	_, err := f.open().Get(t.Context(), "/gdc/x")
	wants(t, err, brick.NotFound, "nothing here", "run-1:2:SERVER")
}

func TestAnEndedTokenIsRenewedBySession(t *testing.T) {
	f := start(t)
	f.says("GET /gdc/x", 200, `["here"]`)
	d := f.open()
	f.endTokens()
	f.clear()
	if _, err := d.Get(t.Context(), "/gdc/x"); err != nil {
		t.Fatal(err)
	}
	f.came("GET /gdc/x", "GET /gdc/account/token", "GET /gdc/x")
	asked := f.all("GET /gdc/account/token")[0].header
	if asked.Get("X-GDC-AuthSST") != "sst-1" || asked.Get("X-GDC-AuthTT") != "" {
		t.Errorf("the renewal went with %q and %q", asked.Get("X-GDC-AuthSST"), asked.Get("X-GDC-AuthTT"))
	}
	if f.all("GET /gdc/x")[1].header.Get("X-GDC-AuthSST") != "" {
		t.Error("the token of the session went to a resource that is none of its business")
	}
}

func TestAnEndedSessionIsBegunAgainWithThePassword(t *testing.T) {
	f := start(t)
	f.says("GET /gdc/x", 200, `["here"]`)
	d := f.open()
	f.endSession()
	f.clear()
	if _, err := d.Get(t.Context(), "/gdc/x"); err != nil {
		t.Fatal(err)
	}
	f.came("GET /gdc/x", "GET /gdc/account/token", "POST /gdc/account/login", "GET /gdc/x")
}

func TestAResourceThatCallsTheSessionDeadLeadsToALoginAtOnce(t *testing.T) {
	f := start(t)
	dead := true
	f.handle("GET /gdc/x", func(w http.ResponseWriter, _ *http.Request) {
		if dead {
			dead = false
			refuse(w, meanSST)
			return
		}
		say(w, 200, `["here"]`)
	})
	d := f.open()
	f.clear()
	if _, err := d.Get(t.Context(), "/gdc/x"); err != nil {
		t.Fatal(err)
	}
	f.came("GET /gdc/x", "POST /gdc/account/login", "GET /gdc/x")
}

func TestAGivenSessionThatHasEndedIsDenied(t *testing.T) {
	f := start(t)
	f.says("GET /gdc/x", 200, `["here"]`)
	d := f.openBySession()
	f.came("GET /gdc/account/token")
	if _, err := d.Get(t.Context(), "/gdc/x"); err != nil {
		t.Fatal(err)
	}
	f.endSession()
	f.clear()
	for range 3 {
		_, err := d.Get(t.Context(), "/gdc/x")
		wants(t, err, brick.Denied, "the session has ended", "hint:")
	}
	f.came("GET /gdc/x", "GET /gdc/account/token")
}

func TestASessionThatWasNeverGoodIsDenied(t *testing.T) {
	f := start(t)
	o := f.options()
	o.Username, o.Password, o.SST = "", brick.Secret{}, brick.NewSecret("stale")
	_, err := gooddata.Open(t.Context(), o)
	wants(t, err, brick.Denied, "hint:")
	f.came("GET /gdc/account/token")
}

func TestThePasswordCountsWhereASessionIsGivenToo(t *testing.T) {
	f := start(t)
	o := f.options()
	o.SST = brick.NewSecret("stale")
	f.openWith(o)
	f.came("POST /gdc/account/login")
}

func TestARefusedLoginIsOneRequest(t *testing.T) {
	for name, c := range map[string]struct{ message, hint string }{
		"wrong password": {"Bad Login or Password!", "check user name and password"},
		"locked account": {"Login needs security code verification due to failed login attempts.", "locked"},
	} {
		t.Run(name, func(t *testing.T) {
			f := refusing(t, c.message)
			_, err := gooddata.Open(t.Context(), f.options())
			text := wants(t, err, brick.Denied, c.message, c.hint)
			if strings.Contains(text, password) {
				t.Errorf("%s", text)
			}
			f.came("POST /gdc/account/login")
		})
	}
}

// refusing is a platform that lets nobody in.
func refusing(t *testing.T, message string) *fake {
	f := start(t)
	f.mux = http.NewServeMux()
	f.mux.HandleFunc("POST /gdc/account/login", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WWW-Authenticate", `GoodData realm="GoodData API"`)
		say(w, 401, `{"component":"Webapp","message":"`+message+`","parameters":[]}`)
	})
	return f
}

func TestALoginRefusedDuringTheRunIsNeverTriedAgain(t *testing.T) {
	f := start(t)
	f.says("GET /gdc/x", 200, `["here"]`)
	d := f.open()
	f.endSession()
	f.mux = refusing(t, "Bad Login or Password!").mux
	f.handle("GET /gdc/x", nil)
	f.mux.HandleFunc("GET /gdc/account/token", f.token)
	f.clear()
	var crew sync.WaitGroup
	for range 20 {
		crew.Go(func() {
			_, err := d.Get(t.Context(), "/gdc/x")
			wants(t, err, brick.Denied, "Bad Login")
		})
	}
	crew.Wait()
	if n := len(f.all("POST /gdc/account/login")); n != 1 {
		t.Errorf("%d logins, want 1", n)
	}
}

func TestALoginIsRepeatedWhereItsAnswerDoesNotCome(t *testing.T) {
	for name, fail := range map[string]http.HandlerFunc{
		"an answer of 502": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(502) },
		"a cut": func(w http.ResponseWriter, _ *http.Request) {
			if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
				conn.Close()
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := start(t)
			f.mux = http.NewServeMux()
			failed := false
			f.mux.HandleFunc("POST /gdc/account/login", func(w http.ResponseWriter, r *http.Request) {
				if !failed {
					failed = true
					fail(w, r)
					return
				}
				f.login(w, r)
			})
			f.open()
			f.came("POST /gdc/account/login", "POST /gdc/account/login")
		})
	}
}

func TestALoginWithoutTokensSaysThatTheAddressMayBeWrong(t *testing.T) {
	f := start(t)
	f.mux = http.NewServeMux()
	f.mux.HandleFunc("POST /gdc/account/login", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>") })
	_, err := gooddata.Open(t.Context(), f.options())
	wants(t, err, brick.Failed, "no token", "hint: is this the address")
}

func TestARefusalWithoutAChallengeIsNotTriedAgain(t *testing.T) {
	f := start(t)
	f.handle("GET /gdc/x", func(w http.ResponseWriter, _ *http.Request) { refuse(w, `GoodData realm="GoodData API"`) })
	d := f.open()
	f.clear()
	_, err := d.Get(t.Context(), "/gdc/x")
	wants(t, err, brick.Denied, "Authorization Required", "hint:")
	f.came("GET /gdc/x")
}

func TestTokensThatAnswersBringAlongAreUsed(t *testing.T) {
	f := start(t)
	f.handle("GET /gdc/x", func(w http.ResponseWriter, _ *http.Request) {
		f.mu.Lock()
		w.Header().Set("X-GDC-AuthTT", f.issue())
		f.sst = "sst-new"
		f.mu.Unlock()
		w.Header().Set("X-GDC-AuthSST", "sst-new")
		say(w, 200, `["here"]`)
	})
	d := f.open()
	d.Get(t.Context(), "/gdc/x")
	d.Get(t.Context(), "/gdc/x")
	f.endTokens()
	d.Get(t.Context(), "/gdc/x")
	gets := f.all("GET /gdc/x")
	if tt := gets[1].header.Get("X-GDC-AuthTT"); tt != "tt-2" {
		t.Errorf("the second request went with %q, want tt-2", tt)
	}
	if sst := f.all("GET /gdc/account/token")[0].header.Get("X-GDC-AuthSST"); sst != "sst-new" {
		t.Errorf("the renewal went with %q, want sst-new", sst)
	}
}

func TestClosingEndsASessionOfOnesOwn(t *testing.T) {
	f := start(t)
	d := f.open()
	f.clear()
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	f.came("DELETE /gdc/account/login/5ad80b")
	if h := f.all("DELETE")[0].header; h.Get("X-GDC-AuthSST") != "sst-1" || h.Get("X-GDC-AuthTT") != "tt-1" {
		t.Errorf("the end of the session went with %q and %q", h.Get("X-GDC-AuthSST"), h.Get("X-GDC-AuthTT"))
	}
}

func TestClosingEndsASessionWhoseTokenHasEnded(t *testing.T) {
	f := start(t)
	f.mux = wrap(f.mux, func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete && !f.use(r.Header.Get("X-GDC-AuthTT")) {
			refuse(w, meanTT)
			return
		}
		next.ServeHTTP(w, r)
	})
	d := f.open()
	f.endTokens()
	f.clear()
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	f.came("DELETE /gdc/account/login/5ad80b", "GET /gdc/account/token", "DELETE /gdc/account/login/5ad80b")
	if last := f.all("DELETE"); last[len(last)-1].header.Get("X-GDC-AuthTT") != "tt-2" {
		t.Error("the end of the session went with a token that has ended")
	}
}

func TestASessionThatBeginsWhenNobodyWaitsForItAnyMoreIsEnded(t *testing.T) {
	f := start(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	f.mux = wrap(f.mux, func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			cancel()
		}
		next.ServeHTTP(w, r)
	})
	d, err := gooddata.Open(ctx, f.options())
	if err == nil { // the answer came first
		d.Close()
	} else {
		wants(t, err, brick.Interrupted)
	}
	f.came("POST /gdc/account/login", "DELETE /gdc/account/login/5ad80b")
}

func TestClosingLeavesAGivenSessionAlone(t *testing.T) {
	f := start(t)
	d := f.openBySession()
	f.clear()
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	f.came()
}

func TestASessionThatCannotBeEndedIsNoFailure(t *testing.T) {
	f := start(t)
	o := f.options()
	o.Web = noRetry(t)
	d := f.openWith(o)
	f.Server.Close()
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}

// A platform that no longer answers must not keep the report of the run from
// being written.
func TestASessionThatTakesLongToEndIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		web := platform.NewWeb(platform.WebOptions{Timeout: time.Hour, Retry: retry, Base: round(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodDelete {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			w := httptest.NewRecorder()
			w.Header().Set("X-GDC-AuthSST", "sst-1")
			w.Header().Set("X-GDC-AuthTT", "tt-1")
			say(w, http.StatusOK, `{"userLogin":{"state":"/gdc/account/login/5ad80b"}}`)
			return w.Result(), nil
		})})
		d, err := gooddata.Open(t.Context(), gooddata.Options{URL: "https://acme.test", Username: admin, Password: brick.NewSecret(password), Web: web})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("the end of the session takes %v", took)
		}
	})
}

// round is a function that sends requests.
type round func(*http.Request) (*http.Response, error)

func (f round) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestNothingIsSentAfterClosing(t *testing.T) {
	f := start(t)
	d := f.open()
	d.Close()
	f.clear()
	if _, err := d.Get(context.Background(), "/gdc/x"); err == nil {
		t.Error("a closed driver asks")
	}
	f.came()
}
