package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"iter"
	"strings"

	"users-brick/brick"
)

// What a Markdown report holds at most. GitHub takes 65,536 characters in a
// comment.
const (
	markdownLimit   = 60_000 // characters, here taken for bytes
	markdownSection = 12_000 // of one list
	markdownRows    = 20
	markdownChanges = 50
	markdownFrame   = 1_500 // for the headings of all lists and what is said below them
)

// Markdown writes the report for chats and pull requests, never more than fits
// a comment: how the run ended, totals, what the guard has against it with the
// command that goes on, who was held or failed, scopes, and, folded, the first
// changes, the whitelist and the warnings.
func (r *Report) Markdown(w io.Writer) error {
	out := bufio.NewWriter(w)
	m := &markdown{report: r, out: out, room: markdownLimit - markdownFrame}
	m.head()
	m.totals()
	for _, part := range []func() error{m.guard, m.people, m.scopes, m.changes, m.whitelist, m.warnings} {
		if err := part(); err != nil {
			return err
		}
	}
	return out.Flush()
}

// markdown writes a report into what room there is.
type markdown struct {
	report *Report
	out    *bufio.Writer
	room   int
}

// print writes what must be there.
func (m *markdown) print(format string, args ...any) {
	n, _ := fmt.Fprintf(m.out, format, args...) // the writer keeps its error
	m.room -= n
}

func (m *markdown) head() {
	r := m.report
	_, tone := headline(r.Outcome)
	sign := map[string]string{"ok": "✅", "wait": "🕓", "warn": "⚠️"}[tone]
	m.print("## %s users-brick: %s\n\n", cmp.Or(sign, "❌"), r.Outcome)
	m.print("%s %s, mode %s, run %s%s\n\n", code(r.Platform), code(r.Target), code(r.Mode), code(r.RunID), r.ofWhole())
	m.print("Exit code %d after %s: %s\n", r.ExitCode, rounded(r.Duration), prose(r.ended()))
	m.rest()
	if hint := r.hint(); hint != "" {
		m.print("\nHint: %s\n", prose(hint))
	}
}

// rest writes an error of several lines as it is.
func (m *markdown) rest() {
	if m.report.Err == nil || m.report.Outcome == Interrupted {
		return
	}
	lines := strings.Split(strings.ReplaceAll(firstLines(m.report.reason()), "`", "'"), "\n")
	if len(lines) < 2 {
		return
	}
	if n := len(lines) - markdownRows; n > 0 {
		lines = append(lines[:markdownRows], "and "+more(int64(n), "line"))
	}
	m.print("\n```\n%s\n```\n", strings.Join(lines, "\n"))
}

// totals writes a line for each count that is not zero.
func (m *markdown) totals() {
	t := &m.report.Total
	header, second := "| people | planned | done |\n|---|--:|--:|\n", true
	if m.report.Done == nil {
		header, second = "| people | planned |\n|---|--:|\n", false
	}
	if m.report.Plan == nil {
		return
	}
	m.print("\n%s", header)
	count := func(name string, planned, done int64) {
		switch {
		case planned == 0 && done == 0:
		case second:
			m.print("| %s | %d | %d |\n", name, planned, done)
		default:
			m.print("| %s | %d |\n", name, planned)
		}
	}
	for _, a := range brick.Actions() {
		count(a.Done(), *t.Planned.Of(a), *t.Counts.Of(a))
	}
	count("kept", t.Planned.Kept, t.Kept)
	count("spared", t.Planned.Spared, t.Spared)
	count("held", t.Planned.Held, t.Held)
	count("failed", 0, t.Failed)
	count("perhaps done", 0, t.Unknown)
	count("not tried", 0, t.Untried)
	count("absent", t.Planned.Absent, t.Absent)
	if text := waiting(t.Waiting, t.FirstDue); text != "" {
		m.print("\n%s\n", text)
	}
}

// table writes a heading and the first rows of a list, as many as there is room
// for, and how many more there are. It reports whether there was anything;
// nothing is written of an empty list.
func table[T any](m *markdown, heading, header string, most int, items iter.Seq2[T, error], row func(*T) string) (some bool, err error) {
	shown, rest, room := 0, int64(0), min(m.room, markdownSection)
	for item, err := range items {
		if err != nil {
			return some, err
		}
		if !some {
			m.print("\n%s\n", heading)
			some = true
		}
		text := ""
		if shown < most && rest == 0 {
			text = row(&item)
		}
		if text == "" || len(header)+len(text) > room {
			rest++
			continue
		}
		if shown++; shown == 1 {
			m.print("%s\n", header)
		}
		m.print("%s\n", text)
		room -= len(text) + 1
	}
	if rest > 0 {
		m.print("\nand %d more\n", rest)
	}
	return some, nil
}

