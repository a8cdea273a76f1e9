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

// village is a platform with one project, p1, whose members and groups can be
// changed. What it does beyond what is recorded, a test says.
type village struct {
	*fake
	people map[string]*villager // by id
	groups []*circle

	strict bool                                     // ADD of who is in, and REMOVE of who is not, are refused
	most   int                                      // people in one request at most
	tell   func(done []string, failed []any) string // the answer to a batch, made of the links as sent
	refuse map[string]string                        // why a login is refused
	breaks map[string]int                           // with which status a request that names the login ends
	once   map[string]bool                          // logins that are done and not mentioned the first time
}

// villager is somebody with an account.
type villager struct {
	id, login, status string // the status is empty for who is no member
	roles             []string
}

// circle is a group.
type circle struct {
	id, name string
	members  map[string]bool // ids
}

func newVillage(t testing.TB) *village {
	v := &village{fake: start(t), people: map[string]*villager{}, most: 100}
	v.says("GET /gdc/projects/p1", 200, projectDocument)
	v.says("GET /gdc/internal/projects/p1/roles", 200, rolesOf("p1"))
	v.handle("GET /gdc/projects/p1/users", v.locked(v.list))
	v.handle("POST /gdc/projects/p1/users", v.locked(v.post))
	v.handle("GET /gdc/projects/p1/users/{id}", v.locked(v.show))
	v.handle("DELETE /gdc/projects/p1/users/{id}", v.locked(v.remove))
	v.handle("GET /gdc/userGroups", v.locked(v.listGroups))
	v.handle("POST /gdc/userGroups", v.locked(v.makeGroup))
	v.handle("GET /gdc/userGroups/{id}/members", v.locked(v.listCircle))
	v.handle("POST /gdc/userGroups/{id}/modifyMembers", v.locked(v.modify))
	return v
}

var p1 = brick.Project("p1")

func (v *village) locked(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v.mu.Lock()
		defer v.mu.Unlock()
		h(w, r)
	}
}

// settle gives a person an account; with a status he is a member of the
// project.
func (v *village) settle(login, status string, roles ...string) *villager {
	p := &villager{fmt.Sprintf("%032x", 0xabc000+len(v.people)), login, status, roles}
	v.people[p.id] = p
	return p
}

// group makes a group.
func (v *village) group(name string, members ...*villager) *circle {
	c := &circle{fmt.Sprintf("b%d_x", len(v.groups)+1), name, map[string]bool{}}
	for _, p := range members {
		c.members[p.id] = true
	}
	v.groups = append(v.groups, c)
	return c
}

// named returns whom a link means: by id, or by the login in any letter case.
func (v *village) named(link string) *villager {
	name := strings.TrimPrefix(link, "/gdc/account/profile/")
	for _, p := range v.people {
		if p.id == name || strings.EqualFold(p.login, name) {
			return p
		}
	}
	return nil
}

func (v *village) list(w http.ResponseWriter, r *http.Request) {
	offset, _ := strconv.Atoi(r.FormValue("offset"))
	var users []string
	for _, id := range slices.Sorted(maps.Keys(v.people)) {
		if p := v.people[id]; p.status != "" {
			users = append(users, v.document(p))
		}
	}
	users = users[min(offset, len(users)):]
	say(w, 200, `{"users":[`+strings.Join(users[:min(1000, len(users))], ",")+`]}`)
}

func (v *village) document(p *villager) string {
	var roles []int
	for _, r := range p.roles {
		roles = append(roles, slices.Index([]string{"", "", "adminRole", "dashboardOnlyRole", "readOnlyUserRole", "editorRole"}, r))
	}
	return userDocument("p1", p.id, p.login, p.status, roles...)
}

func (v *village) show(w http.ResponseWriter, r *http.Request) {
	if p := v.people[r.PathValue("id")]; p != nil && p.status != "" {
		say(w, 200, v.document(p))
		return
	}
	say(w, 404, `{"error":{"message":"no such member"}}`)
}

func (v *village) remove(w http.ResponseWriter, r *http.Request) {
	p := v.people[r.PathValue("id")]
	if p == nil || p.status == "" {
		say(w, 404, `{"error":{"message":"no such member"}}`)
		return
	}
	if status := v.breaks[p.login]; status != 0 {
		say(w, status, `{"error":{"message":"cannot remove %s","parameters":["`+p.login+`"]}}`)
		return
	}
	p.status, p.roles = "", nil
	w.WriteHeader(204)
}

