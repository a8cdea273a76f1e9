package plan_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"users-brick/brick"
	"users-brick/brick/plan"
)

var (
	acme     = brick.Organization("acme")
	project1 = brick.Project("p1")
)

func nobody(brick.Login) string         { return "" }
func sparesNone(brick.Login, bool) bool { return false }

// rulesFor compares a scope without anything in doubt.
func rulesFor(s brick.Scope, p brick.Policy, groups ...string) *plan.Rules {
	return &plan.Rules{
		Scope: s, Policy: p, Spares: sparesNone, Doubt: nobody, Stay: nobody, Groups: plan.NewGroups(groups),
	}
}

// told is a decision in one line: who, what becomes of him, why.
func told(d plan.Decision) string {
	text := fmt.Sprintf("%s %s", d.Login.Local(), d.Verdict)
	switch d.Verdict {
	case plan.Changed:
		text = fmt.Sprintf("%s %s", d.Login.Local(), d.Change.Action)
		if after := d.Change.After; after != nil && d.Change.Scope.Level == brick.ProjectLevel {
			text += fmt.Sprintf(" %s roles=%s groups=%s", after.Status, shown(after.Roles), shown(after.Groups))
		}
		if d.Change.AddGroups {
			text += " and others"
		}
	case plan.Held:
		text += fmt.Sprintf(" (%s): %s", d.Withheld, d.Reason)
	}
	return text
}

func shown(names []string) string {
	if names == nil {
		return "-"
	}
	return "[" + strings.Join(names, ",") + "]"
}

// decide compares one want with one member, either may be nil.
func decide(t *testing.T, r *plan.Rules, w *plan.Want, m *brick.Member) string {
	t.Helper()
	wants, have := seq[plan.Want](), seq[brick.Member]()
	if w != nil {
		wants = seq(*w)
	}
	if m != nil {
		have = seq(*m)
	}
	decisions := all(t, plan.Diff(wants, have, r))
	if len(decisions) != 1 {
		t.Fatalf("%d decisions about one person", len(decisions))
	}
	return told(decisions[0])
}