func (m *markdown) guard() error {
	r := m.report
	some, err := table(m, "### The guard objects\n", "| verdict | what | people | hint |\n|---|---|---|---|", markdownRows, r.objections(), func(o *brick.Objection) string {
		told := r.objection(o)
		people := ""
		for i, login := range told.First {
			if i > 0 {
				people += ", "
			}
			people += code(login)
		}
		if told.More > 0 {
			people += fmt.Sprintf(" and %d more", told.More)
		}
		return line(told.Verdict, prose(told.Text), people, prose(told.Hint))
	})
	if some && r.Next != "" {
		m.print("\nTo go on when all of it is meant:\n\n    %s\n", strings.ReplaceAll(r.Next, "\n", "\n    "))
	}
	return err
}

func (m *markdown) people() error {
	_, err := table(m, "### Not done\n", "| what | who | where | why | lines, request |\n|---|---|---|---|---|", markdownRows, m.report.People(), func(p *Person) string {
		c := m.report.person(p)
		why := prose(c.Text)
		if c.Hint != "" {
			why += "; hint: " + prose(c.Hint)
		}
		return line(strings.TrimSpace(c.What+" "+c.Not), code(c.Login), code(c.Scope), why, prose(strings.Join(c.Small, ", ")))
	})
	return err
}

func (m *markdown) scopes() error {
	r := m.report
	told := func(yield func(Scope, error) bool) {
		for s, err := range r.Scopes() {
			if err == nil && r.Total.Scopes > 1 && s.quiet() {
				continue
			}
			if !yield(s, err) {
				return
			}
		}
	}
	_, err := table(m, "### Scopes\n", "| scope | outcome |\n|---|---|", markdownRows, told, func(s *Scope) string {
		return line(code(s.Scope.String()), prose(r.scopeLine(s).Fate))
	})
	return err
}

// changes lists the first changes, folded.
func (m *markdown) changes() error {
	if m.report.Plan == nil {
		return nil
	}
	summary := fold(brick.Number(m.report.changes(), "change") + ", person by person")
	some, err := table(m, summary, "| scope | login | change | why |\n|---|---|---|---|", markdownChanges, m.report.eachChange(), func(c *brick.Change) string {
		return line(code(c.Scope.String()), code(string(c.Login())), m.report.word(c), prose(c.Why))
	})
	m.unfold(some)
	return err
}

// eachChange yields as many changes as a Markdown report can show, and empty
// ones for the rest, which are only counted.
func (r *Report) eachChange() iter.Seq2[brick.Change, error] {
	return func(yield func(brick.Change, error) bool) {
		n := int64(0)
		for section, err := range r.Plan.Sections() {
			if err != nil {
				yield(brick.Change{}, err)
				return
			}
			if n == markdownChanges {
				break
			}
			for c, err := range section.Changes() {
				if n++; !yield(c, err) || err != nil {
					return
				}
				if n == markdownChanges {
					break
				}
			}
		}
		for ; n < r.Plan.End.Changes; n++ {
			if !yield(brick.Change{}, nil) {
				return
			}
		}
	}
}

func (m *markdown) whitelist() error {
	all, _ := m.report.entries()
	some, err := table(m, fold("Whitelist"), "| entry | users | in the file | remark |\n|---|--:|--:|---|", markdownRows, each(all), func(e *entry) string {
		return line(code(e.Entry), grouped(e.Users), grouped(e.InFile), e.Remark)
	})
	m.unfold(some)
	return err
}

func (m *markdown) warnings() error {
	some, err := table(m, fold("Warnings"), "| warning |\n|---|", markdownRows, each(m.report.Warnings), func(f *brick.Finding) string {
		return line(prose(f.String()))
	})
	m.unfold(some)
	return err
}

// each yields the items of a list that cannot fail.
func each[T any](list []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, item := range list {
			if !yield(item, nil) {
				return
			}
		}
	}
}

func fold(summary string) string { return "<details><summary>" + summary + "</summary>\n" }

func (m *markdown) unfold(folded bool) {
	if folded {
		m.print("\n</details>\n")
	}
}

// line is a row of a table.
func line(cells ...string) string { return "| " + strings.Join(cells, " | ") + " |" }
