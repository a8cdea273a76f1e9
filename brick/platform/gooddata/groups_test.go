package gooddata_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"users-brick/brick"
)

func TestGroupsAreListedPageByPage(t *testing.T) {
	f := start(t)
	f.says("GET /gdc/projects/p1", 200, projectDocument)
	f.says("GET /gdc/internal/projects/p1/roles", 200, rolesOf("p1"))
	f.handle("GET /gdc/userGroups", func(w http.ResponseWriter, r *http.Request) {
		name, next := "Sales", `"/gdc/userGroups?project=p1&cursor=x"`
		if r.FormValue("cursor") == "x" {
			name, next = "board", "null"
		}
		say(w, 200, `{"userGroups":{"paging":{"offset":null,"limit":1,"next":`+next+`},"items":[{"userGroup":{"content":{"name":"`+name+`"},"links":{"self":"/gdc/userGroups/b`+name+`"}}}]}}`)
	})
	names, err := f.open().Groups(t.Context(), p1)
	if err != nil || !slices.Equal(names, []string{"board", "Sales"}) {
		t.Errorf("%q, %v", names, err)
	}
}

func TestAGroupIsMadeOnce(t *testing.T) {
	v := newVillage(t)
	v.group("Sales")
	ann := v.settle("ann@example.com", "ENABLED", "adminRole")
	d := v.open()
	if _, err := d.Groups(t.Context(), p1); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sales", "Board", "BOARD", " board "} {
		if err := d.CreateGroup(t.Context(), p1, name); err != nil {
			t.Fatal(err)
		}
	}
	if wrote := v.wrote(); len(wrote) != 1 {
		t.Errorf("sent %q", wrote)
	}
	v.apply(d, to(brick.Update, &brick.Member{Login: "ann@example.com", Status: brick.Enabled, Ref: ann.id, Groups: []string{}}, "ann@example.com", "-", "Board"))
	v.holds("ann@example.com enabled adminRole: Board")
	if n := len(v.all("GET /gdc/userGroups")); n != 1 {
		t.Errorf("groups are asked for %d times", n)
	}
}

func TestAGroupThatSomebodyElseMadeIsAsGood(t *testing.T) {
	v := newVillage(t)
	ann := v.settle("ann@example.com", "ENABLED", "adminRole")
	d := v.open()
	if _, err := d.Groups(t.Context(), p1); err != nil {
		t.Fatal(err)
	}
	v.mu.Lock()
	v.group("BOARD")
	v.group("Later")
	v.mu.Unlock()
	if err := d.CreateGroup(t.Context(), p1, "board"); err != nil {
		t.Fatal(err)
	}
	v.apply(d, to(brick.Update, &brick.Member{Login: "ann@example.com", Status: brick.Enabled, Ref: ann.id, Groups: []string{}}, "ann@example.com", "-", "board,later"))
	v.holds("ann@example.com enabled adminRole: BOARD, Later")
}

func TestAGroupThatIsRefusedAndNotThereIsAnError(t *testing.T) {
	f := start(t)
	f.says("GET /gdc/projects/p1", 200, projectDocument)
	f.says("GET /gdc/internal/projects/p1/roles", 200, rolesOf("p1"))
	f.says("GET /gdc/userGroups", 200, `{"userGroups":{"items":[]}}`)
	f.says("POST /gdc/userGroups", 409, `{"error":{"message":"the name %s is taken","parameters":["x"]}}`)
	wants(t, f.open().CreateGroup(t.Context(), p1, "x"), brick.Invalid, "the name x is taken")
}

// crossing is a village in which everybody moves from one group to another.
func crossing(t *testing.T, n int) (v *village, logins, want []string) {
	v = newVillage(t)
	from, _ := v.group("From"), v.group("To")
	still := v.settle("still@example.com", "ENABLED", "adminRole")
	for _, c := range v.groups {
		c.members[still.id] = true
	}
	for i := range n {
		login := fmt.Sprintf("u%04d@example.com", i)
		from.members[v.settle(login, "ENABLED", "adminRole").id] = true
		logins, want = append(logins, login), append(want, login+" enabled adminRole: To")
	}
	return v, logins, append(want, "still@example.com enabled adminRole: From, To")
}

func TestAGroupCostsOneRequestForAllWhoComeAndOneForAllWhoGo(t *testing.T) {
	v, logins, want := crossing(t, 900)
	d := v.open()
	have := v.listing(d)
	v.clear()
	var changes []brick.Change
	for _, login := range logins {
		changes = append(changes, to(brick.Update, have[brick.Login(login)], login, "-", "To"))
	}
	v.apply(d, changes...)
	v.holds(want...)
	wrote := v.wrote()
	if len(wrote) != 2 || !strings.Contains(wrote[0], `"ADD"`) || !strings.Contains(wrote[1], `"REMOVE"`) {
		t.Errorf("%d requests, want one to add and then one to remove", len(wrote))
	}
	if strings.Contains(strings.Join(wrote, ""), have["still@example.com"].Ref) {
		t.Error("somebody is mentioned of whom no change speaks")
	}
	if n := len(v.all("GET ")); n > 0 {
		t.Errorf("%d requests look for what is known", n)
	}
}

