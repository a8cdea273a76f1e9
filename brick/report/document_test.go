package report_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/brick/report"
)

// manyScopes is the JSON of a report of many scopes, settled as after a run.
func manyScopes(t testing.TB) []byte {
	t.Helper()
	s := tour()
	for i := range 300 {
		s.scopes = append(s.scopes, brick.Summary{Scope: brick.Project("q" + strings.Repeat("0", i)), Rows: int64(i)})
	}
	r := report.Report{RunID: "run-1", Started: started, PlanOnly: true, Plan: s.write(t), Warnings: brick.Findings{{Text: "odd", Warning: true}}}
	if err := r.Settle(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := r.JSON(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestADocumentIsReadAsItWasWritten(t *testing.T) {
	text := manyScopes(t)
	var want struct {
		RunID   string         `json:"run_id"`
		Outcome string         `json:"outcome"`
		Totals  report.Total   `json:"totals"`
		Scopes  []report.Scope `json:"scopes"`
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	d, err := report.Read(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if d.RunID != want.RunID || d.Outcome != want.Outcome || d.Totals != want.Totals || len(d.Warnings) != 1 || !d.Started.Equal(started) {
		t.Errorf("got %+v", d)
	}
	n := 0
	for s, err := range d.Scopes() {
		if err != nil {
			t.Fatal(err)
		}
		if s.Scope != want.Scopes[n].Scope || s.Rows != want.Scopes[n].Rows || s.Counts != want.Scopes[n].Counts || s.Planned != want.Scopes[n].Planned {
			t.Errorf("scope %d is %+v, want %+v", n, s, want.Scopes[n])
		}
		n++
	}
	if n != len(want.Scopes) || n < 300 {
		t.Errorf("%d scopes, want %d", n, len(want.Scopes))
	}
	for _, err := range d.Scopes() {
		if err == nil {
			t.Error("the scopes come twice")
		}
	}
}

func TestADocumentThatBreaksOffIsAnErrorWhereverItDoes(t *testing.T) {
	text := manyScopes(t)
	scopes := bytes.Index(text, []byte("\n  ],\n  \"people\""))
	if scopes < 0 {
		t.Fatal("no end of the scopes")
	}
	for n := 0; n < scopes; n += 97 {
		if d, err := report.Read(bytes.NewReader(text[:n])); err == nil {
			var last error
			for _, err := range d.Scopes() {
				last = err
			}
			if last == nil {
				t.Errorf("the first %d of %d bytes are a whole document", n, len(text))
			}
		}
	}
}

func TestWhatIsNoDocumentIsAnError(t *testing.T) {
	for _, text := range []string{"", "[]", "{}", "null", `{"version":2,"scopes":[]}`, `{"version":1}`, `{"version":1,"scopes":{}}`, `{"version":1,"totals":7,"scopes":[]}`} {
		if d, err := report.Read(strings.NewReader(text)); err == nil {
			t.Errorf("%s is read as %+v", text, d)
		}
	}
}
