package gooddatatest_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"users-brick/brick/platform/gooddata/gooddatatest"
)

const groupsOfP1 = "/gdc/userGroups?project=p1"

func group(name string) string {
	return `{"userGroup":{"content":{"name":"` + name + `","description":"` + name + `","project":"/gdc/projects/p1"}}}`
}

func modify(operation string, profiles ...string) string {
	var items []string
	for _, p := range profiles {
		items = append(items, `"/gdc/account/profile/`+p+`"`)
	}
	return `{"modifyMembers":{"operation":"` + operation + `","items":[` + strings.Join(items, ",") + `]}}`
}

func TestGroupsHaveTheRecordedShape(t *testing.T) {
	w := visit(t, gooddatatest.Faults{})
	when := begun(w)
	support := `{"userGroup":{"content":{"name":"Support","id":"bsupport","description":null,"domain":null,"project":"/gdc/projects/p1"},
		"meta":{"created":"` + when + `","updated":"` + when + `"},
		"links":{"self":"/gdc/userGroups/bsupport","members":"/gdc/userGroups/bsupport/members","modifyMembers":"/gdc/userGroups/bsupport/modifyMembers"}}}`
	w.ask("GET", "/gdc/userGroups/bsupport", "").heads("Content-Type", javaType).is(200, support)
	w.ask("GET", groupsOfP1+"&user=d0a", "").is(200, `{"userGroups":{"paging":{"offset":null,"limit":1000,"next":null},"items":[`+support+`]}}`)
	w.ask("GET", "/gdc/userGroups/bsupport/members", "").is(200, `{"userGroupMembers":{"paging":{"offset":null,"limit":1000,"next":null},
		"items":[{"user":{"content":{"firstName":"Dora","lastName":"Dyer"},"links":{"self":"/gdc/account/profile/d0a"}}}]}}`)
	w.ask("GET", "/gdc/userGroups/none", "").has(404)
	w.ask("GET", "/gdc/userGroups?project=none", "").has(404)
}

func TestAGroupIsMadeOnce(t *testing.T) {
	w := visit(t, gooddatatest.Faults{})
	r := w.ask("POST", "/gdc/userGroups", group("New")).heads("Content-Type", "application/json")
	uri := decoded[struct{ URI string }](r.has(201)).URI
	r.is(201, `{"uri":"`+uri+`"}`)
	if id := strings.TrimPrefix(uri, "/gdc/userGroups/"); len(id) != 23 || id[0] != 'b' {
		t.Errorf("the id of the group is %q", id)
	}
	w.ask("GET", uri, "").has(200, `"description":"New"`)
	for _, name := range []string{"New", "NEW", "sales"} {
		w.ask("POST", "/gdc/userGroups", group(name)).has(409, `"parameters":["`+name+`"]`)
	}
	w.ask("POST", "/gdc/userGroups", group(" ")).has(400)
	w.ask("POST", "/gdc/userGroups", strings.Replace(group("New"), "projects/p1", "projects/p9", 1)).has(404)
	w.ask("PUT", uri, group("Sales")).has(409)
	w.ask("PUT", uri, group("NEWER")).is(204, "")
	w.ask("POST", "/gdc/userGroups", group("New")).has(201)
	w.ask("POST", "/gdc/userGroups", group("newer")).has(409)
	state := w.server.State()
	same(t, held(t, state), state)
}

func TestMembersOfAGroupAreModified(t *testing.T) {
	w := visit(t, gooddatatest.Faults{})
	const path = "/gdc/userGroups/bsupport"
	for _, c := range []struct {
		body string
		want []string
	}{
		{modify("ADD", "a11", "be1", "d0a"), []string{"a11", "be1", "d0a"}},
		{modify("ADD", "a11"), []string{"a11", "be1", "d0a"}},
		{modify("REMOVE", "d0a", "ce1"), []string{"a11", "be1"}},
		{modify("SET", "ce1", "a11"), []string{"a11", "ce1"}},
		{modify("SET"), nil},
	} {
		w.ask("POST", path+"/modifyMembers", c.body).is(204, "")
		if have := w.membersOf(path); !slices.Equal(have, c.want) {
			t.Errorf("after %s the members are %q", c.body, have)
		}
	}
	for _, body := range []string{modify("ADD", "a11", "nobody"), modify("ADD", "ann@example.com"), modify("PUT", "a11"), `{"modifyMembers":1}`, modify("REMOVE", "nobody")} {
		w.ask("POST", path+"/modifyMembers", body).has(400)
	}
	if have := w.membersOf(path); len(have) != 0 {
		t.Errorf("what was refused left %q", have)
	}
}

