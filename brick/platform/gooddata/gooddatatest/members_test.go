package gooddatatest_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform/gooddata/gooddatatest"
)

const p1Users = "/gdc/projects/p1/users"

// entry is a member in a body; no roles means that none are said.
func entry(self, status string, roles ...int) string {
	content := `"status":"` + status + `"`
	if roles != nil {
		uris := make([]string, len(roles))
		for i, r := range roles {
			uris[i] = fmt.Sprintf(`"/gdc/projects/p1/roles/%d"`, r)
		}
		content += `,"userRoles":[` + strings.Join(uris, ",") + `]`
	}
	return `{"user":{"content":{` + content + `},"links":{"self":"/gdc/account/profile/` + self + `"}}}`
}

func batch(entries ...string) string { return `{"users":[` + strings.Join(entries, ",") + `]}` }

// result is what became of a batch; failed maps the link to the message.
func result(r reply) (successful []string, failed map[string]string) {
	doc := decoded[struct {
		ProjectUsersUpdateResult struct {
			Successful []string
			Failed     []struct{ User, Message string }
		}
	}](r.has(200)).ProjectUsersUpdateResult
	failed = map[string]string{}
	for _, f := range doc.Failed {
		failed[f.User] = f.Message
	}
	return doc.Successful, failed
}

func TestMembersHaveTheRecordedShape(t *testing.T) {
	w := visit(t, gooddatatest.Faults{})
	when := begun(w)
	ann := `{"user":{"content":{"email":"ann@example.com","firstname":"Ann","userRoles":["/gdc/projects/p1/roles/2"],"phonenumber":null,
		"status":"ENABLED","lastname":"Archer","login":"ann@example.com"},
		"links":{"roles":"/gdc/projects/p1/users/a11/roles","permissions":"/gdc/projects/p1/users/a11/permissions","self":"/gdc/account/profile/a11",
			"projects":"/gdc/account/profile/a11/projects","projectRelUri":"/gdc/projects/p1/users/a11"},
		"meta":{"created":"` + when + `","updated":"` + when + `","author":"/gdc/account/profile/a11","title":"Ann Archer","contributor":"/gdc/account/profile/a11"}}}`
	w.ask("GET", p1Users+"/a11", "").heads("Content-Type", javaType).is(200, ann)
	w.ask("GET", p1Users+"?offset=0&limit=1", "").is(200, `{"users":[`+ann+`]}`)
	w.ask("GET", p1Users+"/d0a", "").has(404, "GDC::Exception::NotFound")
	r := w.ask("GET", p1Users, "").has(200, `"status":"DISABLED"`, `"status":"ENABLED"`)
	if strings.Contains(r.body, "paging") {
		t.Errorf("the page of members has paging: %s", r.body)
	}
}

func TestOddTextsArriveAsTheyAre(t *testing.T) {
	const odd = "\"\\\t\u2028é<\u007f\U0001F600"
	text, err := json.Marshal(odd)
	if err != nil {
		t.Fatal(err)
	}
	w := open(t, strings.Replace(town, `"last_name": "Baker"`, `"last_name": `+string(text), 1), gooddatatest.Faults{}).as("boss")
	doc := decoded[struct {
		User struct{ Content struct{ Lastname string } }
	}](w.ask("GET", p1Users+"/be1", ""))
	if doc.User.Content.Lastname != odd {
		t.Errorf("%q arrives as %q", odd, doc.User.Content.Lastname)
	}
}

func TestMembersComeInPages(t *testing.T) {
	document := crowd(250)
	w := open(t, document, gooddatatest.Faults{}).as("boss")
	count := func(query string) int {
		return len(decoded[struct{ Users []any }](w.ask("GET", p1Users+query, "").has(200)).Users)
	}
	for query, want := range map[string]int{
		"": 100, "?limit=1000": 250, "?offset=200": 50, "?offset=249&limit=10": 1, "?offset=250": 0, "?offset=9999": 0,
	} {
		if have := count(query); have != want {
			t.Errorf("page %s has %d members, want %d", query, have, want)
		}
	}
	w.server.SetFaults(gooddatatest.Faults{Pages: gooddatatest.Pages{Members: 30}})
	if have := count("?limit=1000"); have != 30 {
		t.Errorf("a capped page has %d members", have)
	}
}

