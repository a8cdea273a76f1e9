package gooddatatest_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"users-brick/brick/platform/gooddata/gooddatatest"
)

func FuzzRequests(f *testing.F) {
	for _, seed := range [][3]string{
		{"POST", acmeUsers, setting(eve)},
		{"PUT", "/gdc/account/profile/a11", setting(`"firstName":"A","lastName":"B","ipWhitelist":null`)},
		{"DELETE", "/gdc/account/profile/be1", ""},
		{"GET", acmeUsers + "?offset=1&limit=2", ""},
		{"POST", p1Users, batch(entry("d0a", "ENABLED", 4), entry("ann@example.com", "DISABLED"))},
		{"DELETE", p1Users + "/a11", ""},
		{"POST", "/gdc/userGroups", group("New")},
		{"PUT", "/gdc/userGroups/bsupport", group("New")},
		{"POST", "/gdc/userGroups/bsupport/modifyMembers", modify("SET", "a11")},
		{"GET", groupsOfP1 + "&offset=YWZ0ZXIgMQ&limit=1", ""},
		{"POST", "/gdc/projects/p1/dataload/metadata", `{"metadataItem":{"key":"k","value":"v"}}`},
		{"GET", "/gdc/domains/acme/clients?offset=1", ""},
		{"POST", "/gdc/account/login", loginBody("boss", "boss-secret")},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, method, path, body string) {
		server := platform(t, gooddatatest.Faults{LeaveDeleted: len(body)%2 == 0})
		if err := server.AllowSST("boss@example.com", "sst"); err != nil {
			t.Fatal(err)
		}
		first, err := http.NewRequest("GET", "http://platform/gdc/account/token", nil)
		if err != nil {
			t.Fatal(err)
		}
		first.Header.Set("X-GDC-AuthSST", "sst")
		token, err := server.Transport().RoundTrip(first)
		if err != nil {
			t.Fatal(err)
		}
		request, err := http.NewRequest(method, "http://platform/"+strings.TrimPrefix(path, "/"), strings.NewReader(body))
		if err != nil {
			t.Skip()
		}
		request.Header.Set("X-GDC-AuthTT", token.Header.Get("X-GDC-AuthTT"))
		request.Header.Set("Content-Type", "application/json")
		response, err := server.Transport().RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode < 200 || response.StatusCode > 499 {
			t.Errorf("%s %s answers %d %s, %v", method, path, response.StatusCode, text, err)
		}
		if len(text) > 0 {
			decoded[any](reply{t: t, body: string(text)})
		}
		state := server.State()
		same(t, held(t, state), state)
	})
}
