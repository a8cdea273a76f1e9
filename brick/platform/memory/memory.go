// Package memory is a platform that lives in maps and forgets everything at
// the end. It is the reference for connectors: what [platform.Driver] demands
// is written here in the fewest words. It is also what the tests of other
// packages run on, since it counts, remembers passwords and fails on demand.
//
//	Apply ─► one change at a time ─► check all of it ─► one effect, or none
package memory

import (
	"context"
	"maps"
	"slices"
	"sync"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// DefaultDataProduct is the data product of projects that name none.
const DefaultDataProduct = "default"

// Organization describes an organization to start with: its accounts, of
// which Login and Profile count, and its projects.
type Organization struct {
	Name     string
	Accounts []brick.Member
	Projects []Project
}

// Project describes a project to start with. It has a client when ClientID is
// set; an empty DataProduct is [DefaultDataProduct].
type Project struct {
	platform.Project
	DataProduct string
	Segment     string
	Roles       []brick.Role
	Groups      []string
	Members     []brick.Member // of which a zero Status means enabled
}

// Client describes a client that has no project yet.
type Client struct {
	Organization string
	DataProduct  string
	ID           string
	Segment      string
}

// Platform holds organizations and projects. Use [New] to make one.
type Platform struct {
	// Hooks and SelfLogin are set before the first call and not changed
	// afterwards.
	Hooks     Hooks
	SelfLogin brick.Login // what Self returns; empty: no account of its own
	Size      int         // changes that one Apply may carry; 0 means 100
	Idle      []Client    // clients without a project

	mu            sync.Mutex
	organizations map[string]map[brick.Login]brick.Profile
	projects      map[string]*project
	passwords     map[brick.Login][]string
	counts        Counts
}

// project is a project with the organization whose accounts its members have.
type project struct {
	Project
	organization string
	groups       map[string]string // folded name to name
	members      map[brick.Login]brick.Member
}

// New returns a platform that holds the organizations as they are described;
// logins lose their letter case, nothing else is checked.
func New(organizations ...Organization) *Platform {
	p := &Platform{
		organizations: map[string]map[brick.Login]brick.Profile{},
		projects:      map[string]*project{},
		passwords:     map[brick.Login][]string{},
	}
	for _, o := range organizations {
		accounts := map[brick.Login]brick.Profile{}
		for _, a := range o.Accounts {
			accounts[fold(a.Login)] = a.Profile
		}
		p.organizations[o.Name] = accounts
		for _, described := range o.Projects {
			p.projects[described.ID] = begin(o.Name, described)
		}
	}
	return p
}

// begin makes a project with its first groups and members.
func begin(organization string, described Project) *project {
	pr := &project{
		Project:      described,
		organization: organization,
		groups:       map[string]string{},
		members:      map[brick.Login]brick.Member{},
	}
	if pr.DataProduct == "" {
		pr.DataProduct = DefaultDataProduct
	}
	for _, g := range described.Groups {
		pr.groups[brick.Fold(g)] = g
	}
	for _, m := range described.Members {
		m.Login, m.Profile = fold(m.Login), brick.Profile{}
		m.Status = max(m.Status, brick.Enabled)
		m.Roles, m.Groups = brick.Set(m.Roles), brick.FoldSet(m.Groups)
		pr.members[m.Login] = m
	}
	return pr
}

// Features says that a call may carry [Platform.Size] changes and that eight
// calls at once are useful.
func (p *Platform) Features() platform.Features {
	size := p.Size
	if size == 0 {
		size = 100
	}
	return platform.Features{Batch: size, Concurrency: 8}
}

// Close does nothing: whoever holds the platform can still look at it.
func (p *Platform) Close() error { return nil }

// Self returns [Platform.SelfLogin].
func (p *Platform) Self(ctx context.Context) (brick.Login, error) {
	return p.SelfLogin, stopped(ctx)
}

// project returns a project, or an error of kind NotFound. The caller holds
// the lock.
func (p *Platform) project(s brick.Scope) (*project, error) {
	pr, ok := p.projects[s.ID]
	if s.Level != brick.ProjectLevel || !ok {
		return nil, &brick.Error{Kind: brick.NotFound, Scope: s}
	}
	return pr, nil
}

// everyone returns the members of a scope in login order.
func (p *Platform) everyone(s brick.Scope) ([]brick.Member, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counts.Lists++
	if s.Level == brick.OrganizationLevel {
		accounts, ok := p.organizations[s.ID]
		if !ok {
			return nil, &brick.Error{Kind: brick.NotFound, Op: "list", Scope: s}
		}
		var members []brick.Member
		for _, login := range slices.Sorted(maps.Keys(accounts)) {
			members = append(members, brick.Member{Login: login, Status: brick.Enabled, Profile: accounts[login]})
		}
		return members, nil
	}
	pr, err := p.project(s)
	if err != nil {
		return nil, err
	}
	var members []brick.Member
	for _, login := range slices.Sorted(maps.Keys(pr.members)) {
		members = append(members, pr.members[login])
	}
	return members, nil
}

// fold keeps two spellings of one login from becoming two people.
func fold(l brick.Login) brick.Login { return brick.Login(brick.Fold(string(l))) }

// stopped returns nil, or an error of kind Interrupted when ctx has ended.
func stopped(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return &brick.Error{Kind: brick.Interrupted, Err: err}
	}
	return nil
}
