package gooddata_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform"
	"users-brick/brick/platform/gooddata"
)

// crowd is a platform with projects of many members.
type crowd struct {
	*fake
	most  int  // members on a page, whatever is asked for
	links bool // every page but the last names the next one

	mu      sync.Mutex
	members map[string][]string         // ids of members by project
	asked   []int                       // offsets
	before  func(offset int)            // runs before a page is made
	page    func(ids []string) []string // what is shown of a page
	answer  func(w http.ResponseWriter, offset int) bool
}

// crowded starts a platform with projects of so many members, called p0, p1
// and so on.
func crowded(t testing.TB, sizes ...int) *crowd {
	c := &crowd{fake: start(t), most: 1000, members: map[string][]string{}}
	for p, size := range sizes {
		for i := range size {
			id := "p" + strconv.Itoa(p)
			c.members[id] = append(c.members[id], personID(i))
		}
	}
	c.handle("GET /gdc/projects/{p}", func(w http.ResponseWriter, r *http.Request) { say(w, 200, projectDocument) })
	c.handle("GET /gdc/internal/projects/{p}/roles", func(w http.ResponseWriter, r *http.Request) { say(w, 200, rolesOf(r.PathValue("p"))) })
	c.handle("GET /gdc/projects/{p}/users", c.users)
	return c
}

const projectDocument = `{"project":{"content":{"state":"ENABLED"},"meta":{"title":"P"}}}`

func personID(i int) string { return fmt.Sprintf("%032x", i) }

func loginOf(id string) string { return "u" + strings.TrimLeft(id, "0") + "@example.com" }

func (c *crowd) users(w http.ResponseWriter, r *http.Request) {
	offset, _ := strconv.Atoi(r.FormValue("offset"))
	limit, err := strconv.Atoi(r.FormValue("limit"))
	if err != nil {
		c.Errorf("limit: %v", err)
	}
	if c.before != nil {
		c.before(offset)
	}
	if c.answer != nil && c.answer(w, offset) {
		return
	}
	c.mu.Lock()
	c.asked = append(c.asked, offset)
	all := c.members[r.PathValue("p")]
	first := min(offset, len(all))
	end := min(first+min(limit, c.most), len(all))
	ids := slices.Clone(all[first:end])
	more := end < len(all)
	c.mu.Unlock()
	if c.page != nil {
		ids = c.page(ids)
	}
	next := ""
	if c.links && more {
		next = fmt.Sprintf("/gdc/projects/%s/users?offset=%d&limit=%d", r.PathValue("p"), end, limit)
	}
	say(w, 200, usersPage(r.PathValue("p"), ids, next))
}

// usersPage is a page of members in their recorded form.
func usersPage(project string, ids []string, next string) string {
	var b strings.Builder
	b.WriteString(`{"users":[`)
	for i, id := range ids {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(userDocument(project, id, loginOf(id), "ENABLED", 4))
	}
	b.WriteString("]")
	if next != "" {
		fmt.Fprintf(&b, `,"paging":{"next":%q}`, next)
	}
	b.WriteString("}")
	return b.String()
}

func userDocument(project, id, login, status string, roles ...int) string {
	uris := make([]string, len(roles))
	for i, role := range roles {
		uris[i] = fmt.Sprintf(`"/gdc/projects/%s/roles/%d"`, project, role)
	}
	return fmt.Sprintf(`{"user":{"content":{"email":%[3]q,"firstname":"the","userRoles":[%[5]s],"phonenumber":null,"status":%[4]q,"lastname":"1","login":%[3]q},`+
		`"links":{"roles":"/gdc/projects/%[1]s/users/%[2]s/roles","permissions":"/gdc/projects/%[1]s/users/%[2]s/permissions","self":"/gdc/account/profile/%[2]s",`+
		`"projects":"/gdc/account/profile/%[2]s/projects","projectRelUri":"/gdc/projects/%[1]s/users/%[2]s"},`+
		`"meta":{"created":"2017-02-10 12:18:01","updated":"2018-06-04 11:38:25","author":"/gdc/account/profile/25b25d","title":"the 1","contributor":"/gdc/account/profile/5ad80b"}}}`,
		project, id, login, status, strings.Join(uris, ","))
}

// rolesOf is the internal list of the roles of a project.
func rolesOf(project string) string {
	var roles []string
	for i, id := range []string{"adminRole", "dashboardOnlyRole", "readOnlyUserRole", "editorRole"} {
		roles = append(roles, fmt.Sprintf(`{"projectRole":{"permissions":{"canAccessIntegration":"1"},"meta":{"author":"/gdc/account/profile/5ad80b",`+
			`"uri":"/gdc/projects/%s/roles/%d","created":"2020-01-15 05:54:34","identifier":%q,"summary":"role %d","title":"Title %d"}}}`, project, i+2, id, i+2, i+2))
	}
	return `{"internalProjectRoles":{"roles":[` + strings.Join(roles, ",") + `],"links":{"project":"/gdc/projects/` + project + `"}}}`
}

