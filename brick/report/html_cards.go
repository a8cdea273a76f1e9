package report

import (
	"strings"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// card is somebody, or something, that was not done, as people are told.
type card struct {
	What, Tone  string // the fate, and how grave it is
	Login, Not  string // Not is what was not done
	Scope, Text string
	Hint        string
	Small       []string // lines, kind, request
}

func (r *Report) person(p *Person) card {
	c := card{What: p.What, Tone: "warn", Login: string(p.Login), Text: p.Text, Hint: p.Hint}
	switch p.What {
	case plan.BadRow:
		c.What = "bad row"
	case plan.Unplanned:
		c.What, c.Tone = "not planned", "stop"
	case plan.NotHere:
		c.Tone = "wait"
	case failedOne:
		c.Tone = "stop"
	}
	if p.Action != 0 {
		c.Not = "not " + p.Action.Done()
	}
	if p.Scope != (brick.Scope{}) {
		c.Scope = p.Scope.String()
	}
	if lines := strings.Trim(p.at(), " ()"); lines != "" {
		c.Small = append(c.Small, lines)
	}
	if p.Kind != nil {
		c.Small = append(c.Small, p.Kind.String())
	}
	if p.RequestID != "" {
		c.Small = append(c.Small, "request "+p.RequestID)
	}
	return c
}

// objection is what the guard has against the plan, as people are told.
type objection struct {
	Verdict, Tone string
	Text, Hint    string
	Rule          string
	Found, Most   int64
	Limit         bool // Found and Most say something
	First         []string
	More          int64 // how many are concerned beside First
}

func (r *Report) objection(o *brick.Objection) objection {
	told := objection{
		Verdict: r.verdict(o), Tone: "stop", Text: o.Text, Hint: o.Hint, Rule: o.Rule,
		Found: o.Found, Most: o.Limit, Limit: strings.HasPrefix(o.Rule, "max_"), More: o.More,
	}
	if r.Done != nil || r.Plan.Accepted {
		told.Tone = "warn"
	}
	if r.Plan.Accepted {
		told.Hint = "" // whoever accepted it knows
	}
	told.First = namesOf(o)
	return told
}

// entry is an entry of the whitelist and whom it matched.
type entry struct {
	Entry         string
	Users, InFile int64
	Remark        string
}

// entries returns the first entries of the whitelist, and how many there are.
func (r *Report) entries() ([]entry, int64) {
	if r.Plan == nil {
		return nil, 0
	}
	all := r.Plan.End.Whitelist
	var shown []entry
	for _, m := range all[:min(len(all), shownCards)] {
		e := entry{Entry: m.Entry, Users: int64(m.Users), InFile: int64(m.InFile)}
		switch {
		case m.Users == 0:
			e.Remark = "warning: it matched nobody"
		case m.InFile > 0:
			e.Remark = "warning: the file names them in vain"
		}
		shown = append(shown, e)
	}
	return shown, int64(len(all))
}
