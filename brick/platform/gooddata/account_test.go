package gooddata_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"users-brick/brick"
	"users-brick/brick/platform/gooddata"
)

// recorded is a page as the platform wrote it, cut to two accounts.
const recorded = `{"accountSettings":{"paging":{"offset":0,"count":2},"items":[{"accountSetting":{"links":{"self":"/gdc/account/profile/5ad80b","projects":"/gdc/account/profile/5ad80b/projects"},"firstName":"the","lastName":"1","companyName":"","position":null,"created":"2017-02-10 12:18:01","updated":"2018-06-05 11:23:01","country":null,"phoneNumber":"","authenticationModes":["PASSWORD","SSO"],"login":"Admin@Example.com","timezone":null,"ssoProvider":"test-ruby","email":"admin@example.com","language":"en-US","ipWhitelist":null,"effectiveIpWhitelist":null}},{"accountSetting":{"links":{"self":"/gdc/account/profile/6f3f51","projects":"/gdc/account/profile/6f3f51/projects"},"firstName":"the","lastName":"9056916","companyName":null,"position":null,"created":"2017-02-22 11:16:37","updated":"2018-06-07 16:12:11","country":null,"phoneNumber":null,"authenticationModes":[],"login":"tester@example.com","timezone":null,"ssoProvider":"","email":"gemtest9056916@example.com","language":"en-US","ipWhitelist":null,"effectiveIpWhitelist":null}}]}}`

func decodeAll(t testing.TB, body string) []brick.Member {
	t.Helper()
	members, _, err := gooddata.DecodeAccounts([]byte(body))
	if err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return members
}

// one is a page with one account of these fields.
func one(fields string) string {
	return `{"accountSettings":{"items":[{"accountSetting":{` + fields + `}}]}}`
}

func TestARecordedPageIsRead(t *testing.T) {
	have := decodeAll(t, recorded)
	want := []brick.Member{
		{Login: "admin@example.com", Status: brick.Enabled, Ref: "5ad80b", Profile: brick.Profile{
			brick.FirstName: "the", brick.LastName: "1", brick.Email: "admin@example.com", brick.SSOProvider: "test-ruby",
			brick.Language: "en-US", brick.AuthenticationModes: "password,sso",
		}},
		{Login: "tester@example.com", Status: brick.Enabled, Ref: "6f3f51", Profile: brick.Profile{
			brick.FirstName: "the", brick.LastName: "9056916", brick.Email: "gemtest9056916@example.com", brick.Language: "en-US",
		}},
	}
	if fmt.Sprint(have) != fmt.Sprint(want) {
		t.Errorf("have %+v\nwant %+v", have, want)
	}
}

func TestAttributesAreReadWhateverTheirOrderAndForm(t *testing.T) {
	fields := []string{
		`"phoneNumber":420123`, `"country":"Česko \"\u017d\""`, `"position":null`, `"companyName":{"odd":[1,{"x":2}]}`,
		`"authenticationModes":["SSO","Smart-Card","PASSWORD","SSO"]`, `"ipWhitelist":["198.51.100.0/24"," 192.0.2.1"]`,
		`"login":"a@x.com"`, `"links":{"self":"/gdc/account/profile/abc","more":null}`, `"new":[[],{}]`, `"effectiveIpWhitelist":[]`,
	}
	want := brick.Profile{
		brick.Phone: "420123", brick.Country: `Česko "Ž"`,
		brick.AuthenticationModes: "password,smart-card,sso", brick.IPWhitelist: "192.0.2.1,198.51.100.0/24",
	}
	for range fields {
		fields = append(fields[1:], fields[0])
		m := decodeAll(t, one(strings.Join(fields, ",")))[0]
		if m.Profile != want || m.Login != "a@x.com" || m.Ref != "abc" {
			t.Errorf("have %+v, want %+v", m, want)
		}
	}
}

