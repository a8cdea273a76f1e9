package gooddata_test

import (
	"context"
	"net/http"
	"sync"
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform/gooddata"
)

// gather holds requests back until so many have come, each time anew.
type gather struct {
	mu   sync.Mutex
	most int
	came int
	gate chan struct{}
}

func newGather(most int) *gather { return &gather{most: most, gate: make(chan struct{})} }

func (g *gather) wait() {
	g.mu.Lock()
	gate := g.gate
	if g.came++; g.came == g.most {
		close(gate)
	}
	g.mu.Unlock()
	<-gate
}

// askAtOnce asks so often at once and returns the errors.
func askAtOnce(t *testing.T, d *gooddata.Driver, n int, path string) []error {
	errs := make([]error, n)
	var crew sync.WaitGroup
	for i := range n {
		crew.Go(func() { _, errs[i] = d.Get(t.Context(), path) })
	}
	crew.Wait()
	return errs
}

func TestManyRefusalsAtOnceLeadToOneRenewal(t *testing.T) {
	const n = 8 // a Web begins with so many at once
	f := start(t)
	all := newGather(n)
	f.mux.HandleFunc("GET /gdc/x", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-GDC-AuthTT") == "tt-1" { // all of them, and only then the first refusal
			all.wait()
			refuse(w, meanTT)
			return
		}
		say(w, 200, `{}`)
	})
	d := f.open()
	for _, err := range askAtOnce(t, d, n, "/gdc/x") {
		if err != nil {
			t.Error(err)
		}
	}
	if have := len(f.all("GET /gdc/account/token")); have != 1 {
		t.Errorf("%d renewals, want 1", have)
	}
	if have := len(f.all("GET /gdc/x")); have != 2*n {
		t.Errorf("%d requests, want %d", have, 2*n)
	}
}

