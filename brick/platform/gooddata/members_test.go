package gooddata_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform"
)

func TestMembersAreListedWithRolesAndGroups(t *testing.T) {
	v := newVillage(t)
	ann, ben := v.settle("Ann@Example.com", "ENABLED", "adminRole", "editorRole"), v.settle("ben@example.com", "DISABLED", "readOnlyUserRole")
	v.settle("nobody@example.com", "")
	v.group("Sales", ann, ben)
	v.group("Support", ann)
	have := v.listing(v.open())
	want := []brick.Member{
		{Login: "ann@example.com", Status: brick.Enabled, Roles: []string{"adminRole", "editorRole"}, Groups: []string{"Sales", "Support"}, Ref: ann.id},
		{Login: "ben@example.com", Status: brick.Disabled, Roles: []string{"readOnlyUserRole"}, Groups: []string{"Sales"}, Ref: ben.id},
	}
	if len(have) != len(want) {
		t.Errorf("%d members are listed", len(have))
	}
	for _, w := range want {
		if m := have[w.Login]; m == nil || fmt.Sprintf("%+v", *m) != fmt.Sprintf("%+v", w) {
			t.Errorf("have %+v\nwant %+v", m, w)
		}
	}
}

func TestGroupsThatAreKnownToBeNoneAreNotNil(t *testing.T) {
	v := newVillage(t)
	v.settle("ann@example.com", "ENABLED", "adminRole")
	d := v.open()
	if m := v.listing(d)["ann@example.com"]; m.Groups == nil {
		t.Error("groups are nil though they are known")
	}
	for m, err := range d.ListOnly(t.Context(), p1, platform.Need{}) {
		if err != nil || m.Groups != nil {
			t.Errorf("groups are %q though nobody asked, %v", m.Groups, err)
		}
	}
}

func TestAProjectIsAskedForAtOnce(t *testing.T) {
	v := start(t)
	together := newGather(4)
	answer := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			together.wait()
			say(w, 200, body)
		}
	}
	v.handle("GET /gdc/projects/p1", answer(projectDocument))
	v.handle("GET /gdc/internal/projects/p1/roles", answer(rolesOf("p1")))
	v.handle("GET /gdc/userGroups", answer(`{"userGroups":{"items":[]}}`))
	v.handle("GET /gdc/projects/p1/users", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("offset") == "0" {
			together.wait()
			say(w, 200, usersPage("p1", []string{personID(1)}, ""))
			return
		}
		say(w, 200, `{"users":[]}`)
	})
	seen := 0
	for _, err := range v.open().List(t.Context(), p1) {
		if err != nil {
			t.Fatal(err)
		}
		seen++
	}
	if seen != 1 {
		t.Errorf("%d members", seen)
	}
}

func TestRolesListAndApplyAskForTheProjectOnce(t *testing.T) {
	v := newVillage(t)
	v.settle("ann@example.com", "ENABLED", "adminRole")
	v.group("Sales")
	d := v.open()
	if _, err := d.Roles(t.Context(), p1); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Groups(t.Context(), p1); err != nil {
		t.Fatal(err)
	}
	ann := v.listing(d)["ann@example.com"]
	for _, err := range d.Apply(t.Context(), p1, []brick.Change{{Action: brick.Update, Before: ann, After: &brick.Member{Login: ann.Login, Roles: []string{"editorRole"}, Groups: []string{"Sales"}}}}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	v.holds("ann@example.com enabled editorRole: Sales")
	for what, times := range map[string]int{
		"GET /gdc/projects/p1":                1 + 2, // two pages of members, and nothing more
		"GET /gdc/internal/projects/p1/roles": 1,
		"GET /gdc/userGroups?":                1,
		"GET /gdc/userGroups/":                1,
		"POST ":                               1 + 2, // the login, roles and groups
	} {
		if n := len(v.all(what)); n != times {
			t.Errorf("%d requests %s, want %d", n, what, times)
		}
	}
}

func TestWhatIsWrongWithTheProjectIsTheError(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		kind   brick.Kind
	}{
		"unknown":   {404, `{"error":{"message":"no such project"}}`, brick.NotFound},
		"forbidden": {403, `{"error":{"message":"not for you"}}`, brick.Forbidden},
		"gone":      {410, "", brick.Gone},
		"deleted":   {200, `{"project":{"content":{"state":"DELETED"},"meta":{"title":"P"}}}`, brick.Gone},
	} {
		t.Run(name, func(t *testing.T) {
			v := start(t)
			v.says("GET /gdc/projects/p1", c.status, c.body)
			v.says("GET /gdc/internal/projects/p1/roles", 500, "")
			v.says("GET /gdc/projects/p1/users", 400, "")
			v.says("GET /gdc/userGroups", 400, "")
			o := v.options()
			o.Web = noRetry(t)
			d := v.openWith(o)
			for _, err := range d.List(t.Context(), p1) {
				wants(t, err, c.kind)
			}
			_, err := d.Roles(t.Context(), p1)
			wants(t, err, c.kind)
			_, err = d.Groups(t.Context(), p1)
			wants(t, err, c.kind)
			wants(t, d.CreateGroup(t.Context(), p1, "Sales"), c.kind)
			for _, err := range d.Apply(t.Context(), p1, []brick.Change{
				{Action: brick.Add, After: &brick.Member{Login: "a@example.com"}},
				{Action: brick.Remove, Before: &brick.Member{Login: "b@example.com", Ref: "b"}},
			}) {
				wants(t, err, c.kind)
			}
			if n := len(v.all("POST /gdc/projects")) + len(v.all("POST /gdc/userGroups")) + len(v.all("DELETE /gdc/projects")); n > 0 {
				t.Errorf("%d requests change something", n)
			}
		})
	}
}

