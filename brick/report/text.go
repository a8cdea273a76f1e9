package report

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"math"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// What a text report lists at most, so that it fits a log. The JSON document
// has all of it.
const (
	shownChanges = 50
	shownScopes  = 50
	shownPeople  = 20
)

// Heading writes the first line of a run: which platform and target it works
// on, in which mode.
func Heading(w io.Writer, r *Report) {
	fmt.Fprintf(w, "%s %s, mode %s, run %s%s\n", r.Platform, r.Target, r.Mode, r.RunID, r.ofWhole())
}

// ofWhole says which part of a run this is, such as ", shard 1 of 3"; nothing
// when it is all of it.
func (r *Report) ofWhole() string {
	if r.Shard.Whole() {
		return ""
	}
	return ", " + r.Shard.String()
}

// Text writes the report for people and logs, without its heading.
func (r *Report) Text(w io.Writer) error {
	out := bufio.NewWriter(w)
	r.textInput(out)
	if err := r.textScopes(out); err != nil {
		return err
	}
	if err := r.textPeople(out); err != nil {
		return err
	}
	if err := r.textGuard(out); err != nil {
		return err
	}
	r.textNotes(out)
	r.textEnding(out)
	return out.Flush()
}

func (r *Report) textInput(w io.Writer) {
	if r.Undoes != "" {
		fmt.Fprintf(w, "undoes run %s\n", r.Undoes)
		return
	}
	if r.Plan == nil {
		return
	}
	e := &r.Plan.End
	fmt.Fprintf(w, "file %s: %s", r.Plan.Header.Input.Name, brick.Number(e.Rows, "row"))
	if e.BadRows > 0 {
		fmt.Fprintf(w, ", %d of them bad", e.BadRows)
	}
	if e.OtherRows > 0 {
		fmt.Fprintf(w, ", %d for none of the scopes", e.OtherRows)
	}
	fmt.Fprintln(w)
}

// textScopes writes a paragraph for each scope where something happens.
func (r *Report) textScopes(w io.Writer) error {
	people := r.listsChanges()
	var shown, quiet, untold int64
	for s, err := range r.Scopes() {
		switch {
		case err != nil:
			return err
		case r.Total.Scopes > 1 && s.quiet():
			quiet++
			continue
		case shown == shownScopes:
			untold++
			continue
		}
		shown++
		if err := r.textScope(w, &s, people); err != nil {
			return err
		}
	}
	if untold > 0 {
		fmt.Fprintf(w, "\nand %s with changes\n", more(untold, "scope"))
	}
	if quiet > 0 {
		fmt.Fprintf(w, "\n%s without changes\n", brick.Number(quiet, "scope"))
	}
	if r.Total.Scopes > 1 {
		fmt.Fprintf(w, "\nall scopes: %s\n", r.fate(&r.Total.Counts, &r.Total.Planned))
		if text := waiting(r.Total.Waiting, r.Total.FirstDue); text != "" {
			fmt.Fprintf(w, "  %s\n", text)
		}
	}
	return nil
}

// listsChanges reports whether there are so few changes that each has its
// line.
func (r *Report) listsChanges() bool {
	return r.Plan != nil && r.Plan.End.Changes <= shownChanges
}

// quiet reports whether there is nothing to tell of a scope.
func (s *Scope) quiet() bool {
	return s.Planned.Changes() == 0 && s.Counts.Held == 0 && s.Counts.Absent == 0 && s.Unplanned == nil
}

