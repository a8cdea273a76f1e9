package gooddata_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"

	"users-brick/brick"
)

// arriving is a village with members and with newcomers who are to come into
// the group Sales. In its list the newcomers stand behind the members, or
// before them.
func arriving(t *testing.T, members, newcomers int, before bool) (v *village, changes []brick.Change, want []string) {
	v = newVillage(t)
	v.group("Sales")
	settle := func() {
		for i := range members {
			login := fmt.Sprintf("old%05d@example.com", i)
			v.settle(login, "ENABLED", "adminRole")
			want = append(want, login+" enabled adminRole")
		}
	}
	if !before {
		settle()
	}
	for i := range newcomers {
		login := fmt.Sprintf("new%05d@example.com", i)
		v.settle(login, "")
		changes = append(changes, to(brick.Add, nil, login, "editorRole", "Sales"))
		want = append(want, login+" enabled editorRole: Sales")
	}
	if before {
		settle()
	}
	return v, changes, want
}

// pagesRead is how many pages of members were asked for.
func (v *village) pagesRead() int { return len(v.all("GET /gdc/projects/p1/users?")) }

func TestNewMembersWhoComeLastAreReadAlone(t *testing.T) {
	v, changes, want := arriving(t, 4500, 900, false)
	d := v.open()
	v.listing(d)
	v.clear()
	for _, batch := range [][]brick.Change{changes[:300], changes[300:600], changes[600:]} {
		v.apply(d, batch...)
	}
	v.holds(want...)
	if n := v.pagesRead(); n != 3 {
		t.Errorf("%d pages of members are read, want one for each batch", n)
	}
}

func TestNewMembersWhoDoNotComeLastAreFoundAllTheSame(t *testing.T) {
	v, changes, want := arriving(t, 2500, 90, true)
	d := v.open()
	v.listing(d)
	v.clear()
	for _, batch := range [][]brick.Change{changes[:30], changes[30:60], changes[60:]} {
		v.apply(d, batch...)
	}
	v.holds(want...)
	if n := v.pagesRead(); n != 1+3 {
		t.Errorf("%d pages of members are read, want one in vain and one for each batch", n)
	}
}

func TestBatchesThatWaitForTheListOfMembersShareIt(t *testing.T) {
	v, changes, want := arriving(t, 2500, 400, true)
	d := v.open()
	var all sync.WaitGroup // posts of all batches
	all.Add(4)
	var first sync.Once
	v.mux = wrap(v.mux, func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		list := strings.HasSuffix(r.URL.Path, "/users")
		if list && r.Method == http.MethodGet {
			all.Wait()
			first.Do(func() {
				for d.Looking("p1") < 4 { // until they have all heard of it
					runtime.Gosched()
				}
			})
		}
		next.ServeHTTP(w, r)
		if list && r.Method == http.MethodPost {
			all.Done()
		}
	})
	var batches sync.WaitGroup
	for at := 0; at < len(changes); at += 100 {
		batches.Go(func() { v.apply(d, changes[at:at+100]...) })
	}
	batches.Wait()
	v.holds(want...)
	if n := v.pagesRead(); n > 3+1 {
		t.Errorf("%d pages of members are read by four batches, want the three of one list, and one behind them", n)
	}
}

// A page may be read before others have come in that a later one shows.
func TestNewMembersMayComeInWhileTheirPagesAreRead(t *testing.T) {
	v, changes, want := arriving(t, 10, 2500, false)
	var once sync.Once
	v.mux = wrap(v.mux, func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		short := false
		if r.Method == http.MethodGet && r.FormValue("offset") == "1010" {
			once.Do(func() { short = true })
		}
		if !short {
			next.ServeHTTP(w, r)
			return
		}
		whole := httptest.NewRecorder()
		next.ServeHTTP(whole, r)
		var page struct {
			Users []json.RawMessage `json:"users"`
		}
		if err := json.Unmarshal(whole.Body.Bytes(), &page); err != nil {
			t.Error(err)
		}
		page.Users = page.Users[:900]
		text, err := json.Marshal(page)
		if err != nil {
			t.Error(err)
		}
		say(w, 200, string(text))
	})
	d := v.open()
	v.listing(d)
	v.apply(d, changes...)
	v.holds(want...)
	v.clear()
	if _, err := loginsIn(t.Context(), d, "p1", 2510); err != nil {
		t.Fatal(err)
	}
	if n := v.pagesRead(); n != 3 {
		t.Errorf("%d pages are read afterwards, want 3: nothing is wrong with their lengths", n)
	}
}

