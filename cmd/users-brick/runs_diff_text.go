package main

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"users-brick/brick"
	"users-brick/brick/report"
)

// difference is one thing that two runs do not have in common.
type difference struct {
	What   string `json:"what"`
	Before string `json:"before"`
	After  string `json:"after"`
	same   bool
}

// facts are what two runs are compared by as a whole, the same ones included.
func (d *runsDiff) facts() []difference {
	a, b := d.sides[0].doc, d.sides[1].doc
	fact := func(what string, read func(*report.Document) string) difference {
		f := difference{What: what, Before: read(a), After: read(b)}
		f.same = f.Before == f.After
		return f
	}
	facts := []difference{
		fact("outcome", func(r *report.Document) string { return r.Outcome }),
		fact("exit_code", func(r *report.Document) string { return fmt.Sprint(r.ExitCode) }),
		fact("mode", func(r *report.Document) string { return r.Mode }),
		fact("target", func(r *report.Document) string { return r.Platform + " " + r.Target }),
		fact("params", func(r *report.Document) string { return r.Digests.Params }),
		fact("input", func(r *report.Document) string { return r.Digests.Input }),
		fact("plan", func(r *report.Document) string { return r.Digests.Plan }),
		fact("rows", func(r *report.Document) string { return fmt.Sprint(r.Input.Rows) }),
		fact("bad_rows", func(r *report.Document) string { return fmt.Sprint(r.Input.BadRows) }),
	}
	counts := tallied(&a.Totals.Counts, &b.Totals.Counts, "")
	return append(facts, append(counts, tallied(&a.Totals.Planned, &b.Totals.Planned, "planned_")...)...)
}

// tallied compares counts one by one; those that are 0 on both sides are left
// out.
func tallied(a, b *brick.Counts, before string) (facts []difference) {
	for _, c := range []struct {
		word string
		a, b int64
	}{
		{"added", a.Added, b.Added}, {"updated", a.Updated, b.Updated}, {"enabled", a.Enabled, b.Enabled},
		{"disabled", a.Disabled, b.Disabled}, {"removed", a.Removed, b.Removed}, {"kept", a.Kept, b.Kept},
		{"spared", a.Spared, b.Spared}, {"held", a.Held, b.Held}, {"failed", a.Failed, b.Failed}, {"absent", a.Absent, b.Absent},
	} {
		if c.a != 0 || c.b != 0 {
			facts = append(facts, difference{before + c.word, fmt.Sprint(c.a), fmt.Sprint(c.b), c.a == c.b})
		}
	}
	return facts
}

func (d *runsDiff) printText(w io.Writer) error {
	out := bufio.NewWriter(w)
	table := [][]string{{"", d.sides[0].run.ID, d.sides[1].run.ID}, {"started", began(d.sides[0].doc), began(d.sides[1].doc)}}
	for _, f := range d.facts() {
		if f.same {
			f.After = "the same"
		}
		table = append(table, []string{f.What, short(f.Before), short(f.After)})
	}
	if err := textTable(out, table); err != nil {
		return err
	}
	if err := listed(out, d, "scope", d.scopes(), scopeText); err != nil {
		return err
	}
	if ids := d.planless(); len(ids) > 0 {
		fmt.Fprintf(out, "\npeople cannot be compared: without a plan ended %s\n", strings.Join(ids, ", "))
		return out.Flush()
	}
	if err := listed(out, d, "planned change", d.people(), personText); err != nil {
		return err
	}
	return out.Flush()
}

func began(r *report.Document) string { return r.Started.UTC().Format(time.RFC3339) }

// short returns enough of a digest to tell it from others.
func short(text string) string {
	const digits = len("sha256:") + 12
	if strings.HasPrefix(text, "sha256:") && len(text) > digits {
		return text[:digits]
	}
	return or(text, "none")
}

// listed writes a line for each of the first things that differ, and how many
// there are in all.
func listed[T any](out io.Writer, d *runsDiff, noun string, pairs iter.Seq2[both[T], error], text func(both[T]) string) error {
	n := 0
	for p, err := range pairs {
		if err != nil {
			return err
		}
		if n++; n == 1 {
			fmt.Fprintln(out)
		}
		if d.most < 0 || n <= d.most {
			fmt.Fprintln(out, text(p))
		}
	}
	if d.most >= 0 && n > d.most {
		fmt.Fprintf(out, "and %d more; --all lists them\n", n-d.most)
	}
	verb := "differ"
	if n == 1 {
		verb = "differs"
	}
	fmt.Fprintf(out, "\n%s %s\n", brick.Number(int64(n), noun), verb)
	return nil
}

func scopeText(p both[report.Scope]) string {
	switch {
	case p.Before == nil:
		return fmt.Sprintf("%s: only in the second run", p.After.Scope)
	case p.After == nil:
		return fmt.Sprintf("%s: only in the first run", p.Before.Scope)
	}
	a, b := p.Before, p.After
	facts := []difference{{"rows", fmt.Sprint(a.Rows), fmt.Sprint(b.Rows), a.Rows == b.Rows}}
	facts = append(facts, tallied(&a.Counts, &b.Counts, "")...)
	facts = append(facts, tallied(&a.Planned, &b.Planned, "planned_")...)
	facts = append(facts, difference{"not tried", fmt.Sprint(a.Untried), fmt.Sprint(b.Untried), a.Untried == b.Untried})
	facts = append(facts, difference{"planned", planned(a), planned(b), planned(a) == planned(b)})
	var texts []string
	for _, f := range facts {
		if !f.same {
			texts = append(texts, fmt.Sprintf("%s %s -> %s", f.What, f.Before, f.After))
		}
	}
	return fmt.Sprintf("%s: %s", a.Scope, strings.Join(texts, ", "))
}

func planned(s *report.Scope) string {
	if s.Unplanned != nil {
		return "no"
	}
	return "yes"
}

func personText(p both[brick.Change]) string {
	c := p.Before
	if c == nil {
		c = p.After
	}
	return fmt.Sprintf("%s  %s: %s -> %s", c.Scope, c.Login(), intent(p.Before), intent(p.After))
}

// intent says what a plan wants with a person.
func intent(c *brick.Change) string {
	if c == nil {
		return "nothing"
	}
	return fmt.Sprintf("%s (%s)", c.Action, c.Why)
}