// sentUser is one person in a batch.
type sentUser struct {
	User struct {
		Content struct {
			Status    string    `json:"status"`
			UserRoles *[]string `json:"userRoles"`
		} `json:"content"`
		Links struct {
			Self string `json:"self"`
		} `json:"links"`
	} `json:"user"`
}

func (v *village) post(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Users []sentUser `json:"users"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || len(body.Users) == 0 {
		v.Errorf("POST users: %v", err)
	}
	if len(body.Users) > v.most {
		say(w, 413, "")
		return
	}
	for _, u := range body.Users {
		if p := v.named(u.User.Links.Self); p != nil && v.breaks[p.login] != 0 {
			say(w, v.breaks[p.login], `{"error":{"message":"bad person %s","parameters":["`+p.login+`"]}}`)
			return
		}
	}
	var done []string
	failed := []any{}
	for _, u := range body.Users {
		switch reason, told := v.change(&u); {
		case reason != "":
			failed = append(failed, map[string]string{"user": u.User.Links.Self, "message": reason})
		case told:
			done = append(done, u.User.Links.Self)
		}
	}
	if v.tell != nil {
		say(w, 200, v.tell(done, failed))
		return
	}
	say(w, 200, v.result(done, failed))
}

func (v *village) result(done []string, failed []any) string {
	if done == nil {
		done = []string{}
	}
	text, err := json.Marshal(map[string]any{"projectUsersUpdateResult": map[string]any{"successful": done, "failed": failed}})
	if err != nil {
		v.Error(err)
	}
	return string(text)
}

// change does what a batch says of one person, and returns why not, or
// whether to tell it.
func (v *village) change(u *sentUser) (reason string, told bool) {
	p := v.named(u.User.Links.Self)
	if p == nil {
		return "Cannot add user to project. User doesn't exist", false
	}
	if reason := v.refuse[p.login]; reason != "" {
		return reason, false
	}
	p.status = u.User.Content.Status
	if uris := u.User.Content.UserRoles; uris != nil {
		p.roles = nil
		for _, uri := range *uris {
			p.roles = append(p.roles, map[string]string{"2": "adminRole", "3": "dashboardOnlyRole", "4": "readOnlyUserRole", "5": "editorRole"}[strings.TrimPrefix(uri, "/gdc/projects/p1/roles/")])
		}
	}
	quiet := v.once[p.login]
	delete(v.once, p.login)
	return "", !quiet
}

func (v *village) listGroups(w http.ResponseWriter, r *http.Request) {
	if r.FormValue("project") != "p1" {
		v.Errorf("groups of %q", r.FormValue("project"))
	}
	var groups []string
	for _, c := range v.groups {
		groups = append(groups, fmt.Sprintf(`{"userGroup":{"content":{"name":%q,"id":%q,"description":null,"project":"/gdc/projects/p1"},"links":{"self":"/gdc/userGroups/%[2]s"}}}`, c.name, c.id))
	}
	say(w, 200, `{"userGroups":{"paging":{"offset":null,"limit":1000,"next":null},"items":[`+strings.Join(groups, ",")+`]}}`)
}

func (v *village) makeGroup(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Group struct {
			Content struct{ Name, Description, Project string } `json:"content"`
		} `json:"userGroup"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.Group.Content.Project != "/gdc/projects/p1" {
		v.Errorf("POST userGroups: %+v, %v", body, err)
	}
	name := body.Group.Content.Name
	if body.Group.Content.Description != name {
		v.Errorf("group %q is described as %q", name, body.Group.Content.Description)
	}
	if slices.ContainsFunc(v.groups, func(c *circle) bool { return strings.EqualFold(c.name, name) }) {
		say(w, 409, `{"error":{"message":"there is a group %s","parameters":["`+name+`"]}}`)
		return
	}
	say(w, 201, `{"uri":"/gdc/userGroups/`+v.group(name).id+`"}`)
}