func TestAnyBatchMayBeTheOneThatCannotReadTheMembers(t *testing.T) {
	v, changes, want := arriving(t, 10, 200, false)
	bad := 1
	v.mux = wrap(v.mux, func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		v.mu.Lock()
		fails := r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/users") && bad > 0
		if fails {
			bad--
		}
		v.mu.Unlock()
		if fails {
			say(w, 400, `{"error":{"message":"no list today"}}`)
			return
		}
		next.ServeHTTP(w, r)
	})
	d := v.open()
	errs := make([][]error, 2)
	var batches sync.WaitGroup
	for i := range errs {
		batches.Go(func() { errs[i] = d.Apply(t.Context(), p1, changes[100*i:100*i+100]) })
	}
	batches.Wait()
	failed := 0
	for _, batch := range errs {
		for _, err := range batch {
			if err != nil {
				wants(t, err, brick.Invalid, "no list today")
				failed++
			}
		}
	}
	if failed != 100 {
		t.Errorf("%d people fail, want those of one batch", failed)
	}
	v.apply(d, changes...)
	v.holds(want...)
}

func TestGroupsOfNewMembersAreKnownFromThePlan(t *testing.T) {
	v, changes, want := arriving(t, 10, 200, false)
	old := v.group("Old")
	old.members[v.named("new00150@example.com").id] = true // though he is no member
	v.group("Support")
	d := v.open()
	v.listing(d)
	v.clear()
	v.apply(d, changes[:100]...)
	v.apply(d, changes[100:]...)
	v.holds(want...)
	if n := len(v.all("GET /gdc/userGroups")); n > 0 {
		t.Errorf("%d requests ask for groups and who is in them", n)
	}
}

func TestGroupsOfNewMembersAreReadOnceWithoutAPlan(t *testing.T) {
	v, changes, want := arriving(t, 10, 200, false)
	v.group("Old").members[v.named("new00150@example.com").id] = true
	d := v.open()
	v.apply(d, changes[:100]...)
	v.apply(d, changes[100:]...)
	v.holds(want...)
	if n := len(v.all("GET /gdc/userGroups/")); n != 2 {
		t.Errorf("the members of two groups are read with %d requests", n)
	}
}

// A run that was killed has made somebody a member, and not yet taken him out of
// the group where he was before. Whoever goes on reads the project first.
func TestNewMembersLeaveTheirOldGroupsWhenARunIsGoneOnWith(t *testing.T) {
	v, changes, want := arriving(t, 10, 1, false)
	came := v.named("new00000@example.com")
	came.status, came.roles = "ENABLED", []string{"editorRole"}
	v.group("Old").members[came.id] = true
	d := v.open()
	v.listing(d)
	v.apply(d, changes...)
	v.holds(want...)
}

func TestWhoIsAddedTwiceLeavesTheGroupsOfTheFirstTime(t *testing.T) {
	v := newVillage(t)
	v.group("Sales")
	v.group("Support")
	v.settle("ann@example.com", "")
	d := v.open()
	v.listing(d)
	v.apply(d, to(brick.Add, nil, "ann@example.com", "editorRole", "Sales"))
	v.apply(d, to(brick.Add, nil, "ann@example.com", "editorRole", "Support"))
	v.holds("ann@example.com enabled editorRole: Support")
}

func TestNobodyLooksForAccountsWhereThereAreNoGroups(t *testing.T) {
	v := newVillage(t)
	v.settle("ann@example.com", "")
	d := v.open()
	v.apply(d, to(brick.Add, nil, "ann@example.com", "editorRole", ""))
	v.holds("ann@example.com enabled editorRole")
	if n := v.pagesRead(); n > 0 {
		t.Errorf("%d pages of members are read", n)
	}
}
