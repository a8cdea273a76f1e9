package engine_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode"

	"users-brick/brick"
	"users-brick/brick/plan"
	"users-brick/brick/platform"
)

// twoProjects is a run that adds ann to p1 and p2.
func twoProjects() (town, *run) {
	before := townOf([]brick.Member{member(ben, "viewer")}, []brick.Member{member(ben, "viewer")})
	before.accounts[ann] = brick.Profile{}
	r := &run{mode: "sync_multiple_projects_based_on_pid", rows: []brick.Row{
		row("p1", ann, "admin"), row("p1", ben, "viewer"), row("p2", ann, "admin"), row("p2", ben, "viewer"),
	}}
	return before, r
}

func TestAProjectWhoseListingBreaksOffIsNotPlannedTheOthersAre(t *testing.T) {
	before, r := twoProjects()
	p := before.inMemory()
	p.Hooks.ListFail = func(s brick.Scope, yielded int) error {
		if s == project1 && yielded == 1 {
			return &brick.Error{Kind: brick.Unavailable, RequestID: "4711", Err: errors.New("cut off")}
		}
		return nil
	}
	res := r.do(t, p)
	failure := res.scopes[project1].Failure
	if failure == nil || failure.Kind != brick.Unavailable || failure.RequestID != "4711" || res.end.Unplanned != 1 {
		t.Errorf("failure is %+v, end %+v", failure, res.end)
	}
	if len(res.changes) != 1 || res.changes[0].Scope != project2 || res.err != nil {
		t.Errorf("changes are %+v, %v", res.changes, res.err)
	}
	var lines []int
	for _, n := range res.notes {
		if n.What == plan.Unplanned && n.Scope == project1 {
			lines = n.Lines
		}
	}
	if !slices.Equal(lines, []int{2, 3}) {
		t.Errorf("rows concerned are %v", lines)
	}
}

func TestProjectsUnknownToThePlatformFailAlone(t *testing.T) {
	before, r := twoProjects()
	r.rows = append(r.rows, row("p9", ann, "admin"))
	res := r.do(t, before.inMemory())
	if f := res.scopes[brick.Project("p9")].Failure; f == nil || f.Kind != brick.NotFound || len(res.changes) != 2 {
		t.Errorf("failure is %+v, %d changes", f, len(res.changes))
	}
}

func TestWhatFailsForAWhileIsTriedAgain(t *testing.T) {
	before, r := twoProjects()
	r.options.Retry = platform.Retry{First: time.Microsecond, Most: time.Microsecond, Deadline: time.Minute}
	p := before.inMemory()
	var lists, applies atomic.Int64
	p.Hooks.ListFail = func(_ brick.Scope, yielded int) error {
		if lists.Add(1)%7 == 2 {
			return brick.Errorf(brick.Unavailable, "cut off")
		}
		return nil
	}
	p.Hooks.Fail = func(brick.Scope, *brick.Change) error {
		if applies.Add(1) < 4 {
			return brick.Errorf(brick.Throttled, "slow down")
		}
		return nil
	}
	res := r.do(t, p)
	if res.end.Unplanned != 0 || lists.Load() < 3 || applies.Load() < 5 {
		t.Errorf("%d scopes unplanned, %d listed, %d applied", res.end.Unplanned, lists.Load(), applies.Load())
	}
	p.Hooks.ListFail = nil
	if got := look(t, p, "p1", "p2"); got.projects["p1"][ann].Roles == nil || got.projects["p2"][ann].Roles == nil {
		t.Errorf("ended as\n%s", got)
	}
}

