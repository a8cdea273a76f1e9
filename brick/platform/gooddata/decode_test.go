package gooddata_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"users-brick/brick"
	"users-brick/brick/platform/gooddata"
)

// recordedMembers is a page as the platform was recorded to send one.
const recordedMembers = `{"users":[{"user":{"content":{"email":"admin@example.com","firstname":"the","userRoles":["/gdc/projects/dvhh6v/roles/2"],"phonenumber":"","status":"ENABLED","lastname":"1","login":"admin@example.com"},"links":{"roles":"/gdc/projects/dvhh6v/users/5ad80b/roles","permissions":"/gdc/projects/dvhh6v/users/5ad80b/permissions","self":"/gdc/account/profile/5ad80b","projects":"/gdc/account/profile/5ad80b/projects","projectRelUri":"/gdc/projects/dvhh6v/users/5ad80b"},"meta":{"created":"2017-02-10 12:18:01","updated":"2018-06-04 11:38:25","author":"/gdc/account/profile/25b25d","title":"the 1","contributor":"/gdc/account/profile/5ad80b"}}},{"user":{"content":{"email":"u2@example.com","firstname":"FirstName","userRoles":["/gdc/projects/dvhh6v/roles/4"],"phonenumber":null,"status":"DISABLED","lastname":"LastName","login":"u2@example.com"},"links":{"roles":"/gdc/projects/dvhh6v/users/f825c2/roles","permissions":"/gdc/projects/dvhh6v/users/f825c2/permissions","self":"/gdc/account/profile/f825c2","projects":"/gdc/account/profile/f825c2/projects","projectRelUri":"/gdc/projects/dvhh6v/users/f825c2"},"meta":{"created":"2018-05-09 16:13:05","updated":"2018-05-09 16:13:05","author":"/gdc/account/profile/5ad80b","title":"FirstName LastName","contributor":"/gdc/account/profile/5ad80b"}}}]}`

func TestARecordedPageOfMembersIsRead(t *testing.T) {
	have, next, err := gooddata.DecodeMembers([]byte(recordedMembers))
	if err != nil || next != "" {
		t.Fatal(next, err)
	}
	want := []gooddata.Person{
		{Login: "admin@example.com", ID: "5ad80b", Status: brick.Enabled, Roles: []string{"/gdc/projects/dvhh6v/roles/2"}},
		{Login: "u2@example.com", ID: "f825c2", Status: brick.Disabled, Roles: []string{"/gdc/projects/dvhh6v/roles/4"}},
	}
	if fmt.Sprint(have) != fmt.Sprint(want) {
		t.Errorf("have %+v\nwant %+v", have, want)
	}
}

func TestMembersAreReadWhateverElseIsThere(t *testing.T) {
	for name, c := range map[string]struct {
		page string
		want gooddata.Person
		next string
	}{
		"nothing but a login": {`{"users":[{"user":{"content":{"login":"a@x.com"}}}]}`, gooddata.Person{Login: "a@x.com", Status: brick.Enabled}, ""},
		"other order": {`{"paging":{"count":1,"next":"/gdc/n"},"users":[{"user":{"links":{"self":"/gdc/account/profile/1/"},"content":{"userRoles":[],"login":"a@x.com","status":"disabled"}}}]}`,
			gooddata.Person{Login: "a@x.com", ID: "1", Status: brick.Disabled}, "/gdc/n"},
		"nulls": {`{"x":null,"users":[{"user":{"content":{"login":"a@x.com","status":null,"userRoles":null},"links":null,"meta":null}}],"paging":null}`,
			gooddata.Person{Login: "a@x.com", Status: brick.Enabled}, ""},
		"unknown things": {`{"v":[1,{"users":[]},[[["]"]]],true],"users":[{"w":-1.5e3,"user":{"y":{"login":"no"},"content":{"deep":{"login":"no","a":[{"b":{}}]},"login":"a@x.com","userRoles":["r2","r1"]}}}]}`,
			gooddata.Person{Login: "a@x.com", Status: brick.Enabled, Roles: []string{"r2", "r1"}}, ""},
		"escapes": {`{"users":[{"user":{"content":{"login":"\u0061\"\\\u010d@x.com","status":"DIS\u0041BLED"}}}]}`,
			gooddata.Person{Login: `a"\č@x.com`, Status: brick.Disabled}, ""},
		"a state that nobody knows": {`{"users":[{"user":{"content":{"login":"a@x.com","status":"PENDING"}}}]}`, gooddata.Person{Login: "a@x.com", Status: brick.Enabled}, ""},
		"an object around the list": {`{"users":{"items":[{"user":{"content":{"login":"a@x.com"}}}],"paging":{"next":"/gdc/n","offset":0}}}`,
			gooddata.Person{Login: "a@x.com", Status: brick.Enabled}, "/gdc/n"},
	} {
		have, next, err := gooddata.DecodeMembers([]byte(c.page))
		if err != nil || len(have) != 1 || fmt.Sprintf("%q", have[0]) != fmt.Sprintf("%q", c.want) || next != c.next {
			t.Errorf("%s: have %q %q, %v", name, have, next, err)
		}
	}
}