// list reads the members of a project, each of whom must come once.
func (c *crowd) list(d *gooddata.Driver, project string, about int64) []string {
	c.Helper()
	logins, err := loginsIn(c.Context(), d, project, about)
	if err != nil {
		c.Fatal(err)
	}
	if once := slices.Compact(slices.Sorted(slices.Values(logins))); len(once) != len(logins) {
		c.Fatalf("%d of %d members come twice", len(logins)-len(once), len(logins))
	}
	return logins
}

func loginsIn(ctx context.Context, d *gooddata.Driver, project string, about int64) (logins []string, err error) {
	for m, err := range d.ListOnly(ctx, brick.Project(project), platform.Need{Members: about}) {
		if err != nil {
			return logins, err
		}
		logins = append(logins, string(m.Login))
	}
	return logins, nil
}

// offsets returns where pages were asked for since the last time.
func (c *crowd) offsets() []int {
	c.mu.Lock()
	defer c.mu.Unlock()
	asked := c.asked
	c.asked = nil
	return asked
}

func TestEveryMemberComesOnceWithFewRequests(t *testing.T) {
	for _, size := range []int{0, 1, 999, 1000, 1001, 2500} {
		for _, most := range []int{1, 7, 100, 1000} {
			for _, links := range []bool{false, true} {
				for _, about := range []int{0, size, size / 2, size + 700, 20*size + 1} {
					if most == 1 && size > 1 && about != size {
						continue // a thousand requests tell nothing new
					}
					t.Run(fmt.Sprintf("%d members, %d on a page, links %v, about %d", size, most, links, about), func(t *testing.T) {
						c := crowded(t, size)
						c.most, c.links = most, links
						have := c.list(c.open(), "p0", int64(about))
						for i, login := range have {
							if login != loginOf(personID(i)) {
								t.Fatalf("member %d is %s", i, login)
							}
						}
						if len(have) != size {
							t.Fatalf("%d members come", len(have))
						}
						pages := max(1, (size+most-1)/most)
						asked := len(c.offsets())
						allowed := pages + 1 // the one that shows where the list ends
						if pages >= 32 && !links {
							allowed++ // one behind a long list
						}
						atOnce := min(14, about/4000) // with the first one
						switch {
						case links && pages > 1:
							allowed = pages + atOnce
						case about == 0, about == size/2:
							allowed += min(max(4, pages/2), 16)
						case about > size:
							allowed += atOnce + min(4*pages, about/most) // the first ones may lie in the wrong places
						}
						if asked > allowed {
							t.Errorf("%d requests for %d pages, want at most %d", asked, pages, allowed)
						}
					})
				}
			}
		}
	}
}

func TestPagesThatAreExpectedAreAskedForAtOnce(t *testing.T) {
	c := crowded(t, 4500)
	together := newGather(4)
	c.before = func(offset int) {
		if offset > 0 {
			together.wait()
		}
	}
	c.list(c.open(), "p0", 4500)
	if asked := c.offsets(); len(asked) != 5 {
		t.Errorf("pages are asked for at %v", asked)
	}
}

func TestPagesBehindTheExpectationAreAskedForFewAtOnce(t *testing.T) {
	c := crowded(t, 30_000)
	var mu sync.Mutex
	now, most := 0, 0
	c.before = func(int) {
		mu.Lock()
		defer mu.Unlock()
		now++
		most = max(most, now)
	}
	c.page = func(ids []string) []string {
		mu.Lock()
		defer mu.Unlock()
		now--
		return ids
	}
	if have := len(c.list(c.open(), "p0", 0)); have != 30_000 {
		t.Fatalf("%d members come", have)
	}
	if asked := len(c.offsets()); asked > 31+15 || most > 15 {
		t.Errorf("%d requests for 30 pages, up to %d at once", asked, most)
	}
}

func TestManyPagesBehindTheExpectationAreAskedForManyAtOnce(t *testing.T) {
	for _, about := range []int64{0, 10_000, 60_000} {
		c := crowded(t, 100_000)
		together := newGather(8)
		c.before = func(offset int) {
			if offset >= 80_000 {
				together.wait()
			}
		}
		if have := len(c.list(c.open(), "p0", about)); have != 100_000 {
			t.Errorf("about %d: %d of 100000 members come", about, have)
		}
		if asked := len(c.offsets()); asked > 101+16 {
			t.Errorf("about %d: %d requests for 100 pages", about, asked)
		}
	}
}

