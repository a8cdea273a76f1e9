package inputs

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"users-brick/brick"
)

// Columns names the columns of the file, letter case and outer spaces
// ignored. A name that is empty is not given: the column has the name in the
// comment then, and it may be absent (the login's may not). A name that is
// given must be in the file. The zero Columns is a file with the usual names.
type Columns struct {
	Login               string // login
	FirstName           string // first_name
	LastName            string // last_name
	Password            string // password
	Email               string // email
	Role                string // role
	SSOProvider         string // sso_provider
	AuthenticationModes string // authentication_modes
	UserGroups          string // user_groups
	Language            string // language
	Company             string // company
	Position            string // position
	Country             string // country
	Phone               string // phone
	IPWhitelist         string // ip_whitelist

	Project string // the column that names the project; ProjectDefault
	// ProjectDefault is the usual name of the column Project, which depends
	// on the mode; when it is empty, too, project_id.
	ProjectDefault string
}

// column is one of the columns that are read: the attributes of an account
// under their own numbers, then the rest.
type column uint8

const (
	login column = column(brick.NumFields) + iota
	password
	role
	userGroups
	project

	numColumns
)

// naming says how one column is called.
type naming struct {
	name  string // as it must be in the header
	param string // the param that sets the name
	given bool
}

// naming returns how each column is called.
func (c *Columns) naming() [numColumns]naming {
	given := [numColumns]string{
		brick.FirstName: c.FirstName, brick.LastName: c.LastName, brick.Email: c.Email,
		brick.AuthenticationModes: c.AuthenticationModes, brick.SSOProvider: c.SSOProvider,
		brick.Language: c.Language, brick.Company: c.Company, brick.Position: c.Position,
		brick.Country: c.Country, brick.Phone: c.Phone, brick.IPWhitelist: c.IPWhitelist,
		login: c.Login, password: c.Password, role: c.Role, userGroups: c.UserGroups, project: c.Project,
	}
	usual := [numColumns]string{login: "login", password: "password", role: "role", userGroups: "user_groups"}
	for f := range brick.Fields() {
		usual[f] = f.String()
	}
	var all [numColumns]naming
	for i, name := range given {
		all[i] = naming{name: strings.TrimSpace(name), param: usual[i] + "_column"}
		if all[i].given = all[i].name != ""; !all[i].given {
			all[i].name = usual[i]
		}
	}
	all[project].param = "multiple_projects_column"
	if !all[project].given {
		all[project].name = projectName(c.ProjectDefault)
	}
	return all
}

func projectName(usual string) string {
	if usual = strings.TrimSpace(usual); usual != "" {
		return usual
	}
	return "project_id"
}

// binding is a header understood: where each column stands.
type binding struct {
	index   [numColumns]int // the cell's number from 0; -1: no such column
	names   []string        // as written, trimmed; empty: the column has no name
	least   int             // cells that a row must have: those with a name
	unnamed []int           // columns without a name
	faults  []fault         // what refuses the file
}

// fault is one thing wrong with the header.
type fault struct {
	column       int
	reason, hint string
}

// bind finds the columns in the header. Where its i-th cell stands in its
// line, columnOf tells.
func (c *Columns) bind(header []string, columnOf func(i int) int, needProject bool) *binding {
	b := &binding{}
	places := b.name(header, columnOf)
	for i, n := range c.naming() {
		place, found := places[brick.Fold(n.name)]
		if !found {
			place = -1
			b.missing(column(i), n, needProject)
		}
		b.index[i] = place
	}
	return b
}

// name notes the names of the header and returns the place of each, folded.
func (b *binding) name(header []string, columnOf func(i int) int) map[string]int {
	const most = 10 // faults that are told: a line of data taken for a header has thousands
	places := make(map[string]int, len(header))
	for i, cell := range header {
		name := clean(cell)
		b.names = append(b.names, name)
		if name == "" {
			b.unnamed = append(b.unnamed, i)
			continue
		}
		b.least = i + 1
		first, twice := places[brick.Fold(name)]
		if !twice {
			places[brick.Fold(name)] = i
		}
		switch {
		case len(b.faults) == most:
		case strings.ContainsAny(name, "\r\n"):
			b.refuse(columnOf(i), fmt.Sprintf("the column name %q goes over several lines", short(name)),
				"end the lines of the file with line feeds, and close every quote in the header")
		case twice:
			b.refuse(columnOf(i), fmt.Sprintf("the column %q is there twice, as cells %d and %d of the header", short(name), first+1, i+1),
				"rename or drop one of them")
		}
	}
	return places
}

// missing notes that a column is not there, if that matters.
func (b *binding) missing(c column, n naming, needProject bool) {
	switch {
	case n.given:
		b.refuse(1, fmt.Sprintf("there is no column %q, which the param %s names", n.name, n.param), b.advice(n))
	case c == login:
		b.refuse(1, fmt.Sprintf("there is no login column %q", n.name), b.advice(n))
	case c == project && needProject:
		b.refuse(1, fmt.Sprintf("there is no column %q, and this sync_mode needs it to tell the projects", n.name), b.advice(n))
	}
}

func (b *binding) refuse(column int, reason, hint string) {
	b.faults = append(b.faults, fault{column, reason, hint})
}

// advice says which column may have been meant, and which there are.
func (b *binding) advice(n naming) string {
	if len(b.names) == 1 {
		for _, delimiter := range []string{";", "\t", "|"} {
			if strings.Contains(b.names[0], delimiter) {
				return fmt.Sprintf("the columns seem to be separated by %q; say so in `delimiter`", delimiter)
			}
		}
	}
	var found, meant []string
	for _, name := range b.names {
		if name == "" {
			continue
		}
		if _, err := brick.ParseLogin(name); err == nil { // its neighbours may be passwords
			return "the first line looks like a person; put a line with the names of the columns above it"
		}
		found = append(found, printable(short(name)))
		if !strings.ContainsAny(name, "\r\n") && near(brick.Fold(name), brick.Fold(n.name)) {
			meant = append(meant, fmt.Sprintf("%q", short(name)))
		}
	}
	advice := "set " + n.param + " to the name in the file"
	if len(meant) > 0 {
		advice = fmt.Sprintf("did you mean %s? set %s to it", strings.Join(few(meant, 3), " or "), n.param)
	}
	return advice + "; the file has " + strings.Join(few(found, 50), ", ")
}

// few returns the first of the texts, and a mark when there are more.
func few(texts []string, most int) []string {
	if len(texts) > most {
		return append(slices.Clone(texts[:most]), "…")
	}
	return texts
}

// has reports whether the file has the column.
func (b *binding) has(c column) bool { return b.index[c] >= 0 }

// used returns the names of the columns that are read, or of those that
// nothing reads, in the order of the header.
func (b *binding) used(want bool) []string {
	read := make([]bool, len(b.names))
	for _, i := range b.index {
		if i >= 0 {
			read[i] = true
		}
	}
	var names []string
	for i, name := range b.names {
		if name != "" && read[i] == want {
			names = append(names, name)
		}
	}
	return names
}

// printable returns a text in quotes when it has characters that do not show.
func printable(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(s)
	}
	return s
}

// short returns the beginning of a text that may be of any length.
func short(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
