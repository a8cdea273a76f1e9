package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"strings"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// rows writes the data of a page. What each row holds is told in script.js,
// which reads them.
type rows struct {
	report *Report
	words  *lexicon
	out    *bufio.Writer
	listed int64 // how many changes the scopes have that were written
}

// sameAsLogin stands for a value that repeats the login, as the email of most
// new accounts does.
const sameAsLogin = -1

// islands writes all data of a page into so many bytes: people first, since
// they are what somebody must look at, then scopes, then changes.
func (r *Report) islands(out *bufio.Writer, room, allPeople int64) error {
	w := rows{report: r, words: newLexicon(), out: out}
	room -= lexiconRoom + closing
	people := &island{out: out, kind: "people", room: room / 3}
	if err := w.people(people); err != nil {
		return err
	}
	room -= room/3 - people.room
	scopes := &island{out: out, kind: "scopes", room: room / 2}
	if err := w.scopes(scopes); err != nil {
		return err
	}
	room -= room/2 - scopes.room
	changes := &island{out: out, kind: "changes", room: room}
	if err := w.changes(changes); err != nil {
		return err
	}
	return w.facts(people, scopes, changes, allPeople)
}

func (w *rows) people(i *island) error {
	for p, err := range w.report.People() {
		if err != nil {
			return err
		}
		seen := w.report.person(&p)
		small := strings.Join(seen.Small, " · ")
		row := []any{
			w.words.name(seen.What), w.words.name(seen.Tone), visible(seen.Login), w.words.name(seen.Not), w.words.name(seen.Scope),
			w.words.name(seen.Text), w.words.name(seen.Hint), visible(small), p.seq - 1,
		}
		if err := i.add(row); err != nil {
			return err
		}
		if i.full {
			break
		}
	}
	i.end()
	return nil
}

func (w *rows) scopes(i *island) error {
	for s, err := range w.report.Scopes() {
		if err != nil {
			return err
		}
		level := 0
		if s.Scope.Level == brick.ProjectLevel {
			level = 1
		}
		note := s.RemovalsHeld
		if s.Unplanned != nil {
			note = "not planned: " + s.Unplanned.Text
		}
		row := []any{
			level, visible(s.Scope.ID), s.Rows, s.Planned.Changes(), counts(w.report.shownCounts(&s)), s.Untried, w.words.name(note),
			s.Unknown, s.Waiting, w.words.name(waiting(s.Waiting, s.FirstDue)),
		}
		if err := i.add(row); err != nil {
			return err
		}
		if i.full {
			break
		}
		w.listed += s.Planned.Changes()
	}
	i.end()
	return nil
}

// shownCounts is what was done in a scope, or is to be done when nothing was.
func (r *Report) shownCounts(s *Scope) *brick.Counts {
	if r.Done == nil {
		return &s.Planned
	}
	return &s.Counts
}

// counts lists counts in their order, without the zeros at the end.
func counts(c *brick.Counts) []int64 {
	all := []int64{c.Added, c.Updated, c.Enabled, c.Disabled, c.Removed, c.Kept, c.Spared, c.Held, c.Failed, c.Absent}
	for len(all) > 0 && all[len(all)-1] == 0 {
		all = all[:len(all)-1]
	}
	return all
}

// changes writes the changes of the scopes that have been written.
func (w *rows) changes(i *island) error {
	defer i.end()
	if w.report.Plan == nil {
		return nil
	}
	for section, err := range w.report.Plan.Sections() {
		if err != nil {
			return err
		}
		for c, err := range section.Changes() {
			if err != nil {
				return err
			}
			if i.full = i.full || i.n == w.listed; i.full {
				return nil
			}
			if err := i.add(w.change(&c)); err != nil {
				return err
			}
		}
	}
	return nil
}

