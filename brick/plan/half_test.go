package plan_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// oneScope makes a plan of changes of one scope, which is its only section.
func oneScope(t *testing.T, changes []brick.Change) *plan.Plan {
	t.Helper()
	w, err := plan.Create(t.TempDir(), plan.Header{})
	if err != nil {
		t.Fatal(err)
	}
	var lines bytes.Buffer
	summary := brick.Summary{Scope: changes[0].Scope}
	for i := range changes {
		line, err := plan.EncodeChange(&changes[i])
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(line)
		*summary.Counts.Of(changes[i].Action)++
	}
	if err := w.Scope(&summary, &lines); err != nil {
		t.Fatal(err)
	}
	p, err := w.Finish(plan.End{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// halves compares the halves of the only section of a plan with all changes,
// in an order of reading them.
func halves(t *testing.T, p *plan.Plan, order ...bool) {
	t.Helper()
	section := all(t, p.Sections())[0]
	for _, takes := range order {
		var want []brick.Change
		for _, c := range all(t, section.Changes()) {
			if c.Takes() == takes {
				want = append(want, c)
			}
		}
		if got := all(t, section.Half(takes)); len(want) == 0 || !reflect.DeepEqual(got, want) {
			t.Errorf("the half that takes=%v has %d changes, want %d, or they differ", takes, len(got), len(want))
		}
	}
}

// Halves are found without reading what does not belong to them, whatever the
// names in the plan look like.
func TestTheHalvesOfASectionAreWhatGivesAndWhatTakes(t *testing.T) {
	odd := brick.Project(`p","action":"remove"`)
	p := oneScope(t, []brick.Change{
		{Scope: odd, Action: brick.Add, After: &brick.Member{Login: ann, Status: brick.Enabled, Roles: []string{`,"action":"remove"`}}, Why: `","action":"disable"`},
		{Scope: odd, Action: brick.Disable, Before: &brick.Member{Login: ben, Status: brick.Enabled}, After: &brick.Member{Login: ben, Status: brick.Disabled}},
		{Scope: odd, Action: brick.Remove, Before: &brick.Member{Login: cem, Status: brick.Disabled}},
		{Scope: odd, Action: brick.Update, Before: &brick.Member{Login: "dan@acme.com"}, After: &brick.Member{Login: "dan@acme.com", Roles: []string{"viewer"}}},
	})
	halves(t, p, false, true)
}

// crowd are changes of a project, some of which take.
func crowd(n int, takes func(i int) bool) []brick.Change {
	changes := make([]brick.Change, n)
	for i := range changes {
		login := brick.Login(fmt.Sprintf("user%06d@acme.com", i))
		c := brick.Change{Scope: project1, Action: brick.Update, Before: &brick.Member{Login: login}, After: &brick.Member{Login: login, Roles: []string{"viewer"}}}
		switch {
		case takes(i) && i%3 == 0:
			c.Lead = brick.LeadGoes
		case takes(i):
			c.Action, c.After = brick.Remove, nil
		}
		changes[i] = c
	}
	return changes
}

func TestWhatTakesIsFoundAgainOnceTheOthersWereRead(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for name, takes := range map[string]func(int) bool{
		"few, far between": func(i int) bool { return i%97 == 13 },
		"in stretches":     func(i int) bool { return i/50%2 == 0 },
		"anywhere":         func(int) bool { return random.IntN(3) == 0 },
		"first and last":   func(i int) bool { return i == 0 || i == 999 },
	} {
		t.Run(name, func(t *testing.T) {
			p := oneScope(t, crowd(1000, takes))
			halves(t, p, true, false, true, true, false)
		})
	}
}

func TestWhatTakesIsFoundWhenTheOthersWereReadInPart(t *testing.T) {
	p := oneScope(t, crowd(1000, func(i int) bool { return i%5 == 0 }))
	section := all(t, p.Sections())[0]
	for c, err := range section.Half(false) {
		if err != nil {
			t.Fatal(err)
		}
		if c.Seq > 500 {
			break
		}
	}
	halves(t, p, true)
}

func TestMoreThanAPlanRemembersIsFoundToo(t *testing.T) {
	p := oneScope(t, crowd(2*plan.MostStretches+2, func(i int) bool { return i%2 == 0 }))
	halves(t, p, false, true)
}
