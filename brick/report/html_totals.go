package report

import (
	"time"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// bar is a kind of change in the table of totals.
type bar struct {
	Class, Sign, Name       string
	Planned, Done           int64
	PlannedWidth, DoneWidth int64 // of a thousand
}

// barSigns mark kinds of change beside their names.
var barSigns = [...]string{brick.Add: "+", brick.Update: "~", brick.Enable: "↑", brick.Disable: "↓", brick.Remove: "−"}

// barNames are their headings.
var barNames = [...]string{brick.Add: "Adds", brick.Update: "Updates", brick.Enable: "Enables", brick.Disable: "Disables", brick.Remove: "Removals"}

func (r *Report) bars() []bar {
	var bars []bar
	most := int64(1)
	for _, a := range brick.Actions() {
		most = max(most, *r.Total.Planned.Of(a), *r.Total.Counts.Of(a))
	}
	for _, a := range brick.Actions() {
		b := bar{Class: a.String(), Sign: barSigns[a], Name: barNames[a], Planned: *r.Total.Planned.Of(a), Done: *r.Total.Counts.Of(a)}
		b.PlannedWidth, b.DoneWidth = width(b.Planned, most), width(b.Done, most)
		bars = append(bars, b)
	}
	return bars
}

// width is a share of a thousand; a little shows as something.
func width(n, most int64) int64 {
	if n == 0 {
		return 0
	}
	return max(4, int64(float64(n)/float64(most)*1000))
}

// fate is a count of people who are not changed.
type fate struct {
	Name    string
	N       int64
	Meaning string
}

// others returns the counts that every report has, and those of the rest that
// are not zero.
func (r *Report) others() []fate {
	t := &r.Total
	all := []fate{
		{"Kept", t.Kept, "in the file, and already so"},
		{"Spared", t.Spared, "whitelisted, or the brick's own account"},
		{"Held", t.Held, "nothing was done, see the reasons"},
		{"Failed", t.Failed, "refused by the platform"},
	}
	for _, f := range []fate{
		{"Perhaps done", t.Unknown, "begun, and the run ended before it was known"},
		{"Not tried", t.Untried, "the run ended before"},
		{"Absent", t.Absent, "to be deleted, but not there"},
		{"Waiting", t.Waiting, "missing from the file, to be deleted, the first after " + plan.Days(t.FirstDue)},
		{"Not planned", t.Unplanned, "scopes, see the reasons"},
		{"Bad rows", r.badRows(), "of the file"},
	} {
		if f.N > 0 {
			all = append(all, f)
		}
	}
	return all
}

// phase is a bar in the table of times.
type phase struct {
	Name, Time  string
	From, Width int64 // of a thousand
}

func (r *Report) phases() []phase {
	var phases []phase
	whole, at := int64(0), int64(0)
	for _, p := range r.Phases {
		whole += p.MS
	}
	whole = max(whole, 1)
	for _, p := range r.Phases {
		phases = append(phases, phase{p.Name, rounded(time.Duration(p.MS) * time.Millisecond), at * 1000 / whole, width(p.MS, whole)})
		at += p.MS
	}
	return phases
}
