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
	if b.Len() > 0 {
		b.WriteString(": ")
	}
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

// Err returns nil when there are only warnings, else an [Error] of kind
// BadInput around a [FindingsError].
func (fs Findings) Err() error {
	for _, f := range fs {
		if !f.Warning {
			return &Error{Kind: BadInput, Err: &FindingsError{fs}}
		}
	}
	return nil
}

// FindingsError is the error that findings amount to.
type FindingsError struct{ Findings Findings }

// Error lists every finding that is no warning, one to a line.
func (e *FindingsError) Error() string {
	var lines []string
	for _, f := range e.Findings {
		if !f.Warning {
			lines = append(lines, f.String())
		}
	}
	return strings.Join(lines, "\n")
}