func TestRolesOfOneMemberAreNotThoseOfTheNext(t *testing.T) {
	page := `{"users":[` + strings.Join([]string{
		userDocument("p", "1", "a@x.com", "ENABLED", 2),
		userDocument("p", "2", "b@x.com", "ENABLED", 2, 3),
		userDocument("p", "3", "c@x.com", "ENABLED", 2, 4),
		userDocument("p", "4", "d@x.com", "ENABLED"),
		userDocument("p", "5", "e@x.com", "ENABLED", 2),
	}, ",") + `]}`
	have, _, err := gooddata.DecodeMembers([]byte(page))
	if err != nil {
		t.Fatal(err)
	}
	var roles []string
	for _, p := range have {
		roles = append(roles, strings.ReplaceAll(strings.Join(p.Roles, "+"), "/gdc/projects/p/roles/", ""))
	}
	if want := []string{"2", "2+3", "2+4", "", "2"}; !slices.Equal(roles, want) {
		t.Errorf("roles are %q, want %q", roles, want)
	}
}

func TestAPageThatIsCutOffIsAnError(t *testing.T) {
	for end := range len(recordedMembers) {
		if people, _, err := gooddata.DecodeMembers([]byte(recordedMembers[:end])); err == nil {
			t.Fatalf("the first %d bytes are read as %d members", end, len(people))
		}
	}
}

func TestWhatStandsBehindAPageIsAnError(t *testing.T) {
	for _, more := range []string{"x", "{}", "]", recordedMembers} {
		if _, _, err := gooddata.DecodeMembers([]byte(recordedMembers + more)); err == nil {
			t.Errorf("%.10q behind a page is no error", more)
		}
	}
	if _, _, err := gooddata.DecodeMembers([]byte(recordedMembers + " \n\t\r")); err != nil {
		t.Error(err)
	}
}

// slowPage is a page of members as encoding/json reads it.
type slowPage struct {
	Users []struct {
		User struct {
			Content struct {
				Login, Status string
				UserRoles     []string
			}
			Links struct{ Self string }
		}
	}
	Paging struct{ Next string }
}

// slowMembers reads a page with encoding/json; false means that it is none.
func slowMembers(body []byte) (people []gooddata.Person, next string, ok bool) {
	var page slowPage
	if json.Unmarshal(body, &page) != nil || page.Users == nil {
		return nil, "", false
	}
	for _, u := range page.Users {
		status := brick.Enabled
		if strings.EqualFold(u.User.Content.Status, "DISABLED") {
			status = brick.Disabled
		}
		self := strings.TrimSuffix(u.User.Links.Self, "/")
		people = append(people, gooddata.Person{
			Login: u.User.Content.Login, Status: status, Roles: u.User.Content.UserRoles, ID: self[strings.LastIndexByte(self, '/')+1:],
		})
	}
	return people, page.Paging.Next, true
}

// FuzzMembers demands that pages which encoding/json reads are read alike. It
// ignores the letter case of names and lets a name that comes twice fill in
// one value twice, so such pages are not compared.
func FuzzMembers(f *testing.F) {
	f.Add([]byte(recordedMembers))
	f.Add([]byte(usersPage("p", []string{personID(1), personID(2)}, "/gdc/next")))
	f.Add([]byte(`{"users":[{"user":{"content":{"login":"\ud83d\ude00\u0000","userRoles":["a",null,""]}}},null,{"user":null}],"z":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}`))
	f.Add([]byte(`{"users":[],"paging":{"next":null}} `))
	f.Fuzz(func(t *testing.T, body []byte) {
		have, next, err := gooddata.DecodeMembers(body)
		want, wantNext, ok := slowMembers(body)
		if !ok || !utf8.Valid(body) || !plainNames(body, namesInMembers) {
			return
		}
		if err != nil {
			t.Fatalf("%q: %v", body, err)
		}
		if fmt.Sprintf("%q", have) != fmt.Sprintf("%q", want) || next != wantNext {
			t.Fatalf("%q:\nhave %q %q\nwant %q %q", body, have, next, want, wantNext)
		}
	})
}