func (r *Report) textScope(w io.Writer, s *Scope, people bool) error {
	if s.Unplanned != nil {
		fmt.Fprintf(w, "\n%s\n  not planned: %s (%s of the file)\n", s.Scope, s.Unplanned.Text, brick.Number(s.Rows, "row"))
		return nil
	}
	fmt.Fprintf(w, "\n%s\n", s.Scope)
	if people {
		if err := r.textChanges(w, s.Scope); err != nil {
			return err
		}
	}
	fmt.Fprintf(w, "  %s", r.fate(&s.Counts, &s.Planned))
	if s.Unknown > 0 {
		fmt.Fprintf(w, ", %d perhaps done", s.Unknown)
	}
	if s.Untried > 0 {
		fmt.Fprintf(w, ", %d not tried", s.Untried)
	}
	fmt.Fprintln(w)
	if text := waiting(s.Waiting, s.FirstDue); text != "" {
		fmt.Fprintf(w, "  %s\n", text)
	}
	return nil
}

// fate tells what was done, or what is to be done when nothing was.
func (r *Report) fate(done, planned *brick.Counts) string {
	if r.Done == nil {
		return toDo(planned)
	}
	return counted(done)
}

func (r *Report) textChanges(w io.Writer, scope brick.Scope) error {
	for section, err := range r.Plan.Sections() {
		if err != nil {
			return err
		}
		if section.Scope != scope {
			continue
		}
		for c, err := range section.Changes() {
			if err != nil {
				return err
			}
			fmt.Fprintf(w, "  %s %s  %s: %s\n", signs[c.Action], c.Login(), r.word(&c), c.Why)
		}
	}
	return nil
}

// word says what became of a change, or is to become of it.
func (r *Report) word(c *brick.Change) string {
	if r.Done == nil {
		return r.said(c.Action, plan.Pending)
	}
	return r.said(c.Action, r.Done.Of(c.Seq))
}

// said is word for a change that met a fate.
func (r *Report) said(a brick.Action, f plan.Fate) string {
	switch {
	case r.Done == nil:
		return "to " + a.String()
	case r.Already:
		return a.Done() + " before"
	}
	switch f {
	case plan.Done:
		return a.Done()
	case plan.Failed:
		return "failed to " + a.String()
	case plan.HeldBack:
		return "held, not " + a.Done()
	case plan.Unknown:
		return "perhaps " + a.Done()
	}
	return "not tried to " + a.String()
}

// textPeople lists who was held, failed or absent.
func (r *Report) textPeople(w io.Writer) error {
	most := shownPeople
	if r.Plan != nil && r.Plan.End.Refusal != nil && r.Plan.End.Refusal.Kind == brick.BadInput {
		most = math.MaxInt // somebody has to mend them all
	}
	return textPeople(w, r.People(), most, func(p *Person) bool { return p.byGuard && r.listsChanges() })
}

// textPeople lists the first of some people, but for those who are told
// elsewhere.
func textPeople(w io.Writer, people iter.Seq2[Person, error], most int, elsewhere func(*Person) bool) error {
	shown, untold := 0, 0
	for p, err := range people {
		switch {
		case err != nil:
			return err
		case p.What == plan.Unplanned, elsewhere(&p):
			continue // told with its scope
		case shown == most:
			untold++
			continue
		case shown == 0:
			fmt.Fprintln(w)
		}
		shown++
		textPerson(w, &p)
	}
	if untold > 0 {
		fmt.Fprintf(w, "and %d more like these; the JSON report lists them all\n", untold)
	}
	return nil
}

func textPerson(w io.Writer, p *Person) {
	what := p.What
	if what == plan.BadRow {
		what = "bad row"
	}
	fmt.Fprint(w, what)
	if p.Login != "" {
		fmt.Fprintf(w, " %s", p.Login)
	}
	if p.Scope != (brick.Scope{}) {
		fmt.Fprintf(w, " in %s", p.Scope)
	}
	fmt.Fprint(w, p.at())
	if p.Action != 0 {
		fmt.Fprintf(w, ", not %s", p.Action.Done())
	}
	fmt.Fprintf(w, ": %s", p.Text)
	if p.Hint != "" {
		fmt.Fprintf(w, "; hint: %s", p.Hint)
	}
	if p.RequestID != "" {
		fmt.Fprintf(w, " (request %s)", p.RequestID)
	}
	fmt.Fprintln(w)
}
