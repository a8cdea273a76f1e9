package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"users-brick/brick"
	"users-brick/brick/plan"
	"users-brick/brick/report"
)

// shardOf is the report of a shard, as it is read back.
func shardOf(t testing.TB, index, of int, tell func(*story, *report.Report)) *report.Document {
	t.Helper()
	s := &story{end: plan.End{Rows: 9, BadRows: 1, OtherRows: 2}}
	s.notes = []plan.Note{{What: plan.BadRow, Lines: []int{4}, Text: "no login"}}
	r := report.Report{RunID: "run-" + string(rune('a'+index)), Shard: brick.Shard{Index: index, Of: of}, Mode: "m", Platform: "directory", Target: "t", Started: started}
	if tell != nil {
		tell(s, &r)
	}
	r.Plan = s.write(t)
	if err := r.Settle(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := r.JSON(&b); err != nil {
		t.Fatal(err)
	}
	return read(t, b.Bytes())
}

func read(t testing.TB, text []byte) *report.Document {
	t.Helper()
	d, err := report.Read(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// with gives a shard a project, in which somebody is held.
func with(project string, found int64) func(*story, *report.Report) {
	return func(s *story, _ *report.Report) {
		s.scopes = []brick.Summary{{Scope: brick.Project(project), Rows: 1, Counts: brick.Counts{Kept: 1, Held: 1}}}
		s.notes = append(s.notes, plan.Note{What: plan.HeldOne, Scope: brick.Project(project), Login: "ann@acme.com", Text: "odd"})
		s.end.FoundBad, s.end.BadRows = found, s.end.BadRows+found
	}
}

// document is what is looked at of a merged report.
type document struct {
	Outcome  string `json:"outcome"`
	ExitCode int    `json:"exit_code"`
	Input    struct {
		Rows  int64 `json:"rows"`
		Bad   int64 `json:"bad_rows"`
		Other int64 `json:"other_rows"`
	} `json:"input"`
	Scopes []report.Scope  `json:"scopes"`
	People []report.Person `json:"people"`
	Shards report.Shards   `json:"shards"`
}

func merged(t testing.TB, partial bool, docs ...*report.Document) (d document) {
	t.Helper()
	m, err := report.Merge(docs, partial)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := m.JSON(&b); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestShardsAreMergedInTheOrderOfScopes(t *testing.T) {
	d := merged(t, false, shardOf(t, 2, 3, with("b", 3)), shardOf(t, 0, 3, with("c", 1)), shardOf(t, 1, 3, with("a", 0)))
	var order []string
	for _, s := range d.Scopes {
		order = append(order, s.Scope.ID)
	}
	for _, p := range d.People {
		order = append(order, p.What+" "+p.Scope.ID)
	}
	if got, want := strings.Join(order, ","), "a,b,c,bad_row ,held a,held b,held c"; got != want {
		t.Errorf("the order is %s, want %s", got, want)
	}
	if d.Input.Rows != 9 || d.Input.Bad != 5 || d.Input.Other != 2 {
		t.Errorf("the file is %+v, want 9 rows, of which 5 are bad and 2 others'", d.Input)
	}
}

func TestTheWorstOutcomeCounts(t *testing.T) {
	ends := func(err error, signal int) func(*story, *report.Report) {
		return func(s *story, r *report.Report) {
			s.end.BadRows, s.notes = 0, nil
			r.Err, r.Signal = err, signal
		}
	}
	well := ends(nil, 0)
	refused := func(s *story, r *report.Report) {
		well(s, r)
		s.end.Refusal = &brick.Refusal{Kind: brick.Refused, Text: "no"}
	}
	for name, c := range map[string]struct {
		first, second func(*story, *report.Report)
		outcome       string
		code          int
	}{
		"nothing and nothing":     {well, well, "nothing_to_do", 0},
		"nothing and partial":     {well, nil, "partial", 4},
		"partial and locked":      {nil, ends(brick.Errorf(brick.Locked, "x"), 0), "locked", 5},
		"locked and a signal":     {ends(brick.Errorf(brick.Locked, "x"), 0), ends(errors.New("x"), 143), "interrupted", 143},
		"two signals":             {ends(errors.New("x"), 143), ends(errors.New("x"), 130), "interrupted", 143},
		"a signal and a refusal":  {ends(errors.New("x"), 143), refused, "refused", 3},
		"a refusal and bad input": {refused, ends(brick.Errorf(brick.BadInput, "x"), 0), "bad_input", 2},
		"bad input and denied":    {ends(brick.Errorf(brick.BadInput, "x"), 0), ends(brick.Errorf(brick.Denied, "x"), 0), "denied", 6},
		"denied and failed":       {ends(brick.Errorf(brick.Denied, "x"), 0), ends(errors.New("x"), 0), "failed", 1},
	} {
		t.Run(name, func(t *testing.T) {
			for _, swap := range []int{0, 1} {
				d := merged(t, false, shardOf(t, swap, 2, c.first), shardOf(t, 1-swap, 2, c.second))
				if d.Outcome != c.outcome || d.ExitCode != c.code {
					t.Errorf("the outcome is %s (%d), want %s (%d)", d.Outcome, d.ExitCode, c.outcome, c.code)
				}
			}
		})
	}
}

func TestMissingShardsMakeARunPartial(t *testing.T) {
	well := func(s *story, _ *report.Report) { s.end.BadRows, s.notes = 0, nil }
	if _, err := report.Merge([]*report.Document{shardOf(t, 1, 3, well)}, false); brick.KindOf(err) != brick.BadInput || !strings.Contains(err.Error(), "these have no report: 0, 2") {
		t.Errorf("it ends with %v", err)
	}
	d := merged(t, true, shardOf(t, 1, 3, well))
	if d.Outcome != report.Partial || d.ExitCode != brick.ExitPartial || len(d.Shards.Missing) != 2 {
		t.Errorf("the outcome is %s (%d) without %v", d.Outcome, d.ExitCode, d.Shards.Missing)
	}
	if _, err := report.Merge(nil, true); brick.KindOf(err) != brick.BadInput {
		t.Errorf("nothing is merged with %v", err)
	}
}

// The file and the params of two nights may be the same, and then a shard that
// did not come tonight must not be taken for done because it came last night.
func TestShardsOfTwoNightsAreNotMerged(t *testing.T) {
	began := func(after time.Duration) func(*story, *report.Report) {
		return func(_ *story, r *report.Report) { r.Started = started.Add(after) }
	}
	tonight := shardOf(t, 0, 3, began(24*time.Hour))
	for _, partial := range []bool{false, true} {
		_, err := report.Merge([]*report.Document{tonight, shardOf(t, 1, 3, began(24*time.Hour+time.Minute)), shardOf(t, 2, 3, began(0))}, partial)
		if brick.KindOf(err) != brick.BadInput || !strings.Contains(err.Error(), "run run-c (shard 2 of 3) began 24h1m0s before run run-b (shard 1 of 3)") {
			t.Errorf("it ends with %v", err)
		}
	}
	if _, err := report.Merge([]*report.Document{tonight, shardOf(t, 1, 3, began(12*time.Hour)), shardOf(t, 2, 3, began(24*time.Hour))}, false); err != nil {
		t.Errorf("shards that begin one after another: %v", err)
	}
}

func TestAReportThatBreaksOffIsNotMerged(t *testing.T) {
	s := tour()
	r := report.Report{RunID: "run-1", Shard: brick.Shard{Of: 1}, PlanOnly: true, Plan: s.write(t)}
	if err := r.Settle(); err != nil {
		t.Fatal(err)
	}
	var whole bytes.Buffer
	if err := r.JSON(&whole); err != nil {
		t.Fatal(err)
	}
	text := bytes.TrimRight(whole.Bytes(), "\n} ")
	from := bytes.Index(text, []byte(`"scopes": [`)) + len(`"scopes": [`)
	for end := from; end < len(text); end += 7 {
		m, err := report.Merge([]*report.Document{read(t, text[:end])}, false)
		if err == nil {
			err = m.JSON(&bytes.Buffer{})
		}
		if err == nil {
			t.Fatalf("cut at %d it is taken for whole:\n%s", end, text[:end])
		}
	}
	broken := errors.New("broken")
	d, err := report.Read(io.MultiReader(bytes.NewReader(whole.Bytes()[:from]), iotest.ErrReader(broken)))
	if err != nil {
		t.Fatal(err)
	}
	m, err := report.Merge([]*report.Document{d}, false)
	if err == nil {
		err = m.Text(&bytes.Buffer{})
	}
	if !errors.Is(err, broken) {
		t.Errorf("it ends with %v", err)
	}
}
