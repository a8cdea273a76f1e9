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

// FuzzAccounts compares with what encoding/json reads.
func FuzzAccounts(f *testing.F) {
	f.Add(recorded)
	f.Add(one(`"login":"a@x.com","ipWhitelist":[],"timezone":"Europe/Prague"`))
	f.Add(one(`"links":{"self":"/gdc/account/profile/a%20b?c"},"authenticationModes":["\ud800",""]`))
	f.Add(`{"accountSettings":{"items":[{}]}}`)
	f.Add(one(`"login":"a@x.com","firstName":"Zo\xeb"`))
	f.Add(one(`"login":"a@x.com","firstName":"Ann"}},{"accountSetting":{"login":"b@x.com","FIRSTNAME":"Bob"`))
	f.Fuzz(func(t *testing.T, body string) {
		members, _, err := gooddata.DecodeAccounts([]byte(body))
		if err != nil {
			return
		}
		var plain struct {
			Settings struct {
				Items []struct {
					Account struct {
						First any `json:"firstName"`
					} `json:"accountSetting"`
				} `json:"items"`
			} `json:"accountSettings"`
		}
		if json.Unmarshal([]byte(body), &plain) != nil {
			return // easyjson minds less
		}
		if strings.Count(body, "accountSetting") != len(members)+1 || strings.Contains(body, `\`) || !utf8.ValidString(body) ||
			!plainNames([]byte(body), "accountSettings", "items", "accountSetting", "firstName") {
			return // what is no UTF-8, and keys written otherwise or twice, may be read differently
		}
		if len(members) != len(plain.Settings.Items) {
			t.Fatalf("%d accounts, encoding/json reads %d", len(members), len(plain.Settings.Items))
		}
		for i, item := range plain.Settings.Items {
			if first, ok := item.Account.First.(string); ok && first != members[i].Profile[brick.FirstName] {
				t.Errorf("first name %q, encoding/json reads %q", members[i].Profile[brick.FirstName], first)
			}
			for _, f := range []brick.Field{brick.AuthenticationModes, brick.IPWhitelist} {
				if list := members[i].Profile.List(f); !slices.Equal(brick.Set(list), list) {
					t.Errorf("%v is no set: %q", f, list)
				}
			}
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
