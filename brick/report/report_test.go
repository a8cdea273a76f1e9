package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"users-brick/brick"
	"users-brick/brick/plan"
	"users-brick/brick/report"
)

var update = flag.Bool("update", false, "write the golden files anew")

var (
	acme     = brick.Organization("acme")
	project1 = brick.Project("p1")
	started  = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
)

// story is a plan in the making.
type story struct {
	scopes  []brick.Summary
	changes []brick.Change
	notes   []plan.Note
	end     plan.End
}

// tour is the picture that the tour shows: todd is new, jane changes, seth
// goes, john stays, and an administrator is spared.
func tour() *story {
	person := func(name, role string, s brick.Status) *brick.Member {
		return &brick.Member{Login: brick.Login(name + "@acme.com"), Status: s, Roles: []string{role}}
	}
	return &story{
		scopes: []brick.Summary{
			{Scope: acme, Rows: 3, Counts: brick.Counts{Added: 1, Kept: 2}},
			{Scope: project1, Rows: 3, Counts: brick.Counts{Added: 1, Updated: 1, Disabled: 1, Kept: 1, Spared: 1}, FirstOut: []brick.Login{"seth@acme.com"}},
		},
		changes: []brick.Change{
			{Scope: acme, Action: brick.Add, After: person("todd", "", brick.Enabled), Why: "in the file, no account yet"},
			{Scope: project1, Action: brick.Update, Before: person("jane", "viewer", brick.Enabled), After: person("jane", "admin", brick.Enabled), Why: "role viewer -> admin"},
			{Scope: project1, Action: brick.Disable, Before: person("seth", "viewer", brick.Enabled), After: person("seth", "viewer", brick.Disabled), Why: "not in the file"},
			{Scope: project1, Action: brick.Add, After: person("todd", "viewer", brick.Enabled), Why: "in the file, not a member"},
		},
		end: plan.End{Rows: 3, Whitelist: []plan.Match{{Entry: "etl@acme.com", Users: 1}, {Entry: "ghost@acme.com"}}},
	}
}