var namesInMembers = []string{"users", "user", "content", "links", "login", "status", "userRoles", "self", "paging", "next"}

// plainNames reports whether all names in an object are different, letter case
// ignored, and those that are known are written as the platform writes them.
func plainNames(body []byte, known []string) bool {
	dec := json.NewDecoder(strings.NewReader(string(body)))
	var value func() bool
	value = func() bool {
		token, err := dec.Token()
		if err != nil {
			return false
		}
		seen := map[string]bool{}
		switch token {
		case json.Delim('{'):
			for dec.More() {
				name, err := dec.Token()
				if err != nil {
					return false
				}
				text := name.(string)
				folded := strings.ToLower(strings.ToUpper(text))
				odd := slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, text) && k != text })
				if seen[folded] || odd || !value() {
					return false
				}
				seen[folded] = true
			}
		case json.Delim('['):
			for dec.More() {
				if !value() {
					return false
				}
			}
		default:
			return true
		}
		_, err = dec.Token()
		return err == nil
	}
	return value()
}

func TestMembersOfGroupsAreRead(t *testing.T) {
	have, next, err := gooddata.DecodeProfiles([]byte(`{"userGroupMembers":{"paging":{"offset":null,"limit":1000,"next":"/gdc/n"},"items":[` +
		`{"user":{"content":{"firstName":"the","lastName":"X"},"links":{"self":"/gdc/account/profile/4fa203"}}},` +
		`{"userGroup":{"content":{"name":"inner"},"links":{"self":"/gdc/userGroups/b1"}}},` +
		`{"user":{"links":{"self":"/gdc/account/profile/5ad80b"},"content":{}}}]}}`))
	if err != nil || next != "/gdc/n" || !slices.Equal(have, []string{"4fa203", "5ad80b"}) {
		t.Errorf("%q %q %v", have, next, err)
	}
}

func TestRecordedGroupsAreRead(t *testing.T) {
	ids, names, next, err := gooddata.DecodeGroups([]byte(`{"userGroups":{"paging":{"offset":null,"limit":1000,"next":null},"items":[{"userGroup":{"content":{"name":"group_1","id":"bXIkhfSGnnWM8_koXvmC0CA","description":null,"domain":null,"project":"/gdc/projects/uo936n"},"meta":{"created":"2019-04-18 17:00:12","updated":"2019-04-18 17:00:12"},"links":{"self":"/gdc/userGroups/bXIkhfSGnnWM8_koXvmC0CA","members":"/gdc/userGroups/bXIkhfSGnnWM8_koXvmC0CA/members","modifyMembers":"/gdc/userGroups/bXIkhfSGnnWM8_koXvmC0CA/modifyMembers"}}},{"userGroup":{"content":{"name":" Two ","id":"b2"},"links":{"self":"/gdc/userGroups/b2"}}}]}}`))
	if err != nil || next != "" || !slices.Equal(ids, []string{"bXIkhfSGnnWM8_koXvmC0CA", "b2"}) || !slices.Equal(names, []string{"group_1", "Two"}) {
		t.Errorf("%q %q %q %v", ids, names, next, err)
	}
}

func TestListsThatAreNoneAreErrors(t *testing.T) {
	for _, body := range []string{"{}", `{"userGroups":{}}`, `{"userGroupMembers":{"paging":{}}}`, `{"internalProjectRoles":{}}`, `{"userGroups":null}`} {
		if _, _, _, err := gooddata.DecodeGroups([]byte(body)); err == nil {
			t.Errorf("%s is read as groups", body)
		}
		if _, _, err := gooddata.DecodeProfiles([]byte(body)); err == nil {
			t.Errorf("%s is read as members of a group", body)
		}
		if _, err := gooddata.DecodeRoles([]byte(body)); err == nil {
			t.Errorf("%s is read as roles", body)
		}
	}
}

func BenchmarkDecodeMembers(b *testing.B) {
	ids := make([]string, 1000)
	for i := range ids {
		ids[i] = personID(i)
	}
	page := []byte(usersPage("gukitosskabcqym1mefzbs0v4fdtfxjj", ids, ""))
	for _, c := range []struct {
		name   string
		decode func([]byte) (int, error)
	}{
		{"own", gooddata.DecodeMembersOnly},
		{"encoding-json", func(body []byte) (int, error) {
			var page slowPage
			err := json.Unmarshal(body, &page)
			return len(page.Users), err
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if n, err := c.decode(page); err != nil || n != len(ids) {
					b.Fatal(n, err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(ids)), "ns/member")
		})
	}
}