func TestManyProjectsOfOneSizeCostOneRequestEach(t *testing.T) {
	sizes := make([]int, 60)
	for i := range sizes {
		sizes[i] = 3
	}
	c := crowded(t, sizes...)
	d := c.open()
	for p := range sizes {
		c.list(d, fmt.Sprintf("p%d", p), 3)
	}
	if asked := len(c.offsets()); asked != 60+16 {
		t.Errorf("%d requests, want one for each of 60 projects and 16 to make sure", asked)
	}
	t.Run("unless more members are expected", func(t *testing.T) {
		c.list(d, "p0", 4)
		if asked := len(c.offsets()); asked != 2 {
			t.Errorf("%d requests", asked)
		}
	})
	t.Run("and smaller ones never cost more", func(t *testing.T) {
		c.mu.Lock()
		c.members["small"] = []string{personID(1)}
		c.mu.Unlock()
		c.list(d, "small", 0)
		if asked := len(c.offsets()); asked != 1 {
			t.Errorf("%d requests", asked)
		}
	})
}

func TestALengthAtWhichPagesAreCutIsNeverTheEnd(t *testing.T) {
	sizes := []int{250}
	for range 40 {
		sizes = append(sizes, 100)
	}
	c := crowded(t, append(sizes, 130)...)
	c.most = 100
	d := c.open()
	for p, size := range append(sizes, 130) {
		if have := len(c.list(d, fmt.Sprintf("p%d", p), 0)); have != size {
			t.Errorf("%d of %d members come", have, size)
		}
	}
}

func TestFullPagesAreNeverTheEnd(t *testing.T) {
	sizes := make([]int, 30)
	for i := range sizes {
		sizes[i] = 1000
	}
	c := crowded(t, append(sizes, 1500)...)
	d := c.open()
	for p := range sizes {
		c.list(d, fmt.Sprintf("p%d", p), 0)
	}
	if have := len(c.list(d, "p30", 0)); have != 1500 {
		t.Errorf("%d of 1500 members come", have)
	}
}

func TestMembersWhoComeWhileListingDisplaceFew(t *testing.T) {
	for _, about := range []int64{0, 5000} {
		c := crowded(t, 5000)
		var once sync.Once
		moved := make(chan struct{})
		c.before = func(offset int) {
			if offset >= 5000 { // or else the last page may be empty, and what moves there is missed
				<-moved
			}
			if offset == 2000 {
				once.Do(func() {
					defer close(moved)
					c.mu.Lock()
					defer c.mu.Unlock()
					c.members["p0"] = append([]string{personID(7001), personID(7002), personID(7003)}, c.members["p0"]...)
				})
			}
		}
		have := c.list(c.open(), "p0", about)
		// Whoever moves over the border of a page while others are on their way may be missed.
		if len(have) < 5000-3*5 || !slices.Contains(have, loginOf(personID(4999))) {
			t.Errorf("about %d: %d of 5003 members come", about, len(have))
		}
	}
}

func TestMembersWhoGoWhileListingEndItNotTooEarly(t *testing.T) {
	for _, about := range []int64{0, 5000} {
		c := crowded(t, 5000)
		var once sync.Once
		c.before = func(offset int) {
			if offset == 2000 {
				once.Do(func() {
					c.mu.Lock()
					defer c.mu.Unlock()
					c.members["p0"] = slices.Delete(c.members["p0"], 100, 103)
				})
			}
		}
		have := c.list(c.open(), "p0", about)
		// Whoever moves over the border of a page may be missed, and nobody else.
		if len(have) < 4997-3 || !slices.Contains(have, loginOf(personID(4999))) {
			t.Errorf("about %d: %d of 4997 members come", about, len(have))
		}
	}
}

func TestPagesThatHideMembersDoNotEndTheList(t *testing.T) {
	for _, hidden := range []struct{ first, end int }{{3000, 3100}, {3000, 4000}, {2990, 3010}} {
		c := crowded(t, 6000)
		c.page = func(ids []string) []string {
			return slices.DeleteFunc(ids, func(id string) bool {
				return id >= personID(hidden.first) && id < personID(hidden.end)
			})
		}
		have := c.list(c.open(), "p0", 6000)
		if want := 6000 - (hidden.end - hidden.first); len(have) != want {
			t.Errorf("with %v hidden %d members come, want %d", hidden, len(have), want)
		}
	}
}

func TestAFirstPageThatHidesMembersDoesNotEndALongList(t *testing.T) {
	c := crowded(t, 1500, 20_000)
	d := c.open()
	c.list(d, "p0", 0) // from which it is known how long pages are
	c.page = func(ids []string) []string {
		return slices.DeleteFunc(ids, func(id string) bool { return id == personID(7) })
	}
	if have := len(c.list(d, "p1", 20_000)); have != 19_999 {
		t.Errorf("%d members come", have)
	}
}