// crowd is a town of many accounts that are all members of p1.
func crowd(n int) string {
	var users, members []string
	for i := range n {
		users = append(users, fmt.Sprintf(`{"login": "user%06d@example.com", "first_name": "User", "last_name": "Number %d", "email": "user%06[1]d@example.com"}`, i, i))
		members = append(members, fmt.Sprintf(`{"login": "user%06d@example.com", "roles": ["readOnlyUserRole"]}`, i))
	}
	return `{"organizations": [{"name": "acme", "users": [{"login": "boss@example.com", "password": "boss-secret", "admin": true}, ` +
		strings.Join(users, ",") + `], "projects": [{"id": "p1", "members": [` + strings.Join(members, ",") + `]}]}]}`
}

func TestPagesStayWholeWhenMembersLeave(t *testing.T) {
	w := open(t, crowd(100), gooddatatest.Faults{}).as("boss")
	left := map[string]bool{}
	for i := range 100 {
		left[fmt.Sprintf("user%06d@example.com", i)] = true
	}
	for i := range 99 {
		login := fmt.Sprintf("user%06d@example.com", i*37%100)
		id, err := w.server.Profile(login)
		if err != nil {
			t.Fatal(err)
		}
		w.ask("DELETE", p1Users+"/"+id, "").is(204, "")
		delete(left, login)
		if i%10 == 0 || i > 95 {
			w.listed(left)
		}
	}
}

// listed demands that pages of seven have exactly these members.
func (w *world) listed(want map[string]bool) {
	w.Helper()
	have := 0
	for {
		page := decoded[struct {
			Users []struct {
				User struct{ Content struct{ Login string } }
			}
		}](w.ask("GET", fmt.Sprintf("%s?offset=%d&limit=7", p1Users, have), ""))
		for _, u := range page.Users {
			if !want[u.User.Content.Login] {
				w.Errorf("%s is listed", u.User.Content.Login)
			}
			have++
		}
		if len(page.Users) < 7 {
			break
		}
	}
	if have != len(want) {
		w.Errorf("%d members are listed, want %d", have, len(want))
	}
}

func TestOneMemberIsAddedByProfile(t *testing.T) {
	w := visit(t, gooddatatest.Faults{})
	w.ask("POST", p1Users, entry("d0a", "ENABLED", 4)).heads("Content-Type", javaType).
		is(200, `{"projectUsersUpdateResult":{"successful":["/gdc/account/profile/d0a"],"failed":[]}}`)
	w.ask("GET", p1Users+"/d0a", "").has(200, `"status":"ENABLED"`, `"userRoles":["/gdc/projects/p1/roles/4"]`)
}

func TestABatchDoesWhatItCan(t *testing.T) {
	w := visit(t, gooddatatest.Faults{})
	successful, failed := result(w.ask("POST", p1Users, batch(
		entry("dora@example.com", "ENABLED", 5, 4), entry("be1", "ENABLED"), entry("cem@example.com", "DISABLED"),
		entry("nobody@example.com", "ENABLED", 4), entry("Dora@example.com", "ENABLED", 2), entry("olga@example.com", "ENABLED", 4),
		entry("a11", "ENABLED", 99), strings.Replace(entry("a11", "ENABLED", 4), "projects/p1", "projects/p2", 1),
	)))
	slices.Sort(successful)
	if !slices.Equal(successful, []string{"/gdc/account/profile/be1", "/gdc/account/profile/cem@example.com", "/gdc/account/profile/dora@example.com"}) {
		t.Errorf("successful are %q", successful)
	}
	const unknown = "Cannot add user to project. User doesn't exist"
	for _, name := range []string{"nobody@example.com", "Dora@example.com", "olga@example.com"} {
		if failed["/gdc/account/profile/"+name] != unknown {
			t.Errorf("%s failed as %q", name, failed["/gdc/account/profile/"+name])
		}
	}
	if len(failed) != 4 || failed["/gdc/account/profile/a11"] == unknown {
		t.Errorf("failed are %q", failed)
	}
	want := read(t, town).Normal()
	members := want.Organizations[0].Projects[0].Members // ann, ben, cem
	members[1].Status, members[2].Status = brick.Enabled, brick.Disabled
	dora := gooddatatest.Member{Login: "dora@example.com", Roles: []string{"editorRole", "readOnlyUserRole"}, Status: brick.Enabled, Groups: []string{"Support"}}
	want.Organizations[0].Projects[0].Members = append(members, dora)
	want.Organizations[0].Projects[0].Groups[1].Members = nil
	same(t, w.server.State(), want)
}