// change is the row of a change: login, action, fate, why, and three for each
// difference.
func (w *rows) change(c *brick.Change) []any {
	fate := plan.Pending
	if w.report.Done != nil {
		fate = w.report.Done.Of(c.Seq)
	}
	all := differences(c)
	why := c.Why
	if len(all) > 0 && (c.Action == brick.Update || c.Action == brick.Enable) {
		why = "" // it only repeats what differs
	}
	row := append(make([]any, 0, 4+3*len(all)), visible(string(c.Login())), int(c.Action), int(fate), w.words.name(why))
	for _, d := range all {
		row = append(row, int(d.aspect), w.value(c, &d, d.before), w.value(c, &d, d.after))
	}
	return row
}

// value is one side of a difference. What is different for everybody does not
// go into the lexicon.
func (w *rows) value(c *brick.Change, d *difference, text string) any {
	switch {
	case text == string(c.Login()):
		return sameAsLogin
	case text == "":
		return 0
	}
	switch brick.Field(d.aspect) {
	case brick.FirstName, brick.LastName, brick.Email, brick.Phone:
		return visible(text)
	}
	return w.words.name(text)
}

// facts writes what the script must know beside the rows.
func (w *rows) facts(people, scopes, changes *island, allPeople int64) error {
	facts := map[string]any{
		"aspects": aspectNames(), "said": w.report.saidOfAll(), "kinds": w.report.kinds(), "applied": w.report.Done != nil,
		"static": shownCards, "chunk": islandRows,
		"people": people.n, "scopes": scopes.n, "changes": changes.n,
		"allPeople": allPeople, "allScopes": w.report.Total.Scopes, "all": w.report.changes(),
		"whole": !people.full && !scopes.full && !changes.full,
	}
	for _, d := range []struct {
		name  string
		value any
	}{{"facts", facts}, {"words", w.words.words}} {
		text, err := json.Marshal(d.value)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w.out, "<script type=\"application/json\" id=%q>%s</script>\n", d.name, text); err != nil {
			return err
		}
	}
	return nil
}

func aspectNames() []string {
	var names []string
	for a := range numAspects {
		names = append(names, a.String())
	}
	return names
}

// saidOfAll is said for every action and fate.
func (r *Report) saidOfAll() [][]string {
	var said [][]string
	for _, a := range brick.Actions() {
		var words []string
		for f := plan.Pending; f <= plan.Unknown; f++ {
			words = append(words, r.said(a, f))
		}
		said = append(said, words)
	}
	return said
}

// kind is something that one may ask to see alone.
type kind struct {
	Name   string     `json:"name"`
	Action int        `json:"action,omitzero"`
	Fate   *plan.Fate `json:"fate,omitzero"`
	What   string     `json:"what,omitzero"` // of people without a change
}

// kinds are what one may ask for, nil for everything; what nobody met is left
// out.
func (r *Report) kinds() []*kind {
	kinds := []*kind{nil}
	for _, a := range brick.Actions() {
		if *r.Total.Planned.Of(a) > 0 {
			kinds = append(kinds, &kind{Name: strings.ToLower(barNames[a]), Action: int(a)})
		}
	}
	held, failed, unknown, untried := plan.HeldBack, plan.Failed, plan.Unknown, plan.Pending
	for _, k := range []struct {
		n int64
		kind
	}{
		{r.Total.Held, kind{Name: "held", Fate: &held, What: plan.HeldOne}},
		{r.Total.Failed, kind{Name: "failed", Fate: &failed, What: failedOne}},
		{r.Total.Unknown, kind{Name: "perhaps done", Fate: &unknown}},
		{r.Total.Untried, kind{Name: "not tried", Fate: &untried}},
		{r.Total.Absent, kind{Name: "absent", What: plan.NotHere}},
		{r.badRows(), kind{Name: "bad rows", What: "bad row"}},
		{r.Total.Unplanned, kind{Name: "scopes not planned", What: "not planned"}},
	} {
		if k.n > 0 {
			kinds = append(kinds, &k.kind)
		}
	}
	return kinds
}

// changes is how many changes the plan has.
func (r *Report) changes() int64 {
	if r.Plan == nil {
		return 0
	}
	return r.Plan.End.Changes
}
