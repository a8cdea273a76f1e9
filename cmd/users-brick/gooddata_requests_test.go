package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform/gooddata/gooddatatest"
	"users-brick/modes"
)

// crowd is a platform with one organization of so many people, all of them
// viewers of its one project, and a place from where runs are sent to it.
func crowd(t *testing.T, people int, mode, file string) *far {
	t.Helper()
	o := gooddatatest.Organization{Name: "acme", Users: []gooddatatest.Account{{Login: robot, FirstName: "Ro", LastName: "Bot", Password: robotPassword, Admin: true}}}
	p := gooddatatest.Project{ID: "one"}
	for i := range people {
		login := fmt.Sprintf("person%05d@example.com", i)
		o.Users = append(o.Users, gooddatatest.Account{Login: login, FirstName: "Person", LastName: "Old", Email: login, Timezone: "Europe/Prague"})
		p.Members = append(p.Members, gooddatatest.Member{Login: login, Roles: []string{"readOnlyUserRole"}})
	}
	o.Projects = []gooddatatest.Project{p}
	server, err := gooddatatest.New(gooddatatest.State{Organizations: []gooddatatest.Organization{o}}, gooddatatest.Faults{})
	if err != nil {
		t.Fatal(err)
	}
	url, stop := server.Start()
	t.Cleanup(stop)
	found, _ := modes.Find(mode)
	f := &far{site: &site{t, t.TempDir()}, server: server, mode: found}
	f.write("users.csv", file)
	params, err := json.Marshal(map[string]any{
		"sync_mode": mode, "organization": "acme", "project": "one", "input_source": "users.csv",
		"platform": map[string]string{"type": "gooddata", "url": url, "username": robot, "password": robotPassword},
	})
	if err != nil {
		t.Fatal(err)
	}
	f.write("params.json", string(params))
	return f
}

// around is how many requests a run may send beside the pages and the
// changes: login and logout, the description of the project and its roles,
// and one page to be sure of the end of each listing.
const around = 6

func TestAProjectTakesAPageForAThousandAndARequestForAHundred(t *testing.T) {
	const people = 2500
	var file strings.Builder
	file.WriteString("login,role\n")
	updated, disabled := 0, 0
	for i := range people {
		switch {
		case i%10 == 1:
			disabled++
		case i%5 == 0:
			updated++
			fmt.Fprintf(&file, "person%05d@example.com,editor\n", i)
		default:
			fmt.Fprintf(&file, "person%05d@example.com,viewer\n", i)
		}
	}
	f := crowd(t, people, "sync_project", file.String())
	if code, report := f.run(); code != 0 {
		t.Fatalf("exit %d:\n%s", code, report.text)
	}
	pages, changes := (people+999)/1000, (updated+99)/100+(disabled+99)/100
	if n := f.server.Counts(); n.Requests > pages+changes+around || n.Writes != changes {
		t.Errorf("%d requests, %d of them writing; want at most %d, and %d", n.Requests, n.Writes, pages+changes+around, changes)
	}
	if have := f.server.State().Organizations[0].Projects[0].Members; len(have) != people || have[1].Status != brick.Disabled {
		t.Errorf("%d members are left, the second is %+v", len(have), have[1])
	}
}

func TestAnOrganizationTakesOneListingAndARequestForEachChange(t *testing.T) {
	const people = 1200
	file := "login,last_name\n"
	for i := range people {
		name := "Old"
		if i%40 == 0 {
			name = "New"
		}
		file += fmt.Sprintf("person%05d@example.com,%s\n", i, name)
	}
	const created = 25
	for i := range created {
		file += fmt.Sprintf("newcomer%d@example.com,New\n", i)
	}
	f := crowd(t, people, "add_to_organization", file)
	if code, report := f.run(); code != 0 {
		t.Fatalf("exit %d:\n%s", code, report.text)
	}
	changes := people/40 + created
	if n := f.server.Counts(); n.Writes != changes || n.Requests > changes+2+around {
		t.Errorf("%d requests, %d of them writing; want at most %d, and %d", n.Requests, n.Writes, changes+2+around, changes)
	}
	for _, r := range f.server.Requests() {
		if r.Method == http.MethodGet && strings.Contains(r.Path, "login=") {
			t.Errorf("somebody is looked up: %s", r.Path)
		}
	}
}
