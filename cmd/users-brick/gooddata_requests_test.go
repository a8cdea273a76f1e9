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

// crowd is a platform with one organization of so many people, the first of
// them viewers of its one project, and a place from where runs are sent to it.
func crowd(t *testing.T, people, members int, mode, file string) *far {
	t.Helper()
	o := gooddatatest.Organization{Name: "acme", Users: []gooddatatest.Account{{Login: robot, FirstName: "Ro", LastName: "Bot", Password: robotPassword, Admin: true}}}
	p := gooddatatest.Project{ID: "one"}
	for i := range people {
		login := fmt.Sprintf("person%05d@example.com", i)
		o.Users = append(o.Users, gooddatatest.Account{Login: login, FirstName: "Person", LastName: "Old", Email: login, Timezone: "Europe/Prague"})
		if i < members {
			p.Members = append(p.Members, gooddatatest.Member{Login: login, Roles: []string{"readOnlyUserRole"}})
		}
	}
	o.Projects = []gooddatatest.Project{p}
	server, err := gooddatatest.New(gooddatatest.State{Organizations: []gooddatatest.Organization{o}}, gooddatatest.Faults{})
	if err != nil {
		t.Fatal(err)
	}
	url, stop := server.Start()
	t.Cleanup(stop)
	found, _ := modes.Find(mode)
	f := &far{site: &site{t: t, dir: t.TempDir()}, server: server, mode: found}
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
	f := crowd(t, people, people, "sync_project", file.String())
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

// Nobody knows the accounts of newcomers in a mode without the organization,
// and groups know nothing else of people: each page of the list that shows a
// thousand of them is one more request, and so is each thousand that a group
// takes in.
func TestNewcomersWithGroupsCostLittleMore(t *testing.T) {
	const members, newcomers = 3000, 12_000
	groups := []string{"Sales", "Support"}
	var file strings.Builder
	file.WriteString("login,user_groups\n")
	for i := range members + newcomers {
		group := ""
		if i >= members {
			group = groups[i%2]
		}
		fmt.Fprintf(&file, "person%05d@example.com,%s\n", i, group)
	}
	f := crowd(t, members+newcomers, members, "sync_project", file.String())
	if code, report := f.run(); code != 0 {
		t.Fatalf("exit %d:\n%s", code, report.text)
	}
	const batches = 4 // of 1000, 2000, 4000 and 5000
	pages, changes, further := members/1000, newcomers/100, newcomers/1000
	moves := len(groups) * (1 + further/len(groups) + batches) // each group is made, and takes people in for each batch
	const guessed = 16                                         // pages that are asked for in vain, since the file has more rows than the project members
	n := f.server.Counts()
	if most := pages + changes + further + guessed + moves + around; n.Requests > most {
		t.Errorf("%d requests, want at most %d: %v", n.Requests, most, n.Endpoints)
	}
	if read := f.pagesAfterWriting(); read > further+2*batches {
		t.Errorf("%d pages show %d newcomers of %d batches", read, newcomers, batches)
	}
	inside := map[string]int{}
	for _, m := range f.server.State().Organizations[0].Projects[0].Members {
		inside[strings.Join(m.Groups, " and ")]++
	}
	if inside["Sales"] != newcomers/2 || inside["Support"] != newcomers/2 {
		t.Errorf("people are in groups: %v", inside)
	}
}

// pagesAfterWriting is how many pages of members were asked for once members
// had been changed.
func (f *far) pagesAfterWriting() (pages int) {
	writes := false
	for _, r := range f.server.Requests() {
		switch r.Endpoint {
		case "POST /gdc/projects/{project}/users":
			writes = true
		case "GET /gdc/projects/{project}/users":
			if writes {
				pages++
			}
		}
	}
	return pages
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
	f := crowd(t, people, people, "add_to_organization", file)
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