func TestWhoIsDeniedStopsTheWholeRun(t *testing.T) {
	before, r := twoProjects()
	denied := brick.Errorf(brick.Denied, "login refused")
	reading := before.inMemory()
	reading.Hooks.ListFail = func(brick.Scope, int) error { return denied }
	dir := t.TempDir()
	if _, err := r.plan(t.Context(), t, reading, dir); brick.KindOf(err) != brick.Denied || err == nil {
		t.Errorf("planning ends with %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, plan.PlanFile)); err == nil {
		t.Error("a plan that failed is left behind")
	}
	writing := before.inMemory()
	writing.Size = 1
	writing.Hooks.Fail = func(brick.Scope, *brick.Change) error { return denied }
	r.options.Concurrency = 1
	res := r.do(t, writing)
	if brick.KindOf(res.err) != brick.Denied || res.err == nil || writing.Counts().Effects != 0 {
		t.Errorf("applying ends with %v", res.err)
	}
}

func TestStoppedWhilePlanningThereIsNoPlan(t *testing.T) {
	before, r := twoProjects()
	for n := range 7 {
		ctx, cancel := context.WithCancelCause(t.Context())
		p := before.inMemory()
		calls := 0
		p.Hooks.ListFail = func(brick.Scope, int) error {
			if calls++; calls == n {
				cancel(errors.New("SIGTERM"))
			}
			return nil
		}
		r.options.Concurrency = 1
		if n == 0 {
			cancel(errors.New("SIGTERM"))
		}
		dir := t.TempDir()
		made, err := r.plan(ctx, t, p, dir)
		if err == nil { // all had been read before
			if n < 5 || made.End.Unplanned > 0 || made.End.Scopes != 2 {
				t.Errorf("stopped at %d: the plan is %+v", n, made.End)
			}
			made.Close()
			continue
		}
		if left, _ := os.ReadDir(dir); brick.KindOf(err) != brick.Interrupted || exists(dir, plan.PlanFile) || exists(dir, plan.PasswordsFile) {
			t.Errorf("stopped at %d: %v, left %v", n, err, left)
		}
	}
}

func exists(dir, name string) bool {
	_, err := os.Stat(filepath.Join(dir, name))
	return err == nil
}

// newcomers is a run that makes accounts and members.
func newcomers(logins ...brick.Login) (town, *run) {
	r := &run{mode: "sync_domain_and_project"}
	for _, login := range logins {
		r.rows = append(r.rows, row("", login, "viewer"))
	}
	return townOf(nil, nil), r
}

func TestNewAccountsGetStrongPasswordsOfTheirOwn(t *testing.T) {
	before, r := newcomers(ann, ben, cem)
	r.rows[0].Password = brick.NewSecret("given by ann")
	p := before.inMemory()
	r.do(t, p)
	set := p.Passwords()
	if got := set[ann]; !slices.Equal(got, []string{"given by ann"}) {
		t.Errorf("ann's passwords are %q", got)
	}
	if len(set[ben]) != 1 || len(set[cem]) != 1 || set[ben][0] == set[cem][0] {
		t.Fatalf("passwords are %q", set)
	}
	for _, password := range []string{set[ben][0], set[cem][0]} {
		if why := weak(password); why != "" {
			t.Errorf("%q is weak: %s", password, why)
		}
	}
}

// weak says what the strictest documented policy has against a password.
func weak(password string) string {
	for what, is := range map[string]func(rune) bool{
		"no lower case": unicode.IsLower, "no upper case": unicode.IsUpper, "no digit": unicode.IsDigit,
		"nothing else": func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) },
	} {
		if !strings.ContainsFunc(password, is) {
			return what
		}
	}
	for i := 1; i < len(password); i++ {
		if password[i] == password[i-1] {
			return "a character twice in a row"
		}
	}
	if len(password) < 20 {
		return "short"
	}
	return ""
}

func TestARefusedPasswordTakesNothingElseWithIt(t *testing.T) {
	before, r := newcomers(ann)
	before.accounts[ben] = brick.Profile{}
	existing := row("", ben, "viewer")
	existing.Profile[brick.Country] = "CZ"
	existing.Password = brick.NewSecret("short")
	r.rows[0].Password = brick.NewSecret("short")
	r.rows = append(r.rows, existing)
	r.params.UpdatePasswords = true
	p := before.inMemory()
	p.Hooks.Password = func(_ brick.Login, password string) error {
		if len(password) < 8 {
			return errors.New("too short")
		}
		return nil
	}
	res := r.do(t, p)
	got := look(t, p, "p1")
	if got.projects["p1"][ann].Status != brick.Enabled || got.accounts[ben][brick.Country] != "CZ" || len(p.Passwords()[ben]) != 0 || len(p.Passwords()[ann]) != 1 {
		t.Errorf("ended as\n%s\npasswords %q", got, p.Passwords())
	}
	for _, login := range []brick.Login{ann, ben} {
		err := res.failed(acme, login)
		if brick.KindOf(err) != brick.BadPassword || err == nil || strings.Contains(err.Error(), "\"short\"") {
			t.Errorf("%s: %v", login, err)
		}
	}
}

