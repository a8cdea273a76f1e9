package gooddata_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"users-brick/brick"
	"users-brick/brick/platform"
	"users-brick/brick/platform/gooddata"
)

const (
	admin    = "Admin@Example.com"
	password = "correct horse 7"
	meanTT   = `GoodData realm="GoodData API" cookie=GDCAuthTT`
	meanSST  = `GoodData realm="GoodData API" cookie=GDCAuthSST location=/gdc/account/login`
)

// fake is a platform whose sessions work; what else it answers a test says.
type fake struct {
	testing.TB
	*httptest.Server
	mux *http.ServeMux

	mu     sync.Mutex
	seen   []seen
	events []brick.Event
	issued int            // tokens given out, numbered from 1
	sst    string         // the session that is alive
	uses   int            // how often a token is good for; 0 means for ever
	left   map[string]int // uses of every token
}

// seen is a request that came.
type seen struct {
	what   string // method and address, as they were sent
	body   string
	header http.Header
}

// start begins a platform.
func start(t testing.TB) *fake {
	f := &fake{TB: t, mux: http.NewServeMux(), left: map[string]int{}}
	f.Server = httptest.NewServer(http.HandlerFunc(f.serve))
	t.Cleanup(f.Server.Close)
	f.mux.HandleFunc("POST /gdc/account/login", f.login)
	f.mux.HandleFunc("GET /gdc/account/token", f.token)
	f.mux.HandleFunc("DELETE /gdc/account/login/{id}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	return f
}

func (f *fake) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		f.Errorf("%s: %v", r.URL, err)
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	f.mu.Lock()
	f.seen = append(f.seen, seen{r.Method + " " + r.RequestURI, string(body), r.Header.Clone()})
	f.mu.Unlock()
	w.Header().Set("X-GDC-Request", r.Header.Get("X-GDC-Request")+":SERVER")
	f.mux.ServeHTTP(w, r)
}

// handle answers a resource, to those who have a good token.
func (f *fake) handle(pattern string, h http.HandlerFunc) {
	f.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		if !f.use(r.Header.Get("X-GDC-AuthTT")) {
			refuse(w, meanTT)
			return
		}
		h(w, r)
	})
}

// says answers a resource with a status and a body.
func (f *fake) says(pattern string, status int, body string) {
	f.handle(pattern, func(w http.ResponseWriter, _ *http.Request) { say(w, status, body) })
}

func say(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	io.WriteString(w, body)
}

func refuse(w http.ResponseWriter, challenge string) {
	w.Header().Set("WWW-Authenticate", challenge)
	say(w, http.StatusUnauthorized, `{"error":{"code":401,"message":"Authorization Required","description":"…"}}`)
}

// use takes one use of a token, and reports whether it was good.
func (f *fake) use(tt string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	left, ok := f.left[tt]
	if !ok || left == 0 {
		return false
	}
	f.left[tt]--
	return true
}

// endTokens ends all short-lived tokens there are.
func (f *fake) endTokens() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.left = map[string]int{}
}

// endSession ends the session with all its tokens.
func (f *fake) endSession() {
	f.endTokens()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sst = ""
}

// issue makes a new short-lived token.
func (f *fake) issue() string {
	f.issued++
	tt := fmt.Sprintf("tt-%d", f.issued)
	f.left[tt] = f.uses
	if f.uses == 0 {
		f.left[tt] = -1
	}
	return tt
}

func (f *fake) login(w http.ResponseWriter, _ *http.Request) {
	f.mu.Lock()
	f.sst = fmt.Sprintf("sst-%d", f.issued+1)
	w.Header().Set("X-GDC-AuthSST", f.sst)
	w.Header().Set("X-GDC-AuthTT", f.issue())
	f.mu.Unlock()
	say(w, http.StatusOK, `{"userLogin":{"profile":"/gdc/account/profile/admin","state":"/gdc/account/login/5ad80b","token":"x"}}`)
}

func (f *fake) token(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	good := f.sst != "" && r.Header.Get("X-GDC-AuthSST") == f.sst
	tt := ""
	if good {
		tt = f.issue()
	}
	f.mu.Unlock()
	if !good {
		w.Header().Set("WWW-Authenticate", meanSST)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	w.Header().Set("X-GDC-AuthTT", tt)
	say(w, http.StatusOK, `{"userToken":{"token":"`+tt+`"}}`)
}

// retry is quick, and long enough for every test.
var retry = platform.Retry{First: time.Millisecond, Most: 2 * time.Millisecond, Deadline: time.Minute}

// options are those of a run with a password.
func (f *fake) options() gooddata.Options {
	web := platform.NewWeb(platform.WebOptions{Concurrency: 64, Retry: retry, Emit: f.hear})
	f.Cleanup(web.Close)
	return gooddata.Options{
		URL: f.URL, Username: admin, Password: brick.NewSecret(password),
		Web: web, RunID: "run 1", Agent: "users-brick test", Emit: f.hear,
	}
}

func (f *fake) hear(e brick.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.events = append(f.events, e)
}

// open logs in with the password.
func (f *fake) open() *gooddata.Driver {
	f.Helper()
	return f.openWith(f.options())
}

func (f *fake) openWith(o gooddata.Options) *gooddata.Driver {
	f.Helper()
	d, err := gooddata.Open(f.Context(), o)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { d.Close() })
	return d
}

// openBySession takes over a session that somebody else began.
func (f *fake) openBySession() *gooddata.Driver {
	f.Helper()
	f.sst = "given"
	o := f.options()
	o.Username, o.Password, o.SST = "", brick.Secret{}, brick.NewSecret("given")
	return f.openWith(o)
}

// all returns the requests so far that begin like this.
func (f *fake) all(prefix string) []seen {
	f.mu.Lock()
	defer f.mu.Unlock()
	var found []seen
	for _, s := range f.seen {
		if strings.HasPrefix(s.what, prefix) {
			found = append(found, s)
		}
	}
	return found
}

// clear forgets the requests so far.
func (f *fake) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen = nil
}

// came demands that exactly these requests came since the last clear.
func (f *fake) came(want ...string) {
	f.Helper()
	var have []string
	for _, s := range f.all("") {
		have = append(have, s.what)
	}
	if !slices.Equal(have, want) {
		f.Errorf("requests:\n have %q\n want %q", have, want)
	}
}

// notices returns the warnings so far.
func (f *fake) notices() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var texts []string
	for _, e := range f.events {
		if n, ok := e.(brick.Noticed); ok {
			texts = append(texts, n.Finding.Text)
		}
	}
	return texts
}

// wants demands an error of a kind, and returns it.
func wants(t testing.TB, err error, kind brick.Kind, words ...string) string {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %v", kind)
	}
	if brick.KindOf(err) != kind {
		t.Errorf("kind %v, want %v: %v", brick.KindOf(err), kind, err)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q does not say %q", err, w)
		}
	}
	return err.Error()
}

// noRetry is a Web that tries nothing again.
func noRetry(t testing.TB) *platform.Web {
	web := platform.NewWeb(platform.WebOptions{Concurrency: 64})
	t.Cleanup(web.Close)
	return web
}

var acme = brick.Organization("acme")