func TestNoPathIsMadeOfAnOddProjectID(t *testing.T) {
	v := newVillage(t)
	d := v.open()
	v.clear()
	for _, id := range []string{"", ".", "..", "p1/users", "p1?x=1", "p 1", "%70%31"} {
		for _, err := range d.List(t.Context(), brick.Project(id)) {
			wants(t, err, brick.NotFound)
		}
		for _, err := range d.Apply(t.Context(), brick.Project(id), []brick.Change{{Action: brick.Add, After: &brick.Member{Login: "a@example.com"}}}) {
			wants(t, err, brick.NotFound)
		}
	}
	v.came()
}

func TestWhoIsLeftOutOfAList(t *testing.T) {
	v := newVillage(t)
	v.settle("deleted-17-ann@example.com", "DISABLED", "adminRole")
	v.settle("Deleted-ben", "ENABLED", "adminRole")
	v.settle("robot", "ENABLED", "adminRole")
	v.settle("cem@example.com", "ENABLED", "adminRole")
	if have := v.listing(v.open()); len(have) != 1 || have["cem@example.com"] == nil {
		t.Errorf("listed are %v", have)
	}
	if said := v.notices(); len(said) != 1 || !strings.Contains(said[0], "1 members are left out") {
		t.Errorf("warnings are %q", said)
	}
}

func TestAMemberWithoutALoginMakesTheListUnreliable(t *testing.T) {
	v := newVillage(t)
	v.settle("ann@example.com", "ENABLED", "adminRole")
	v.settle("  ", "ENABLED", "adminRole")
	var last error
	for _, last = range v.open().List(t.Context(), p1) {
	}
	wants(t, last, brick.Failed, "without a login")
}

func TestARoleThatNobodyNamesIsItsURI(t *testing.T) {
	v := newVillage(t)
	v.handle("GET /gdc/projects/p2/users", func(w http.ResponseWriter, r *http.Request) {
		users := userDocument("p2", "1", "a@example.com", "ENABLED", 2, 99)
		if r.FormValue("offset") != "0" {
			users = ""
		}
		say(w, 200, `{"users":[`+users+`]}`)
	})
	v.says("GET /gdc/projects/p2", 200, projectDocument)
	v.says("GET /gdc/internal/projects/p2/roles", 200, rolesOf("p2"))
	for m, err := range v.open().ListOnly(t.Context(), brick.Project("p2"), platform.Need{}) {
		if err != nil || !slices.Equal(m.Roles, []string{"/gdc/projects/p2/roles/99", "adminRole"}) {
			t.Errorf("roles are %q, %v", m.Roles, err)
		}
	}
}

func TestNobodyWaitsForPagesOfAProjectThatIsNotThere(t *testing.T) {
	f := start(t)
	f.says("GET /gdc/projects/p1", 404, "")
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	f.handle("GET /gdc/projects/p1/users", hang)
	f.handle("GET /gdc/internal/projects/p1/roles", hang)
	f.handle("GET /gdc/userGroups", hang)
	for _, err := range f.open().List(t.Context(), p1) {
		wants(t, err, brick.NotFound)
	}
}