func TestPagesThatGetSmallerDoNotEndTheList(t *testing.T) {
	c := crowded(t, 5000)
	c.before = func(offset int) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if offset >= 1000 {
			c.most = 90
		}
	}
	if have := len(c.list(c.open(), "p0", 5000)); have != 5000 {
		t.Errorf("%d of 5000 members come", have)
	}
}

func TestAPageThatFailsEndsTheList(t *testing.T) {
	for _, bad := range []int{0, 1000, 2000} {
		c := crowded(t, 4500)
		c.answer = func(w http.ResponseWriter, offset int) bool {
			if offset == bad {
				say(w, 400, `{"error":{"message":"no such %s","parameters":["page"]}}`)
			}
			return offset == bad
		}
		have, err := loginsIn(t.Context(), c.open(), "p0", 4500)
		wants(t, err, brick.Invalid, "no such page")
		if len(have) != bad {
			t.Errorf("%d members come before the page at %d fails", len(have), bad)
		}
	}
}

func TestAListingThatIsLeftEndsItsRequests(t *testing.T) {
	c := crowded(t, 4500)
	var slow sync.WaitGroup // three pages that never come
	slow.Add(3)
	ended := make(chan bool, 3)
	c.handle("GET /gdc/projects/slow/users", func(w http.ResponseWriter, r *http.Request) {
		switch offset := r.FormValue("offset"); offset {
		case "1000":
			slow.Wait() // the listing is not left before all are on their way
			fallthrough
		case "0":
			first, _ := strconv.Atoi(offset)
			say(w, 200, usersPage("slow", c.members["p0"][first:first+1000], ""))
		default:
			slow.Done()
			<-r.Context().Done()
			ended <- true
		}
	})
	come := 0
	for _, err := range c.open().ListOnly(t.Context(), brick.Project("slow"), platform.Need{Members: 4500}) {
		if err != nil {
			t.Fatal(err)
		}
		if come++; come > 1000 {
			break
		}
	}
	for range 3 {
		<-ended
	}
}

func TestLinksThatLeadAstrayAreNotFollowed(t *testing.T) {
	for name, next := range map[string]string{
		"to another host": "https://evil.example.com/gdc/projects/p0/users?offset=1",
		"out of /gdc/":    "/other/users",
		"to itself":       "/gdc/projects/p0/users?offset=0&limit=1000",
	} {
		t.Run(name, func(t *testing.T) {
			c := crowded(t, 10)
			c.answer = func(w http.ResponseWriter, _ int) bool {
				say(w, 200, usersPage("p0", c.members["p0"], next))
				return true
			}
			_, err := loginsIn(t.Context(), c.open(), "p0", 0)
			wants(t, err, brick.Failed)
		})
	}
}

func TestAPlatformThatRepeatsItselfIsNotListenedToForEver(t *testing.T) {
	c := crowded(t, 1000)
	c.answer = func(w http.ResponseWriter, _ int) bool {
		say(w, 200, usersPage("p0", c.members["p0"], ""))
		return true
	}
	_, err := loginsIn(t.Context(), c.open(), "p0", 0)
	wants(t, err, brick.Failed, "again and again")
}

func TestAnAnswerThatIsNoPageIsNoEmptyPage(t *testing.T) {
	for _, body := range []string{"", "{}", "[]", `{"users":null}`, `{"users":[`, `{"users":[]} and more`, `{"users":7}`, "<html>"} {
		c := crowded(t, 0)
		c.answer = func(w http.ResponseWriter, _ int) bool {
			say(w, 200, body)
			return true
		}
		o := c.options()
		o.Web = noRetry(t)
		_, err := loginsIn(t.Context(), c.openWith(o), "p0", 0)
		wants(t, err, brick.Unavailable)
	}
}

func TestItemsAreToldApartInLittleMemory(t *testing.T) {
	var keys []string
	for i := range 20_000 {
		keys = append(keys, strconv.Itoa(i%12_345), "")
	}
	if n := gooddata.FirstTimes(keys); n != 12_345+1 {
		t.Errorf("%d keys are new", n)
	}
	if n := gooddata.SeenBytes(1_000_000); n > 20<<20 {
		t.Errorf("a million items take %d bytes", n)
	}
}

func TestALongListBeginsWithSeveralPagesAtOnce(t *testing.T) {
	c := crowded(t, 40_000)
	together := newGather(10)
	c.before = func(int) { together.wait() }
	if have := len(c.list(c.open(), "p0", 40_000)); have != 40_000 {
		t.Errorf("%d of 40000 members come", have)
	}
}