// circleOf returns the group that a request is about, nil when there is none.
func (v *village) circleOf(r *http.Request) *circle {
	i := slices.IndexFunc(v.groups, func(c *circle) bool { return c.id == r.PathValue("id") })
	if i < 0 {
		return nil
	}
	return v.groups[i]
}

func (v *village) listCircle(w http.ResponseWriter, r *http.Request) {
	c := v.circleOf(r)
	if c == nil {
		say(w, 404, `{"error":{"message":"no such group"}}`)
		return
	}
	var items []string
	for _, id := range slices.Sorted(maps.Keys(c.members)) {
		items = append(items, `{"user":{"content":{"firstName":"the","lastName":"X"},"links":{"self":"/gdc/account/profile/`+id+`"}}}`)
	}
	say(w, 200, `{"userGroupMembers":{"paging":{"offset":null,"limit":1000,"next":null},"items":[`+strings.Join(items, ",")+`]}}`)
}

func (v *village) modify(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Modify struct {
			Operation string
			Items     []string
		} `json:"modifyMembers"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		v.Errorf("modifyMembers: %v", err)
	}
	c, add := v.circleOf(r), body.Modify.Operation == "ADD"
	if c == nil {
		say(w, 404, `{"error":{"message":"no such group"}}`)
		return
	}
	if !add && body.Modify.Operation != "REMOVE" || len(body.Modify.Items) > 1000 {
		v.Errorf("%s of %d people", body.Modify.Operation, len(body.Modify.Items))
	}
	for _, link := range body.Modify.Items {
		p := v.people[strings.TrimPrefix(link, "/gdc/account/profile/")]
		switch {
		case p == nil:
			say(w, 404, `{"error":{"message":"no such profile"}}`)
			return
		case v.strict && c.members[p.id] == add, v.refuse[p.login] != "" && add:
			say(w, 400, `{"error":{"message":"%s: %s","parameters":["`+p.login+`","`+v.refuse[p.login]+`"]}}`)
			return
		}
	}
	for _, link := range body.Modify.Items {
		if id := strings.TrimPrefix(link, "/gdc/account/profile/"); add {
			c.members[id] = true
		} else {
			delete(c.members, id)
		}
	}
	w.WriteHeader(204)
}

// holds demands what the project has: "login status role+role: group, group"
// for each member.
func (v *village) holds(want ...string) {
	v.Helper()
	v.mu.Lock()
	defer v.mu.Unlock()
	var have []string
	for _, p := range v.people {
		if line := v.line(p); line != "" {
			have = append(have, line)
		}
	}
	slices.Sort(have)
	slices.Sort(want)
	if !slices.Equal(have, want) {
		v.Errorf("the project has\n%s\nwant\n%s", strings.Join(have, "\n"), strings.Join(want, "\n"))
	}
}

// line describes a person, "" when he is neither a member nor in a group.
func (v *village) line(p *villager) string {
	var names []string
	for _, c := range v.groups {
		if c.members[p.id] {
			names = append(names, c.name)
		}
	}
	if p.status == "" && names == nil {
		return ""
	}
	roles := slices.Sorted(slices.Values(p.roles))
	return strings.TrimSuffix(fmt.Sprintf("%s %s %s: %s", strings.ToLower(p.login), strings.ToLower(p.status), strings.Join(roles, "+"), strings.Join(names, ", ")), ": ")
}

// size is how many members the project has. Who expects so many asks for no
// page in vain, which might come when the test counts the next ones.
func (v *village) size() (n int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, p := range v.people {
		if p.status != "" {
			n++
		}
	}
	return n
}

// listing reads the members with their groups, as planning does.
func (v *village) listing(d *gooddata.Driver) map[brick.Login]*brick.Member {
	v.Helper()
	members := map[brick.Login]*brick.Member{}
	for m, err := range d.ListOnly(v.Context(), p1, platform.Need{Groups: true, Members: v.size()}) {
		if err != nil {
			v.Fatal(err)
		}
		members[m.Login] = &m
	}
	return members
}

// posts returns how many people each request of members named, in no order.
func (v *village) posts() (sizes []int) {
	for _, s := range v.all("POST /gdc/projects/p1/users") {
		sizes = append(sizes, strings.Count(s.body, `"self"`))
	}
	return slices.Sorted(slices.Values(sizes))
}