func TestPasswordsAreForgottenAfterUseAndKeptWhenRefused(t *testing.T) {
	before, r := newcomers(ann, ben)
	r.rows[0].Password = brick.NewSecret("given by ann")
	for _, removals := range []string{"", "0"} { // applied, then refused
		if removals != "" {
			before.projects["p1"][cem] = member(cem, "viewer")
			before.accounts[cem] = brick.Profile{}
			r.params.MaxRemovals = brick.MustLimit(removals)
		}
		dir, d := t.TempDir(), before.inMemory()
		made, err := r.plan(t.Context(), t, d, dir)
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.job(t, dir).Apply(t.Context(), r.connect(d), made)
		// Whoever accepts a refused plan needs them; see Plan.ForgetPasswords.
		if refused := removals != ""; (err != nil) != refused || exists(dir, plan.PasswordsFile) != refused {
			t.Errorf("max_removals %q: %v, passwords are left: %v", removals, err, exists(dir, plan.PasswordsFile))
		}
		made.Close()
	}
}

func TestATwoStepModeHoldsABadRowInBothSteps(t *testing.T) {
	before, r := newcomers(ann, ben, ann)
	r.rows[2].Roles = []string{"admin"}
	res := r.do(t, before.inMemory())
	scopes := map[brick.Scope]bool{}
	for _, n := range res.notesOf(ann, plan.HeldOne) {
		scopes[n.Scope] = true
	}
	if !scopes[acme] || !scopes[project1] || len(res.changes) != 2 || res.end.BadRows != 2 {
		t.Errorf("ann is held in %v, %d changes, %d bad rows", scopes, len(res.changes), res.end.BadRows)
	}
}

func TestRefuseOnBadRowHoldsEvenWhenTheProjectCannotBePlanned(t *testing.T) {
	before, r := newcomers(ann, ann, ben)
	r.rows[0].Profile[brick.Country], r.rows[1].Profile[brick.Country] = "CZ", "DE"
	r.params.OnBadRow = "refuse"
	p := before.inMemory()
	p.Hooks.ListFail = func(s brick.Scope, _ int) error {
		if s == project1 {
			return errors.New("broken")
		}
		return nil
	}
	res := r.do(t, p)
	if res.end.Refusal == nil || p.Counts().Effects != 0 {
		t.Errorf("refusal is %v, %d effects", res.end.Refusal, p.Counts().Effects)
	}
}

func TestTheAccountOfTheBrickIsSpared(t *testing.T) {
	before, r := twoProjects()
	p := before.inMemory()
	p.SelfLogin = ben
	r.rows = r.rows[:1]
	res := r.do(t, p)
	if got := look(t, p, "p1"); got.projects["p1"][ben].Status != brick.Enabled || res.scopes[project1].Counts.Spared != 1 {
		t.Errorf("ended as\n%s", got)
	}
}

func TestARowWithoutAProjectHoldsItsPersonEverywhere(t *testing.T) {
	before, r := twoProjects()
	r.rows[2].Project = ""
	res := r.do(t, before.inMemory())
	if held := res.notesOf(ann, plan.HeldOne); len(held) == 0 || len(res.changes) != 0 {
		t.Errorf("held %v, changes %v", held, res.changes)
	}
}

func TestAnEmptyFileIsRefusedUnlessAllowed(t *testing.T) {
	before, r := newcomers()
	if _, err := r.plan(t.Context(), t, before.inMemory(), t.TempDir()); brick.KindOf(err) != brick.BadInput || err == nil {
		t.Errorf("error is %v", err)
	}
	r.params.AllowEmpty = true
	if res := r.do(t, before.inMemory()); res.err != nil || res.end.Refusal != nil {
		t.Errorf("with allow_empty: %v, %v", res.err, res.end.Refusal)
	}
}

