package engine_test

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"users-brick/brick"
	"users-brick/brick/plan"
	"users-brick/brick/platform"
	"users-brick/modes"
)

// folk are enough to meet in every way and few enough to meet often.
var folk = []brick.Login{"a@x.y", "b@x.y", "c@x.y", "d@x.y", "e@x.y", "f@x.y", "a@other.y"}

var projects = []string{"p1", "p2", "p3"}

func drawTown(t *rapid.T) town {
	w := town{map[brick.Login]brick.Profile{}, map[string]map[brick.Login]brick.Member{}}
	for _, login := range folk {
		if rapid.IntRange(0, 3).Draw(t, "account of "+string(login)) > 0 {
			var p brick.Profile
			p[brick.Country] = rapid.SampledFrom([]string{"", "CZ", "DE"}).Draw(t, "country")
			w.accounts[login] = p
		}
	}
	for _, id := range projects {
		w.projects[id] = map[brick.Login]brick.Member{}
		for _, login := range folk {
			if _, known := w.accounts[login]; known && rapid.Bool().Draw(t, string(login)+" in "+id) {
				w.projects[id][login] = brick.Member{
					Login: login, Status: rapid.SampledFrom([]brick.Status{brick.Enabled, brick.Disabled}).Draw(t, "status"),
					Roles:  []string{rapid.SampledFrom([]string{"admin", "editor", "viewer"}).Draw(t, "role")},
					Groups: rapid.SampledFrom([][]string{nil, {"Sales"}}).Draw(t, "groups"),
				}
			}
		}
	}
	return w
}

// drawRow draws a good row for a mode.
func drawRow(t *rapid.T, mode *brick.Mode, hasGroups bool) brick.Row {
	cells := []string{"p1", "p1", "p2", "p9"}
	if mode.LooksUpClients() {
		cells = []string{"c1", "c1", "c2", "c9"}
	}
	r := brick.Row{
		Project: rapid.SampledFrom(cells).Draw(t, "project"),
		Login:   rapid.SampledFrom(folk).Draw(t, "login"),
		Roles:   rapid.SampledFrom([][]string{nil, {}, {"admin"}, {"editor"}, {"nosuch"}}).Draw(t, "role"),
	}
	r.Profile[brick.Country] = rapid.SampledFrom([]string{"", "CZ", "DE"}).Draw(t, "country")
	r.Profile[brick.Phone] = rapid.SampledFrom([]string{"", "1"}).Draw(t, "phone")
	if hasGroups {
		r.Groups = rapid.SampledFrom([][]string{{}, {"sales"}, {"Sales"}, {"Ops"}, {"ops", "Sales"}}).Draw(t, "groups")
	}
	return r
}

// spoil makes a row bad in one of the ways in which rows are.
func spoil(t *rapid.T, r *brick.Row) {
	bad := &brick.BadRow{Reason: "odd", Anywhere: rapid.Bool().Draw(t, "anywhere")}
	switch rapid.IntRange(0, 3).Draw(t, "how bad") {
	case 0: // the login is known
	case 1:
		bad.Local, r.Login = r.Login.Local(), ""
	case 2:
		bad.Suspects, r.Login = []brick.Login{r.Login}, ""
	default:
		bad.Nameless, r.Login = true, ""
	}
	r.Bad = bad
}

// drawRun draws a file and how to read it; bad is how many of ten rows are
// bad.
func drawRun(t *rapid.T, bad int) *run {
	mode := rapid.SampledFrom(modes.All()).Draw(t, "mode")
	r := &run{mode: mode.Name, hasGroups: rapid.Bool().Draw(t, "has groups")}
	for range rapid.IntRange(1, 6).Draw(t, "rows") {
		row := drawRow(t, &mode, r.hasGroups)
		if rapid.IntRange(0, 9).Draw(t, "bad") < bad {
			spoil(t, &row)
		}
		row.Line = len(r.rows) + 2
		r.rows = append(r.rows, row)
	}
	p := &r.params
	p.AllowEmpty = true
	p.DefaultRole = rapid.SampledFrom([]string{"", "editor"}).Draw(t, "default_role")
	p.DoNotTouchUsersThatAreNotMentioned = rapid.Bool().Draw(t, "do_not_touch")
	p.RemoveUsersFromProject = rapid.Bool().Draw(t, "remove_users")
	p.CreateNonExistingUserGroups = rapid.Bool().Draw(t, "create_groups")
	p.Whitelists = rapid.SampledFrom([][]string{nil, {"B@x.y"}}).Draw(t, "whitelists")
	p.RegexpWhitelists = rapid.SampledFrom([][]string{nil, {"^C@"}}).Draw(t, "regexp_whitelists")
	return r
}

