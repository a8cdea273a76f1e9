package report

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"time"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// Merged is what the reports of the shards of one run say together, as one run
// would have said it.
type Merged struct {
	opening
	Shards Shards `json:"shards"`

	docs []*Document // of the shards in order
}

// Shards tells of the parts of a merged report.
type Shards struct {
	Of      int        `json:"of"`
	Missing []int      `json:"missing,omitzero"` // those without a report
	Reports []ShardEnd `json:"reports"`          // in order
}

// ShardEnd is how one shard ended.
type ShardEnd struct {
	Index    int    `json:"index"`
	RunID    string `json:"run_id"`
	Outcome  string `json:"outcome"`
	ExitCode int    `json:"exit_code"`
	Scopes   int64  `json:"scopes"`
	Changes  int64  `json:"changes"` // that were done
	Error    string `json:"error,omitzero"`
	Refusal  string `json:"refusal,omitzero"`
}

// worst are the outcomes of shards, the one that counts for all of them first:
// what somebody has to mend, then what running again mends, then what is well.
func worst() []string {
	return []string{Failed, Denied, BadInput, Refused, Interrupted, Locked, Partial, Pending, Converged, NothingToDo}
}

// Merge joins the reports of the shards of one run. Reports that do not belong
// together, or that are not there, are an error of kind BadInput. Partial
// permits that some are missing; then the run counts as done in part at best.
//
// The outcome is the worst, in the order failed, denied, bad_input, refused,
// interrupted, locked, partial, changes_pending, converged, nothing_to_do, with
// its exit code; of equal outcomes the highest exit code counts.
func Merge(docs []*Document, partial bool) (*Merged, error) {
	if len(docs) == 0 {
		return nil, apart("there are no reports of shards", "name the reports, or the directory that has them")
	}
	docs = slices.SortedFunc(slices.Values(docs), func(a, b *Document) int { return cmp.Compare(a.Shard.Index, b.Shard.Index) })
	if err := belong(docs); err != nil {
		return nil, err
	}
	m := &Merged{docs: docs, opening: docs[0].opening}
	m.Shards.Of, m.Shards.Missing = docs[0].Shard.Of, missing(docs)
	if len(m.Shards.Missing) > 0 && !partial {
		return nil, apart(fmt.Sprintf("of %d shards these have no report: %s", m.Shards.Of, indexes(m.Shards.Missing)), "wait for them, or say --partial")
	}
	m.begin()
	for _, d := range docs {
		m.add(&d.opening)
	}
	m.settle()
	return m, nil
}

// begin forgets of the first shard what add counts.
func (m *Merged) begin() {
	m.Shard, m.Outcome, m.ExitCode, m.Error, m.Calls = brick.Shard{}, NothingToDo, 0, "", 0
	m.Totals, m.Phases, m.DurationMS, m.Unshown = Total{}, []Phase{}, 0, 0
	m.Digests.Plan, m.Whitelist, m.Warnings = "", []plan.Match{}, brick.Findings{}
	m.Guard = objections{Objections: []brick.Objection{}}
	m.Input.FoundBad = 0
	for _, d := range m.docs {
		if m.Digests.Input = cmp.Or(m.Digests.Input, d.Digests.Input); d.Digests.Input != "" {
			m.Input = d.Input
			m.Input.FoundBad, m.Input.BadRows = 0, 0
			break
		}
	}
}

// add counts a shard in.
func (m *Merged) add(o *opening) {
	m.addEnd(o)
	m.Totals.plus(&o.Totals)
	m.addTimes(o)
	m.Calls += o.Calls
	m.Unshown += o.Unshown
	m.Guard.Objections = append(m.Guard.Objections, o.Guard.Objections...)
	m.Guard.Accepted = m.Guard.Accepted || o.Guard.Accepted
	for _, w := range o.Warnings {
		if !slices.Contains(m.Warnings, w) {
			m.Warnings = append(m.Warnings, w)
		}
	}
	for _, w := range o.Whitelist {
		m.addMatch(w)
	}
}