func TestWhoseGroupsAreNotKnownIsLookedForInAllGroupsOnce(t *testing.T) {
	v, logins, want := crossing(t, 1200)
	d := v.open()
	var changes []brick.Change
	for _, login := range logins {
		changes = append(changes, to(brick.Update, nil, login, "-", "to"))
	}
	v.apply(d, changes...)
	v.holds(want...)
	for what, n := range map[string]int{"GET /gdc/userGroups?": 1, "GET /gdc/userGroups/": 2, "POST /gdc/userGroups": 4} {
		if have := len(v.all(what)); have != n {
			t.Errorf("%d requests %s, want %d", have, what, n)
		}
	}
}

func TestNewMembersComeIntoGroups(t *testing.T) {
	v := newVillage(t)
	sales := v.group("Sales")
	v.group("Support")
	var changes []brick.Change
	var want []string
	for i := range 150 {
		login := fmt.Sprintf("u%03d@example.com", i)
		p := v.settle(login, "")
		if i%3 == 0 {
			sales.members[p.id] = true // of old
		}
		changes = append(changes, to(brick.Add, nil, login, "editorRole", "Support"))
		want = append(want, login+" enabled editorRole: Support")
	}
	d := v.open()
	v.apply(d, changes...)
	v.holds(want...)
	if n := len(v.all("GET /gdc/projects/p1/users")); n != 1 {
		t.Errorf("%d requests to learn who they are", n)
	}
	t.Run("whom the driver knows already", func(t *testing.T) {
		p := v.settle("known@example.com", "")
		d.PlayGroups()
		d.Remember("known@example.com", p.id)
		v.clear()
		v.apply(d, to(brick.Add, nil, "known@example.com", "editorRole", "Sales"))
		v.holds(append(want, "known@example.com enabled editorRole: Sales")...)
		if n := len(v.all("GET /gdc/projects/p1/users")); n > 0 {
			t.Errorf("%d requests to learn who he is", n)
		}
	})
}

func TestAnUnknownGroupChangesNothingForThatPerson(t *testing.T) {
	v := newVillage(t)
	v.group("Sales")
	v.settle("ann@example.com", "")
	v.settle("ben@example.com", "")
	errs := v.open().Apply(t.Context(), p1, []brick.Change{
		to(brick.Add, nil, "ann@example.com", "editorRole", "Sales,Nowhere"),
		to(brick.Add, nil, "ben@example.com", "editorRole", "Sales"),
	})
	wants(t, errs[0], brick.NotFound, "Nowhere")
	if errs[1] != nil {
		t.Error(errs[1])
	}
	v.holds("ben@example.com enabled editorRole: Sales")
}

func TestWhoCannotComeIntoAGroupFailsAlone(t *testing.T) {
	for _, strict := range []bool{false, true} {
		v, logins, want := crossing(t, 100)
		v.strict = strict
		v.refuse = map[string]string{logins[42]: "must not be in groups"}
		d := v.open()
		have := v.listing(d)
		v.groups[1].members[v.named(logins[7]).id] = true // who is there already
		delete(v.groups[0].members, v.named(logins[8]).id)
		var changes []brick.Change
		for _, login := range logins {
			changes = append(changes, to(brick.Update, have[brick.Login(login)], login, "-", "To"))
		}
		for i, err := range d.Apply(t.Context(), p1, changes) {
			if i == 42 {
				wants(t, err, brick.Invalid, "must not be in groups", `group "To"`)
			} else if err != nil {
				t.Errorf("%s: %v", logins[i], err)
			}
		}
		want[42] = logins[42] + " enabled adminRole: From" // he keeps what he has
		v.holds(want...)
	}
}

func TestGroupsThatAreGone(t *testing.T) {
	v, logins, _ := crossing(t, 3)
	d := v.open()
	have := v.listing(d)
	v.groups = nil
	errs := d.Apply(t.Context(), p1, []brick.Change{
		to(brick.Update, have[brick.Login(logins[0])], logins[0], "-", ""),
		to(brick.Update, have[brick.Login(logins[1])], logins[1], "-", "To"),
		to(brick.Disable, have[brick.Login(logins[2])], logins[2], "-", ""),
	})
	wants(t, errs[1], brick.NotFound, `group "To"`)
	for _, i := range []int{0, 2} {
		if errs[i] != nil {
			t.Errorf("who leaves a group that is gone: %v", errs[i])
		}
	}
	v.holds(logins[0]+" enabled adminRole", logins[1]+" enabled adminRole", logins[2]+" disabled adminRole", "still@example.com enabled adminRole")
}