// spares is a second, plain reading of the whitelists that drawRun draws.
func (r *run) spares(login brick.Login) bool {
	return r.params.Whitelists != nil && login == "b@x.y" || r.params.RegexpWhitelists != nil && login == "c@x.y"
}

// property is what must hold for a drawn town and a drawn run; open opens the
// same town anew each time.
type property func(t *rapid.T, before town, r *run, open func() platform.Driver)

// inMemory checks a property on the reference platform; bad is how many of
// ten rows are bad.
func inMemory(t *testing.T, bad int, holds property) {
	rapid.Check(t, func(t *rapid.T) {
		before, r := drawTown(t), drawRun(t, bad)
		holds(t, before, r, func() platform.Driver { return before.inMemory() })
	})
}

// inDirectory checks a property on the embedded directory.
func inDirectory(t *testing.T, bad int, holds property) {
	rapid.Check(t, func(t *rapid.T) {
		before, r := drawTown(t), drawRun(t, bad)
		holds(t, before, r, func() platform.Driver {
			dir := newDir(t)
			d := before.inDirectory(t, dir)
			t.Cleanup(func() {
				d.Close()
				os.RemoveAll(dir)
			})
			return d
		})
	})
}

func TestARunReachesWhatTheFileSaysAndThenRests(t *testing.T) {
	t.Run("memory", func(t *testing.T) { inMemory(t, 2, reachesAndRests) })
	t.Run("directory", func(t *testing.T) { inDirectory(t, 2, reachesAndRests) })
}

func reachesAndRests(t *rapid.T, before town, r *run, open func() platform.Driver) {
	d := open()
	first := r.do(t, d)
	want, got := r.after(before, r.spares).String(), look(t, d, projects...)
	if got.String() != want {
		t.Fatalf("%s leaves\n%s\nwant\n%s\nplan:\n%s", r.mode, got, want, first.text)
	}
	second := r.do(t, d)
	for i := range second.changes {
		// Who has no account fails in every run of the modes that make none, and
		// so does whoever is to hand the project over to him.
		c := &second.changes[i]
		if _, known := got.accounts[c.Login()]; known && !(c.Lead == brick.LeadGoes && second.out.Err(c.Seq) != nil) {
			t.Fatalf("a second run plans to %v %s in %v: %s", c.Action, c.Login(), c.Scope, c.Why)
		}
	}
}

func TestTheOrderOfRowsChangesNeitherThePlanNorTheEnd(t *testing.T) {
	inMemory(t, 2, func(t *rapid.T, before town, r *run, open func() platform.Driver) {
		one, two := open(), open()
		first := r.do(t, one)
		r.rows = rapid.Permutation(r.rows).Draw(t, "shuffled")
		second := r.do(t, two)
		if first.text != second.text {
			t.Fatalf("plan:\n%s\nshuffled:\n%s", first.text, second.text)
		}
		if a, b := look(t, one, projects...).String(), look(t, two, projects...).String(); a != b {
			t.Fatalf("end:\n%s\nshuffled:\n%s", a, b)
		}
	})
}

func TestTheSparedAreLeftAloneInEveryRespect(t *testing.T) {
	inMemory(t, 2, func(t *rapid.T, before town, r *run, open func() platform.Driver) {
		d := open()
		res := r.do(t, d)
		for i := range res.changes {
			if login := res.changes[i].Login(); r.spares(login) {
				t.Fatalf("%s is spared and in the plan", login)
			}
		}
		for _, n := range res.notes {
			if n.What != plan.BadRow && r.spares(n.Login) {
				t.Fatalf("%s is spared and yet %s", n.Login, n.What)
			}
		}
		after := look(t, d, projects...)
		for _, login := range folk {
			if r.spares(login) && only(before, login) != only(after, login) {
				t.Fatalf("%s was\n%s\nis\n%s", login, only(before, login), only(after, login))
			}
		}
	})
}

