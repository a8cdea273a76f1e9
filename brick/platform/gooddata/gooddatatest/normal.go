package gooddatatest

import (
	"cmp"
	"maps"
	"slices"

	"users-brick/brick"
)

// Normal returns the state in the one form in which [Server.State] returns it,
// so that the two compare: everything sorted, logins in lower case, groups
// with the members of their project at these, and nothing said that is so of
// itself. It shares nothing with the state, which must be one that [New]
// takes; State.Normal of it is the same again.
func (s State) Normal() State {
	var n State
	for _, o := range s.Organizations {
		n.Organizations = append(n.Organizations, normalOrganization(o))
	}
	slices.SortFunc(n.Organizations, by(func(o Organization) string { return o.Name }))
	return n
}

// WithAdmin returns the state with an account that may do everything: it is
// made in the first organization unless it has one, gets the password, and
// becomes an admin of every organization.
func (s State) WithAdmin(login, password string) State {
	n := s.Normal()
	if len(n.Organizations) == 0 {
		return n
	}
	folded := brick.Fold(login)
	account := n.account(folded)
	if account == nil {
		users := &n.Organizations[0].Users
		*users = append(*users, Account{Login: folded, FirstName: "Domain", LastName: "Admin", Email: folded})
		account = &(*users)[len(*users)-1]
	}
	account.Password = password
	if len(account.AuthenticationModes) > 0 {
		account.AuthenticationModes = brick.Set(append(account.AuthenticationModes, "password"))
	}
	for i := range n.Organizations {
		o := &n.Organizations[i]
		if !slices.Contains(o.Admins, folded) {
			o.Admins = append(o.Admins, folded)
		}
	}
	return n.Normal()
}

// account returns the account of a login, nil when there is none.
func (s *State) account(login string) *Account {
	for i := range s.Organizations {
		users := s.Organizations[i].Users
		if at := slices.IndexFunc(users, func(a Account) bool { return a.Login == login }); at >= 0 {
			return &users[at]
		}
	}
	return nil
}

// by compares by a key.
func by[T any](key func(T) string) func(a, b T) int {
	return func(a, b T) int { return cmp.Compare(key(a), key(b)) }
}

func normalOrganization(o Organization) Organization {
	n := Organization{
		Name: o.Name, Admins: foldedLogins(o.Admins), Clients: clone(o.Clients),
		DataProducts: clone(o.DataProducts), Projects: clone(o.Projects), Users: clone(o.Users),
	}
	for i := range n.Users {
		normalAccount(&n.Users[i])
	}
	for i := range n.Projects {
		normalProject(&n.Projects[i])
	}
	for i := range n.Clients {
		n.Clients[i].DataProduct = orDefault(n.Clients[i].DataProduct)
	}
	slices.SortFunc(n.Users, by(func(a Account) string { return a.Login }))
	slices.SortFunc(n.Projects, by(func(p Project) string { return p.ID }))
	slices.SortFunc(n.Clients, func(a, b Client) int {
		return cmp.Or(cmp.Compare(a.DataProduct, b.DataProduct), cmp.Compare(a.ID, b.ID))
	})
	for i := range n.Clients {
		n.Clients[i].DataProduct = unlessDefault(n.Clients[i].DataProduct)
	}
	n.DataProducts = normalProducts(n)
	return n
}

// clone returns a copy, nil for an empty list.
func clone[T any](list []T) []T { return append([]T(nil), list...) }

// foldedLogins returns logins in lower case, sorted, each once.
func foldedLogins(logins []string) []string {
	folded := make([]string, len(logins))
	for i, login := range logins {
		folded[i] = brick.Fold(login)
	}
	return brick.Set(folded)
}

func unlessDefault(product string) string {
	if product == DefaultDataProduct {
		return ""
	}
	return product
}

func normalAccount(a *Account) {
	a.Login = brick.Fold(a.Login)
	a.AuthenticationModes = brick.Set(a.AuthenticationModes)
	if a.IPWhitelist != nil {
		a.IPWhitelist = append([]string{}, brick.Set(a.IPWhitelist)...)
	}
	if a.ID == profileID(a.Login) {
		a.ID = ""
	}
}

func normalProject(p *Project) {
	p.DataProduct = unlessDefault(p.DataProduct)
	if p.State == stateEnabled {
		p.State = ""
	}
	p.Roles = normalRoles(p.Roles)
	p.Metadata = maps.Clone(p.Metadata)
	if len(p.Metadata) == 0 {
		p.Metadata = nil
	}
	p.Members = clone(p.Members)
	p.Groups = clone(p.Groups)
	at := map[string]int{}
	for i := range p.Members {
		m := &p.Members[i]
		m.Login = brick.Fold(m.Login)
		m.Roles = brick.Set(m.Roles)
		m.Groups = slices.Clone(m.Groups)
		if m.Status == 0 {
			m.Status = brick.Enabled
		}
		at[m.Login] = i
	}
	normalGroups(p, at)
	slices.SortFunc(p.Members, by(func(m Member) string { return m.Login }))
	slices.SortFunc(p.Groups, by(func(g Group) string { return brick.Fold(g.Name) }))
}

// normalGroups moves the members of groups who are members of the project, at
// their places, there.
func normalGroups(p *Project, at map[string]int) {
	spelled := map[string]string{}
	for i := range p.Groups {
		g := &p.Groups[i]
		spelled[brick.Fold(g.Name)] = g.Name
		if g.ID == groupID(p.ID, g.Name) {
			g.ID = ""
		}
		var strangers []string
		for _, login := range g.Members {
			if i, ok := at[brick.Fold(login)]; ok {
				p.Members[i].Groups = append(p.Members[i].Groups, g.Name)
			} else {
				strangers = append(strangers, login)
			}
		}
		g.Members = foldedLogins(strangers)
	}
	spell := func(names []string) []string {
		names = clone(names)
		for i, name := range names {
			names[i] = spelled[brick.Fold(name)]
		}
		return brick.FoldSet(names)
	}
	for i := range p.Groups {
		p.Groups[i].Groups = spell(p.Groups[i].Groups)
	}
	for i := range p.Members {
		p.Members[i].Groups = spell(p.Members[i].Groups)
	}
}