func TestAFileOfBadRowsIsTakenForBroken(t *testing.T) {
	before, r := newcomers(ann)
	for i := range 11 {
		r.rows = append(r.rows, brick.Row{Login: brick.Login(fmt.Sprintf("u%d@acme.com", i)), Bad: &brick.BadRow{Reason: "odd"}})
	}
	r.params.MaxBadRows = brick.MustLimit("5%")
	_, err := r.plan(t.Context(), t, before.inMemory(), t.TempDir())
	if brick.KindOf(err) != brick.BadInput || err == nil || !strings.Contains(err.Error(), "11 bad rows, at most 10") {
		t.Errorf("error is %v", err)
	}
	r.rows = r.rows[1:]
	r.rows[0] = row("", ann, "viewer")
	if res := r.do(t, before.inMemory()); res.end.Refusal != nil || res.end.BadRows != 10 {
		t.Errorf("ten bad rows: %v", res.end)
	}
}

func TestHoldRemovalsHoldsThemInThatScopeOnly(t *testing.T) {
	before, r := twoProjects()
	for i := range 3 {
		login := brick.Login(fmt.Sprintf("u%d@acme.com", i))
		before.accounts[login] = brick.Profile{}
		before.projects["p1"][login] = member(login, "viewer")
	}
	before.accounts[cem] = brick.Profile{}
	before.projects["p2"][cem] = member(cem, "viewer")
	r.params.MaxRemovals, r.params.OnGuard = brick.MustLimit("1"), "hold_removals"
	p := before.inMemory()
	res := r.do(t, p)
	got := look(t, p, "p1", "p2")
	if got.projects["p1"]["u0@acme.com"].Status != brick.Enabled || got.projects["p2"][cem].Status != brick.Disabled || got.projects["p1"][ann].Status != brick.Enabled {
		t.Errorf("ended as\n%s", got)
	}
	held := 0
	for i := range res.changes {
		if res.out.Of(res.changes[i].Seq) == plan.HeldBack {
			held++
		}
	}
	if held != 3 || res.err != nil {
		t.Errorf("%d held, %v", held, res.err)
	}
}

func TestAGroupThatCannotBeMadeFailsThoseWhoNeedIt(t *testing.T) {
	before, r := twoProjects()
	r.hasGroups, r.params.CreateNonExistingUserGroups = true, true
	for i := range r.rows {
		r.rows[i].Groups = []string{}
	}
	r.rows[0].Groups = []string{"Ops"}
	p := &groupless{Platform: before.inMemory()}
	res := r.do(t, p)
	err := res.failed(project1, ann)
	if err == nil || !strings.Contains(err.Error(), "Ops") || res.failed(project2, ann) != nil {
		t.Errorf("ann: %v", err)
	}
	if got := look(t, p, "p2"); got.projects["p2"][ann].Status != brick.Enabled {
		t.Errorf("ended as\n%s", got)
	}
}

func TestAFileThatNamesNoProjectIsGivenUpBeforeItFillsMemory(t *testing.T) {
	before, r := twoProjects()
	read := 0
	src := r.source()
	src.Rows = func(yield func(brick.Row, error) bool) {
		for i := range 1_000_000 {
			read++
			login := brick.Login(fmt.Sprintf("u%d@acme.com", i))
			if !yield(brick.Row{Line: i + 2, Login: login, Bad: &brick.BadRow{Reason: "the row names no project", Anywhere: true}}, nil) {
				return
			}
		}
	}
	look := func(context.Context) (*platform.View, error) { return r.connect(before.inMemory()).View, nil }
	_, err := r.job(t, t.TempDir()).Plan(t.Context(), look, src)
	if brick.KindOf(err) != brick.BadInput || err == nil || read > 200_000 {
		t.Errorf("%d rows read, then %v", read, err)
	}
}

func TestTwoClientsOfOneProjectAreNotGuessedAt(t *testing.T) {
	before, r := twoProjects()
	r.mode = "sync_multiple_projects_based_on_custom_id"
	for i := range r.rows {
		r.rows[i].Project = "c" + r.rows[i].Project[1:]
	}
	p := &shared{before.inMemory()}
	res := r.do(t, p)
	if f := res.scopes[project1].Failure; f == nil || len(res.scopes) != 1 || p.Counts().Effects != 0 {
		t.Errorf("scopes are %+v, %d effects", res.scopes, p.Counts().Effects)
	}
}
