package report

import (
	"fmt"
	"strings"
	"time"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// counted lists the counts that are not zero, such as "1 added, 4 kept".
func counted(c *brick.Counts) string {
	return joined([]counter{
		{c.Added, "added"}, {c.Updated, "updated"}, {c.Enabled, "enabled"}, {c.Disabled, "disabled"}, {c.Removed, "removed"},
		{c.Kept, "kept"}, {c.Spared, "spared"}, {c.Held, "held"}, {c.Failed, "failed"}, {c.Absent, "absent"},
	})
}

// toDo is counted for a plan, such as "1 to add, 4 kept".
func toDo(c *brick.Counts) string {
	return joined([]counter{
		{c.Added, "to add"}, {c.Updated, "to update"}, {c.Enabled, "to enable"}, {c.Disabled, "to disable"}, {c.Removed, "to remove"},
		{c.Kept, "kept"}, {c.Spared, "spared"}, {c.Held, "held"}, {c.Absent, "absent"},
	})
}

type counter struct {
	n    int64
	word string
}

func joined(counters []counter) string {
	var parts []string
	for _, c := range counters {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.word))
		}
	}
	if len(parts) == 0 {
		return "nobody"
	}
	return strings.Join(parts, ", ")
}

// signs mark changes in lists.
var signs = [...]string{brick.Add: "+", brick.Update: "~", brick.Enable: "+", brick.Disable: "-", brick.Remove: "-"}

// more returns "1 more row" or "2 more rows".
func more(n int64, what string) string {
	if n == 1 {
		return "1 more " + what
	}
	return fmt.Sprintf("%d more %ss", n, what)
}

// rounded returns a duration as people read it.
func rounded(d time.Duration) string {
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

// at returns " (line 3)", or nothing when no line is known.
func at(lines []int) string {
	switch len(lines) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf(" (line %d)", lines[0])
	}
	text := make([]string, 0, shownLines)
	for _, line := range lines[:min(len(lines), shownLines)] {
		text = append(text, fmt.Sprint(line))
	}
	if len(lines) > shownLines {
		text = append(text, "…")
	}
	return " (lines " + strings.Join(text, ", ") + ")"
}

const shownLines = 10

// waiting says how many will be deleted later, and when the first of them; ""
// when nobody will.
func waiting(n int64, first time.Time) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "1 member missing from the file will be deleted after " + plan.Days(first)
	}
	return fmt.Sprintf("%d members missing from the file will be deleted later, the first after %s", n, plan.Days(first))
}
