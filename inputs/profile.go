package inputs

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"users-brick/brick"
)

// Profile says what a file is made of, for somebody who looks at it before he
// lets it decide about people. It holds no cell but names of columns, logins
// and names of projects; its order is always the same. Lines of joined files
// are counted through, and places say where they stand; Format and the cells
// of columns are those of the first file.
type Profile struct {
	Rows  int64 `json:"rows"` // bad ones included
	Bad   int64 `json:"bad_rows"`
	Bytes int64 `json:"bytes"`       // as read from the source
	Plain int64 `json:"plain_bytes"` // when they are decompressed
	Format
	Columns  []ColumnProfile `json:"columns"`         // in the order of the header
	Missing  []string        `json:"missing_columns"` // that could be read, but are not there
	Repeated Repeated        `json:"repeated"`
	Projects Projects        `json:"projects"`
	Files    []FileStats     `json:"files,omitzero"` // each file of a [Join]
}

// ColumnProfile says what one column is made of. Rows that are ragged or have
// a quote out of place are not counted: nobody knows their cells.
type ColumnProfile struct {
	Name string `json:"name"` // as the header writes it; empty when it has none
	Cell int    `json:"cell"` // its number, from 1
	// Means are the usual names of what is read from it; empty when nothing is.
	Means []string `json:"means"`
	// Meant are the params that may have been meant to name it, such as
	// first_name_column: what they are about is not in the file.
	Meant        []string `json:"did_you_mean,omitempty"`
	Empty        int64    `json:"empty"`                  // rows in which the cell is empty
	Longest      int      `json:"longest"`                // characters of the longest cell; of passwords always 0
	LongestLine  int      `json:"longest_line,omitzero"`  // the first line of its row
	LongestPlace string   `json:"longest_place,omitzero"` // the same as file:line, of joined files
}

// The most that a profile lists.
const (
	mostRepeated = 20
	mostProjects = 20
	mostMeant    = 3
)

// profiler makes a profile while rows are read. Its memory is bounded.
type profiler struct {
	columns  []ColumnProfile
	missing  []string
	secret   int   // the column of the passwords, -1 for none
	order    []int // which column each cell of the file at hand is, -1 for none
	repeated repeated
	projects projectCounts
}

// newProfiler returns a profiler of files with the header. With byProject one
// person may stand in a row for each project.
func newProfiler(b *binding, naming [numColumns]naming, byProject bool) *profiler {
	p := &profiler{columns: make([]ColumnProfile, len(b.names)), missing: []string{}, secret: b.index[password]}
	p.repeated.byProject = byProject
	for i, name := range b.names {
		p.columns[i] = ColumnProfile{Name: name, Cell: i + 1, Means: []string{}}
	}
	for c, i := range b.index {
		if usual := strings.TrimSuffix(naming[c].param, "_column"); i >= 0 {
			p.columns[i].Means = append(p.columns[i].Means, usual)
		} else {
			p.missing = append(p.missing, naming[c].name)
		}
	}
	for i := range p.columns {
		if column := &p.columns[i]; len(column.Means) == 0 && column.Name != "" {
			column.Meant = b.meant(column.Name, naming)
		}
	}
	return p
}

// meant returns the params that may have been meant to name a column: those of
// columns that are not there and are called nearly so, or but for marks just so.
func (b *binding) meant(name string, naming [numColumns]naming) []string {
	var params []string
	name = brick.Fold(name)
	for c, n := range naming {
		usual := brick.Fold(n.name)
		switch {
		case b.index[c] >= 0:
		case letters(name) == letters(usual):
			return []string{n.param}
		case len(params) < mostMeant && near(name, usual):
			params = append(params, n.param)
		}
	}
	return params
}