// membersOf returns the profile ids of a group's members, sorted, by pages.
func (w *world) membersOf(group string) (ids []string) {
	w.Helper()
	for path := group + "/members"; path != ""; {
		page := decoded[struct {
			UserGroupMembers struct {
				Paging struct{ Next string }
				Items  []struct {
					User struct{ Links struct{ Self string } }
				}
			}
		}](w.ask("GET", path, "").has(200)).UserGroupMembers
		for _, item := range page.Items {
			ids = append(ids, strings.TrimPrefix(item.User.Links.Self, "/gdc/account/profile/"))
		}
		path = page.Paging.Next
	}
	slices.Sort(ids)
	return ids
}

func TestGroupsAndTheirMembersComeInPages(t *testing.T) {
	w := visit(t, gooddatatest.Faults{Pages: gooddatatest.Pages{Groups: 1, GroupMembers: 2}})
	w.ask("POST", "/gdc/userGroups/bsupport/modifyMembers", modify("SET", "a11", "be1", "ce1", "d0a", "b055")).has(204)
	if have := w.membersOf("/gdc/userGroups/bsupport"); len(have) != 5 {
		t.Errorf("the pages have %q", have)
	}
	var names []string
	for path := groupsOfP1 + "&limit=1000"; path != ""; {
		page := decoded[struct {
			UserGroups struct {
				Paging struct{ Next, Offset string }
				Items  []struct {
					UserGroup struct{ Content struct{ Name string } }
				}
			}
		}](w.ask("GET", path, "").has(200)).UserGroups
		for _, item := range page.Items {
			names = append(names, item.UserGroup.Content.Name)
		}
		path = page.Paging.Next
	}
	if !slices.Equal(names, []string{"Sales", "Support"}) {
		t.Errorf("the pages have %q", names)
	}
	for _, wrong := range []string{"&offset=1", "&limit=0", "&limit=x"} {
		w.ask("GET", groupsOfP1+wrong, "").has(400)
	}
}

func TestAGroupCanBeInAGroup(t *testing.T) {
	document := strings.Replace(town, `"id": "bsupport",`, `"id": "bsupport", "groups": ["sales"],`, 1)
	for _, most := range []int{0, 1} {
		w := open(t, document, gooddatatest.Faults{Pages: gooddatatest.Pages{GroupMembers: most}}).as("boss")
		state := w.server.State()
		same(t, held(t, state), state)
		path, items := "/gdc/userGroups/bsupport/members", ""
		for path != "" {
			page := decoded[struct {
				UserGroupMembers struct {
					Paging struct{ Next string }
					Items  []json.RawMessage
				}
			}](w.ask("GET", path, "").has(200)).UserGroupMembers
			for _, item := range page.Items {
				items += string(item) + "\n"
			}
			path = page.Paging.Next
		}
		if strings.Count(items, `{"user":`) != 1 || strings.Count(items, `{"userGroup":{"content":{"name":"Sales"}`) != 1 {
			t.Errorf("the members are\n%s", items)
		}
		w.ask("POST", "/gdc/userGroups/bsupport/modifyMembers", modify("SET")).has(204)
		w.ask("GET", "/gdc/userGroups/bsupport/members", "").has(200, `"items":[]`)
	}
}

func TestGroupsCanBeStrict(t *testing.T) {
	w := visit(t, gooddatatest.Faults{StrictAdd: true, GroupsOfMembers: true})
	const path = "/gdc/userGroups/bsupport/modifyMembers"
	w.ask("POST", path, modify("ADD", "ce1", "b055")).has(400)
	w.ask("POST", path, modify("ADD", "ce1")).has(204)
	w.ask("POST", path, modify("ADD", "ce1")).has(400)
	w.ask("POST", path, modify("SET", "ce1")).has(204)
}