func (m *Merged) addEnd(o *opening) {
	m.Shards.Reports = append(m.Shards.Reports, ShardEnd{
		Index: o.Shard.Index, RunID: o.RunID, Outcome: o.Outcome, ExitCode: o.ExitCode,
		Scopes: o.Totals.Scopes, Changes: o.Totals.Changes(), Error: o.Error, Refusal: o.Guard.Refusal,
	})
	if o.Guard.Refusal != "" {
		m.Guard.Refusal = joinedBy(m.Guard.Refusal, fmt.Sprintf("%v: %s", o.Shard, o.Guard.Refusal))
	}
	if o.Error != "" {
		m.Error = joinedBy(m.Error, fmt.Sprintf("%v: %s", o.Shard, o.Error))
	}
	was, is := slices.Index(worst(), m.Outcome), slices.Index(worst(), o.Outcome)
	if is < was {
		m.Outcome, m.ExitCode = o.Outcome, o.ExitCode
	} else if is == was {
		m.ExitCode = max(m.ExitCode, o.ExitCode)
	}
}

// joinedBy joins two texts, of which either may be empty.
func joinedBy(text, more string) string {
	if text == "" || more == "" {
		return text + more
	}
	return text + "; " + more
}

// addTimes makes the run last from the first beginning to the last end, and
// each phase as long as the slowest shard took for it.
func (m *Merged) addTimes(o *opening) {
	end := o.Started.Add(time.Duration(o.DurationMS) * time.Millisecond)
	last := m.Started.Add(time.Duration(m.DurationMS) * time.Millisecond)
	if o.Started.Before(m.Started) {
		m.Started = o.Started
	}
	if end.After(last) {
		last = end
	}
	m.DurationMS = last.Sub(m.Started).Milliseconds()
	for _, p := range o.Phases {
		if i := slices.IndexFunc(m.Phases, func(q Phase) bool { return q.Name == p.Name }); i >= 0 {
			m.Phases[i].MS = max(m.Phases[i].MS, p.MS)
		} else {
			m.Phases = append(m.Phases, p)
		}
	}
}

// addMatch keeps the most people that an entry matched in one shard: they may
// be the same ones in another.
func (m *Merged) addMatch(w plan.Match) {
	for i := range m.Whitelist {
		if have := &m.Whitelist[i]; have.Entry == w.Entry {
			have.Users, have.InFile = max(have.Users, w.Users), max(have.InFile, w.InFile)
			return
		}
	}
	m.Whitelist = append(m.Whitelist, w)
}

// settle counts the bad rows, of which every shard found those of the file and
// each those of its own projects, and judges a run with shards missing.
func (m *Merged) settle() {
	var common, found, most int64
	first := true
	for _, d := range m.docs {
		in := &d.Input
		if d.Digests.Input == "" {
			continue
		}
		if own := in.BadRows - in.FoundBad; first || own < common {
			common, first = own, false
		}
		found += in.FoundBad
		most = max(most, in.BadRows)
	}
	m.Input.BadRows = max(common+found, most)
	if len(m.Shards.Missing) > 0 && slices.Index(worst(), m.Outcome) > slices.Index(worst(), Partial) {
		m.Outcome, m.ExitCode = Partial, brick.ExitPartial
	}
}

// Scopes yields what became of every scope, in order. It can be called once.
func (m *Merged) Scopes() iter.Seq2[Scope, error] {
	var all []iter.Seq2[Scope, error]
	for _, d := range m.docs {
		all = append(all, d.Scopes())
	}
	return inOrder(byScope, all)
}

// People yields everybody whom the reports name, when Scopes has ended well.
// Rows that belong to no scope, which every shard names, come once.
func (m *Merged) People() iter.Seq2[Person, error] {
	var all []iter.Seq2[Person, error]
	named := false // by a shard that read the file
	for _, d := range m.docs {
		people := d.People()
		if named {
			people = scoped(people)
		}
		named = named || d.Digests.Input != ""
		all = append(all, people)
	}
	return inOrder(byPart, all)
}

// scoped leaves out rows that belong to no scope.
func scoped(people iter.Seq2[Person, error]) iter.Seq2[Person, error] {
	return func(yield func(Person, error) bool) {
		for p, err := range people {
			if err == nil && p.Scope.ID == "" {
				continue
			}
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}
