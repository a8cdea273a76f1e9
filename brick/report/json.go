package report

import (
	"bufio"
	"encoding/json"
	"io"
	"iter"
	"time"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// Version is the version of the JSON document.
const Version = 1

// opening is the part of the document before its lists.
type opening struct {
	Version    int            `json:"version"`
	RunID      string         `json:"run_id"`
	Shard      brick.Shard    `json:"shard,omitzero"`
	Program    string         `json:"program"`
	Mode       string         `json:"mode"`
	Undoes     string         `json:"undoes,omitzero"`
	Platform   string         `json:"platform"`
	Target     string         `json:"target"`
	PlanOnly   bool           `json:"plan_only"`
	Outcome    string         `json:"outcome"`
	ExitCode   int            `json:"exit_code"`
	Error      string         `json:"error,omitzero"`
	Started    time.Time      `json:"started"`
	DurationMS int64          `json:"duration_ms"`
	Phases     []Phase        `json:"phases"`
	Calls      int64          `json:"platform_calls"`
	Digests    digests        `json:"digests"`
	Input      input          `json:"input"`
	Totals     Total          `json:"totals"`
	Guard      objections     `json:"guard"`
	Whitelist  []plan.Match   `json:"whitelist"`
	Warnings   brick.Findings `json:"warnings"`
	Unshown    int            `json:"more_warnings,omitzero"`
}

type digests struct {
	Params string `json:"params,omitzero"`
	Input  string `json:"input,omitzero"`
	Plan   string `json:"plan,omitzero"`
}

type input struct {
	Name      string `json:"name"`
	Bytes     int64  `json:"bytes"`
	Rows      int64  `json:"rows"`
	BadRows   int64  `json:"bad_rows"`
	OtherRows int64  `json:"other_rows"`
	FoundBad  int64  `json:"found_bad,omitzero"` // of a shard: those of the bad rows that only comparing showed

	Files brick.Files `json:"files,omitzero"` // of a pattern; their lines are counted through
}

type objections struct {
	Refusal    string            `json:"refusal,omitzero"`
	Accepted   bool              `json:"accepted,omitzero"` // the objections were known when the plan was applied
	Command    string            `json:"command,omitzero"`  // goes on, for whoever means it
	Objections []brick.Objection `json:"objections"`        // over the whole run; a scope has its own
}

func (r *Report) opening() opening {
	o := opening{
		Version: Version, RunID: r.RunID, Shard: r.Shard, Program: r.Program, Mode: r.Mode, Undoes: r.Undoes, Platform: r.Platform, Target: r.Target,
		PlanOnly: r.PlanOnly, Outcome: r.Outcome, ExitCode: r.ExitCode, Started: r.Started.UTC(),
		DurationMS: r.Duration.Milliseconds(), Phases: append([]Phase{}, r.Phases...), Calls: r.Calls, Totals: r.Total,
		Digests: digests{Params: r.Params}, Input: input{Name: r.Input},
		Guard:     objections{Objections: []brick.Objection{}},
		Whitelist: []plan.Match{}, Warnings: append(brick.Findings{}, r.Warnings...), Unshown: r.Unshown,
	}
	if r.Err != nil {
		o.Error = r.Err.Error()
	}
	if r.Plan == nil {
		return o
	}
	h, e := &r.Plan.Header, &r.Plan.End
	o.Digests = digests{Params: h.Params, Input: h.Input.SHA256, Plan: "sha256:" + h.Digest}
	o.Input = input{h.Input.Name, h.Input.Bytes, e.Rows, e.BadRows, e.OtherRows, e.FoundBad, h.Input.Files}
	o.Guard.Objections = append(o.Guard.Objections, r.commanded(e.Objections)...)
	o.Guard.Accepted, o.Guard.Command = r.Plan.Accepted, r.Next
	o.Whitelist = append(o.Whitelist, e.Whitelist...)
	if e.Refusal != nil {
		o.Guard.Refusal = e.Refusal.Text
	}
	return o
}

// JSON writes the report as one JSON document.
func (r *Report) JSON(w io.Writer) error {
	out := bufio.NewWriter(w)
	text, err := json.MarshalIndent(r.opening(), "", "  ")
	if err != nil {
		return err
	}
	out.Write(text[:len(text)-len("\n}")])
	if err := list(out, "scopes", r.Scopes()); err != nil {
		return err
	}
	if err := list(out, "people", r.People()); err != nil {
		return err
	}
	out.WriteString("\n}\n")
	return out.Flush()
}

// list writes a member of the document that is a list, an item a line.
func list[T any](out *bufio.Writer, name string, items iter.Seq2[T, error]) error {
	out.WriteString(",\n  \"" + name + "\": [")
	between := "\n    "
	for item, err := range items {
		if err != nil {
			return err
		}
		text, err := json.Marshal(item)
		if err != nil {
			return err
		}
		out.WriteString(between)
		out.Write(text)
		between = ",\n    "
	}
	if between[0] == ',' {
		out.WriteString("\n  ")
	}
	_, err := out.WriteString("]")
	return err
}