// only describes one person of a town.
func only(w town, login brick.Login) string {
	one := town{map[brick.Login]brick.Profile{}, map[string]map[brick.Login]brick.Member{}}
	if p, ok := w.accounts[login]; ok {
		one.accounts[login] = p
	}
	for id, members := range w.projects {
		if m, ok := members[login]; ok {
			one.projects[id] = map[brick.Login]brick.Member{login: m}
		}
	}
	return one.String()
}

func TestAfterANamelessRowNobodyIsTakenOut(t *testing.T) {
	inMemory(t, 0, func(t *rapid.T, before town, r *run, open func() platform.Driver) {
		r.rows = append(r.rows, brick.Row{Line: 99, Bad: &brick.BadRow{Reason: "no login", Nameless: true, Anywhere: true}})
		d := open()
		r.do(t, d)
		after := look(t, d, projects...)
		for id, members := range before.projects {
			for login, m := range members {
				if m.Status == brick.Enabled && after.projects[id][login].Status != brick.Enabled {
					t.Fatalf("%s lost %s after a row that names nobody", login, id)
				}
			}
		}
		for login := range before.accounts {
			if _, ok := after.accounts[login]; !ok {
				t.Fatalf("the account of %s was deleted after a row that names nobody", login)
			}
		}
	})
}

func TestNothingIsWrittenWhenRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, r := drawTown(t), drawRun(t, 3)
		r.params.MaxRemovals, r.params.MaxUpdates = brick.MustLimit("0"), brick.MustLimit("0")
		r.params.OnBadRow = "refuse"
		p := before.inMemory()
		res := r.do(t, p)
		if refused := res.end.Refusal != nil; refused != (res.err != nil) || refused && p.Counts().Effects != 0 {
			t.Fatalf("refusal %v, error %v, %d effects", res.end.Refusal, res.err, p.Counts().Effects)
		}
		if res.end.BadRows > 0 && (res.end.Refusal == nil || res.end.Refusal.Kind != brick.BadInput) {
			t.Fatalf("%d bad rows and the refusal is %v", res.end.BadRows, res.end.Refusal)
		}
		if held := slices.ContainsFunc(res.changes, func(c brick.Change) bool { return c.Action.Takes() || c.Action == brick.Update }); held && res.end.Refusal == nil {
			t.Fatalf("nobody refuses\n%s", res.text)
		}
	})
}

func TestCountsOfAPlanAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, r := drawTown(t), drawRun(t, 2)
		res := r.do(t, before.inMemory())
		var sum brick.Counts
		for i := range res.changes {
			*sum.Of(res.changes[i].Action)++
		}
		c := res.end.Counts
		c.Kept, c.Spared, c.Held, c.Absent = 0, 0, 0, 0
		if c != sum || res.end.Changes != sum.Changes() {
			t.Fatalf("the end says %+v, the changes are %+v", c, sum)
		}
		for s, summary := range res.scopes {
			if s.Level == brick.ProjectLevel && summary.Failure == nil {
				checkGuardFigures(t, &summary, before.projects[s.ID], r)
			}
		}
	})
}

// checkGuardFigures compares the figures of the guard with the town.
func checkGuardFigures(t *rapid.T, s *brick.Summary, before map[brick.Login]brick.Member, r *run) {
	var enabled, disabled int64
	for login, m := range before {
		switch {
		case r.spares(login):
		case m.Status == brick.Enabled:
			enabled++
		default:
			disabled++
		}
	}
	if s.WasEnabled != enabled || s.WasDisabled != disabled {
		t.Fatalf("%v: %s", s.Scope, fmt.Sprintf("was %d and %d, the guard is told %d and %d", enabled, disabled, s.WasEnabled, s.WasDisabled))
	}
	if want := enabled - s.LoseAccess + s.Counts.Added + s.Counts.Enabled; s.WillBeUsable != want {
		t.Fatalf("%v: %d will be usable, want %d", s.Scope, s.WillBeUsable, want)
	}
}
