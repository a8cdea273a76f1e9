package report

import (
	"fmt"
	"html/template"
	"iter"
	"strings"
)

// What a page shows at most before its script runs.
const (
	shownCards    = 200 // people, objections, entries of the whitelist, warnings
	shownNoScript = 500 // scopes
	shownError    = 100 // lines of an error
)

// page is what the frame of a page is filled with.
type page struct {
	Style  template.CSS
	Script template.JS
	Policy string

	Label, Tone, Ended, Rest, Hint string
	Platform, Target, Program      string
	Facts, Small                   []fact
	Applied                        bool // something was done, not only planned
	Changes, AllScopes             int64
	Bars                           []bar
	Others                         []fate
	Phases                         []phase

	Command       string
	Objections    []objection
	AllObjections int64
	People        []card
	AllPeople     int64
	Scopes        []scopeLine
	NoScriptLimit int64
	Whitelist     []entry
	AllWhitelist  int64
	Warnings      []string
	AllWarnings   int64
}

// page gathers what a page shows before its script runs.
func (r *Report) page() (*page, error) {
	label, tone := headline(r.Outcome)
	p := &page{
		Label: label, Tone: tone, Ended: r.ended(), Hint: r.hint(),
		Platform: r.Platform, Target: r.Target, Program: r.Program,
		Applied: r.Done != nil, Changes: r.changes(), AllScopes: r.Total.Scopes, NoScriptLimit: shownNoScript,
		Facts: r.facts(), Small: r.smallFacts(), Bars: r.bars(), Others: r.others(), Phases: r.phases(),
		AllWarnings: int64(len(r.Warnings) + r.Unshown),
	}
	if r.Err != nil && r.Outcome != Interrupted {
		p.Rest = firstLines(r.reason())
	}
	for _, f := range r.Warnings[:min(len(r.Warnings), shownCards)] {
		p.Warnings = append(p.Warnings, f.String())
	}
	p.Whitelist, p.AllWhitelist = r.entries()
	if err := r.lists(p); err != nil {
		return nil, err
	}
	return p, p.dress()
}

// dress puts style and script into a page.
func (p *page) dress() error {
	style, err := assets.ReadFile("page/style.css")
	if err != nil {
		return err
	}
	script, err := assets.ReadFile("page/script.js")
	if err != nil {
		return err
	}
	p.Style, p.Script = template.CSS(style), template.JS(script)
	p.Policy = policy(string(style), string(script))
	return nil
}

// lists reads the first of everything that the plan has on disk.
func (r *Report) lists(p *page) error {
	var err error
	if p.Objections, p.AllObjections, err = first(r.objections(), shownCards, r.objection); err != nil {
		return err
	}
	if p.AllObjections > 0 {
		p.Command = r.Next
	}
	if p.People, p.AllPeople, err = first(r.People(), shownCards, r.person); err != nil {
		return err
	}
	p.Scopes, _, err = first(r.Scopes(), shownNoScript, r.scopeLine)
	return err
}

// first returns the first items of a list as they are shown, and how many
// there are.
func first[T, S any](items iter.Seq2[T, error], most int, show func(*T) S) ([]S, int64, error) {
	var shown []S
	n := int64(0)
	for item, err := range items {
		if err != nil {
			return nil, 0, err
		}
		if n++; len(shown) < most {
			shown = append(shown, show(&item))
		}
	}
	return shown, n, nil
}

// beyond returns how many of all are not shown, "" for none.
func beyond(all int64, shown any) string {
	n := all
	switch list := shown.(type) {
	case []objection:
		n -= int64(len(list))
	case []card:
		n -= int64(len(list))
	case []scopeLine:
		n -= int64(len(list))
	case []entry:
		n -= int64(len(list))
	case []string:
		n -= int64(len(list))
	}
	if n <= 0 {
		return ""
	}
	return grouped(n)
}

// firstLines returns the lines of an error when there are several, as people
// may be shown them.
func firstLines(text string) string {
	lines := strings.Split(text, "\n")
	if len(lines) == 1 && len(text) <= longest {
		return "" // it is told in the sentence above
	}
	if n := len(lines) - shownError; n > 0 {
		lines = append(lines[:shownError], "and "+more(int64(n), "line"))
	}
	for i := range lines {
		lines[i] = visible(lines[i])
	}
	return strings.Join(lines, "\n")
}

// scopeLine is what the page says of a scope without its script.
type scopeLine struct {
	Name string
	Rows int64
	Fate string
}

func (r *Report) scopeLine(s *Scope) scopeLine {
	line := scopeLine{Name: s.Scope.String(), Rows: s.Rows, Fate: r.fate(&s.Counts, &s.Planned)}
	if s.Unplanned != nil {
		line.Fate = "not planned: " + s.Unplanned.Text
		return line
	}
	if s.Unknown > 0 {
		line.Fate += fmt.Sprintf(", %d perhaps done", s.Unknown)
	}
	if s.Untried > 0 {
		line.Fate += fmt.Sprintf(", %d not tried", s.Untried)
	}
	if text := waiting(s.Waiting, s.FirstDue); text != "" {
		line.Fate += "; " + text
	}
	return line
}