func TestOfTwoEntriesAboutOneTheLastWins(t *testing.T) {
	w := visit(t, gooddatatest.Faults{})
	successful, _ := result(w.ask("POST", p1Users, batch(entry("ce1", "ENABLED", 5), entry("cem@example.com", "DISABLED", 2))))
	if len(successful) != 2 {
		t.Errorf("successful are %q", successful)
	}
	w.ask("GET", p1Users+"/ce1", "").has(200, `"status":"DISABLED"`, `"userRoles":["/gdc/projects/p1/roles/2"]`)
}

func TestTheAnswerToABatchHasAnOrderOfItsOwn(t *testing.T) {
	order := func(seed uint64) []string {
		w := open(t, crowd(20), gooddatatest.Faults{Seed: seed}).as("boss")
		var entries []string
		for i := range 20 {
			entries = append(entries, entry(fmt.Sprintf("user%06d@example.com", i), "DISABLED"))
		}
		successful, _ := result(w.ask("POST", p1Users, batch(entries...)))
		return successful
	}
	first := order(1)
	if slices.IsSorted(first) || !slices.Equal(first, order(1)) || slices.Equal(first, order(2)) {
		t.Errorf("the orders are %q, %q and %q", first, order(1), order(2))
	}
}

func TestFailedMembersCanBePlainTexts(t *testing.T) {
	w := visit(t, gooddatatest.Faults{PlainFailures: true})
	w.ask("POST", p1Users, batch(entry("nobody", "ENABLED"))).
		is(200, `{"projectUsersUpdateResult":{"successful":[],"failed":["/gdc/account/profile/nobody"]}}`)
}

func TestBatchesThatCannotBeReadChangeNothing(t *testing.T) {
	w := visit(t, gooddatatest.Faults{Batch: 2})
	before := w.server.State()
	one := entry("dora@example.com", "ENABLED", 4)
	for _, body := range []string{
		batch(one, one, one), batch(), `{}`, `[`, `{"users":[{}]}`, batch(one, entry("a11", "GONE")),
		`{"user":{"content":{"status":"ENABLED"},"links":{}}}`, strings.Replace(one, "user", "User", 1),
	} {
		w.ask("POST", p1Users, body).has(400, "Checking '%s', result %s")
	}
	w.as("cem").ask("POST", p1Users, one).has(403)
	w.ask("POST", "/gdc/projects/none/users", one).has(404)
	same(t, w.server.State(), before)
	w.ask("POST", p1Users, batch(one, one)).has(200)
}

func TestAMembershipEndsButGroupsRemember(t *testing.T) {
	w := visit(t, gooddatatest.Faults{})
	ann := w.as("ann")
	ann.ask("DELETE", p1Users+"/a11", "").has(403)
	ann.ask("DELETE", p1Users+"/d0a", "").has(405)
	w.as("cem").ask("DELETE", p1Users+"/be1", "").has(405)
	w.ask("DELETE", p1Users+"/a11", "").is(204, "")
	w.ask("DELETE", p1Users+"/a11", "").has(405)
	want := read(t, town).Normal()
	project := &want.Organizations[0].Projects[0]
	project.Members = project.Members[1:]
	project.Groups[0].Members = []string{"ann@example.com"}
	same(t, w.server.State(), want)
	same(t, held(t, w.server.State()), w.server.State())
}

func TestTheEndOfAMembershipCanEndItsGroups(t *testing.T) {
	w := visit(t, gooddatatest.Faults{DropGroups: true})
	w.ask("DELETE", p1Users+"/a11", "").is(204, "")
	want := read(t, town).Normal()
	want.Organizations[0].Projects[0].Members = want.Organizations[0].Projects[0].Members[1:]
	same(t, w.server.State(), want)
}

func TestAnAdminMayLeaveWhenAnotherStays(t *testing.T) {
	w := visit(t, gooddatatest.Faults{})
	w.ask("POST", p1Users, entry("d0a", "ENABLED", 2)).has(200)
	w.as("ann").ask("DELETE", p1Users+"/a11", "").is(204, "")
}
