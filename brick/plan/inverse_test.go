package plan_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// undoing takes back what was done in a scope, with nobody spared.
func undoing(s brick.Scope, groups ...string) *plan.Undoing {
	return &plan.Undoing{Scope: s, Spares: sparesNone, Groups: plan.NewGroups(groups), NewGroups: true, KnewGroups: true}
}

// reversed is a reversal in a line: what becomes of a person, and with which
// changes.
func reversed(r plan.Reversal) string {
	text := r.Verdict.String()
	if r.Verdict == plan.Held {
		text += ": " + r.Reason
	}
	for _, c := range r.Changes {
		text += fmt.Sprintf(", %s", c.Action)
		if c.After != nil && c.Scope.Level == brick.ProjectLevel {
			text += fmt.Sprintf(" %s roles=%s groups=%s", c.After.Status, shown(c.After.Roles), shown(c.After.Groups))
		} else if c.After != nil {
			profile, _ := c.After.Profile.MarshalJSON()
			text += " " + string(profile)
		}
		if c.Clear != 0 {
			text += fmt.Sprintf(" without %q: %s", c.Clear.Names(), c.Why)
		}
	}
	if r.Lost != "" {
		text += "; lost: " + r.Lost
	}
	return text
}

// takesBack says what Inverse makes of one person.
func takesBack(t *testing.T, u *plan.Undoing, now *brick.Member, past ...plan.Past) string {
	t.Helper()
	have := seq[brick.Member]()
	if now != nil {
		have = seq(*now)
	}
	var told []string
	for r, err := range plan.Inverse(seq(past...), have, u) {
		if err != nil {
			t.Fatal(err)
		}
		told = append(told, reversed(r))
	}
	return strings.Join(told, "\n")
}

// person is ann, as a member of a project.
func person(s brick.Status, role string, groups ...string) *brick.Member {
	m := &brick.Member{Login: "ann@acme.com", Status: s, Groups: groups}
	if role != "" {
		m.Roles = []string{role}
	}
	return m
}

// did is a change that was done.
func did(a brick.Action, before, after *brick.Member) plan.Past {
	return plan.Past{Change: brick.Change{Scope: project1, Action: a, Before: before, After: after}, Deed: plan.WasDone}
}

func (p pastOf) as(d plan.Deed) plan.Past {
	past := plan.Past(p)
	past.Deed = d
	return past
}

type pastOf plan.Past

