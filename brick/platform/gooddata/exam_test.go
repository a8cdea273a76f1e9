package gooddata_test

import (
	"testing"
	"time"

	"users-brick/brick"
	"users-brick/brick/platform"
	"users-brick/brick/platform/gooddata"
	"users-brick/brick/platform/gooddata/gooddatatest"
	"users-brick/brick/platform/platformtest"
)

// The exam is sat on platforms that differ in everything that nobody knows
// for sure.
func TestExam(t *testing.T) {
	small := gooddatatest.Pages{Accounts: 7, Members: 7, Groups: 3, GroupMembers: 5, Clients: 1}
	for _, c := range []struct {
		name   string
		walks  int
		faults gooddatatest.Faults
	}{
		{"as recorded", 50, gooddatatest.Faults{}},
		{"small pages", 5, gooddatatest.Faults{Pages: small}},
		{"small pages with links", 5, gooddatatest.Faults{Pages: small, NextLinks: true}},
		{"strict about what is sent", 10, gooddatatest.Faults{StrictPut: true, StrictAdd: true, GroupsOfMembers: true, Batch: 10}},
		{"tidy by itself", 10, gooddatatest.Faults{DropGroups: true, NoInternalRoles: 404}},
		{"untidy", 10, gooddatatest.Faults{LeaveDeleted: true, NoInternalRoles: 403}},
		{"short tokens", 5, gooddatatest.Faults{TTUses: 5}},
	} {
		t.Run(c.name, func(t *testing.T) {
			open := func(t *testing.T, state platformtest.State) platform.Driver {
				return open(t, serve(t, stateOf(state), c.faults), gooddata.Options{})
			}
			platformtest.Run(t, open, platformtest.Options{Page: 1000, Walks: c.walks, Refused: brick.NewSecret("short")})
		})
	}
}

const (
	robot         = "robot@elsewhere.example.com"
	robotPassword = "Walks-7qX!by-night"
)

// serve starts a platform that holds a state.
func serve(t testing.TB, state gooddatatest.State, faults gooddatatest.Faults) string {
	t.Helper()
	server, err := gooddatatest.New(state, faults)
	if err != nil {
		t.Fatal(err)
	}
	url, stop := server.Start()
	t.Cleanup(stop)
	return url
}

// open logs in to a platform as its admin.
func open(t testing.TB, url string, o gooddata.Options) *gooddata.Driver {
	t.Helper()
	o.URL, o.Username, o.Password = url, robot, brick.NewSecret(robotPassword)
	o.Web = platform.NewWeb(platform.WebOptions{
		Concurrency: 16, Timeout: time.Minute,
		Retry: platform.Retry{First: time.Millisecond, Most: 50 * time.Millisecond, Deadline: time.Minute},
	})
	d, err := gooddata.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// stateOf is a platform with the organization of a story, and an admin who has
// his account elsewhere.
func stateOf(state platformtest.State) gooddatatest.State {
	org := gooddatatest.Organization{Name: state.Organization, Admins: []string{robot}}
	for _, a := range state.Accounts {
		org.Users = append(org.Users, accountOf(a))
	}
	for _, p := range state.Projects {
		org.Projects = append(org.Projects, projectOf(p))
	}
	elsewhere := gooddatatest.Organization{Name: "elsewhere", Users: []gooddatatest.Account{{Login: robot, FirstName: "Ro", LastName: "Bot", Password: robotPassword}}}
	return gooddatatest.State{Organizations: []gooddatatest.Organization{org, elsewhere}}
}

func accountOf(m brick.Member) gooddatatest.Account {
	p := &m.Profile
	return gooddatatest.Account{
		Login: string(m.Login), FirstName: p[brick.FirstName], LastName: p[brick.LastName], Email: p[brick.Email],
		AuthenticationModes: p.List(brick.AuthenticationModes), SSOProvider: p[brick.SSOProvider], Language: p[brick.Language],
		Company: p[brick.Company], Position: p[brick.Position], Country: p[brick.Country], Phone: p[brick.Phone],
		IPWhitelist: p.List(brick.IPWhitelist),
	}
}

func projectOf(p platformtest.Project) gooddatatest.Project {
	project := gooddatatest.Project{
		ID: p.ID, Title: p.Title, CustomID: p.CustomID, ClientID: p.ClientID, DataProduct: p.DataProduct, Segment: p.Segment,
	}
	for _, id := range p.Roles {
		project.Roles = append(project.Roles, gooddatatest.Role{Identifier: id})
	}
	for _, name := range p.Groups {
		project.Groups = append(project.Groups, gooddatatest.Group{Name: name})
	}
	for _, m := range p.Members {
		project.Members = append(project.Members, gooddatatest.Member{Login: string(m.Login), Status: m.Status, Roles: m.Roles, Groups: m.Groups})
	}
	return project
}
