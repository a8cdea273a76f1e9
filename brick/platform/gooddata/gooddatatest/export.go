package gooddatatest

import (
	"maps"
	"slices"

	"users-brick/brick"
)

// export returns the world as a state, which shares with it only what is never
// changed in place.
func (w *world) export() State {
	var s State
	for _, o := range w.organizations {
		s.Organizations = append(s.Organizations, o.export())
	}
	return s
}

func (o *organization) export() Organization {
	out := Organization{Name: o.name, Admins: slices.Collect(maps.Keys(o.admins))}
	o.accounts.all(func(a *account) { out.Users = append(out.Users, a.export()) })
	for _, p := range o.projects {
		out.Projects = append(out.Projects, p.export())
	}
	for _, p := range o.products {
		product := DataProduct{ID: p.id}
		for _, s := range p.segments {
			product.Segments = append(product.Segments, *s)
		}
		out.DataProducts = append(out.DataProducts, product)
	}
	for _, c := range o.clients {
		if c.project == nil {
			out.Clients = append(out.Clients, Client{DataProduct: c.product, ID: c.id, Segment: c.segment})
		}
	}
	return out
}

func (a *account) export() Account {
	out := Account{
		Admin: a.admin, AuthenticationModes: a.modes, ID: a.id,
		IPWhitelist: a.whitelist, Login: a.login, Password: a.password,
	}
	for i, value := range out.texts() {
		*value = a.texts[i].string
	}
	return out
}

func (p *project) export() Project {
	out := p.Project
	out.Metadata = maps.Clone(p.data)
	out.CustomID = p.data[CustomIDKey]
	delete(out.Metadata, CustomIDKey)
	p.groups.all(func(g *group) {
		one := Group{Description: g.description, ID: g.id, Name: g.name}
		for _, inner := range g.nested {
			one.Groups = append(one.Groups, inner.name)
		}
		g.members.all(func(a *account) { one.Members = append(one.Members, a.login) })
		out.Groups = append(out.Groups, one)
	})
	p.members.all(func(m *member) { out.Members = append(out.Members, m.export()) })
	return out
}

func (m *member) export() Member {
	out := Member{Login: m.account.login, Status: m.status}
	for _, r := range m.roles {
		out.Roles = append(out.Roles, r.Identifier)
	}
	out.Roles = brick.Set(out.Roles)
	return out
}
