package report

import (
	"fmt"
	"strings"

	"users-brick/brick"
)

// onward returns the command that does what the guard objected to, for
// whoever means it; "" when the guard objected to nothing that a param
// answers. A limit holds for every scope, so it is set to what the largest
// plan of any scope needs, not only of those that were objected to.
func (r *Report) onward() (string, error) {
	if r.Plan == nil {
		return "", nil
	}
	var need needed
	for s, err := range r.Plan.Summaries() {
		if err != nil {
			return "", err
		}
		need.removals = max(need.removals, s.Counts.Removals())
		need.updates = max(need.updates, s.Counts.Updated+s.Counts.Enabled)
		need.note(s.Objections)
	}
	need.note(r.Plan.End.Objections)
	return need.command(), nil
}

// needed is what the params must allow.
type needed struct {
	removals, updates, run int64 // the most of a scope, and of the run
	rules                  map[string]bool
}

func (n *needed) note(objections []brick.Objection) {
	for _, o := range objections {
		if n.rules == nil {
			n.rules = map[string]bool{}
		}
		n.rules[o.Rule] = true
		if o.Rule == "max_removals_run" {
			n.run = o.Found
		}
	}
}

func (n *needed) command() string {
	var b strings.Builder
	for _, p := range []struct {
		rule  string
		value any
	}{
		{"allow_empty", true}, {"max_removals", n.removals}, {"max_removals_run", n.run}, {"max_updates", n.updates},
	} {
		if n.rules[p.rule] {
			fmt.Fprintf(&b, "BRICK_PARAM_%s=%v ", p.rule, p.value)
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return b.String() + "users-brick run PARAMS"
}