func TestAnEmptyListOfAddressesIsNotNone(t *testing.T) {
	for list, want := range map[string]string{
		`[]`: "abc?ip=none", `null`: "abc", `["192.0.2.1"]`: "abc",
	} {
		m := decodeAll(t, one(`"links":{"self":"/gdc/account/profile/abc"},"ipWhitelist":`+list))[0]
		if m.Ref != want {
			t.Errorf("%s: Ref %q, want %q", list, m.Ref, want)
		}
	}
}

func TestAttributesOfOneAccountDoNotStickToTheNext(t *testing.T) {
	members := decodeAll(t, `{"accountSettings":{"items":[
		{"accountSetting":{"links":{"self":"/gdc/account/profile/a"},"timezone":"UTC","ipWhitelist":[],"firstName":"A","authenticationModes":["SSO"]}},
		{"accountSetting":{"links":{"self":"/gdc/account/profile/b"}}}]}}`)
	if second := members[1]; second.Profile != (brick.Profile{}) || second.Ref != "b" {
		t.Errorf("the second account is %+v", second)
	}
}

func TestAPageThatIsNoneIsAnError(t *testing.T) {
	for _, body := range []string{
		``, `{}`, `null`, `[]`, `{"accountSettings":null}`, `{"accountSettings":{}}`, `{"accountSettings":{"items":null}}`,
		`{"asyncTask":{"links":{"poll":"/gdc/x"}}}`, recorded[:len(recorded)-1], recorded + "}", `{"accountSettings":{"items":[{"accountSetting":{"login":`,
	} {
		if _, _, err := gooddata.DecodeAccounts([]byte(body)); err == nil {
			t.Errorf("%q is taken for a page", body)
		}
	}
}

func TestAPageWithoutAccountsIsOne(t *testing.T) {
	if members := decodeAll(t, `{"accountSettings":{"paging":{"offset":0,"count":0},"items":[]}}`); len(members) != 0 {
		t.Errorf("%v", members)
	}
}

func TestThePageNamesTheNext(t *testing.T) {
	_, next, err := gooddata.DecodeAccounts([]byte(`{"accountSettings":{"paging":{"next":"/gdc/account/domains/acme/users?offset=2"},"items":[]}}`))
	if next != "/gdc/account/domains/acme/users?offset=2" || err != nil {
		t.Error(next, err)
	}
}

func TestAListIsASetHoweverItIsWritten(t *testing.T) {
	for list, want := range map[string]string{
		`["b,a","a"]`: "a,b", `["b,,a"]`: "a,b", `[" a , b "]`: "a,b", `[",",""]`: "", `["a",null,"a"]`: "a",
	} {
		if have := decodeAll(t, one(`"ipWhitelist":`+list))[0].Profile[brick.IPWhitelist]; have != want {
			t.Errorf("%s is read as %q, want %q", list, have, want)
		}
	}
}

// slowAccounts is a page of accounts as encoding/json reads it.
type slowAccounts struct {
	Settings struct {
		Items []struct {
			Account slowAccount `json:"accountSetting"`
		}
		Paging *slowPaging
	} `json:"accountSettings"`
	Paging *slowPaging
}

type slowPaging struct{ Next string }

type slowAccount struct {
	Links struct{ Self string }

	Login, Timezone, FirstName, LastName, Email, SSOProvider any
	Language, CompanyName, Position, Country, PhoneNumber    any

	AuthenticationModes, IPWhitelist []string
}

// readSlowly reads a page with encoding/json; false means that it is none, or
// that it names the next page in two places.
func readSlowly(body string) (members []brick.Member, next string, ok bool) {
	var page slowAccounts
	dec := json.NewDecoder(strings.NewReader(body))
	dec.UseNumber()
	if !json.Valid([]byte(body)) || dec.Decode(&page) != nil || page.Settings.Items == nil || page.Paging != nil && page.Settings.Paging != nil {
		return nil, "", false
	}
	for _, item := range page.Settings.Items {
		members = append(members, item.Account.member())
	}
	if paging := cmp.Or(page.Paging, page.Settings.Paging); paging != nil {
		next = paging.Next
	}
	return members, next, true
}

