package plan_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"users-brick/brick"
	"users-brick/brick/plan"
)

func TestFindingsAreReadAsTheyWereWritten(t *testing.T) {
	dir := t.TempDir()
	p := write(t, dir)
	if notes := all(t, p.Notes()); notes != nil {
		t.Errorf("a plan without findings has %v", notes)
	}
	want := []plan.Note{
		{What: plan.BadRow, Lines: []int{3}, Column: 2, Text: "no login", Hint: "fill it in"},
		{What: plan.HeldOne, Scope: project1, Login: ann, Action: brick.Disable, Lines: []int{4, 9}, Text: "odd"},
	}
	notes, err := plan.CreateNotes(dir)
	if err != nil {
		t.Fatal(err)
	}
	second, err := plan.EncodeNote(&want[1])
	if err := errors.Join(err, notes.Add(want[0]), notes.Append(bytes.NewReader(second)), notes.Close()); err != nil {
		t.Fatal(err)
	}
	if got := all(t, p.Notes()); !reflect.DeepEqual(got, want) {
		t.Errorf("notes are %+v", got)
	}
}

func TestDamagedFindingsAreAnError(t *testing.T) {
	for _, text := range []string{"{}\n{", "nonsense\n"} {
		dir := t.TempDir()
		p := write(t, dir)
		if err := os.WriteFile(filepath.Join(dir, plan.FindingsFile), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var last error
		for _, err := range p.Notes() {
			last = err
		}
		if last == nil {
			t.Errorf("%q is read without an error", text)
		}
	}
}

// passwords writes given passwords beside a plan.
func passwords(t *testing.T, dir string, changes ...brick.Change) {
	t.Helper()
	var lines bytes.Buffer
	for i := range changes {
		line, err := plan.EncodePassword(&changes[i])
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(line)
	}
	if err := plan.WritePasswords(dir, &lines); err != nil {
		t.Fatal(err)
	}
}

func setting(login brick.Login, password string) brick.Change {
	return brick.Change{Scope: acme, After: &brick.Member{Login: login}, SetPassword: password != "", Password: brick.NewSecret(password)}
}

func TestPasswordsMeetTheChangesTheyBelongTo(t *testing.T) {
	dir := t.TempDir()
	p := write(t, dir)
	a, b, c := setting(ann, "one\n\""), setting(ben, ""), setting(cem, "two")
	passwords(t, dir, a, c)
	if _, info := slurp(t, dir, plan.PasswordsFile); info.Mode().Perm() != 0o600 || !p.HasPasswords() {
		t.Errorf("passwords have mode %v", info.Mode())
	}
	bare := []brick.Change{a, b, c}
	for i := range bare {
		bare[i].Password = brick.Secret{}
	}
	got := all(t, p.WithPasswords(seq(bare...)))
	if got[0].Password != a.Password || got[1].Password.Given() || got[2].Password != c.Password {
		t.Errorf("changes are %+v", got)
	}
}

func TestMissingPasswordsAreAnErrorThatNamesNone(t *testing.T) {
	dir := t.TempDir()
	p := write(t, dir)
	passwords(t, dir, setting(ann, "s3cr3t"))
	for range 2 { // forgetting twice does no harm
		if err := p.ForgetPasswords(); err != nil {
			t.Fatal(err)
		}
	}
	var last error
	for _, err := range p.WithPasswords(seq(setting(ann, "s3cr3t"))) {
		last = err
	}
	if brick.KindOf(last) != brick.BadInput || last == nil || !strings.Contains(last.Error(), "hint:") || p.HasPasswords() {
		t.Errorf("error is %v", last)
	}
}

func TestDamagedPasswordsAreAnErrorThatShowsNone(t *testing.T) {
	dir := t.TempDir()
	p := write(t, dir)
	if err := os.WriteFile(filepath.Join(dir, plan.PasswordsFile), []byte(`{"password":"s3cr3t"`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var last error
	for _, err := range p.WithPasswords(seq(setting(ann, "x"))) {
		last = err
	}
	if last == nil || strings.Contains(last.Error(), "s3cr3t") {
		t.Errorf("error is %v", last)
	}
}

func TestNoPasswordsMakeNoFile(t *testing.T) {
	dir := t.TempDir()
	passwords(t, dir)
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestLinesAreFoundByChange(t *testing.T) {
	dir := t.TempDir()
	p := write(t, dir)
	if got := p.Line(1); got != 0 {
		t.Errorf("without the file the line is %d", got)
	}
	var entries []byte
	for _, lines := range [][]int{{7, 9}, nil, {1 << 40}} {
		entries = plan.AppendLine(entries, lines)
	}
	if err := plan.WriteLines(dir, bytes.NewReader(entries)); err != nil {
		t.Fatal(err)
	}
	var got []int
	for seq := range int64(4) {
		got = append(got, p.Line(seq+1))
	}
	if !slices.Equal(got, []int{7, 0, 1 << 40, 0}) {
		t.Errorf("lines are %v", got)
	}
}

func TestHoldsAndFits(t *testing.T) {
	enabled := brick.Member{Login: ann, Status: brick.Enabled, Roles: []string{"viewer"}, Groups: []string{"Eng"}}
	admin, disabled, grouped, bare := enabled, enabled, enabled, enabled
	admin.Roles, disabled.Status, grouped.Groups, bare.Groups = []string{"admin"}, brick.Disabled, []string{"Eng", "Ops"}, nil
	account := brick.Member{Login: ann, Status: brick.Enabled, Profile: profile("country", "CZ", "phone", "1")}
	moved := account
	moved.Profile = profile("country", "DE", "phone", "2")

	add := brick.Change{Scope: project1, Action: brick.Add, After: &brick.Member{Login: ann, Status: brick.Enabled, Groups: []string{"eng"}}}
	update := brick.Change{Scope: project1, Action: brick.Update, Before: &enabled, After: &brick.Member{Login: ann, Status: brick.Enabled, Roles: []string{"admin"}}}
	join := brick.Change{Scope: project1, Action: brick.Update, Before: &bare, After: &enabled}
	disable := brick.Change{Scope: project1, Action: brick.Disable, Before: &enabled, After: &brick.Member{Login: ann, Status: brick.Disabled}}
	remove := brick.Change{Scope: project1, Action: brick.Remove, Before: &enabled}
	profiles := brick.Change{Scope: acme, Action: brick.Update, Before: &brick.Member{Login: ann, Profile: profile("country", "DE")}, After: &brick.Member{Login: ann, Status: brick.Enabled, Profile: profile("country", "CZ")}}
	found := brick.Member{Login: ann, Status: brick.Enabled, Profile: profile("country", "DE", "phone", "1"), Ref: "7?timezone=UTC"}
	called, elsewhere := found, found
	called.Profile = profile("country", "DE", "phone", "2")
	elsewhere.Ref = "7"
	whole := profiles
	whole.Before = &found

	for _, c := range []struct {
		name        string
		change      brick.Change
		now         *brick.Member
		holds, fits bool
	}{
		{"nobody there yet", add, nil, false, true},
		{"added by somebody else, just so", add, &enabled, true, false},
		{"added by somebody else, otherwise", add, &bare, false, false},
		{"as it was", update, &enabled, false, true},
		{"updated already", update, &admin, true, false},
		{"disabled meanwhile", update, &disabled, false, false},
		{"gone meanwhile", update, nil, false, false},
		{"in another group meanwhile", update, &grouped, false, false},
		{"without groups as it was", join, &bare, false, true},
		{"in groups meanwhile, where there were none", join, &grouped, false, false},
		{"to be disabled", disable, &enabled, false, true},
		{"disabled already", disable, &disabled, true, false},
		{"to be removed", remove, &enabled, false, true},
		{"removed already", remove, nil, true, false},
		{"changed before its removal", remove, &admin, false, false},
		{"account as it was, the rest of it does not matter", profiles, &moved, false, true},
		{"account updated already", profiles, &account, true, false},
		{"account gone", profiles, nil, false, false},
		{"whole account as it was", whole, &found, false, true},
		{"account laid over, another phone meanwhile", whole, &called, false, false},
		{"account laid over, another time zone meanwhile", whole, &elsewhere, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if holds, fits := plan.Holds(&c.change, c.now), plan.Fits(&c.change, c.now); holds != c.holds || fits != c.fits {
				t.Errorf("holds %v, fits %v; want %v, %v", holds, fits, c.holds, c.fits)
			}
		})
	}
}

func TestOutcomeRemembersEveryChangeOnItsOwn(t *testing.T) {
	const n = 1000
	o := plan.NewOutcome(n)
	broken := errors.New("broken")
	fates := []plan.Fate{plan.Pending, plan.Done, plan.Failed, plan.HeldBack}
	var group sync.WaitGroup
	for worker := range int64(8) {
		group.Go(func() {
			for seq := worker + 1; seq <= n; seq += 8 {
				if fate := fates[seq%4]; fate == plan.Failed {
					o.Fail(seq, broken)
				} else {
					o.Set(seq, fate)
				}
			}
		})
	}
	group.Wait()
	for seq := int64(1); seq <= n; seq++ {
		if got := o.Of(seq); got != fates[seq%4] || (o.Err(seq) != nil) != (got == plan.Failed) {
			t.Fatalf("change %d is %d, %v", seq, got, o.Err(seq))
		}
	}
	if done := plan.AllDone(n); done.Of(1) != plan.Done || done.Of(n) != plan.Done {
		t.Error("all done is not")
	}
}
