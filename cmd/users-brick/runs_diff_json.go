package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"iter"

	"users-brick/brick"
	"users-brick/brick/report"
)

// wish is what a plan wants with a person, as JSON.
type wish struct {
	Action brick.Action `json:"action"`
	Why    string       `json:"why"`
}

func wishOf(c *brick.Change) *wish {
	if c == nil {
		return nil
	}
	return &wish{c.Action, c.Why}
}

// printJSON writes one document; its lists are streamed.
func (d *runsDiff) printJSON(w io.Writer) error {
	out := bufio.NewWriter(w)
	differences := []difference{}
	for _, f := range d.facts() {
		if !f.same {
			differences = append(differences, f)
		}
	}
	text, err := json.MarshalIndent(struct {
		Before      pastRun      `json:"before"`
		After       pastRun      `json:"after"`
		Differences []difference `json:"differences"`
		Planless    []string     `json:"without_plan,omitzero"`
	}{told(d.sides[0].doc), told(d.sides[1].doc), differences, d.planless()}, "", "  ")
	if err != nil {
		return err
	}
	out.Write(text[:len(text)-len("\n}")])
	err = jsonList(out, d, "scopes", d.scopes(), func(p both[report.Scope]) any {
		return map[string]*report.Scope{"before": p.Before, "after": p.After}
	})
	if err == nil && len(d.planless()) == 0 {
		err = jsonList(out, d, "people", d.people(), func(p both[brick.Change]) any {
			c := p.Before
			if c == nil {
				c = p.After
			}
			return struct {
				Scope  brick.Scope `json:"scope"`
				Login  brick.Login `json:"login"`
				Before *wish       `json:"before"`
				After  *wish       `json:"after"`
			}{c.Scope, c.Login(), wishOf(p.Before), wishOf(p.After)}
		})
	}
	if err != nil {
		return err
	}
	out.WriteString("\n}\n")
	return out.Flush()
}

// jsonList writes the first things that differ as a member of the document, an
// item a line, and how many more there are.
func jsonList[T any](out *bufio.Writer, d *runsDiff, name string, pairs iter.Seq2[both[T], error], item func(both[T]) any) error {
	fmt.Fprintf(out, ",\n  %q: [", name)
	n, between := 0, "\n    "
	for p, err := range pairs {
		if err != nil {
			return err
		}
		if n++; d.most >= 0 && n > d.most {
			continue
		}
		text, err := json.Marshal(item(p))
		if err != nil {
			return err
		}
		out.WriteString(between)
		out.Write(text)
		between = ",\n    "
	}
	if n > 0 && d.most != 0 {
		out.WriteString("\n  ")
	}
	more := 0
	if d.most >= 0 {
		more = max(0, n-d.most)
	}
	_, err := fmt.Fprintf(out, "],\n  %q: %d", "more_"+name, more)
	return err
}
