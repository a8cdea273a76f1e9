package gooddatatest_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform/gooddata/gooddatatest"
)

// city is one project with n members.
func city(n int) gooddatatest.State {
	o := gooddatatest.Organization{Name: "acme", Projects: []gooddatatest.Project{{ID: "p1"}}}
	p := &o.Projects[0]
	for i := range n {
		login := fmt.Sprintf("user%06d@example.com", i)
		o.Users = append(o.Users, gooddatatest.Account{Login: login, FirstName: "User", LastName: "Example", Email: login})
		p.Members = append(p.Members, gooddatatest.Member{Login: login, Roles: []string{"readOnlyUserRole"}, Status: brick.Enabled})
	}
	return gooddatatest.State{Organizations: []gooddatatest.Organization{o}}.WithAdmin("boss@example.com", "boss-secret")
}

// asker asks a platform without any connection.
func asker(b *testing.B, server *gooddatatest.Server) func(method, path, body string) {
	b.Helper()
	ask := func(method, path, body string, headers ...string) *http.Response {
		request, err := http.NewRequest(method, "http://platform"+path, strings.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		for i := 0; i < len(headers); i += 2 {
			request.Header.Set(headers[i], headers[i+1])
		}
		response, err := server.Transport().RoundTrip(request)
		if err != nil || response.StatusCode != 200 {
			b.Fatalf("%s %s: %+v, %v", method, path, response, err)
		}
		io.Copy(io.Discard, response.Body)
		return response
	}
	tt := ask("POST", "/gdc/account/login", loginBody("boss", "boss-secret")).Header.Get("X-GDC-AuthTT")
	return func(method, path, body string) { ask(method, path, body, "X-GDC-AuthTT", tt) }
}

func BenchmarkRequests(b *testing.B) {
	server, err := gooddatatest.New(city(100_000), gooddatatest.Faults{TTLifetime: 1 << 40})
	if err != nil {
		b.Fatal(err)
	}
	ask := asker(b, server)
	var entries []string
	for i := range 100 {
		entries = append(entries, entry(fmt.Sprintf("user%06d@example.com", i*997), "ENABLED", 5))
	}
	changes := batch(entries...)
	b.Run("page of 1000 members", func(b *testing.B) {
		for i := range b.N {
			ask("GET", fmt.Sprintf("%s?limit=1000&offset=%d", p1Users, i%100*1000), "")
		}
	})
	b.Run("page of 1000 accounts", func(b *testing.B) {
		for i := range b.N {
			ask("GET", fmt.Sprintf("%s?limit=1000&offset=%d", acmeUsers, i%100*1000), "")
		}
	})
	b.Run("batch of 100 members", func(b *testing.B) {
		for range b.N {
			ask("POST", p1Users, changes)
		}
	})
}

func BenchmarkNew(b *testing.B) {
	state := city(100_000)
	for b.Loop() {
		if _, err := gooddatatest.New(state, gooddatatest.Faults{}); err != nil {
			b.Fatal(err)
		}
	}
}