func (a *slowAccount) member() brick.Member {
	m := brick.Member{Login: brick.Login(brick.Fold(plainText(a.Login))), Status: brick.Enabled}
	for f, value := range map[brick.Field]any{
		brick.FirstName: a.FirstName, brick.LastName: a.LastName, brick.Email: a.Email, brick.SSOProvider: a.SSOProvider, brick.Language: a.Language,
		brick.Company: a.CompanyName, brick.Position: a.Position, brick.Country: a.Country, brick.Phone: a.PhoneNumber,
	} {
		m.Profile[f] = plainText(value)
	}
	m.Profile.SetList(brick.AuthenticationModes, strings.Split(strings.ToLower(strings.Join(a.AuthenticationModes, ",")), ","))
	var networks []string
	for network := range strings.SplitSeq(strings.Join(a.IPWhitelist, ","), ",") {
		networks = append(networks, strings.TrimSpace(network))
	}
	m.Profile.SetList(brick.IPWhitelist, networks)
	self := strings.TrimSuffix(a.Links.Self, "/")
	m.Ref = gooddata.Ref(self[strings.LastIndexByte(self, '/')+1:], plainText(a.Timezone), a.IPWhitelist != nil && len(a.IPWhitelist) == 0)
	return m
}

// plainText is a text or a number as text, and empty for anything else.
func plainText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

var namesInAccounts = []string{
	"accountSettings", "items", "paging", "next", "accountSetting", "links", "self", "login", "timezone", "authenticationModes", "ipWhitelist",
	"firstName", "lastName", "companyName", "phoneNumber", "email", "ssoProvider", "language", "position", "country",
}

// FuzzAccounts demands what [FuzzMembers] does, under the same conditions.
func FuzzAccounts(f *testing.F) {
	f.Add(recorded)
	f.Add(one(`"login":"a@x.com","ipWhitelist":[],"timezone":"Europe/Prague"`))
	f.Add(one(`"links":{"self":"/gdc/account/profile/a%20b?c"},"authenticationModes":["\ud800",""]`))
	f.Add(one(`"firstName":"t` + "\xff" + `e","ipWhitelist":["b,,a","a"],"authenticationModes":["\u0130",null]`))
	f.Add(`{"accountSettings":{"items":[{}]}}`)
	f.Add(`{"accountSettings":{"items":[],"Items":[{}]}}`)
	f.Add(`{"accountSettings":{"items":[{"accountSetting":{"firstName":"a"}}],"items":[]}}`)
	f.Add(`{"paging":{"next":"/gdc/other"},"accountSettings":{"items":[]}}`)
	f.Fuzz(func(t *testing.T, body string) {
		have, next, err := gooddata.DecodeAccounts([]byte(body))
		want, wantNext, ok := readSlowly(body)
		if !ok || !utf8.ValidString(body) || !plainNames([]byte(body), namesInAccounts) {
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

// BenchmarkAccounts reads pages of a thousand; one account must cost less
// than two microseconds.
func BenchmarkAccounts(b *testing.B) {
	items := make([]string, 1000)
	for i := range items {
		items[i] = fmt.Sprintf(`{"accountSetting":{"links":{"self":"/gdc/account/profile/%032x","projects":"/gdc/account/profile/%032x/projects","domain":"/gdc/domains/acme"},"firstName":"First %d","lastName":"Last %d","companyName":null,"position":null,"created":"2020-05-07 10:51:12","updated":"2020-05-07 10:51:12","country":null,"phoneNumber":null,"authenticationModes":["PASSWORD","SSO"],"login":"user%d@example.com","timezone":null,"ssoProvider":null,"email":"user%d@example.com","language":"en-US","ipWhitelist":null,"effectiveIpWhitelist":null}}`, i, i, i, i, i, i)
	}
	body := []byte(`{"accountSettings":{"paging":{"offset":0,"count":1000},"items":[` + strings.Join(items, ",") + `]}}`)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if n, err := gooddata.DecodeOnly(body); n != 1000 || err != nil {
			b.Fatal(n, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/account")
}
