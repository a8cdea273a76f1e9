package gooddatatest

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"

	"users-brick/brick"
)

// builder makes a world of a normal state that has been checked.
type builder struct {
	*world
	now  string
	left map[string]*account // what deletions left behind, by login
}

func build(s State, now string) *world {
	b := &builder{now: now, left: map[string]*account{}, world: &world{
		domains: map[string]*organization{}, logins: map[string]*account{}, profiles: map[string]*account{},
		projects: map[string]*project{}, groups: map[string]*group{}, spentIDs: map[string]bool{},
	}}
	for i := range s.Organizations {
		b.organization(&s.Organizations[i])
	}
	for i, o := range s.Organizations { // members may be of another organization
		for j := range o.Projects {
			b.project(b.organizations[i], o.Projects[j])
		}
		b.lifecycle(b.organizations[i], o)
	}
	return b.world
}

func (b *builder) organization(o *Organization) {
	org := &organization{name: o.Name, path: domainPath + url.PathEscape(o.Name), admins: map[string]bool{}}
	b.organizations = append(b.organizations, org)
	b.domains[o.Name] = org
	for _, login := range o.Admins {
		org.admins[login] = true
	}
	// A platform lists accounts in no order that means anything: that of their
	// ids, here.
	accounts := make([]*account, len(o.Users))
	for i := range o.Users {
		accounts[i] = newAccount(org, &o.Users[i], b.now)
	}
	slices.SortFunc(accounts, by(func(a *account) string { return a.id }))
	for _, a := range accounts {
		b.addAccount(a)
	}
}

func (w *world) addAccount(a *account) {
	a.org.accounts.put(a.id, a)
	w.logins[a.login], w.profiles[a.id] = a, a
}

func newAccount(org *organization, from *Account, now string) *account {
	a := &account{
		org: org, id: cmp.Or(from.ID, profileID(from.Login)), login: from.Login, password: from.Password, admin: from.Admin,
		modes: from.AuthenticationModes, whitelist: from.IPWhitelist, created: now, updated: now,
	}
	for i, value := range from.texts() {
		a.texts[i] = text{*value, *value != ""}
	}
	return a
}

func (b *builder) project(org *organization, from Project) {
	p := &project{Project: from, org: org, named: map[string]*group{}, data: map[string]string{}, created: b.now, path: projectPath + url.PathEscape(from.ID)}
	p.Members, p.Groups, p.Metadata = nil, nil, nil
	p.State = cmp.Or(p.State, stateEnabled)
	org.projects = append(org.projects, p)
	b.projects[p.ID] = p
	for key, value := range from.Metadata {
		p.data[key] = value
	}
	if from.CustomID != "" {
		p.data[CustomIDKey] = from.CustomID
	}
	for _, r := range completedAll(from.Roles) {
		p.roles = append(p.roles, &role{r, p.uri() + "/roles/" + strconv.Itoa(r.ID), slices.Contains(adminRoles, r.Identifier)})
	}
	for i := range from.Groups {
		b.group(p, &from.Groups[i])
	}
	for _, g := range from.Groups {
		for _, name := range g.Groups {
			outer := p.named[brick.Fold(g.Name)]
			outer.nested = append(outer.nested, p.named[brick.Fold(name)])
		}
	}
	b.members(p, from.Members)
}

func (b *builder) group(p *project, from *Group) {
	g := &group{
		id: cmp.Or(from.ID, groupID(p.ID, from.Name)), name: from.Name, description: from.Description,
		described: from.Description != "", created: b.now, updated: b.now,
	}
	b.addGroup(p, g)
	for _, login := range from.Members {
		g.join(b.person(login))
	}
}

func (b *builder) members(p *project, from []Member) {
	members := make([]*member, len(from))
	roles := map[string]*role{}
	for _, r := range p.roles {
		roles[r.Identifier] = r
	}
	for i := range from {
		m := &member{account: b.person(from[i].Login), status: from[i].Status}
		for _, identifier := range from[i].Roles {
			m.roles = append(m.roles, roles[identifier])
		}
		for _, name := range from[i].Groups {
			p.named[brick.Fold(name)].join(m.account)
		}
		members[i] = m
	}
	slices.SortFunc(members, by(func(m *member) string { return m.account.id }))
	for _, m := range members {
		p.join(m)
	}
}

// person returns the account of a login, or what its deletion left behind.
func (b *builder) person(login string) *account {
	if a := b.logins[login]; a != nil {
		return a
	}
	if b.left[login] == nil {
		b.left[login] = &account{id: profileID(login), login: login, created: b.now, updated: b.now}
	}
	return b.left[login]
}

// lifecycle makes data products, segments and clients.
func (b *builder) lifecycle(org *organization, from Organization) {
	org.product(DefaultDataProduct)
	for _, p := range from.DataProducts {
		org.product(p.ID)
		for i := range p.Segments {
			*org.product(p.ID).segment(p.Segments[i].ID) = p.Segments[i]
		}
	}
	for _, c := range from.Clients {
		org.addClient(&client{id: c.ID, product: orDefault(c.DataProduct), segment: c.Segment})
	}
	for _, p := range org.projects {
		if p.ClientID != "" {
			org.addClient(&client{id: p.ClientID, product: orDefault(p.DataProduct), segment: p.Segment, project: p})
		}
	}
	slices.SortFunc(org.clients, func(a, b *client) int { return cmp.Compare(a.id, b.id) })
}

func (o *organization) addClient(c *client) {
	o.clients = append(o.clients, c)
	if p := o.product(c.product); c.segment != "" {
		p.segment(c.segment)
	}
}

// product returns the data product of an id, which is made if it is new.
func (o *organization) product(id string) *product {
	if p := o.findProduct(id); p != nil {
		return p
	}
	p := &product{id: id}
	o.products = append(o.products, p)
	return p
}

func (o *organization) findProduct(id string) *product {
	if i := slices.IndexFunc(o.products, func(p *product) bool { return p.id == id }); i >= 0 {
		return o.products[i]
	}
	return nil
}

// segment returns the segment of an id, which is made if it is new.
func (p *product) segment(id string) *Segment {
	for _, s := range p.segments {
		if s.ID == id {
			return s
		}
	}
	p.segments = append(p.segments, &Segment{ID: id})
	return p.segments[len(p.segments)-1]
}
