package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"users-brick/brick"
)

// JSON writes the merged report as one document, which is that of a run with
// the member shards beside it. Either JSON or Text can be called, and once.
func (m *Merged) JSON(w io.Writer) error {
	out := bufio.NewWriter(w)
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	out.Write(text[:len(text)-len("\n}")])
	if err := list(out, "scopes", m.Scopes()); err != nil {
		return err
	}
	if err := list(out, "people", m.People()); err != nil {
		return err
	}
	out.WriteString("\n}\n")
	return out.Flush()
}

// Text writes the merged report for people and logs.
func (m *Merged) Text(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%s %s, mode %s, %s\n", m.Platform, m.Target, m.Mode, brick.Number(int64(m.Shards.Of), "shard"))
	m.textInput(out)
	m.textShards(out)
	objections, err := m.textScopes(out)
	if err != nil {
		return err
	}
	if err := m.textPeople(out); err != nil {
		return err
	}
	for _, o := range append(objections, m.Guard.Objections...) {
		fmt.Fprintf(out, "\nguard: %s\n", o.Text)
	}
	for _, x := range m.Whitelist {
		if x.Users == 0 {
			fmt.Fprintf(out, "whitelist %s: warning: it matched nobody\n", x.Entry)
		}
	}
	m.textEnding(out)
	return out.Flush()
}

func (m *Merged) textInput(w io.Writer) {
	fmt.Fprintf(w, "file %s: %s", m.Input.Name, brick.Number(m.Input.Rows, "row"))
	if m.Input.BadRows > 0 {
		fmt.Fprintf(w, ", %d of them bad", m.Input.BadRows)
	}
	if m.Input.OtherRows > 0 {
		fmt.Fprintf(w, ", %d for none of the scopes", m.Input.OtherRows)
	}
	fmt.Fprint(w, "\n\n")
}

// textShards tells how the shards ended, those that ended well in one line.
func (m *Merged) textShards(w io.Writer) {
	well, shown, untold := 0, 0, 0
	for _, s := range m.Shards.Reports {
		switch {
		case s.ExitCode == brick.ExitDone:
			well++
		case shown == shownScopes:
			untold++
		default:
			shown++
			m.textShard(w, &s)
		}
	}
	if untold > 0 {
		fmt.Fprintf(w, "and %s\n", more(int64(untold), "shard"))
	}
	if well > 0 {
		fmt.Fprintf(w, "%s ended well\n", brick.Number(int64(well), "shard"))
	}
	if len(m.Shards.Missing) > 0 {
		fmt.Fprintf(w, "no report of shard %s\n", indexes(m.Shards.Missing))
	}
}

func (m *Merged) textShard(w io.Writer, s *ShardEnd) {
	fmt.Fprintf(w, "shard %d: %s (exit %d, run %s)", s.Index, s.Outcome, s.ExitCode, s.RunID)
	if s.Error != "" || s.Refusal != "" {
		fmt.Fprintf(w, ": %s", joinedBy(s.Error, s.Refusal))
	}
	fmt.Fprintln(w)
}

// textScopes writes a line for each scope where something happens, and returns
// what the guard had against the first of them.
func (m *Merged) textScopes(w io.Writer) (objections []brick.Objection, err error) {
	var shown, quiet, untold int64
	fmt.Fprintln(w)
	for s, err := range m.Scopes() {
		if err != nil {
			return nil, err
		}
		if len(objections) < shownScopes {
			objections = append(objections, s.Objections...)
		}
		switch {
		case s.quiet():
			quiet++
		case shown == shownScopes:
			untold++
		default:
			shown++
			fmt.Fprintf(w, "%s: %s\n", s.Scope, m.fate(&s))
		}
	}
	if untold > 0 {
		fmt.Fprintf(w, "and %s with changes\n", more(untold, "scope"))
	}
	if quiet > 0 {
		fmt.Fprintf(w, "%s without changes\n", brick.Number(quiet, "scope"))
	}
	fmt.Fprintf(w, "\nall scopes: %s\n", m.fate(&Scope{Counts: m.Totals.Counts, Planned: m.Totals.Planned, Untried: m.Totals.Untried, Unknown: m.Totals.Unknown}))
	if text := waiting(m.Totals.Waiting, m.Totals.FirstDue); text != "" {
		fmt.Fprintf(w, "  %s\n", text)
	}
	return objections, nil
}

// fate tells what became of a scope.
func (m *Merged) fate(s *Scope) string {
	if s.Unplanned != nil {
		return "not planned: " + s.Unplanned.Text
	}
	text := counted(&s.Counts)
	if m.PlanOnly {
		text = toDo(&s.Planned)
	}
	if s.Unknown > 0 {
		text += fmt.Sprintf(", %d perhaps done", s.Unknown)
	}
	if s.Untried > 0 && !m.PlanOnly {
		text += fmt.Sprintf(", %d not tried", s.Untried)
	}
	return text
}

// textPeople lists the first who were held, failed or absent.
func (m *Merged) textPeople(w io.Writer) error {
	return textPeople(w, m.People(), shownPeople, func(*Person) bool { return false })
}

func (m *Merged) textEnding(w io.Writer) {
	did := brick.Number(m.Totals.Changes(), "change") + " done"
	if m.PlanOnly {
		did = brick.Number(m.Totals.Planned.Changes(), "change") + " to do"
	}
	fmt.Fprintf(w, "\n%s: %s (exit %d, %s)\n", m.Outcome, did, m.ExitCode, rounded(time.Duration(m.DurationMS)*time.Millisecond))
}