// cells notes a record of which every cell is known.
func (p *profiler) cells(record []string, line int) {
	for i, at := range p.order[:min(len(record), len(p.order))] {
		if at < 0 {
			continue
		}
		column := &p.columns[at]
		cell := clean(record[i])
		if cell == "" {
			column.Empty++
		}
		// No text has more characters than bytes.
		if len(cell) > column.Longest && at != p.secret {
			if n := utf8.RuneCountInString(cell); n > column.Longest {
				column.Longest, column.LongestLine = n, line
			}
		}
	}
	for i := len(record); i < len(p.order); i++ {
		if at := p.order[i]; at >= 0 {
			p.columns[at].Empty++ // trailing columns without a name may be left out
		}
	}
}

// row notes a row.
func (p *profiler) row(row *brick.Row) {
	if row.Login != "" {
		p.repeated.add(row)
	}
	if row.Project != "" {
		p.projects.add(row.Project)
	}
}

// Profile returns what the file is made of, as far as it was read. Without
// [Options.Profile], or a header, it only says what [Reader.Stats] says, too.
func (r *Reader) Profile() Profile {
	s := r.Stats()
	p := Profile{Rows: s.Rows, Bad: s.Bad, Bytes: s.Bytes, Plain: s.Plain, Format: s.Format, Files: s.Files, Columns: []ColumnProfile{}, Missing: []string{},
		Repeated: Repeated{First: []Repeat{}}, Projects: Projects{Most: []ProjectRows{}}}
	if r.profiler != nil {
		p.Columns, p.Missing = slices.Clone(r.profiler.columns), r.profiler.missing
		p.Repeated, p.Projects = r.profiler.repeated.told(), r.profiler.projects.told()
	}
	if len(r.files) > 0 {
		p.place(r.files)
	}
	return p
}

// place says in which of the files the lines stand.
func (p *Profile) place(files brick.Files) {
	for i := range p.Columns {
		if c := &p.Columns[i]; c.LongestLine > 0 {
			c.LongestPlace = files.Line(c.LongestLine)
		}
	}
	for i := range p.Repeated.First {
		one := &p.Repeated.First[i]
		one.Places = files.Places(one.Lines)
	}
	if p.Repeated.UnknownFrom > 0 {
		p.Repeated.UnknownPlace = files.Line(p.Repeated.UnknownFrom)
	}
}

// Projects says which projects the rows name.
type Projects struct {
	Number int           `json:"number"` // how many; at least so many when Uncounted is not 0
	Most   []ProjectRows `json:"most"`   // the 20 with the most rows, in that order
	// Uncounted are the rows of projects that came when 100000 others were
	// known already: they are not told apart.
	Uncounted int64 `json:"uncounted_rows,omitzero"`
}

// ProjectRows says how many rows name a project.
type ProjectRows struct {
	Project string `json:"project"`
	Rows    int64  `json:"rows"`
}

// projectCounts counts the rows of each project.
type projectCounts struct {
	rows      map[string]*int64
	last      string // the project of the last row, which the next often has, too
	lastRows  *int64
	uncounted int64
}

// knownProjects is how many projects are told apart.
const knownProjects = 100_000

func (p *projectCounts) add(project string) {
	if project != p.last || p.lastRows == nil {
		p.lastRows = p.rows[project]
		switch {
		case p.lastRows != nil:
		case len(p.rows) == knownProjects:
			p.uncounted++
			return
		default:
			p.learn(strings.Clone(project))
		}
		p.last = project
	}
	*p.lastRows++
}

func (p *projectCounts) learn(project string) {
	if p.rows == nil {
		p.rows = map[string]*int64{}
	}
	p.lastRows = new(int64)
	p.rows[project] = p.lastRows
}

func (p *projectCounts) told() Projects {
	all := make([]ProjectRows, 0, len(p.rows))
	for project, rows := range p.rows {
		all = append(all, ProjectRows{project, *rows})
	}
	slices.SortFunc(all, func(a, b ProjectRows) int {
		return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Project, b.Project))
	})
	return Projects{Number: len(all), Most: all[:min(len(all), mostProjects)], Uncounted: p.uncounted}
}
