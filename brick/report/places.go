package report

import "strings"

// placed hands people on with the places of their lines, which numbers alone
// do not tell of files that a pattern names.
func (r *Report) placed(yield func(Person, error) bool) func(Person, error) bool {
	files := r.Plan.Header.Input.Files
	if len(files) == 0 {
		return yield
	}
	return func(p Person, err error) bool {
		p.Places = files.Places(p.Lines)
		return yield(p, err)
	}
}

// at returns where somebody's rows stand, such as " (line 3)" or
// " (b.csv:3)", or nothing when that is not known.
func (p *Person) at() string {
	if len(p.Places) == 0 {
		return at(p.Lines)
	}
	places := p.Places[:min(len(p.Places), shownLines)]
	text := strings.Join(places, ", ")
	if len(p.Places) > shownLines {
		text += ", …"
	}
	return " (" + text + ")"
}
