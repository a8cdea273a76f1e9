package gooddatatest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"users-brick/brick/platform/gooddata/gooddatatest"
)

// town is where most tests begin: boss is an admin of acme, ann an admin of
// project p1, ben a disabled and cem an enabled viewer of it; dora is nowhere;
// olga is of another organization.
const town = `{"organizations": [
	{"name": "acme",
	 "users": [
		{"login": "boss@example.com", "first_name": "The", "last_name": "Boss", "email": "boss@example.com", "language": "en-US", "password": "boss-secret", "admin": true, "id": "b055"},
		{"login": "ann@example.com", "first_name": "Ann", "last_name": "Archer", "email": "ann@example.com", "language": "en-US", "password": "ann-secret", "id": "a11", "company": "Acme", "authentication_modes": ["password", "sso"], "ip_whitelist": ["10.0.0.0/8"]},
		{"login": "ben@example.com", "first_name": "Ben", "last_name": "Baker", "id": "be1"},
		{"login": "cem@example.com", "first_name": "Cem", "last_name": "Cook", "password": "cem-secret", "id": "ce1"},
		{"login": "dora@example.com", "first_name": "Dora", "last_name": "Dyer", "id": "d0a"}
	 ],
	 "projects": [
		{"id": "p1", "title": "First", "custom_id": "custom-1", "client_id": "client-1", "segment": "gold",
		 "groups": ["Sales", {"name": "Support", "id": "bsupport", "members": ["dora@example.com"]}],
		 "members": [
			{"login": "ann@example.com", "roles": ["adminRole"], "groups": ["Sales"]},
			{"login": "ben@example.com", "roles": ["readOnlyUserRole"], "status": "disabled"},
			{"login": "cem@example.com", "roles": ["readOnlyUserRole"]}
		 ]},
		{"id": "p2", "state": "DELETED", "roles": ["admin", {"identifier": "viewer", "title": "Looks on", "summary": "only looks"}]},
		{"id": "p3", "gone": true},
		{"id": "p4", "forbidden": true}
	 ],
	 "clients": [{"id": "client-2", "segment": "gold"}, {"id": "cl/3", "data_product": "other"}]},
	{"name": "globex", "users": [{"login": "olga@example.com", "first_name": "Olga", "last_name": "Olsen", "password": "olga-secret", "admin": true, "id": "01a"}]}
]}`

// world is a platform that serves, and somebody who talks to it.
type world struct {
	*testing.T
	server *gooddatatest.Server
	url    string
	client *http.Client
	tt     string
}

// open serves a document under faults; nobody has logged in yet.
func open(t *testing.T, document string, f gooddatatest.Faults) *world {
	t.Helper()
	state, err := gooddatatest.Read("town.json", strings.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	server, err := gooddatatest.New(state, f)
	if err != nil {
		t.Fatal(err)
	}
	url, stop := server.Start()
	t.Cleanup(stop)
	client := &http.Client{
		Transport:     &http.Transport{},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	t.Cleanup(client.CloseIdleConnections)
	return &world{T: t, server: server, url: url, client: client}
}

// visit is open for the admin of acme.
func visit(t *testing.T, f gooddatatest.Faults) *world {
	t.Helper()
	return open(t, town, f).as("boss")
}

// as logs in.
func (w *world) as(name string) *world {
	w.Helper()
	r := w.ask("POST", "/gdc/account/login", loginBody(name, name+"-secret"))
	if r.status != 200 {
		w.Fatalf("login of %s: %d %s", name, r.status, r.body)
	}
	other := *w
	other.tt = r.header.Get("X-GDC-AuthTT")
	return &other
}

func loginBody(name, password string) string {
	return `{"postUserLogin":{"login":"` + name + `@example.com","password":"` + password + `","remember":1,"verify_level":2}}`
}

// reply is what came back.
type reply struct {
	t      *testing.T
	status int
	header http.Header
	body   string
}

// ask sends a request that must be answered.
func (w *world) ask(method, path, body string, headers ...string) reply {
	w.Helper()
	r, err := w.try(method, path, body, headers...)
	if err != nil {
		w.Fatalf("%s %s: %v", method, path, err)
	}
	return r
}

// try sends a request whose connection may end.
func (w *world) try(method, path, body string, headers ...string) (reply, error) {
	request, err := http.NewRequest(method, w.url+path, strings.NewReader(body))
	if err != nil {
		w.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if w.tt != "" {
		request.Header.Set("X-GDC-AuthTT", w.tt)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := w.client.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return reply{w.T, response.StatusCode, response.Header, string(text)}, err
}

// is demands a status and a document; keys may come in any order.
func (r reply) is(status int, document string) {
	r.t.Helper()
	if r.status != status {
		r.t.Errorf("status is %d, want %d: %s", r.status, status, r.body)
	}
	if document == "" {
		if r.body != "" {
			r.t.Errorf("body is %s, want none", r.body)
		}
		return
	}
	var have, want any
	if err := json.Unmarshal([]byte(r.body), &have); err != nil {
		r.t.Fatalf("body %q: %v", r.body, err)
	}
	if err := json.Unmarshal([]byte(document), &want); err != nil {
		r.t.Fatalf("the test itself: %v", err)
	}
	if !reflect.DeepEqual(have, want) {
		r.t.Errorf("body is\n%s\nwant\n%s", r.body, document)
	}
}

// has demands a status and pieces of the body.
func (r reply) has(status int, pieces ...string) reply {
	r.t.Helper()
	if r.status != status {
		r.t.Errorf("status is %d, want %d: %s", r.status, status, r.body)
	}
	for _, piece := range pieces {
		if !strings.Contains(r.body, piece) {
			r.t.Errorf("%s is missing in %s", piece, r.body)
		}
	}
	return r
}

// heads demands headers: pairs of name and value.
func (r reply) heads(pairs ...string) reply {
	r.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if have := r.header.Get(pairs[i]); have != pairs[i+1] {
			r.t.Errorf("header %s is %q, want %q", pairs[i], have, pairs[i+1])
		}
	}
	return r
}

// decoded returns the body of a reply.
func decoded[T any](r reply) T {
	r.t.Helper()
	var into T
	if err := json.Unmarshal([]byte(r.body), &into); err != nil {
		r.t.Fatalf("body %q: %v", r.body, err)
	}
	return into
}
