package platformtest

import (
	"fmt"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// State is what a candidate holds when a story begins: one organization with
// its accounts and projects.
type State struct {
	Organization string
	Accounts     []brick.Member // Login and Profile count
	Projects     []Project
}

// Project is a project to begin with. Every login of its Members has an
// account, and their roles and groups are its own. DataProduct is never empty.
type Project struct {
	platform.Project
	DataProduct string
	Segment     string
	Roles       []string // role identifiers
	Groups      []string // only where the candidate is a platform.Groups
	Members     []brick.Member
}

// Scope returns the project's scope.
func (p Project) Scope() brick.Scope { return brick.Project(p.ID) }

const organization = "acme"

// The people of the stories. Nobody has no account.
const (
	ann    brick.Login = "ann@example.com"
	ben    brick.Login = "ben@example.com"
	cem    brick.Login = "cem@example.com"
	dora   brick.Login = "dora@example.com"
	nobody brick.Login = "nobody@example.com"
)

// The scopes of the stories. Away does not exist.
var (
	acme  = brick.Organization(organization)
	first = brick.Project("p1")
	empty = brick.Project("p2")
	away  = brick.Project("no-such-project")
)

// town is where most stories begin: in the first project ann is an enabled
// admin and ben a disabled viewer; the second project has no member.
func town() State {
	roles := []string{"admin", "editor", "viewer"}
	state := State{Organization: organization}
	for _, login := range []brick.Login{ann, ben, cem, dora} {
		state.Accounts = append(state.Accounts, account(login, login.Local()))
	}
	state.Projects = []Project{
		{
			Project:     platform.Project{ID: first.ID, Title: "First project", CustomID: "custom-1", ClientID: "client-1"},
			DataProduct: "default",
			Roles:       roles,
			Members:     []brick.Member{member(ann, brick.Enabled, "admin"), member(ben, brick.Disabled, "viewer")},
		},
		{
			Project:     platform.Project{ID: empty.ID, Title: "Second project", ClientID: "client-2"},
			DataProduct: "default", Segment: "silver",
			Roles: roles,
		},
	}
	return state
}

// townWithGroups is the town whose first project has the groups Sales and
// Support, with ann in Sales.
func townWithGroups() State {
	state := town()
	state.Projects[0].Groups = []string{"Sales", "Support"}
	state.Projects[0].Members[0].Groups = []string{"Sales"}
	return state
}

// crowd is one project in which every one of n accounts is a viewer.
func crowd(n int) State {
	state := State{Organization: organization}
	project := Project{
		Project:     platform.Project{ID: first.ID, Title: "Crowd"},
		DataProduct: "default",
		Roles:       []string{"admin", "viewer"},
	}
	for i := range n {
		login := brick.Login(fmt.Sprintf("user%06d@example.com", i))
		state.Accounts = append(state.Accounts, account(login, "User"))
		project.Members = append(project.Members, member(login, brick.Enabled, "viewer"))
	}
	state.Projects = []Project{project}
	return state
}

// mixedCrowd is a crowd in which every second member is disabled.
func mixedCrowd(n int) State {
	state := crowd(n)
	members := state.Projects[0].Members
	for i := range members {
		members[i].Status = []brick.Status{brick.Enabled, brick.Disabled}[i%2]
	}
	return state
}

// crowdInGroups is a crowd in which every second member is in a group.
func crowdInGroups(n int) State {
	state := crowd(n)
	state.Projects[0].Groups = []string{"Sales"}
	members := state.Projects[0].Members
	for i := 0; i < n; i += 2 {
		members[i].Groups = []string{"Sales"}
	}
	return state
}

// account returns an account with a name and an email address.
func account(login brick.Login, firstName string) brick.Member {
	m := brick.Member{Login: login, Status: brick.Enabled}
	m.Profile[brick.FirstName], m.Profile[brick.LastName], m.Profile[brick.Email] = firstName, "Example", string(login)
	return m
}

func member(login brick.Login, status brick.Status, roles ...string) brick.Member {
	return brick.Member{Login: login, Status: status, Roles: roles}
}