// write makes the plan.
func (s *story) write(t testing.TB) *plan.Plan {
	t.Helper()
	dir := t.TempDir()
	w, err := plan.Create(dir, plan.Header{RunID: "run-1", Mode: "sync_domain_and_project", Created: started, Params: "sha256:9a", Input: plan.Input{Name: "users.csv", Bytes: 99, SHA256: "4b"}})
	if err != nil {
		t.Fatal(err)
	}
	var entries []byte
	for i := range s.scopes {
		var lines bytes.Buffer
		for j := range s.changes {
			if s.changes[j].Scope == s.scopes[i].Scope {
				line, _ := plan.EncodeChange(&s.changes[j])
				lines.Write(line)
				entries = plan.AppendLine(entries, []int{j + 2})
			}
		}
		if err := w.Scope(&s.scopes[i], &lines); err != nil {
			t.Fatal(err)
		}
	}
	notes, err := plan.CreateNotes(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range s.notes {
		err = errors.Join(err, notes.Add(n))
	}
	p, failed := w.Finish(s.end)
	if err := errors.Join(err, notes.Close(), failed, plan.WriteLines(dir, bytes.NewReader(entries))); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// of returns the report of a run over a plan, not settled yet.
func of(p *plan.Plan, done *plan.Outcome) *report.Report {
	return &report.Report{
		RunID: "run-1", Program: "users-brick 1", Mode: "sync_domain_and_project", Platform: "directory", Target: "users.db",
		Params: "sha256:9a", Started: started, Duration: 1234 * time.Millisecond, Phases: []report.Phase{{Name: "read", MS: 200}, {Name: "plan", MS: 1034}}, Calls: 7, Input: "users.csv", Plan: p, Done: done,
	}
}

func settled(t testing.TB, r *report.Report) *report.Report {
	t.Helper()
	if err := r.Settle(); err != nil {
		t.Fatal(err)
	}
	return r
}

// runs are those whose reports lie in testdata.
var runs = map[string]func(t testing.TB) *report.Report{
	"converged": func(t testing.TB) *report.Report {
		return of(tour().write(t), plan.AllDone(4))
	},
	"pending": func(t testing.TB) *report.Report {
		r := of(tour().write(t), nil)
		r.PlanOnly = true
		return r
	},
	"refused": func(t testing.TB) *report.Report {
		s := tour()
		s.scopes[1].Objections = []brick.Objection{{
			Rule: "max_removals", Scope: project1, Found: 1, Text: "project p1 would lose 1 of its 4 members, at most 0 may go (max_removals 0)",
			Hint: "when it is meant, set max_removals to 1 or more", First: s.scopes[1].FirstOut, Removals: true,
		}}
		s.end.Refusal = &brick.Refusal{Kind: brick.Refused, Text: "the guard has 1 objection"}
		r := of(s.write(t), nil)
		r.Next = "users-brick apply runs/run-1 --accept sha256:0123456789ab"
		return r
	},
	"partial": func(t testing.TB) *report.Report {
		s := tour()
		s.end.BadRows = 1
		s.scopes = append(s.scopes, brick.Summary{Scope: brick.Project("p2"), Rows: 1, Failure: &brick.Failure{Kind: brick.NotFound, Text: "list project p2: not found"}})
		s.scopes[1].Counts.Held = 1
		s.notes = []plan.Note{
			{What: plan.BadRow, Lines: []int{5}, Column: 2, Text: "login is empty", Hint: "fill in the login"},
			{What: plan.HeldOne, Scope: project1, Login: "eve@acme.com", Action: brick.Disable, Text: "he may be meant by a row that cannot be read: line 5: login is empty"},
			{What: plan.Unplanned, Scope: brick.Project("p2"), Lines: []int{6}, Text: "list project p2: not found"},
		}
		done := plan.AllDone(4)
		done.Fail(2, &brick.Error{Kind: brick.Invalid, Op: "update", Scope: project1, Login: "jane@acme.com", RequestID: "4711", Err: errors.New("no such role any more")})
		return of(s.write(t), done)
	},
	"interrupted": func(t testing.TB) *report.Report {
		done := plan.NewOutcome(4)
		done.Set(1, plan.Done)
		done.Set(2, plan.Done)
		r := of(tour().write(t), done)
		r.Err, r.Signal = brick.Errorf(brick.Interrupted, "stopped: terminated"), 143
		return r
	},
	"no_plan": func(testing.TB) *report.Report {
		r := of(nil, nil)
		r.Err = &brick.Error{Kind: brick.BadInput, Op: "read users.csv", Line: 1, Err: errors.New("the column login is missing"), Hint: "name it with login_column"}
		return r
	},
}

func TestReportsReadAsTheyAlwaysDid(t *testing.T) {
	for name, run := range runs {
		t.Run(name, func(t *testing.T) {
			r := settled(t, run(t))
			var text, document, markdown bytes.Buffer
			report.Heading(&text, r)
			if err := errors.Join(r.Text(&text), r.JSON(&document), r.Markdown(&markdown)); err != nil {
				t.Fatal(err)
			}
			golden(t, name+".txt", text.Bytes())
			golden(t, name+".json", document.Bytes())
			golden(t, name+".md", markdown.Bytes())
			if !json.Valid(document.Bytes()) {
				t.Error("the JSON document is none")
			}
		})
	}
}

// golden compares a report with the one that is checked in.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
	}
}

func TestHowARunEnds(t *testing.T) {
	failing := func(k brick.Kind) func(*report.Report) {
		return func(r *report.Report) { r.Err = brick.Errorf(k, "because") }
	}
	for _, c := range []struct {
		name    string
		plan    func(*story)
		set     func(*report.Report)
		outcome string
		code    int
	}{
		{"all is done", nil, nil, report.Converged, 0},
		{"nothing was to be done", func(s *story) { s.idle() }, nil, report.NothingToDo, 0},
		{"a plan only", nil, func(r *report.Report) { r.PlanOnly, r.Done = true, nil }, report.Pending, 0},
		{"a plan only, told in detail", nil, func(r *report.Report) { r.PlanOnly, r.Detailed, r.Done = true, true, nil }, report.Pending, 10},
		{"told in detail, nothing to do", func(s *story) { s.idle() }, func(r *report.Report) { r.PlanOnly, r.Detailed = true, true }, report.NothingToDo, 0},
		{"somebody failed", nil, func(r *report.Report) { r.Done.Fail(1, errors.New("x")) }, report.Partial, 4},
		{"somebody was held", func(s *story) { s.scopes[0].Counts.Held = 1 }, nil, report.Partial, 4},
		{"a bad row that names nobody", func(s *story) { s.end.BadRows = 1 }, nil, report.Partial, 4},
		{"a scope is not planned", func(s *story) { s.scopes[0].Failure = &brick.Failure{Kind: brick.Gone} }, nil, report.Partial, 4},
		{"removals were held", func(s *story) { s.hold() }, func(r *report.Report) { r.Done.Set(3, plan.HeldBack) }, report.Partial, 4},
		{"refused by the guard", func(s *story) { s.end.Refusal = &brick.Refusal{Kind: brick.Refused} }, nil, report.Refused, 3},
		{"refused for bad rows", func(s *story) { s.end.Refusal = &brick.Refusal{Kind: brick.BadInput} }, nil, report.BadInput, 2},
		{"something broke", nil, failing(brick.Failed), report.Failed, 1},
		{"a bad file", nil, failing(brick.BadInput), report.BadInput, 2},
		{"a plan that no longer fits", nil, failing(brick.Refused), report.Refused, 3},
		{"another run", nil, failing(brick.Locked), report.Locked, 5},
		{"denied", nil, failing(brick.Denied), report.Denied, 6},
		{"unavailable", nil, failing(brick.Unavailable), report.Failed, 1},
		{"not all could be verified", nil, failing(brick.Partial), report.Partial, 4},
		{"stopped by a signal", nil, func(r *report.Report) { r.Err, r.Signal = brick.Errorf(brick.Interrupted, "x"), 130 }, report.Interrupted, 130},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := tour()
			if c.plan != nil {
				c.plan(s)
			}
			p := s.write(t)
			r := of(p, plan.AllDone(p.End.Changes))
			if c.set != nil {
				c.set(r)
			}
			if settled(t, r); r.Outcome != c.outcome || r.ExitCode != c.code {
				t.Errorf("%s, exit %d; want %s, %d", r.Outcome, r.ExitCode, c.outcome, c.code)
			}
		})
	}
}

