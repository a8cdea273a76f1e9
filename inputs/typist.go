package inputs

import (
	"fmt"
	"strings"

	"users-brick/brick"
)

// typist turns records into rows.
type typist struct {
	reader  *Reader
	binding *binding
	plain   []place // attributes that are taken as they stand
	names   [numColumns]string

	needProject bool
	fixed       brick.Profile // what holds for every row

	warnedUnnamed bool
	warnedNull    map[int]bool    // columns
	warnedOf      map[string]bool // languages

	modes     *memo[parsed]
	addresses *memo[parsed]
	roles     *memo[[]string]
	groups    *memo[[]string]
}

// place is where an attribute stands in a record.
type place struct {
	field brick.Field
	index int
}

func newTypist(r *Reader) *typist {
	t := &typist{reader: r, binding: r.binding, needProject: r.options.NeedProject, warnedOf: map[string]bool{}, warnedNull: map[int]bool{},
		modes: newMemo(parseModes), addresses: newMemo(parseAddresses), roles: newMemo(parseRoles), groups: newMemo(parseGroups)}
	for i, n := range r.options.Columns.naming() {
		t.names[i] = n.name
	}
	modes := make([]string, len(r.options.AuthenticationModes))
	for i, mode := range r.options.AuthenticationModes {
		modes[i] = brick.Fold(mode)
	}
	t.fixed.SetList(brick.AuthenticationModes, modes)
	t.fixed[brick.SSOProvider] = clean(r.options.SSOProvider)
	for f := range brick.Fields() {
		if t.binding.has(column(f)) && t.fixed[f] == "" && !checked(f) {
			t.plain = append(t.plain, place{f, t.binding.index[f]})
		}
	}
	return t
}

// checked reports whether a cell of the field is more than text.
func checked(f brick.Field) bool {
	return f == brick.Email || f == brick.Language || f.IsList()
}

// read types the record into row, whose Line is set, and reports whether the
// record is blank.
func (t *typist) read(row *brick.Row, record []string) (isBlank bool) {
	if len(record) < t.binding.least || len(record) > len(t.binding.names) {
		if blank(record) {
			return true
		}
		if n := len(record); n < t.binding.least || !blank(record[len(t.binding.names):]) {
			t.ragged(row, record)
			return false
		}
	}
	text := clean(record[t.binding.index[login]])
	if text == "" && blank(record) {
		return true
	}
	if p := t.reader.profiler; p != nil {
		p.cells(record, row.Line)
	}
	t.who(row, text)
	t.where(row, record)
	t.account(row, record, text)
	t.membership(row, record)
	if len(t.binding.unnamed) > 0 {
		t.unnamed(record)
	}
	return false
}

// ragged notes a row of which nobody knows which cell is which.
func (t *typist) ragged(row *brick.Row, record []string) {
	row.Bad = &brick.BadRow{
		Reason: fmt.Sprintf("the row has %s, the header %d", cells(len(record)), len(t.binding.names)),
		Hint:   "a delimiter is missing or too many; put cells that hold the delimiter in quotes",
	}
	if len(record) < t.binding.least {
		suspectShort(row.Bad, record, t.binding.index[login], t.reader.records.quoting)
		return
	}
	suspect(row.Bad, record, t.reader.records.quoting)
}

func cells(n int) string {
	if n == 1 {
		return "1 cell"
	}
	return fmt.Sprintf("%d cells", n)
}

// who types the login.
func (t *typist) who(row *brick.Row, text string) {
	if text == "" {
		t.fault(row, login, "the row names no "+t.names[login], "fill in the login, or delete the row").Nameless = true
		return
	}
	person, err := brick.ParseLogin(text)
	if err != nil {
		suspectLogin(t.fault(row, login, t.wrongLogin(err), "write it as an email address"), text)
		return
	}
	row.Login = person
}

// wrongLogin says what is wrong with a login, and in which column when that
// has a name of its own.
func (t *typist) wrongLogin(err error) string {
	if t.names[login] == "login" {
		return err.Error()
	}
	return fmt.Sprintf("%s: %v", t.names[login], err)
}

// where types the project.
func (t *typist) where(row *brick.Row, record []string) {
	row.Project = t.cell(record, project)
	if row.Project == "" && t.needProject {
		t.fault(row, project, "the row names no "+t.names[project], "fill in the project").Anywhere = true
	}
}

