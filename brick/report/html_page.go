package report

import (
	"html/template"
	"iter"
	"strings"
	"time"

	"users-brick/brick"
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

// fact is one thing about the run. Time is set when it is a time, as machines
// read it.
type fact struct{ Name, Value, Time string }

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

// facts are what one wants to know first.
func (r *Report) facts() []fact {
	done := "applied"
	if r.PlanOnly {
		done = "none, this is a plan"
	} else if r.Done == nil {
		done = "none, nothing was applied"
	}
	facts := []fact{
		{Name: "Exit code", Value: grouped(int64(r.ExitCode)) + " · " + r.Outcome}, {Name: "Platform", Value: r.Platform + " " + r.Target},
		{Name: "Mode", Value: r.Mode}, {Name: "Effect", Value: done},
		{Name: "File", Value: r.inputLine()},
		{Name: "Began", Value: r.Started.UTC().Format("2 Jan 2006, 15:04:05 UTC"), Time: r.Started.UTC().Format(time.RFC3339)},
		{Name: "Took", Value: rounded(r.Duration)}, {Name: "Platform calls", Value: grouped(r.Calls)},
	}
	return facts
}

// inputLine says what was read.
func (r *Report) inputLine() string {
	if r.Plan == nil {
		return r.Input
	}
	e := &r.Plan.End
	text := r.Plan.Header.Input.Name + ", " + grouped(e.Rows) + " rows"
	if e.BadRows > 0 {
		text += ", " + grouped(e.BadRows) + " of them bad"
	}
	if e.OtherRows > 0 {
		text += ", " + grouped(e.OtherRows) + " for none of the scopes"
	}
	return text
}

// smallFacts are what one wants to know last.
func (r *Report) smallFacts() []fact {
	o := r.opening()
	all := []fact{
		{Name: "Run", Value: r.RunID}, {Name: "Program", Value: r.Program},
		{Name: "Params", Value: o.Digests.Params}, {Name: "File, SHA-256", Value: o.Digests.Input}, {Name: "Plan", Value: o.Digests.Plan},
	}
	var given []fact
	for _, f := range all {
		if f.Value != "" {
			given = append(given, f)
		}
	}
	return given
}

// headline says in a word how a run ended, and how grave that is; the tone
// names the sign and the colour.
func headline(outcome string) (label, tone string) {
	switch outcome {
	case Converged:
		return "Converged", "ok"
	case NothingToDo:
		return "Nothing to do", "ok"
	case Pending:
		return "Changes pending", "wait"
	case Partial:
		return "Done in part", "warn"
	case Interrupted:
		return "Interrupted", "warn"
	case Refused:
		return "Refused", "stop"
	case BadInput:
		return "Bad input", "stop"
	case Locked:
		return "Locked", "stop"
	case Denied:
		return "Denied", "stop"
	}
	return "Failed", "stop"
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
	}
	return line
}

// bar is a kind of change in the table of totals.
type bar struct {
	Class, Sign, Name       string
	Planned, Done           int64
	PlannedWidth, DoneWidth int64 // of a thousand
}

// barSigns mark kinds of change beside their names.
var barSigns = [...]string{brick.Add: "+", brick.Update: "~", brick.Enable: "↑", brick.Disable: "↓", brick.Remove: "−"}

// barNames are their headings.
var barNames = [...]string{brick.Add: "Adds", brick.Update: "Updates", brick.Enable: "Enables", brick.Disable: "Disables", brick.Remove: "Removals"}

func (r *Report) bars() []bar {
	var bars []bar
	most := int64(1)
	for _, a := range brick.Actions() {
		most = max(most, *r.Total.Planned.Of(a), *r.Total.Counts.Of(a))
	}
	for _, a := range brick.Actions() {
		b := bar{Class: a.String(), Sign: barSigns[a], Name: barNames[a], Planned: *r.Total.Planned.Of(a), Done: *r.Total.Counts.Of(a)}
		b.PlannedWidth, b.DoneWidth = width(b.Planned, most), width(b.Done, most)
		bars = append(bars, b)
	}
	return bars
}

// width is a share of a thousand; a little shows as something.
func width(n, most int64) int64 {
	if n == 0 {
		return 0
	}
	return max(4, int64(float64(n)/float64(most)*1000))
}

// fate is a count of people who are not changed.
type fate struct {
	Name    string
	N       int64
	Meaning string
}

// others returns the counts that every report has, and those of the rest that
// are not zero.
func (r *Report) others() []fate {
	t := &r.Total
	all := []fate{
		{"Kept", t.Kept, "in the file, and already so"},
		{"Spared", t.Spared, "whitelisted, or the brick's own account"},
		{"Held", t.Held, "nothing was done, see the reasons"},
		{"Failed", t.Failed, "refused by the platform"},
	}
	for _, f := range []fate{
		{"Not tried", t.Untried, "the run ended before"},
		{"Absent", t.Absent, "to be deleted, but not there"},
		{"Not planned", t.Unplanned, "scopes, see the reasons"},
		{"Bad rows", r.badRows(), "of the file"},
	} {
		if f.N > 0 {
			all = append(all, f)
		}
	}
	return all
}

// phase is a bar in the table of times.
type phase struct {
	Name, Time  string
	From, Width int64 // of a thousand
}

func (r *Report) phases() []phase {
	var phases []phase
	whole, at := int64(1), int64(0)
	for _, p := range r.Phases {
		whole += p.MS
	}
	for _, p := range r.Phases {
		phases = append(phases, phase{p.Name, rounded(time.Duration(p.MS) * time.Millisecond), at * 1000 / whole, width(p.MS, whole)})
		at += p.MS
	}
	return phases
}
