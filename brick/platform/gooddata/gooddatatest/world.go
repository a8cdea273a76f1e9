package gooddatatest

import (
	"slices"

	"users-brick/brick"
)

// world is what the platform holds. Whoever reads or changes it holds the
// server's lock.
type world struct {
	organizations []*organization
	domains       map[string]*organization // by name
	logins        map[string]*account      // by login in lower case
	profiles      map[string]*account      // by profile id
	projects      map[string]*project
	groups        map[string]*group
	spentIDs      map[string]bool // of accounts that were deleted
}

type organization struct {
	name     string
	path     string // its URI
	accounts roster[account]
	admins   map[string]bool // logins beside those of accounts that are admins
	projects []*project
	products []*product
	clients  []*client
}

// account is one account, or what its deletion left behind in projects.
type account struct {
	org              *organization // nil for what was left behind
	id, login        string
	password         string
	admin            bool
	texts            [numTexts]text
	modes            []string // in lower case
	whitelist        []string // nil: none
	created, updated string
	projects         []*project // of which he is a member
	groups           []*group   // in which he is
}

// text is a text that may be null on the wire.
type text struct {
	string
	given bool
}

type project struct {
	Project // as the state has it, but for members, groups and metadata
	org     *organization
	roles   []*role
	members roster[member]
	groups  roster[group]
	named   map[string]*group // by folded name
	data    map[string]string // metadata
	created string
	path    string // its URI
}

type role struct {
	Role
	uri   string
	admin bool
}

type member struct {
	account *account
	status  brick.Status
	roles   []*role
}

type group struct {
	id, name, description string
	described             bool // the description is not null
	project               *project
	members               roster[account]
	nested                []*group // that are members, too
	created, updated      string
}

type product struct {
	id       string
	segments []*Segment
}

type client struct {
	id, product, segment string
	project              *project // nil: none yet
}

func (a *account) uri() string { return profilePath + a.id }
func (p *project) uri() string { return p.path }

func (o *organization) uri() string { return o.path }

// role returns the role of an identifier or, by uri, of a number.
func (p *project) role(is func(*role) bool) *role {
	if i := slices.IndexFunc(p.roles, is); i >= 0 {
		return p.roles[i]
	}
	return nil
}

// isAdmin reports whether the member may change his project.
func (m *member) isAdmin() bool {
	return m.status == brick.Enabled && slices.ContainsFunc(m.roles, func(r *role) bool { return r.admin })
}

// isAdmin reports whether an account may do everything in an organization.
func (o *organization) isAdmin(a *account) bool {
	return a.org == o && a.admin || o.admins[a.login]
}

// join makes somebody a member of a project, or changes what he is there.
func (p *project) join(m *member) {
	if p.members.get(m.account.id) == nil {
		m.account.projects = append(m.account.projects, p)
	}
	p.members.put(m.account.id, m)
}

// leave ends a membership; the groups keep him unless they are to drop him.
func (p *project) leave(a *account, dropGroups bool) {
	p.members.drop(a.id)
	a.projects = slices.DeleteFunc(a.projects, func(other *project) bool { return other == p })
	if dropGroups {
		p.leaveGroups(a)
	}
}

func (p *project) leaveGroups(a *account) {
	for _, g := range slices.Clone(a.groups) {
		if g.project == p {
			g.leave(a)
		}
	}
}

// join puts somebody into a group.
func (g *group) join(a *account) {
	if g.members.get(a.id) == nil {
		g.members.put(a.id, a)
		a.groups = append(a.groups, g)
	}
}

// leave takes somebody out of a group, if he is in it.
func (g *group) leave(a *account) {
	g.members.drop(a.id)
	a.groups = slices.DeleteFunc(a.groups, func(other *group) bool { return other == g })
}

// addGroup makes a group.
func (w *world) addGroup(p *project, g *group) {
	g.project = p
	p.groups.put(g.id, g)
	p.named[brick.Fold(g.name)] = g
	w.groups[g.id] = g
}

// newID returns the id of a new account: that which its login gives, unless
// it was another's.
func (w *world) newID(login string) string {
	seed := login
	for {
		id := profileID(seed)
		if w.profiles[id] == nil && !w.spentIDs[id] {
			return id
		}
		seed += " again"
	}
}

// remove deletes an account. What it was a member of forgets it, or keeps it
// under a login that begins with deleted-.
func (w *world) remove(a *account, leaveBehind bool) {
	a.org.accounts.drop(a.id)
	delete(w.logins, a.login)
	delete(w.profiles, a.id)
	w.spentIDs[a.id] = true
	for _, o := range w.organizations {
		delete(o.admins, a.login)
	}
	if leaveBehind {
		a.login, a.org = deletedPrefix+a.id+"-"+a.login, nil
		return
	}
	for _, p := range slices.Clone(a.projects) {
		p.leave(a, false)
	}
	for _, g := range slices.Clone(a.groups) { // also of projects of which he is no member
		g.leave(a)
	}
}
