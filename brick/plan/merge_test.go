package plan_test

import (
	"iter"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"users-brick/brick"
	"users-brick/brick/plan"
)

const (
	ann brick.Login = "ann@acme.com"
	ben brick.Login = "ben@acme.com"
	cem brick.Login = "cem@acme.com"
)

// everything is a resolver for which all of a row matters.
func everything() plan.Resolver {
	return plan.Resolver{
		Account: true, Membership: true, NewGroups: true,
		Roles: []brick.Role{{ID: "adminRole"}, {ID: "viewerRole", ReadOnly: true}, {ID: "guestA", Title: "Guest"}, {ID: "guestB", Title: "Guest"}},
	}
}

// seq yields values without an error.
func seq[T any](values ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range values {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// all collects a sequence that must not fail.
func all[T any](t interface{ Fatalf(string, ...any) }, values iter.Seq2[T, error]) []T {
	var out []T
	for v, err := range values {
		if err != nil {
			t.Fatalf("sequence ends with %v", err)
		}
		out = append(out, v)
	}
	return out
}

func profile(pairs ...string) brick.Profile {
	var p brick.Profile
	for i := 0; i < len(pairs); i += 2 {
		for f := range brick.Fields() {
			if f.String() == pairs[i] {
				p[f] = pairs[i+1]
			}
		}
	}
	return p
}

// annSays merges rows of one person.
func annSays(t interface{ Fatalf(string, ...any) }, r plan.Resolver, rows ...brick.Row) plan.Want {
	for i := range rows {
		rows[i].Login = ann
		if rows[i].Line == 0 {
			rows[i].Line = i + 2
		}
	}
	wants := all(t, plan.Merge(seq(rows...), &r))
	if len(wants) != 1 || wants[0].Login != ann {
		t.Fatalf("merged to %+v", wants)
	}
	return wants[0]
}

func TestEqualRowsAreOne(t *testing.T) {
	row := brick.Row{Profile: profile("email", "a@b.c"), Password: brick.NewSecret("x"), Roles: []string{"Admin"}, Groups: []string{"Eng"}}
	w := annSays(t, everything(), row, row)
	if w.Doubts != nil || !slices.Equal(w.Roles, []string{"adminRole"}) || !slices.Equal(w.Lines, []int{2, 3}) || w.BadRows != 0 {
		t.Errorf("merged to %+v", w)
	}
}

func TestRowsComplementEachOther(t *testing.T) {
	w := annSays(t, everything(),
		brick.Row{Profile: profile("email", "a@b.c")},
		brick.Row{Profile: profile("country", "CZ"), Groups: []string{}},
		brick.Row{Roles: []string{"viewer"}, Password: brick.NewSecret("x")},
	)
	if w.Doubts != nil || w.Profile != profile("email", "a@b.c", "country", "CZ") || !slices.Equal(w.Roles, []string{"viewerRole"}) ||
		w.Groups == nil || w.Password.Reveal() != "x" {
		t.Errorf("merged to %+v", w)
	}
}

func TestRowsThatDifferAreADoubtForEachAspect(t *testing.T) {
	for what, rows := range map[string][2]brick.Row{
		"email":       {{Profile: profile("email", "a@b.c")}, {Profile: profile("email", "b@b.c")}},
		"password":    {{Password: brick.NewSecret("one")}, {Password: brick.NewSecret("two")}},
		"role":        {{Roles: []string{"admin"}}, {Roles: []string{"viewer"}}},
		"user_groups": {{Groups: []string{"Eng"}}, {Groups: []string{}}},
	} {
		t.Run(what, func(t *testing.T) {
			w := annSays(t, everything(), rows[0], rows[1])
			if want := []string{"his rows differ in " + what}; !slices.Equal(w.Doubts, want) || w.BadRows != 2 {
				t.Errorf("doubts are %q, %d bad rows", w.Doubts, w.BadRows)
			}
			if strings.Contains(w.Reason(), "one") {
				t.Error("a doubt tells the password")
			}
		})
	}
}

func TestNamesThatTheProjectDoesNotKnowAreADoubt(t *testing.T) {
	strict := everything()
	strict.NewGroups, strict.Groups = false, []string{"Eng"}
	for what, row := range map[string]brick.Row{
		`role "boss" is not known here`:      {Roles: []string{"boss"}},
		`role "guest" is ambiguous`:          {Roles: []string{"admin", "guest"}},
		`group "Sales" is not known here`:    {Groups: []string{"ENG", "Sales"}},
		"an unknown authentication mode: x":  {Bad: &brick.BadRow{Reason: "an unknown authentication mode: x"}},
		"one; two":                           {Bad: &brick.BadRow{Reason: "one; two"}},
		"create_non_existing_user_groups is": {Groups: []string{"Sales"}},
	} {
		if w := annSays(t, strict, row); !strings.Contains(w.Reason(), what) {
			t.Errorf("%+v gives the doubts %q", row, w.Doubts)
		}
	}
	if w := annSays(t, strict, brick.Row{Roles: []string{"ADMIN"}, Groups: []string{"eNG"}}); w.Doubts != nil {
		t.Errorf("known names give the doubts %q", w.Doubts)
	}
}

func TestOnlyRowsFoundBadNowAreCounted(t *testing.T) {
	w := annSays(t, everything(), brick.Row{Bad: &brick.BadRow{Reason: "x"}}, brick.Row{Roles: []string{"boss"}})
	if w.BadRows != 1 || len(w.Doubts) != 2 {
		t.Errorf("%d bad rows, doubts %q", w.BadRows, w.Doubts)
	}
}

func TestDefaultRoleStandsForAnEmptyCellOnly(t *testing.T) {
	r := everything()
	r.DefaultRole = "viewerRole"
	for _, c := range []struct {
		name string
		cell []string
		want []string
	}{
		{"no column", nil, nil},
		{"an empty cell", []string{}, []string{"viewerRole"}},
		{"a role", []string{"admin"}, []string{"adminRole"}},
	} {
		if w := annSays(t, r, brick.Row{Roles: c.cell}); !slices.Equal(w.Roles, c.want) {
			t.Errorf("%s gives the roles %q", c.name, w.Roles)
		}
	}
	if w := annSays(t, r, brick.Row{Roles: []string{}}, brick.Row{Roles: []string{"admin"}}); w.Doubts == nil {
		t.Error("an empty cell, which means the default role, goes with another role")
	}
	if w := annSays(t, everything(), brick.Row{Roles: []string{}}); w.Roles != nil {
		t.Errorf("without a default role an empty cell gives %q", w.Roles)
	}
}

func TestOnlyWhatMattersIsLookedAt(t *testing.T) {
	odd := []brick.Row{
		{Profile: profile("email", "a@b.c"), Roles: []string{"boss"}},
		{Profile: profile("email", "b@b.c"), Roles: []string{"boss"}},
	}
	account, member := everything(), everything()
	account.Membership, member.Account = false, false
	if w := annSays(t, account, odd...); !slices.Equal(w.Doubts, []string{"his rows differ in email"}) {
		t.Errorf("account: doubts are %q", w.Doubts)
	}
	if w := annSays(t, member, odd...); len(w.Doubts) != 1 || w.Profile != (brick.Profile{}) {
		t.Errorf("membership: doubts are %q", w.Doubts)
	}
}

func TestWithoutKnownRolesNamesStayAsTheyAre(t *testing.T) {
	r := everything()
	r.Roles = nil
	if w := annSays(t, r, brick.Row{Roles: []string{"Boss", "Aide"}}); !slices.Equal(w.Roles, []string{"Aide", "Boss"}) || w.Doubts != nil {
		t.Errorf("merged to %+v", w)
	}
}

func TestRowsWithoutALoginArePassedOver(t *testing.T) {
	r := everything()
	wants := all(t, plan.Merge(seq(brick.Row{Bad: &brick.BadRow{Nameless: true}}, brick.Row{Login: ann}, brick.Row{Login: ben}), &r))
	if len(wants) != 2 || wants[0].Login != ann || wants[1].Login != ben {
		t.Errorf("merged to %+v", wants)
	}
}

// cells draws rows of one person from few values, so that they often agree.
var cells = rapid.Custom(func(t *rapid.T) brick.Row {
	row := brick.Row{
		Line:   rapid.IntRange(2, 99).Draw(t, "line"),
		Roles:  rapid.SampledFrom([][]string{nil, {}, {"admin"}, {"adminRole"}, {"viewer", "admin"}, {"admin", "viewer"}, {"boss"}}).Draw(t, "roles"),
		Groups: rapid.SampledFrom([][]string{nil, {}, {"Eng"}, {"eng"}, {"ENG", "Ops"}, {"eng", "OPS"}}).Draw(t, "groups"),
	}
	row.Profile[brick.Email] = rapid.SampledFrom([]string{"", "a@b.c", "b@b.c"}).Draw(t, "email")
	row.Profile[brick.Country] = rapid.SampledFrom([]string{"", "CZ"}).Draw(t, "country")
	row.Password = brick.NewSecret(rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "password"))
	if rapid.IntRange(0, 9).Draw(t, "bad") == 0 {
		row.Bad = &brick.BadRow{Reason: "odd"}
	}
	return row
})

func TestOrderOfRowsNeverMatters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(cells, 1, 4).Draw(t, "rows")
		r := everything()
		r.DefaultRole = rapid.SampledFrom([]string{"", "viewerRole"}).Draw(t, "default role")
		one := annSays(t, r, slices.Clone(rows)...)
		two := annSays(t, r, rapid.Permutation(rows).Draw(t, "shuffled")...)
		if !slices.Equal(one.Lines, two.Lines) || !slices.Equal(one.Doubts, two.Doubts) || one.BadRows != two.BadRows {
			t.Fatalf("%+v and, shuffled, %+v", one, two)
		}
		if one.Doubts == nil && (one.Profile != two.Profile || one.Password != two.Password ||
			!slices.Equal(one.Roles, two.Roles) || !slices.Equal(one.Groups, two.Groups) || (one.Groups == nil) != (two.Groups == nil)) {
			t.Fatalf("%+v and, shuffled, %+v", one, two)
		}
	})
}