func TestWhoCannotLeaveHisGroupsIsNotTakenOut(t *testing.T) {
	v := newVillage(t)
	ann := v.settle("ann@example.com", "ENABLED", "adminRole")
	v.group("Sales", ann)
	d := v.open()
	have := v.listing(d)["ann@example.com"]
	var refuses atomic.Bool
	refuses.Store(true)
	v.mux = wrap(v.mux, func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		if refuses.Load() && strings.HasSuffix(r.URL.Path, "/modifyMembers") {
			say(w, 403, `{"error":{"message":"groups are closed"}}`)
			return
		}
		next.ServeHTTP(w, r)
	})
	changes := []brick.Change{to(brick.Disable, have, "ann@example.com", "-", ""), to(brick.Remove, have, "", "", "")}
	for _, c := range changes {
		wants(t, d.Apply(t.Context(), p1, []brick.Change{c})[0], brick.Forbidden, "groups are closed")
	}
	v.holds("ann@example.com enabled adminRole: Sales")
	refuses.Store(false)
	v.apply(d, changes[0])
	v.holds("ann@example.com disabled adminRole")
}

func TestGroupsThatAreNotGivenAreNotTouched(t *testing.T) {
	v := newVillage(t)
	ann := v.settle("ann@example.com", "ENABLED", "adminRole")
	v.group("Sales", ann)
	d := v.open()
	have := v.listing(d)["ann@example.com"]
	v.apply(d, to(brick.Update, have, "ann@example.com", "editorRole", "-"))
	v.apply(d, to(brick.Disable, have, "ann@example.com", "-", "-"))
	v.holds("ann@example.com disabled editorRole: Sales")
	if n := len(v.all("POST /gdc/userGroups")); n > 0 {
		t.Errorf("%d requests change groups", n)
	}
}

func TestGroupsOfOneNameAreLeftTogether(t *testing.T) {
	v := newVillage(t)
	ann := v.settle("ann@example.com", "ENABLED", "adminRole")
	v.settle("ben@example.com", "ENABLED", "adminRole")
	v.group("Sales", ann)
	v.group("SALES", ann)
	d := v.open()
	have := v.listing(d)
	if groups := have["ann@example.com"].Groups; len(groups) != 1 {
		t.Errorf("groups are %q", groups)
	}
	v.apply(d, to(brick.Update, have["ann@example.com"], "ann@example.com", "-", ""),
		to(brick.Update, have["ben@example.com"], "ben@example.com", "-", "sales"))
	v.holds("ann@example.com enabled adminRole", "ben@example.com enabled adminRole: SALES")
}

func TestEveryListingKnowsTheGroupsThereAreThen(t *testing.T) {
	v := newVillage(t)
	ann := v.settle("ann@example.com", "ENABLED", "adminRole")
	d := v.open()
	if _, err := d.Groups(t.Context(), p1); err != nil {
		t.Fatal(err)
	}
	if groups := v.listing(d)["ann@example.com"].Groups; len(groups) != 0 {
		t.Errorf("groups are %q", groups)
	}
	v.group("Sales", ann)
	if groups := v.listing(d)["ann@example.com"].Groups; !slices.Equal(groups, []string{"Sales"}) {
		t.Errorf("groups are %q", groups)
	}
	if n := len(v.all("GET /gdc/userGroups?")); n != 2 {
		t.Errorf("groups are asked for %d times", n)
	}
}

func TestAPlanAsksForTheGroupsOfAProjectOnce(t *testing.T) {
	v := newVillage(t)
	v.group("Sales", v.settle("ann@example.com", "ENABLED", "adminRole"))
	d := v.open()
	for n := range 3 {
		v.clear()
		var names []string
		var err error
		var both sync.WaitGroup
		both.Go(func() { names, err = d.Groups(t.Context(), p1) })
		both.Go(func() {
			if groups := v.listing(d)["ann@example.com"].Groups; len(groups) != n+1 {
				t.Errorf("in groups %q", groups)
			}
		})
		both.Wait()
		if err != nil || len(names) != n+1 {
			t.Errorf("%q, %v", names, err)
		}
		if n := len(v.all("GET /gdc/userGroups?")); n != 1 {
			t.Errorf("groups are asked for %d times", n)
		}
		v.group(fmt.Sprint("Group ", n), v.named("ann@example.com"))
	}
}

func TestMembersAreRemovedWhereThereAreNoGroups(t *testing.T) {
	for _, status := range []int{403, 404, 405} {
		v := newVillage(t)
		v.settle("ann@example.com", "ENABLED", "adminRole")
		ben := v.settle("ben@example.com", "ENABLED", "adminRole")
		v.mux = wrap(v.mux, func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/gdc/userGroups") {
				say(w, status, "")
				return
			}
			next.ServeHTTP(w, r)
		})
		errs := v.open().Apply(t.Context(), p1, []brick.Change{
			to(brick.Remove, &brick.Member{Login: "ben@example.com", Status: brick.Enabled, Ref: ben.id}, "", "", ""),
			to(brick.Update, nil, "ann@example.com", "editorRole", ""),
		})
		if errs[0] != nil || errs[1] == nil {
			t.Errorf("errors are %v", errs)
		}
		v.holds("ann@example.com enabled adminRole")
	}
}
