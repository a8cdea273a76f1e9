package gooddata_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform"
	"users-brick/brick/platform/gooddata"
)

// town is a platform with one organization, acme.
type town struct {
	*fake
	accounts  []map[string]any // in order of creation; their id is in "id"
	next      int
	replaces  bool     // a PUT takes what is missing for empty
	elsewhere []string // logins of other organizations

	// post may answer a creation itself; n counts from 1. It returns whether
	// the account is to be made, and whether that is to be told.
	post func(n int, w http.ResponseWriter) (make, tell bool)
	n    int
}

// attributes are all that an account has beside its login.
var attributes = []string{
	"firstName", "lastName", "email", "language", "authenticationModes", "companyName", "country",
	"phoneNumber", "position", "timezone", "ssoProvider", "ipWhitelist",
}

func newTown(t testing.TB) *town {
	w := &town{fake: start(t)}
	w.handle("GET /gdc/account/domains/acme/users", w.list)
	w.handle("POST /gdc/account/domains/acme/users", w.create)
	w.handle("PUT /gdc/account/profile/{id}", w.update)
	w.handle("DELETE /gdc/account/profile/{id}", w.remove)
	w.says("GET /gdc/account/domains/nobody/users", 404, `{"error":{"message":"no such domain"}}`)
	w.says("POST /gdc/account/domains/nobody/users", 404, `{"error":{"message":"no such domain"}}`)
	return w
}

// settle gives the town an account.
func (w *town) settle(login string, more map[string]any) map[string]any {
	w.next++
	a := map[string]any{"id": fmt.Sprintf("id%d", w.next), "login": login}
	for _, name := range attributes {
		a[name] = more[name]
	}
	w.accounts = append(w.accounts, a)
	return a
}

// find returns the account of a login, nil when there is none.
func (w *town) find(login string) map[string]any {
	i := slices.IndexFunc(w.accounts, func(a map[string]any) bool { return strings.EqualFold(a["login"].(string), login) })
	if i < 0 {
		return nil
	}
	return w.accounts[i]
}

func (w *town) list(rw http.ResponseWriter, r *http.Request) {
	offset, _ := strconv.Atoi(r.FormValue("offset"))
	limit, _ := strconv.Atoi(r.FormValue("limit"))
	w.mu.Lock()
	defer w.mu.Unlock()
	found := w.accounts[min(offset, len(w.accounts)):]
	if limit > 0 {
		found = found[:min(limit, len(found))]
	}
	if login := r.FormValue("login"); login != "" {
		found = nil
		if a := w.find(login); a != nil {
			found = append(found, a)
		}
	}
	items := []any{}
	for _, a := range found {
		shown := maps.Clone(a)
		shown["links"] = map[string]string{"self": fmt.Sprintf("/gdc/account/profile/%s", a["id"])}
		items = append(items, map[string]any{"accountSetting": shown})
	}
	page := map[string]any{"accountSettings": map[string]any{"paging": map[string]any{"offset": offset, "count": len(items)}, "items": items}}
	text, err := json.Marshal(page)
	if err != nil {
		w.Error(err)
	}
	say(rw, 200, string(text))
}

// sent returns the account in a request.
func (w *town) sent(r *http.Request) map[string]any {
	var body struct {
		Account map[string]any `json:"accountSetting"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		w.Errorf("%s: %v", r.URL, err)
	}
	return body.Account
}

func (w *town) create(rw http.ResponseWriter, r *http.Request) {
	given := w.sent(r)
	login := given["login"].(string)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.n++
	exists := w.find(login) != nil || slices.Contains(w.elsewhere, login)
	do, tell := true, true
	if w.post != nil {
		do, tell = w.post(w.n, rw)
	}
	if do && !exists {
		rw.Header().Set("Location", fmt.Sprintf("/gdc/account/profile/%s", w.settle(login, given)["id"]))
	}
	switch {
	case !tell:
	case exists:
		say(rw, 400, `{"error":{"errorClass":"com.gooddata.webapp.service.userprovisioning.LoginNameAlreadyRegisteredException","errorCode":"gdc1052","message":"Login %s is taken","parameters":["`+login+`"]}}`)
	default:
		say(rw, 201, `{"uri":"`+rw.Header().Get("Location")+`"}`)
	}
}

func (w *town) update(rw http.ResponseWriter, r *http.Request) {
	given := w.sent(r)
	w.mu.Lock()
	defer w.mu.Unlock()
	i := w.byID(r.PathValue("id"))
	switch {
	case i < 0:
		say(rw, 404, `{"error":{"message":"no such profile"}}`)
		return
	case given["login"] != nil || given["firstName"] == nil || given["lastName"] == nil:
		say(rw, 400, `{"error":{"message":"bad profile"}}`)
		return
	case given["password"] == "old":
		say(rw, 400, "")
		return
	}
	for _, name := range attributes {
		if value, ok := given[name]; ok || w.replaces {
			w.accounts[i][name] = value
		}
	}
	say(rw, 200, `{"accountSetting":{}}`)
}

func (w *town) remove(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := w.byID(r.PathValue("id"))
	if i < 0 {
		say(rw, 404, `{"error":{"message":"no such profile"}}`)
		return
	}
	w.accounts = slices.Delete(w.accounts, i, i+1)
	rw.WriteHeader(200)
}

func (w *town) byID(id string) int {
	return slices.IndexFunc(w.accounts, func(a map[string]any) bool { return a["id"] == id })
}

// show returns an account as text, without what is null.
func (w *town) show(login string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	a := maps.Clone(w.find(login))
	maps.DeleteFunc(a, func(_ string, v any) bool { return v == nil })
	return fmt.Sprint(a)
}

// accountsIn returns the members that a listing shows.
func accountsIn(t testing.TB, d *gooddata.Driver, need platform.Need) map[brick.Login]*brick.Member {
	t.Helper()
	members := map[brick.Login]*brick.Member{}
	for m, err := range d.ListOnly(t.Context(), acme, need) {
		if err != nil {
			t.Fatal(err)
		}
		if members[m.Login] != nil {
			t.Errorf("%s comes twice", m.Login)
		}
		members[m.Login] = &m
	}
	return members
}

// accountChange is a change of an account to what is given.
func accountChange(action brick.Action, before *brick.Member, login brick.Login, given brick.Profile) brick.Change {
	c := brick.Change{Scope: acme, Action: action, Before: before}
	if action != brick.Remove {
		c.After = &brick.Member{Login: login, Profile: given}
	} else if before == nil {
		c.Before = &brick.Member{Login: login}
	}
	return c
}

// applyAccount does one change.
func applyAccount(t testing.TB, d *gooddata.Driver, c brick.Change) error {
	t.Helper()
	errs := d.Apply(t.Context(), acme, []brick.Change{c})
	if len(errs) != 1 {
		t.Fatalf("%d errors for one change", len(errs))
	}
	return errs[0]
}

// changeAccount does one change that must succeed.
func changeAccount(t testing.TB, d *gooddata.Driver, c brick.Change) {
	t.Helper()
	if err := applyAccount(t, d, c); err != nil {
		t.Fatalf("%v %s: %v", c.Action, c.Login(), err)
	}
}
