package gooddatatest

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"

	"users-brick/brick"
)

// check returns the first thing that is wrong with a state, nil when nothing
// is.
func check(s *State) *misplaced {
	c := &checker{logins: map[string]bool{}, ids: map[string]bool{}, projects: map[string]bool{}, names: map[string]bool{}}
	for i := range s.Organizations {
		c.organization(place{"organizations", i}, &s.Organizations[i])
	}
	for i := range s.Organizations {
		c.references(place{"organizations", i}, &s.Organizations[i])
	}
	return c.bad
}

// checker remembers what has been named and the first thing that is wrong.
type checker struct {
	names    map[string]bool // of organizations
	logins   map[string]bool // of accounts
	ids      map[string]bool // of accounts and groups
	projects map[string]bool
	bad      *misplaced
}

func (c *checker) wrong(at place, hint, format string, args ...any) {
	if c.bad == nil {
		c.bad = &misplaced{at: at, err: fmt.Errorf(format, args...), hint: hint}
	}
}

// once demands that a name is a proper one and comes once in seen.
func (c *checker) once(seen map[string]bool, at place, what, name string) {
	c.proper(at, what, name)
	if folded := brick.Fold(name); seen[folded] {
		c.wrong(at, "there is one of a name, letter case ignored; leave one of them", "%s %q comes twice", what, name)
	} else {
		seen[folded] = true
	}
}

// id demands that an id can stand in a path as it is and is no other account's
// or group's.
func (c *checker) id(at place, what, id string) {
	if url.PathEscape(id) != id || id == "." || id == ".." {
		c.wrong(at, "use letters, digits, - and _", "%q cannot be the id of a %s", id, what)
	}
	if c.ids[id] {
		c.wrong(at, "leave one of them", "id %q comes twice", id)
	}
	c.ids[id] = true
}

func (c *checker) proper(at place, what, name string) {
	if !isProper(name) {
		c.wrong(at, "write one on one line, without spaces around it", "%q cannot be the name of a %s", name, what)
	}
}

func (c *checker) organization(at place, o *Organization) {
	c.once(c.names, at.under("name"), "organization", o.Name)
	for i := range o.Users {
		c.account(at.under("users", i), &o.Users[i])
	}
	clients := map[string]bool{}
	for i := range o.Projects {
		p, at := &o.Projects[i], at.under("projects", i)
		c.project(at, p)
		c.client(clients, at.under("client_id"), p.DataProduct, p.ClientID)
	}
	for i, client := range o.Clients {
		c.proper(at.under("clients", i, "id"), "client", client.ID)
		c.client(clients, at.under("clients", i, "id"), client.DataProduct, client.ID)
	}
	c.dataProducts(at, o.DataProducts)
}

func (c *checker) dataProducts(at place, products []DataProduct) {
	seen := map[string]bool{}
	for i, product := range products {
		at := at.under("data_products", i)
		c.once(seen, at.under("id"), "data product", product.ID)
		segments := map[string]bool{}
		for j, segment := range product.Segments {
			c.once(segments, at.under("segments", j, "id"), "segment", segment.ID)
		}
	}
}

// client demands that a client comes once in a data product.
func (c *checker) client(seen map[string]bool, at place, product, id string) {
	key := orDefault(product) + "\n" + id
	if id != "" && seen[key] {
		c.wrong(at, "a client has one project in a data product", "client %q comes twice", id)
	}
	seen[key] = true
}

func (c *checker) account(at place, a *Account) {
	if login, err := brick.ParseLogin(a.Login); err != nil {
		c.wrong(at.under("login"), "a login looks like an email address", "%w", err)
	} else {
		c.once(c.logins, at.under("login"), "user", string(login))
	}
	c.id(at.under("id"), "user", cmp.Or(a.ID, profileID(a.Login)))
	modes := map[string]bool{}
	for i, mode := range a.AuthenticationModes {
		at := at.under("authentication_modes", i)
		if known, ok := brick.FindAuthenticationMode(mode); !ok || known != mode {
			c.wrong(at, "password and sso are known", "unknown authentication mode %q", mode)
		}
		c.once(modes, at, "authentication mode", mode)
	}
}