func TestWhatARunDidToAMemberIsTakenBack(t *testing.T) {
	const on, off = brick.Enabled, brick.Disabled
	added := did(brick.Add, nil, person(on, "viewer", "East"))
	changed := did(brick.Update, person(on, "admin", "West"), person(on, "viewer", "East"))
	disabled := did(brick.Disable, person(on, "admin", "West"), &brick.Member{Login: "ann@acme.com", Status: off, Groups: []string{}})
	enabledToo := did(brick.Enable, person(off, "admin"), person(on, "viewer", "East"))
	removed := did(brick.Remove, person(on, "admin", "West"), nil)
	removedOff := did(brick.Remove, person(off, "admin", "West"), nil)
	for _, c := range []struct {
		name string
		past plan.Past
		now  *brick.Member
		want string
	}{
		{"who was added goes", added, person(on, "viewer", "east"), "changed, remove"},
		{"who was added and is gone again stays gone", added, nil, "kept"},
		{"who was added and got another role since stays", added, person(on, "admin", "East"), "held: changed since the run: role viewer -> admin"},
		{"who was added and has left his groups goes on to go", added, person(on, "viewer"), "changed, remove"},
		{"who was added and came into a group since stays", added, person(on, "viewer", "East", "West"), "held: changed since the run: groups East -> East,West"},
		{"who was changed is what he was", changed, person(on, "viewer", "East"), "changed, update enabled roles=[admin] groups=[West]"},
		{"of who was changed back in part the rest is", changed, person(on, "admin", "East"), "changed, update enabled roles=- groups=[West]"},
		{"who is in the middle of his groups is put back", changed, person(on, "viewer", "East", "West"), "changed, update enabled roles=[admin] groups=[West]"},
		{"who came into a third group since is left alone", changed, person(on, "viewer", "East", "North"), "held: changed since the run: groups East -> East,North"},
		{"who was changed back is left", changed, person(on, "admin", "West"), "kept"},
		{"who was disabled since is left alone", changed, person(off, "viewer", "East"), "held: changed since the run: enabled -> disabled"},
		{"who was taken out since is left alone", changed, nil, "held: he is no member any more, which the run did not do"},
		{"who was disabled is enabled in his groups", disabled, person(off, "admin"), "changed, enable enabled roles=- groups=[West]"},
		{"who was enabled by others since is left alone", disabled, person(on, "editor"), "held: changed since the run: role admin -> editor"},
		{"who was enabled with another role is put back in two steps", enabledToo, person(on, "viewer", "East"),
			"changed, update disabled roles=[admin] groups=-, disable disabled roles=- groups=[]"},
		{"an undo that broke off between them goes on", enabledToo, person(on, "admin", "East"), "changed, disable disabled roles=- groups=[]"},
		{"who was removed comes back", removed, nil, "changed, add enabled roles=[admin] groups=[West]"},
		{"who came back as he was is left", removed, person(on, "admin", "West"), "kept"},
		{"who came back otherwise is left alone", removed, person(on, "viewer"), "held: he is a member again, and not as he was before the run: role admin -> viewer"},
		{"who came back and is not in his groups yet comes into them", removed, person(on, "admin"), "changed, update enabled roles=- groups=[West]"},
		{"who came back into another group is left alone", removed, person(on, "admin", "East"), "held: he is a member again, and not as he was before the run: groups West -> East"},
		{"who was removed and disabled before comes back in two steps", removedOff, nil,
			"changed, add disabled roles=[admin] groups=[West], disable disabled roles=- groups=-"},
		{"and an undo that broke off between them goes on", removedOff, person(on, "admin", "West"), "changed, disable disabled roles=- groups=-"},
		{"also when it broke off before his groups", removedOff, person(on, "admin"), "changed, disable disabled roles=- groups=[West]"},
		{"what was not done is not taken back", pastOf(added).as(plan.NotDone), person(on, "viewer", "East"), "unmentioned"},
		{"what nobody knows is taken back where it shows", pastOf(changed).as(plan.MayBe), person(on, "viewer", "East"), "changed, update enabled roles=[admin] groups=[West]"},
		{"and left where it does not", pastOf(changed).as(plan.MayBe), person(on, "admin", "West"), "kept"},
		{"a person in the middle of his groups is known for one", pastOf(changed).as(plan.MayBe), person(on, "viewer", "East", "West"),
			"changed, update enabled roles=[admin] groups=[West]"},
		{"who has left his groups but not the project is put back", pastOf(removed).as(plan.MayBe), person(on, "admin"), "changed, update enabled roles=- groups=[West]"},
		{"who failed and is as before is left", pastOf(changed).as(plan.InPart), person(on, "admin", "West"), "kept"},
		{"who failed and is not as before is left alone and told", pastOf(changed).as(plan.InPart), person(on, "viewer", "West"),
			"held: the run failed with him, and he is not as he was before it; what it did of the change is not known"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := takesBack(t, undoing(project1, "East", "West"), c.now, c.past); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// account is ann's account with a company and a country, "" for not given.
func account(company, country string) *brick.Member {
	m := &brick.Member{Login: "ann@acme.com", Status: brick.Enabled}
	m.Profile[brick.Company], m.Profile[brick.Country] = company, country
	return m
}

func TestWhatARunDidToAnAccountIsTakenBack(t *testing.T) {
	added := did(brick.Add, nil, account("Acme", ""))
	changed := did(brick.Update, account("Old", "CZ"), account("New", ""))
	filled := did(brick.Update, account("", "CZ"), account("New", "DE"))
	removed := did(brick.Remove, account("Acme", "CZ"), nil)
	password := did(brick.Update, account("Old", ""), account("", ""))
	password.Change.SetPassword = true
	const lost = "; lost: the account comes back with its attributes, but its password, its history and its places in projects are lost"
	for _, c := range []struct {
		name string
		past plan.Past
		now  *brick.Member
		want string
	}{
		{"an account that was added goes", added, account("Acme", "DE"), "changed, remove"},
		{"one that was changed since stays", added, account("Other", ""), `held: changed since the run: company "Acme" -> "Other"`},
		{"an attribute is what it was, whatever became of the others", changed, account("New", "DE"), `changed, update {"company":"Old"}`},
		{"an attribute that was changed since stays", changed, account("Newest", "CZ"), `held: changed since the run: company "New" -> "Newest"`},
		{"one that was changed back is left", changed, account("Old", "CZ"), "kept"},
		{"an account that is gone is left alone", changed, nil, "held: his account is gone, which the run did not do"},
		{"what was empty stays where it cannot be emptied", filled, account("New", "DE"),
			`changed, update {"country":"CZ"}; lost: company was empty before the run and stays as the run set it, since the platform cannot empty it`},
		{"an account that was removed comes back", removed, nil, `changed, add {"company":"Acme","country":"CZ"}` + lost},
		{"one that came back is left", removed, account("Acme", "CZ"), "kept"},
		{"another one of the same login is left alone", removed, account("Other", "CZ"),
			`held: there is an account again, and it is not as it was before the run: company "Acme" -> "Other"`},
		{"a password is lost", password, account("Old", ""), "kept; lost: the password that the run set stays, since nobody knows the one before"},
		{"one that was refused is not", pastOf(password).as(plan.InPart), account("Old", ""), "kept"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := takesBack(t, undoing(acme), c.now, c.past); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestWhatWasEmptyIsEmptiedWhereThePlatformCan(t *testing.T) {
	filled := did(brick.Update, account("", ""), account("New", "DE"))
	emptied := did(brick.Update, account("New", "DE"), account("", "CZ"))
	emptied.Change.Clear = brick.NewFieldSet(brick.Company)
	refOf := func(ref string, m *brick.Member) *brick.Member {
		m.Ref = ref
		return m
	}
	blocked := did(brick.Update, refOf("7?ip=none", account("", "")), account("New", "DE"))
	for _, c := range []struct {
		name string
		past plan.Past
		now  *brick.Member
		want string
	}{
		{"what can be emptied is, and of the rest it is told", filled, account("New", "DE"),
			`changed, update {} without ["company"]: company "New" -> none; lost: country was empty before the run and stays as the run set it, since the platform cannot empty it`},
		{"what is empty already is left", filled, account("", ""), "kept"},
		{"what was changed since stays", filled, account("Newest", "DE"), `held: changed since the run: company "New" -> "Newest"`},
		{"what was emptied is filled again", emptied, account("", "CZ"), `changed, update {"company":"New","country":"DE"}`},
		{"what was emptied and filled by others stays", emptied, account("Other", "CZ"), `held: changed since the run: company none -> "Other"`},
		{"what was not known to be quite empty stays", blocked, refOf("7", account("New", "DE")),
			`kept; lost: company was empty before the run, country was empty before the run and stays as the run set it, since the platform cannot empty it`},
	} {
		t.Run(c.name, func(t *testing.T) {
			u := undoing(acme)
			u.Clears = brick.NewFieldSet(brick.Company)
			if got := takesBack(t, u, c.now, c.past); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestAnAccountThatMustStayIsNotDeleted(t *testing.T) {
	u := undoing(acme)
	u.Stays = func(brick.Login) string { return "he is needed" }
	if got := takesBack(t, u, account("Acme", ""), did(brick.Add, nil, account("Acme", ""))); got != "held: he is needed" {
		t.Errorf("got %s", got)
	}
}

func TestSeveralChangesOfOnePersonAreTakenBackTogether(t *testing.T) {
	back := did(brick.Add, nil, person(brick.Enabled, "viewer", "East"))
	off := did(brick.Disable, nil, person(brick.Disabled, ""))
	off.Change.After.Groups = nil
	u := undoing(project1, "East")
	if got := takesBack(t, u, person(brick.Disabled, "viewer", "East"), back, off); got != "changed, remove" {
		t.Errorf("both done: %s", got)
	}
	if got := takesBack(t, u, person(brick.Enabled, "viewer", "East"), back, pastOf(off).as(plan.NotDone)); got != "changed, remove" {
		t.Errorf("only the first done: %s", got)
	}
	if got := takesBack(t, u, person(brick.Enabled, "viewer", "East"), back, off); got != "held: changed since the run: disabled -> enabled" {
		t.Errorf("enabled by others since: %s", got)
	}
}

func TestTheSparedAreNotTakenBack(t *testing.T) {
	u := undoing(project1)
	u.Spares = func(login brick.Login, inFile bool) bool { return login == "ann@acme.com" && !inFile }
	now := person(brick.Enabled, "viewer")
	if got := takesBack(t, u, now, did(brick.Add, nil, now)); got != "spared" {
		t.Errorf("got %s", got)
	}
}

func TestAGroupThatIsGoneIsMadeAgainOrHoldsThePerson(t *testing.T) {
	removed := did(brick.Remove, person(brick.Enabled, "viewer", "West"), nil)
	u := undoing(project1, "East")
	if got := takesBack(t, u, nil, removed); got != "changed, add enabled roles=[viewer] groups=[West]" || len(u.Groups.Created()) != 1 {
		t.Errorf("got %s, makes %v", got, u.Groups.Created())
	}
	u = undoing(project1, "East")
	u.NewGroups = false
	want := `held: group "West" is gone, and create_non_existing_user_groups is false`
	if got := takesBack(t, u, nil, removed); got != want || u.Groups.Created() != nil {
		t.Errorf("got %s, makes %v", got, u.Groups.Created())
	}
}

func TestGroupsThatTheRunDidNotKnowAreLeftAlone(t *testing.T) {
	u := undoing(project1, "East")
	u.KnewGroups = false
	changed := did(brick.Update, person(brick.Enabled, "admin"), person(brick.Enabled, "viewer"))
	changed.Change.After.Groups = nil
	if got := takesBack(t, u, person(brick.Enabled, "viewer", "East"), changed); got != "changed, update enabled roles=[admin] groups=-" {
		t.Errorf("got %s", got)
	}
}

func TestTheLastAdministratorsStay(t *testing.T) {
	u := undoing(project1)
	u.Admins, u.HoldAdmins = plan.NewAdmins([]brick.Role{{ID: "admin", Admin: true}}), true
	now := person(brick.Enabled, "admin")
	if got := takesBack(t, u, now, did(brick.Add, nil, now)); !strings.HasPrefix(got, "held: nobody else would run the project") {
		t.Errorf("got %s", got)
	}
	// Only an undo that broke off made him one.
	enabled := did(brick.Enable, person(brick.Disabled, "admin"), person(brick.Enabled, "viewer"))
	if got := takesBack(t, u, now, enabled); got != "changed, disable disabled roles=- groups=-" {
		t.Errorf("got %s", got)
	}
}

func TestWhatIsChangedBackSaysWhoRunsTheProject(t *testing.T) {
	u := undoing(project1)
	u.Admins = plan.NewAdmins([]brick.Role{{ID: "admin", Admin: true}})
	enabled := did(brick.Enable, person(brick.Disabled, "admin"), person(brick.Enabled, "viewer"))
	for r, err := range plan.Inverse(seq(enabled), seq(*person(brick.Enabled, "viewer")), u) {
		if err != nil || len(r.Changes) != 2 || r.Changes[0].Lead != 0 || r.Changes[1].Lead != 0 {
			t.Errorf("he is on the way out and %v, %v", r.Changes, err)
		}
	}
	disabled := did(brick.Disable, person(brick.Enabled, "admin"), person(brick.Disabled, ""))
	disabled.Change.After.Groups = nil
	for r, err := range plan.Inverse(seq(disabled), seq(*person(brick.Disabled, "admin")), u) {
		if err != nil || r.Change.Lead != brick.LeadComes || r.Changes[0].Lead != brick.LeadComes {
			t.Errorf("he comes back and %v, %v", r.Changes, err)
		}
	}
}

func TestABrokenListingEndsTheReversal(t *testing.T) {
	broken := errors.New("broken")
	have := func(yield func(brick.Member, error) bool) {
		if yield(*person(brick.Enabled, "viewer"), nil) {
			yield(brick.Member{}, broken)
		}
	}
	var last error
	for _, err := range plan.Inverse(seq[plan.Past](), have, undoing(project1)) {
		last = err
	}
	if !errors.Is(last, broken) {
		t.Errorf("the reversal ends with %v", last)
	}
	twice := seq(*person(brick.Enabled, "viewer"), *person(brick.Enabled, "viewer"))
	for _, err := range plan.Inverse(seq[plan.Past](), twice, undoing(project1)) {
		last = err
	}
	if !errors.Is(last, plan.ErrOrder) {
		t.Errorf("a person listed twice ends it with %v", last)
	}
}