func TestDiffOfAProject(t *testing.T) {
	in := plan.Want{Login: ann}
	given := plan.Want{Login: ann, Roles: []string{"admin"}, Groups: []string{"eng", "Ops"}}
	none := plan.Want{Login: ann, Groups: []string{}}
	enabled := brick.Member{Login: ann, Status: brick.Enabled, Roles: []string{"viewer"}, Groups: []string{"Eng"}}
	disabled := enabled
	disabled.Status = brick.Disabled
	doubtful := plan.Want{Login: ann, Doubts: []string{"odd"}}

	additive := func(r *plan.Rules) { r.Additive = true }
	remove := func(r *plan.Rules) { r.RemoveMembers = true }
	leave := func(r *plan.Rules) { r.LeaveGroups = true }
	doubt := func(r *plan.Rules) { r.Doubt = func(brick.Login) string { return "odd" } }
	stay := func(r *plan.Rules) { r.Stay = func(brick.Login) string { return "may be meant" } }
	role := func(r *plan.Rules) { r.NewRole, r.NeedRole = "viewer", true }
	need := func(r *plan.Rules) { r.NeedRole = true }
	spare := func(r *plan.Rules) { r.Spares = func(brick.Login, bool) bool { return true } }

	for _, c := range []struct {
		name string
		file *plan.Want
		have *brick.Member
		set  func(*plan.Rules)
		want string
	}{
		{"a newcomer is added", &given, nil, nil, "ann add enabled roles=[admin] groups=[Eng,Ops]"},
		{"a newcomer without a role gets the one for newcomers", &in, nil, role, "ann add enabled roles=[viewer] groups=-"},
		{"a newcomer's own role wins", &given, nil, role, "ann add enabled roles=[admin] groups=[Eng,Ops]"},
		{"a newcomer without any role is held", &in, nil, need, "ann held (add): the row gives no role and the project has no read-only role; hint: default_role"},
		{"where there are no roles none is needed", &in, nil, nil, "ann add enabled roles=- groups=-"},
		{"nothing given, nothing touched", &in, &enabled, role, "ann kept"},
		{"what is given is set", &given, &enabled, nil, "ann update enabled roles=[admin] groups=[Eng,Ops]"},
		{"no groups at all", &none, &enabled, nil, "ann update enabled roles=- groups=[]"},
		{"a disabled member in the file is enabled", &in, &disabled, nil, "ann enable enabled roles=- groups=-"},
		{"and changed on the way", &given, &disabled, nil, "ann enable enabled roles=[admin] groups=[Eng,Ops]"},
		{"who is not in the file is disabled", nil, &enabled, nil, "ann disable disabled roles=- groups=-"},
		{"and leaves his groups when the file has groups", nil, &enabled, leave, "ann disable disabled roles=- groups=[]"},
		{"or is removed", nil, &enabled, remove, "ann remove"},
		{"who was disabled stays so", nil, &disabled, nil, "ann unmentioned"},
		{"or is removed, too", nil, &disabled, remove, "ann remove"},
		{"the unmentioned may be left alone", nil, &enabled, additive, "ann unmentioned"},
		{"then groups only gain people", &plan.Want{Login: ann, Groups: []string{"Ops"}}, &enabled, additive, "ann update enabled roles=- groups=[Eng,Ops]"},
		{"also where they had one who was no member", &given, nil, additive, "ann add enabled roles=[admin] groups=[Eng,Ops] and others"},
		{"and the row gives none", &none, nil, additive, "ann add enabled roles=- groups=-"},
		{"then no groups takes none away", &none, &enabled, additive, "ann kept"},
		{"a doubtful row holds its person", &doubtful, &enabled, nil, "ann held (nothing): odd"},
		{"a doubtful row adds nobody", &doubtful, nil, nil, "ann held (nothing): odd"},
		{"a doubt from elsewhere holds the row", &given, &enabled, doubt, "ann held (nothing): odd"},
		{"a doubt from elsewhere holds a removal", nil, &enabled, doubt, "ann held (disable): odd"},
		{"a doubt about somebody to whom nothing happens is none", nil, &disabled, doubt, "ann unmentioned"},
		{"who may be meant by a row stays", nil, &enabled, stay, "ann held (disable): may be meant"},
		{"who may be meant is still given what the file says", &given, &enabled, stay, "ann update enabled roles=[admin] groups=[Eng,Ops]"},
		{"the spared are left alone", &given, &disabled, spare, "ann spared"},
		{"also when the file does not name them", nil, &enabled, spare, "ann spared"},
		{"also when they are not there", &given, nil, spare, "ann spared"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := rulesFor(project1, brick.Mirror, "Eng")
			if c.set != nil {
				c.set(r)
			}
			if got := decide(t, r, c.file, c.have); got != c.want {
				t.Errorf("got %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestDiffOfAnOrganization(t *testing.T) {
	named := plan.Want{Login: ann, Profile: profile("country", "CZ"), Password: brick.NewSecret("given")}
	have := brick.Member{Login: ann, Status: brick.Enabled, Profile: profile("country", "CZ", "phone", "1")}
	other := brick.Member{Login: ann, Status: brick.Enabled, Profile: profile("country", "DE", "phone", "1")}
	for _, c := range []struct {
		name   string
		policy brick.Policy
		file   *plan.Want
		have   *brick.Member
		want   string
	}{
		{"a newcomer gets an account", brick.Upsert, &named, nil, "ann add"},
		{"an account that is so is kept", brick.Upsert, &named, &have, "ann kept"},
		{"an account that differs is updated", brick.Upsert, &named, &other, "ann update"},
		{"who is not in the file is left alone", brick.Upsert, nil, &have, "ann unmentioned"},
		{"who is in the file is deleted", brick.Erase, &named, &have, "ann remove"},
		{"who is not there cannot be deleted", brick.Erase, &named, nil, "ann absent"},
		{"who is not in the file is not deleted", brick.Erase, nil, &have, "ann unmentioned"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := decide(t, rulesFor(acme, c.policy), c.file, c.have); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// change returns the change that Diff finds for one person.
func change(t *testing.T, r *plan.Rules, w plan.Want, have ...brick.Member) brick.Change {
	t.Helper()
	decisions := all(t, plan.Diff(seq(w), seq(have...), r))
	if len(decisions) != 1 || decisions[0].Verdict != plan.Changed {
		t.Fatalf("decisions are %+v", decisions)
	}
	return decisions[0].Change
}

func TestANewAccountHasNamesEmailAndLanguage(t *testing.T) {
	c := change(t, rulesFor(acme, brick.Upsert), plan.Want{Login: ann, Profile: profile("last_name", "Lee"), Password: brick.NewSecret("x")})
	want := profile("first_name", "ann", "last_name", "Lee", "email", "ann@acme.com", "language", "en-US")
	if c.After.Profile != want || !c.SetPassword || c.Password.Reveal() != "x" {
		t.Errorf("change is %+v", c)
	}
}

func TestAnUpdateCarriesOnlyWhatDiffers(t *testing.T) {
	have := brick.Member{Login: ann, Status: brick.Enabled, Profile: profile("country", "DE", "phone", "1", "email", "old@acme.com"), Ref: "7"}
	w := plan.Want{Login: ann, Profile: profile("country", "CZ", "phone", "1"), Password: brick.NewSecret("x")}
	c := change(t, rulesFor(acme, brick.Upsert), w, have)
	if c.Before.Profile != have.Profile || c.Before.Ref != have.Ref || c.After.Profile != profile("country", "CZ") || c.SetPassword {
		t.Errorf("change is %+v", c)
	}
	if want := `country "DE" -> "CZ"`; c.Why != want {
		t.Errorf("reason is %s, want %s", c.Why, want)
	}
}

func TestPasswordsOfExistingAccountsAreSentOnlyWhenAsked(t *testing.T) {
	r := rulesFor(acme, brick.Upsert)
	r.UpdatePasswords = true
	c := change(t, r, plan.Want{Login: ann, Password: brick.NewSecret("x")}, brick.Member{Login: ann, Status: brick.Enabled})
	if c.Action != brick.Update || !c.SetPassword || c.After.Profile != (brick.Profile{}) || strings.Contains(c.Why, "x") {
		t.Errorf("change is %+v", c)
	}
}

func TestDiffRefusesMembersOutOfOrder(t *testing.T) {
	for _, logins := range [][]brick.Login{{ben, ann}, {ann, ann}} {
		members := seq(brick.Member{Login: logins[0]}, brick.Member{Login: logins[1]})
		var last error
		for _, err := range plan.Diff(seq[plan.Want](), members, rulesFor(project1, brick.Mirror)) {
			last = err
		}
		if !errors.Is(last, plan.ErrOrder) {
			t.Errorf("%v end with %v", logins, last)
		}
	}
}

func TestDiffEndsAtTheFirstErrorOfEitherSide(t *testing.T) {
	broken := errors.New("broken")
	members := func(yield func(brick.Member, error) bool) {
		_ = yield(brick.Member{Login: ann}, nil) && yield(brick.Member{}, broken)
	}
	wants := func(yield func(plan.Want, error) bool) {
		_ = yield(plan.Want{Login: ann}, nil) && yield(plan.Want{}, broken)
	}
	r := rulesFor(project1, brick.Mirror)
	for name, decisions := range map[string]func(func(plan.Decision, error) bool){
		"have": plan.Diff(seq[plan.Want](), members, r),
		"want": plan.Diff(wants, seq[brick.Member](), r),
	} {
		var errs []error
		for _, err := range decisions {
			errs = append(errs, err)
		}
		if last := errs[len(errs)-1]; !errors.Is(last, broken) || slices.ContainsFunc(errs[:len(errs)-1], func(err error) bool { return err != nil }) {
			t.Errorf("%s: errors are %v", name, errs)
		}
	}
}

// people are enough to meet in every way and few enough to meet often.
var people = []brick.Login{"a@x.y", "b@x.y", "c@x.y", "d@x.y", "e@x.y", "f@x.y"}

// some draws a sorted choice of people.
func some(t *rapid.T, name string) []brick.Login {
	var chosen []brick.Login
	for _, login := range people {
		if rapid.Bool().Draw(t, name+" "+login.Local()) {
			chosen = append(chosen, login)
		}
	}
	return chosen
}

// randomRules draws rules under which the given people are spared, in doubt
// or to stay.
func randomRules(t *rapid.T, spared, doubted, stay []brick.Login) *plan.Rules {
	because := func(who []brick.Login) func(brick.Login) string {
		return func(l brick.Login) string {
			if slices.Contains(who, l) {
				return "because"
			}
			return ""
		}
	}
	policy := rapid.SampledFrom([]brick.Policy{brick.Upsert, brick.Mirror, brick.Erase}).Draw(t, "policy")
	scope := rapid.SampledFrom([]brick.Scope{acme, project1}).Draw(t, "scope")
	r := rulesFor(scope, policy, "Eng")
	r.Spares = func(l brick.Login, _ bool) bool { return slices.Contains(spared, l) }
	r.Doubt, r.Stay = because(doubted), because(stay)
	r.Additive, r.RemoveMembers = rapid.Bool().Draw(t, "additive"), rapid.Bool().Draw(t, "remove")
	r.LeaveGroups, r.NewRole = rapid.Bool().Draw(t, "leave"), "viewer"
	return r
}

func TestDiffDecidesAboutEverybodyOnceAndSparesAndHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spared, doubted, stay := some(t, "spared"), some(t, "doubted"), some(t, "stay")
		r := randomRules(t, spared, doubted, stay)
		var wants []plan.Want
		for _, login := range some(t, "file") {
			wants = append(wants, plan.Want{Login: login, Groups: rapid.SampledFrom([][]string{nil, {}, {"eng"}}).Draw(t, "groups")})
		}
		var members []brick.Member
		for _, login := range some(t, "have") {
			status := rapid.SampledFrom([]brick.Status{brick.Enabled, brick.Disabled}).Draw(t, "status")
			members = append(members, brick.Member{Login: login, Status: status, Groups: []string{"Eng"}})
		}
		met := map[brick.Login]bool{}
		last := brick.Login("")
		for _, d := range all(t, plan.Diff(seq(wants...), seq(members...), r)) {
			if d.Login <= last {
				t.Fatalf("%s comes after %s", d.Login, last)
			}
			last, met[d.Login] = d.Login, true
			checkDecision(t, &d, spared, doubted, stay)
		}
		checkMet(t, met, wants, members)
	})
}

func checkDecision(t *rapid.T, d *plan.Decision, spared, doubted, stay []brick.Login) {
	isSpared := slices.Contains(spared, d.Login)
	if isSpared != (d.Verdict == plan.Spared) {
		t.Fatalf("%s is spared: %v, decision %v", d.Login, isSpared, d.Verdict)
	}
	if d.Verdict != plan.Changed {
		return
	}
	if slices.Contains(doubted, d.Login) {
		t.Fatalf("%s is in doubt, and yet %v", d.Login, d.Change.Action)
	}
	if d.Change.Action.Takes() && slices.Contains(stay, d.Login) {
		t.Fatalf("%s must stay, and yet %v", d.Login, d.Change.Action)
	}
}

func checkMet(t *rapid.T, met map[brick.Login]bool, wants []plan.Want, members []brick.Member) {
	everybody := map[brick.Login]bool{}
	for _, w := range wants {
		everybody[w.Login] = true
	}
	for _, m := range members {
		everybody[m.Login] = true
	}
	if len(met) != len(everybody) {
		t.Fatalf("decided about %v, want all of %v", met, everybody)
	}
}

func TestGroupsAreSpelledAsTheProjectDoes(t *testing.T) {
	g := plan.NewGroups([]string{"Sales", "Eng"})
	if got := g.Spell([]string{"ENG", "sales", "Ops"}); !slices.Equal(got, []string{"Eng", "Sales", "Ops"}) {
		t.Errorf("spelled %q", got)
	}
	if got := g.Spell([]string{"OPS", "art"}); !slices.Equal(got, []string{"Ops", "art"}) {
		t.Errorf("a new group is spelled %q the second time", got)
	}
	if got := g.Created(); !slices.Equal(got, []string{"art", "Ops"}) {
		t.Errorf("to be made are %q", got)
	}
	if g.Spell(nil) != nil || g.Spell([]string{}) == nil {
		t.Error("not given and no groups are taken for one another")
	}
}

func TestSparingMatchesWholeLoginsAndPatterns(t *testing.T) {
	s, err := plan.NewSparing([]string{" ANN@acme.com", "ghost@acme.com", "ann@acme.com"}, []string{"^ETL", "\\Qben@"}, cem)
	if err != nil {
		t.Fatal(err)
	}
	for login, want := range map[brick.Login]bool{
		ann: true, "joann@acme.com": false, "etl-1@acme.com": true, "metl@acme.com": false, ben: true, cem: true, "dan@acme.com": false,
	} {
		if got := s.Spares(login, login == ann); got != want {
			t.Errorf("%s is spared: %v", login, got)
		}
	}
	s.Spares(ann, false)
	want := []plan.Match{
		{Entry: " ANN@acme.com", Users: 1, InFile: 1}, {Entry: "ghost@acme.com"},
		{Entry: "^ETL", Users: 1}, {Entry: "\\Qben@", Users: 1}, {Entry: "cem@acme.com (the account of the brick)", Users: 1},
	}
	if got := s.Matches(); !slices.Equal(got, want) {
		t.Errorf("matches are %+v", got)
	}
}

func TestTheAccountOfTheBrickIsNoEntryThatMatchedNobody(t *testing.T) {
	s, err := plan.NewSparing([]string{"ghost@acme.com"}, nil, cem)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.Matches(), []plan.Match{{Entry: "ghost@acme.com"}}; !slices.Equal(got, want) {
		t.Errorf("matches are %+v", got)
	}
}

func TestSparingRefusesPatternsThatDoNotCompile(t *testing.T) {
	for _, pattern := range []string{"(", "a)|(b", "[z-a]"} {
		if _, err := plan.NewSparing(nil, []string{pattern}, ""); brick.KindOf(err) != brick.BadInput || err == nil {
			t.Errorf("%q gives %v", pattern, err)
		}
	}
}