// account types the attributes of the account and the password.
func (t *typist) account(row *brick.Row, record []string, loginText string) {
	row.Profile[brick.AuthenticationModes] = t.fixed[brick.AuthenticationModes]
	row.Profile[brick.SSOProvider] = t.fixed[brick.SSOProvider]
	for _, p := range t.plain {
		row.Profile[p.field] = t.at(record, p.index)
	}
	if email := t.cell(record, column(brick.Email)); email != "" {
		t.email(row, email, loginText)
	}
	if text := t.cell(record, column(brick.AuthenticationModes)); text != "" && t.fixed[brick.AuthenticationModes] == "" {
		t.list(row, brick.AuthenticationModes, t.modes.of(text))
	}
	if text := t.cell(record, column(brick.IPWhitelist)); text != "" {
		t.list(row, brick.IPWhitelist, t.addresses.of(text))
	}
	if text := t.cell(record, column(brick.Language)); text != "" {
		t.language(row, text)
	}
	if text := t.cell(record, password); text != "" {
		row.Password = brick.NewSecret(strings.Clone(text))
	}
}

// email types the email, which keeps its letter case.
func (t *typist) email(row *brick.Row, email, loginText string) {
	if email != loginText {
		if _, err := brick.ParseLogin(email); err != nil {
			t.fault(row, column(brick.Email), fmt.Sprintf("%s %q is not an email address", t.names[brick.Email], short(email)),
				"correct it, or leave the cell empty")
			return
		}
	}
	row.Profile[brick.Email] = email
}

// list types a cell with several values.
func (t *typist) list(row *brick.Row, f brick.Field, p parsed) {
	row.Profile[f] = p.text
	if p.reason != "" {
		t.fault(row, column(f), t.names[f]+": "+p.reason, "correct it, or leave the cell empty")
	}
}

// language types the language. One that is not known is not given, and warned
// of where it first stands.
func (t *typist) language(row *brick.Row, text string) {
	code, known := brick.FindLanguage(text)
	if known {
		row.Profile[brick.Language] = code
		return
	}
	const most = 100 // a column full of something else is not listed in full
	if t.warnedOf[text] || len(t.warnedOf) > most {
		return
	}
	what := fmt.Sprintf("%s %q is not known and is not sent", t.names[brick.Language], short(text))
	if len(t.warnedOf) == most {
		what += ", nor are others from here on"
	}
	t.warnedOf[strings.Clone(text)] = true
	t.reader.warn(t.binding.index[brick.Language], what, "use one of "+strings.Join(brick.Languages(), ", "))
}

// membership types the roles and the groups.
func (t *typist) membership(row *brick.Row, record []string) {
	if t.binding.has(role) {
		row.Roles = t.roles.of(t.cell(record, role))
	}
	if t.binding.has(userGroups) {
		row.Groups = t.groups.of(t.cell(record, userGroups))
	}
}

// unnamed warns, once, that something stands in a column without a name.
func (t *typist) unnamed(record []string) {
	if t.warnedUnnamed {
		return
	}
	for _, i := range t.binding.unnamed {
		if i < len(record) && clean(record[i]) != "" {
			t.warnedUnnamed = true
			t.reader.warn(i, "this column has values but no name in the header, and is not read", "name the column, or drop it")
			return
		}
	}
}

// cell returns the trimmed cell, empty when there is no such column.
func (t *typist) cell(record []string, c column) string {
	if i := t.binding.index[c]; i >= 0 {
		return t.at(record, i)
	}
	return ""
}

// at returns the i-th cell, trimmed.
func (t *typist) at(record []string, i int) string {
	if text := record[i]; isClean(text) && text != null {
		return text
	}
	text := clean(record[i])
	if text == null {
		t.warnNull(i)
	}
	return text
}

// null is what databases write for a cell that has no value. Here it is text
// like any other, since nobody says that the file comes from a database.
const null = `\N`

// warnNull warns, once for each column, that null has no special meaning.
func (t *typist) warnNull(i int) {
	if !t.warnedNull[i] {
		t.warnedNull[i] = true
		t.reader.warn(i, null+" has no special meaning here and is taken as it stands", "export what has no value as an empty cell")
	}
}

// fault notes that the row cannot be used because of a cell. All reasons are
// told, with the place and the hint of the first; the caller adds to the
// return value whom the row may concern.
func (t *typist) fault(row *brick.Row, c column, reason, hint string) *brick.BadRow {
	if row.Bad != nil {
		row.Bad.Reason += "; " + reason
	} else {
		_, at := t.reader.records.place(t.binding.index[c])
		row.Bad = &brick.BadRow{Column: at, Reason: reason, Hint: hint}
	}
	return row.Bad
}
