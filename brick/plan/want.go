package plan

import (
	"iter"
	"maps"
	"slices"
	"strings"

	"users-brick/brick"
)

// Want is what the file says of one person in one scope, all his rows taken
// together.
type Want struct {
	Login    brick.Login
	Profile  brick.Profile
	Password brick.Secret
	Roles    []string // role identifiers; nil: not given
	Groups   []string // nil: not given
	Lines    []int    // where his rows stand, ascending
	Doubts   []string // why nothing may be done with him; nil when all is well
	BadRows  int      // how many of his rows were found bad only now
}

// Resolver reads names in rows as the project understands them, and says
// which parts of a row matter.
type Resolver struct {
	Account    bool // attributes and password matter
	Membership bool // roles and groups matter

	Roles       []brick.Role // nil when the platform has none, or when they cannot be read
	DefaultRole string       // identifier for empty role cells, "" leaves them not given
	Groups      []string     // the project's groups
	NewGroups   bool         // groups that are not there may be made
}

// Merge takes the rows of each person together. Rows must come in the order
// of logins; rows without a login are passed over. Equal rows are one; a row
// that leaves open what another gives takes nothing away; rows that give
// different things are a doubt, like every bad row and every name that the
// project does not know.
func Merge(rows iter.Seq2[brick.Row, error], r *Resolver) iter.Seq2[Want, error] {
	return func(yield func(Want, error) bool) {
		m := merger{r: r, groups: foldedSet(r.Groups), roles: map[string]meaning{}}
		for row, err := range rows {
			if err != nil {
				yield(Want{}, err)
				return
			}
			if row.Login == "" {
				continue
			}
			if row.Login != m.want.Login && m.want.Login != "" && !yield(m.take(), nil) {
				return
			}
			m.add(&row)
		}
		if m.want.Login != "" {
			yield(m.take(), nil)
		}
	}
}

// merger gathers the rows of one person.
type merger struct {
	r      *Resolver
	groups map[string]bool
	roles  map[string]meaning // by name
	want   Want
	doubts map[string]bool
	known  int // rows that were bad when they came
}

func (m *merger) take() Want {
	w := m.want
	slices.Sort(w.Lines)
	if len(m.doubts) > 0 {
		w.Doubts = slices.Sorted(maps.Keys(m.doubts))
		w.BadRows = len(w.Lines) - m.known
	}
	m.want, m.doubts, m.known = Want{}, nil, 0
	return w
}

func (m *merger) add(row *brick.Row) {
	m.want.Login = row.Login
	m.want.Lines = append(m.want.Lines, row.Line)
	if row.Bad != nil {
		m.known++
		m.doubt(row.Bad.Reason)
		return
	}
	if m.r.Account {
		m.addAccount(row)
	}
	if m.r.Membership {
		m.addRoles(row)
		m.addGroups(row)
	}
}

func (m *merger) doubt(reason string) {
	if m.doubts == nil {
		m.doubts = map[string]bool{}
	}
	m.doubts[reason] = true
}

func (m *merger) differ(what string) { m.doubt("his rows differ in " + what) }

func (m *merger) addAccount(row *brick.Row) {
	for f := range brick.Fields() {
		switch had, has := m.want.Profile[f], row.Profile[f]; {
		case has == "" || has == had:
		case had == "":
			m.want.Profile[f] = has
		default:
			m.differ(f.String())
		}
	}
	switch had, has := m.want.Password, row.Password; {
	case !has.Given() || has == had:
	case !had.Given():
		m.want.Password = has
	default:
		m.differ("password")
	}
}

func (m *merger) addRoles(row *brick.Row) {
	ids := m.roleIDs(row.Roles)
	switch {
	case ids == nil || slices.Equal(ids, m.want.Roles):
	case m.want.Roles == nil:
		m.want.Roles = ids
	default:
		m.differ("role")
	}
}

// roleIDs returns the identifiers that a role cell means, nil when it gives
// none.
func (m *merger) roleIDs(names []string) []string {
	if names != nil && len(names) == 0 && m.r.DefaultRole != "" {
		return []string{m.r.DefaultRole}
	}
	var ids []string
	for _, name := range names {
		if m.r.Roles == nil {
			ids = append(ids, name)
			continue
		}
		role := m.role(name)
		if role.err != nil {
			m.doubt(role.err.Error())
			continue
		}
		ids = append(ids, role.id)
	}
	return brick.Set(ids)
}

// meaning is what the name of a role means in the project.
type meaning struct {
	id  string
	err error
}

// keptMeanings is how many names are remembered: a project has a few roles,
// and only a broken file has many names for them.
const keptMeanings = 1000

// role looks a name up, or remembers it: a few names come again and again.
func (m *merger) role(name string) meaning {
	known, ok := m.roles[name]
	if ok {
		return known
	}
	role, err := brick.FindRole(m.r.Roles, name)
	known = meaning{role.ID, err}
	if len(m.roles) < keptMeanings {
		m.roles[name] = known
	}
	return known
}

func (m *merger) addGroups(row *brick.Row) {
	if row.Groups == nil {
		return
	}
	for _, name := range row.Groups {
		if !m.r.NewGroups && !m.groups[brick.Fold(name)] {
			m.doubt("group \"" + name + "\" is not known here, and create_non_existing_user_groups is false")
		}
	}
	switch {
	case m.want.Groups == nil:
		m.want.Groups = row.Groups
	case !brick.SameFolded(m.want.Groups, row.Groups):
		m.differ("user_groups")
	default:
		m.want.Groups = earlierSpelling(m.want.Groups, row.Groups)
	}
}

// earlierSpelling picks, of two spellings of the same groups, the earlier
// one each, so that the order of rows does not matter.
func earlierSpelling(a, b []string) []string {
	names := make([]string, len(a))
	for i := range a {
		names[i] = min(a[i], b[i])
	}
	return names
}

func foldedSet(names []string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, n := range names {
		set[brick.Fold(n)] = true
	}
	return set
}

// Reason joins the doubts to one line.
func (w *Want) Reason() string { return strings.Join(w.Doubts, "; ") }
