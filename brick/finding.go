package brick

import (
	"fmt"
	"slices"
	"strings"
)

// Finding is one thing that was noticed in the params or in the file.
type Finding struct {
	Source  string `json:"source"`           // the file it stands in, as the user named it
	Line    int    `json:"line,omitzero"`    // from 1; 0 when it concerns the whole
	Column  int    `json:"column,omitzero"`  // from 1
	Warning bool   `json:"warning,omitzero"` // worth a look, but the run goes on
	Text    string `json:"text"`
	Hint    string `json:"hint,omitzero"`
}

// String returns "source:line:column: text; hint: …".
func (f Finding) String() string {
	var b strings.Builder
	b.WriteString(f.Source)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d", f.Line)
		if f.Column > 0 {
			fmt.Fprintf(&b, ":%d", f.Column)
		}
	}
	b.WriteString(": ")
	if f.Warning {
		b.WriteString("warning: ")
	}
	b.WriteString(f.Text)
	if f.Hint != "" {
		b.WriteString("; hint: " + f.Hint)
	}
	return b.String()
}

// Findings are all that was noticed, so that one look shows everything.
type Findings []Finding

// Sort orders findings by source, line and column.
func (fs Findings) Sort() {
	slices.SortStableFunc(fs, func(a, b Finding) int {
		if c := strings.Compare(a.Source, b.Source); c != 0 {
			return c
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
}

// Err returns nil when there are only warnings, else an error of kind
// BadInput that lists every finding that is none, one to a line.
func (fs Findings) Err() error {
	var lines []string
	for _, f := range fs {
		if !f.Warning {
			lines = append(lines, f.String())
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return &Error{Kind: BadInput, Err: fmt.Errorf("%s", strings.Join(lines, "\n"))}
}
