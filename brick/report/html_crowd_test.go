package report_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"users-brick/brick"
	"users-brick/brick/plan"
	"users-brick/brick/report"
)

// crowd is a run of n changes as a large firm has it: most come in anew, in
// the organization and in one of many projects, some change, some go.
type crowd struct {
	n, projects int
}

var (
	firstNames = []string{"Anna", "Božena", "Čeněk", "Dmitri", "Éloïse", "Farah", "Grace", "Hiroshi", "Inés", "Jörg", "Kwame", "Łucja"}
	lastNames  = []string{"Almeida", "Brontë", "Čapek", "Duval", "Ekström", "Fischer", "Gómez", "Hrabal", "Ivanova", "Jansen", "Kovács"}
	roleNames  = []string{"viewerRole", "editorRole", "adminRole", "dashboardOnlyRole"}
	groupNames = []string{"Everyone", "Sales EMEA", "Finance", "Board", "Supply chain", "Store managers"}
	companies  = []string{"Acme Retail GmbH", "Acme Logistics", "Acme Services s.r.o."}
)

// write makes the plan in a directory of its own.
func (c crowd) write(t testing.TB) *plan.Plan {
	t.Helper()
	dir := t.TempDir()
	w, err := plan.Create(dir, plan.Header{RunID: "run-1", Mode: "sync_multiple_projects_based_on_pid", Created: started, Params: "sha256:9a", Input: plan.Input{Name: "users.csv", Bytes: 99, SHA256: "4b"}})
	if err != nil {
		t.Fatal(err)
	}
	var entries []byte
	var lines bytes.Buffer
	seq := 0
	for s := -1; s < c.projects; s++ {
		summary := brick.Summary{Scope: acme, Rows: int64(c.n)}
		many := c.n / 2
		if s >= 0 {
			summary.Scope = brick.Project(fmt.Sprintf("store-%04d", s))
			many = c.n / 2 / c.projects
		}
		lines.Reset()
		for i := range many {
			change := c.change(summary.Scope, i+max(s, 0)*many)
			*summary.Counts.Of(change.Action)++
			line, err := plan.EncodeChange(&change)
			if err != nil {
				t.Fatal(err)
			}
			lines.Write(line)
			seq++
			entries = plan.AppendLine(entries, []int{seq + 1})
		}
		summary.Counts.Kept = int64(many / 3)
		if err := w.Scope(&summary, &lines); err != nil {
			t.Fatal(err)
		}
	}
	p, err := w.Finish(plan.End{Rows: int64(c.n)})
	if err := errors.Join(err, plan.WriteLines(dir, bytes.NewReader(entries))); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// login is the i-th person's.
func (crowd) login(i int) brick.Login {
	return brick.Login(fmt.Sprintf("%06d.%s@stores.acme-retail.example.com", i, brick.Fold(lastNames[i%len(lastNames)])))
}

func (c crowd) change(scope brick.Scope, i int) brick.Change {
	m := brick.Member{Login: c.login(i), Status: brick.Enabled}
	if scope.Level == brick.OrganizationLevel {
		m.Profile = brick.Profile{
			brick.FirstName: firstNames[i%len(firstNames)], brick.LastName: lastNames[i%len(lastNames)], brick.Email: string(m.Login),
			brick.Language: "en-US", brick.Company: companies[i%len(companies)], brick.Country: "CZ", brick.Phone: fmt.Sprintf("+420 600 %06d", i),
		}
		m.Profile.SetList(brick.AuthenticationModes, []string{"sso", "password"})
		if i%10 == 0 {
			before := m
			before.Profile[brick.Phone], before.Profile[brick.Company] = "", "Acme"
			return brick.Change{Scope: scope, Action: brick.Update, Before: &before, After: &m, Why: `company "Acme" -> "Acme Retail"`}
		}
		return brick.Change{Scope: scope, Action: brick.Add, After: &m, Why: "in the file, no account yet"}
	}
	m.Roles, m.Groups = []string{roleNames[i%len(roleNames)]}, groupNames[i%3:i%3+2]
	before := brick.Member{Login: m.Login, Status: brick.Enabled, Roles: []string{roleNames[(i+1)%len(roleNames)]}, Groups: groupNames[:1]}
	switch i % 10 {
	case 0, 1:
		return brick.Change{Scope: scope, Action: brick.Update, Before: &before, After: &m, Why: "role a -> b"}
	case 2:
		before.Status = brick.Disabled
		return brick.Change{Scope: scope, Action: brick.Enable, Before: &before, After: &m, Why: "in the file, but disabled; role a -> b"}
	case 3:
		return brick.Change{Scope: scope, Action: brick.Disable, Before: &before, After: &brick.Member{Login: m.Login, Status: brick.Disabled, Groups: []string{}}, Why: "not in the file"}
	case 4:
		return brick.Change{Scope: scope, Action: brick.Remove, Before: &before, Why: "disabled earlier and not in the file"}
	}
	return brick.Change{Scope: scope, Action: brick.Add, After: &m, Why: "in the file, not a member"}
}

// report is that of the run, where every 5000th change failed.
func (c crowd) report(t testing.TB) *report.Report {
	t.Helper()
	p := c.write(t)
	done := plan.AllDone(p.End.Changes)
	for seq := int64(7); seq <= p.End.Changes; seq += 5000 {
		done.Fail(seq, &brick.Error{Kind: brick.Invalid, Op: "update", RequestID: fmt.Sprintf("req-%d", seq), Err: errors.New("the platform refused it"), Hint: "look at the row"})
	}
	r := of(p, done)
	if err := r.Settle(); err != nil {
		t.Fatal(err)
	}
	return r
}