func TestTokensThatEndAfterFewUsesAreNoTrouble(t *testing.T) {
	const n = 400
	f := start(t)
	f.uses = 5
	f.says("GET /gdc/x", 200, `{}`)
	atOnce, most := 0, 0
	f.mux = wrap(f.mux, func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		renews := r.URL.Path == "/gdc/account/token"
		f.mu.Lock()
		if renews {
			atOnce++
			most = max(most, atOnce)
		}
		f.mu.Unlock()
		next.ServeHTTP(w, r)
		f.mu.Lock()
		if renews {
			atOnce--
		}
		f.mu.Unlock()
	})
	d := f.open()
	var crew sync.WaitGroup
	for range 32 {
		crew.Go(func() {
			for range n / 32 {
				if _, err := d.Get(t.Context(), "/gdc/x"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	crew.Wait()
	if most != 1 {
		t.Errorf("%d renewals at once, want 1", most)
	}
	if logins := len(f.all("POST")); logins != 1 {
		t.Errorf("%d logins, want 1", logins)
	}
}

// wrap puts something around all resources.
func wrap(mux *http.ServeMux, around func(next http.Handler, w http.ResponseWriter, r *http.Request)) *http.ServeMux {
	outer := http.NewServeMux()
	outer.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { around(mux, w, r) })
	return outer
}

func TestTokensThatAreNeverGoodEndTheRun(t *testing.T) {
	f := start(t)
	f.mux.HandleFunc("GET /gdc/x", func(w http.ResponseWriter, _ *http.Request) { refuse(w, meanTT) })
	d := f.open()
	f.clear()
	_, err := d.Get(t.Context(), "/gdc/x")
	wants(t, err, brick.Denied, "refuses every token", "hint:")
	f.came("GET /gdc/x", "GET /gdc/account/token", "GET /gdc/x", "GET /gdc/account/token", "GET /gdc/x")
	f.clear()
	_, err = d.Get(t.Context(), "/gdc/x")
	wants(t, err, brick.Denied)
	f.came()
}

func TestTokensThatAreNeverGoodEndManyRequestsAtOnce(t *testing.T) {
	const n = 32
	f := start(t)
	f.mux.HandleFunc("GET /gdc/x", func(w http.ResponseWriter, _ *http.Request) { refuse(w, meanSST) })
	d := f.open()
	for _, err := range askAtOnce(t, d, n, "/gdc/x") {
		wants(t, err, brick.Denied)
	}
	// Each request has had each of the tokens at most once.
	if have, most := len(f.all("GET /gdc/x")), 2*n*3; have > most {
		t.Errorf("%d requests, want at most %d", have, most)
	}
}

// Tokens that end while the only requests that they let in are slow are good
// tokens.
func TestTokensAreNotCalledBadWhileARequestIsUnderWayWithThem(t *testing.T) {
	const n = 6
	f := start(t)
	f.uses = 1
	all := newGather(n)
	f.handle("GET /gdc/x", func(w http.ResponseWriter, _ *http.Request) {
		all.wait() // nobody has an answer before everybody was let in, each with a token of his own
		say(w, 200, `{}`)
	})
	d := f.open()
	for _, err := range askAtOnce(t, d, n, "/gdc/x") {
		if err != nil {
			t.Error(err)
		}
	}
}

func TestTokensRefusedNowAndThenAreNotCounted(t *testing.T) {
	f := start(t)
	f.says("GET /gdc/x", 200, `{}`)
	d := f.open()
	for range 10 {
		f.endTokens()
		if _, err := d.Get(t.Context(), "/gdc/x"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestARenewalGoesOnWhenItsFirstCallerIsCalledOff(t *testing.T) {
	f := start(t)
	f.says("GET /gdc/x", 200, `{}`)
	d := f.open()
	f.endTokens()
	renewing, let := make(chan struct{}), make(chan struct{})
	f.mux = wrap(f.mux, func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gdc/account/token" {
			close(renewing)
			<-let
		}
		next.ServeHTTP(w, r)
	})
	ctx, cancel := context.WithCancel(t.Context())
	first, second := make(chan error), make(chan error)
	go func() {
		_, err := d.Get(ctx, "/gdc/x")
		first <- err
	}()
	<-renewing
	go func() {
		_, err := d.Get(t.Context(), "/gdc/x")
		second <- err
	}()
	cancel()
	wants(t, <-first, brick.Interrupted)
	close(let)
	if err := <-second; err != nil {
		t.Errorf("somebody else's end is mine: %v", err)
	}
	if n := len(f.all("GET /gdc/account/token")); n != 1 {
		t.Errorf("%d renewals, want 1", n)
	}
}

func TestClosingCallsARenewalOff(t *testing.T) {
	f := start(t)
	f.says("GET /gdc/x", 200, `{}`)
	d := f.open()
	f.endTokens()
	renewing := make(chan struct{})
	f.mux = wrap(f.mux, func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gdc/account/token" {
			close(renewing)
			<-r.Context().Done()
			return
		}
		next.ServeHTTP(w, r)
	})
	failed := make(chan error)
	go func() {
		_, err := d.Get(t.Context(), "/gdc/x")
		failed <- err
	}()
	<-renewing
	d.Close()
	if err := <-failed; err == nil {
		t.Error("a request goes on after the end")
	}
}

func TestARenewalThatGetsNoAnswerIsTriedAgainLater(t *testing.T) {
	f := start(t)
	f.says("GET /gdc/x", 200, `{}`)
	o := f.options()
	o.Web = noRetry(f)
	d := f.openWith(o)
	f.endTokens()
	down := true
	f.mux = wrap(f.mux, func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gdc/account/token" && down {
			w.WriteHeader(503)
			return
		}
		next.ServeHTTP(w, r)
	})
	_, err := d.Get(t.Context(), "/gdc/x")
	wants(t, err, brick.Unavailable)
	down = false
	if _, err := d.Get(t.Context(), "/gdc/x"); err != nil {
		t.Error(err)
	}
}

func TestALateAnswerDoesNotBringAnOlderTokenBack(t *testing.T) {
	f := start(t)
	under, let := make(chan struct{}), make(chan struct{})
	f.says("GET /gdc/x", 200, `{}`)
	f.handle("GET /gdc/slow", func(w http.ResponseWriter, _ *http.Request) {
		close(under)
		<-let
		w.Header().Set("X-GDC-AuthTT", "older")
		say(w, 200, `{}`)
	})
	d := f.open()
	slow := make(chan error)
	go func() {
		_, err := d.Get(t.Context(), "/gdc/slow")
		slow <- err
	}()
	<-under
	f.endTokens()
	if _, err := d.Get(t.Context(), "/gdc/x"); err != nil { // with a new token
		t.Fatal(err)
	}
	close(let)
	if err := <-slow; err != nil {
		t.Error(err)
	}
	f.clear()
	if _, err := d.Get(t.Context(), "/gdc/x"); err != nil {
		t.Error(err)
	}
	f.came("GET /gdc/x")
	if tt := f.all("GET /gdc/x")[0].header.Get("X-GDC-AuthTT"); tt != "tt-2" {
		t.Errorf("the last request went with %q, want tt-2", tt)
	}
}