func (c *checker) project(at place, p *Project) {
	c.once(c.projects, at.under("id"), "project", p.ID)
	c.roles(at.under("roles"), p.Roles)
	groups := map[string]bool{}
	for i, g := range p.Groups {
		c.once(groups, at.under("groups", i, "name"), "group", g.Name)
		c.id(at.under("groups", i, "id"), "group", cmp.Or(g.ID, groupID(p.ID, g.Name)))
	}
	for i, g := range p.Groups {
		c.nested(at.under("groups", i, "groups"), g.Groups, groups)
	}
	if _, twice := p.Metadata[CustomIDKey]; twice {
		c.wrong(at.under("metadata", CustomIDKey), "write it as custom_id", "the custom id is no other metadata")
	}
	roles := map[string]bool{}
	for _, r := range completedAll(p.Roles) {
		roles[r.Identifier] = true
	}
	members := map[string]bool{}
	for i := range p.Members {
		c.member(at.under("members", i), &p.Members[i], members, roles, groups)
	}
}

func (c *checker) roles(at place, roles []Role) {
	seen, numbers := map[string]bool{}, map[int]bool{}
	for i, r := range roles {
		c.once(seen, at.under(i, "identifier"), "role", r.Identifier)
		number := completed(r).ID
		if number != 0 && numbers[number] {
			c.wrong(at.under(i, "id"), "give it another number", "role %d comes twice", number)
		}
		numbers[number] = true
	}
}

// isProper reports whether something can have a name.
func isProper(name string) bool {
	return name != "" && name != "." && name != ".." && strings.TrimSpace(name) == name && !strings.ContainsAny(name, "\r\n")
}

// nested demands that the groups in a group are the project's.
func (c *checker) nested(at place, names []string, groups map[string]bool) {
	seen := map[string]bool{}
	for i, name := range names {
		c.once(seen, at.under(i), "group", name)
		if !groups[brick.Fold(name)] {
			c.wrong(at.under(i), "add it to the project's groups", "unknown group %q", name)
		}
	}
}

func (c *checker) member(at place, m *Member, seen, roles, groups map[string]bool) {
	c.once(seen, at.under("login"), "member", m.Login)
	for i, role := range m.Roles {
		if !roles[role] {
			c.wrong(at.under("roles", i), "add it to the project's roles, in the same letter case", "unknown role %q", role)
		}
	}
	for i, group := range m.Groups {
		if !groups[brick.Fold(group)] {
			c.wrong(at.under("groups", i), "add it to the project's groups", "unknown group %q", group)
		}
	}
}

// references demands that everybody who is named has an account.
func (c *checker) references(at place, o *Organization) {
	for i, login := range o.Admins {
		c.exists(at.under("admins", i), "an admin", login, false)
	}
	for i, p := range o.Projects {
		at := at.under("projects", i)
		for j, m := range p.Members {
			c.exists(at.under("members", j, "login"), "a member of project "+p.ID, m.Login, true)
		}
		for j, g := range p.Groups {
			seen := map[string]bool{}
			for k, login := range g.Members {
				at := at.under("groups", j, "members", k)
				c.once(seen, at, "member", login)
				c.exists(at, "a member of group "+g.Name, login, true)
			}
		}
	}
}

// exists demands an account, or, where one may have been deleted, what is left
// of it.
func (c *checker) exists(at place, what, login string, orDeleted bool) {
	if folded := brick.Fold(login); !c.logins[folded] && !(orDeleted && isDeleted(folded)) {
		c.wrong(at, "add the account to the users", "%s is %s but has no account", login, what)
	}
}

// deletedPrefix begins the login of a member whose account has been deleted.
const deletedPrefix = "deleted-"

func isDeleted(login string) bool { return strings.HasPrefix(login, deletedPrefix) }

func orDefault(product string) string {
	if product == "" {
		return DefaultDataProduct
	}
	return product
}