// idle leaves nothing to do.
func (s *story) idle() {
	s.changes = nil
	for i := range s.scopes {
		s.scopes[i].Counts = brick.Counts{Kept: 3}
	}
}

// hold lets the guard hold back what takes.
func (s *story) hold() {
	s.end.HoldTakes = true
	s.scopes[1].Objections = []brick.Objection{{Rule: "max_removals", Removals: true, Text: "too many"}}
}

func TestIgnoredFailuresAreToldAndExitZero(t *testing.T) {
	p := tour().write(t)
	p.Header.IgnoreFailures = true
	r := of(p, plan.AllDone(4))
	r.Done.Fail(1, errors.New("x"))
	if settled(t, r); r.Outcome != report.Partial || r.ExitCode != 0 || r.Total.Failed != 1 {
		t.Errorf("%s, exit %d", r.Outcome, r.ExitCode)
	}
}

func TestTheDocumentIsCompleteForManyScopes(t *testing.T) {
	s := &story{}
	for i := range 500 {
		scope := brick.Project(fmt.Sprintf("p%03d", i))
		s.scopes = append(s.scopes, brick.Summary{Scope: scope, Counts: brick.Counts{Added: 2}})
		for j := range 2 {
			s.changes = append(s.changes, brick.Change{Scope: scope, Action: brick.Add, After: &brick.Member{Login: brick.Login(fmt.Sprintf("u%d@acme.com", j))}})
		}
	}
	r := of(s.write(t), plan.AllDone(1000))
	for seq := int64(2); seq <= 1000; seq += 2 {
		r.Done.Fail(seq, errors.New("no"))
	}
	var out, text bytes.Buffer
	if err := errors.Join(settled(t, r).JSON(&out), r.Text(&text)); err != nil {
		t.Fatal(err)
	}
	var document struct {
		Scopes []report.Scope
		People []report.Person
		Totals report.Total
	}
	if err := json.Unmarshal(out.Bytes(), &document); err != nil {
		t.Fatal(err)
	}
	if len(document.Scopes) != 500 || len(document.People) != 500 || document.Totals.Added != 500 || document.Totals.Failed != 500 {
		t.Errorf("%d scopes, %d people, totals %+v", len(document.Scopes), len(document.People), document.Totals)
	}
	if lines := strings.Count(text.String(), "\n"); lines > 300 {
		t.Errorf("the text has %d lines, too many for a log", lines)
	}
}

func TestWhyAChangeFailedIsToldInFull(t *testing.T) {
	inner := &brick.Error{Kind: brick.BadPassword, Op: "add", Scope: acme, Login: "todd@acme.com", RequestID: "4711", Err: errors.New("too short")}
	r := of(tour().write(t), plan.AllDone(4))
	r.Done.Fail(1, fmt.Errorf("all is done but the password: %w", inner))
	for p, err := range settled(t, r).People() {
		if err != nil {
			t.Fatal(err)
		}
		if p.Text != "all is done but the password: too short" || p.RequestID != "4711" || p.Kind == nil || *p.Kind != brick.BadPassword || len(p.Lines) != 1 {
			t.Errorf("told is %+v", p)
		}
	}
}
