package brick_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"users-brick/brick"
)

func mustJSON(t interface{ Fatalf(string, ...any) }, value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	return string(text)
}

// Each role is found first by another of the five ways under the name "x",
// were it not for the ones before.
var chain = []brick.Role{
	{ID: "x"},
	{ID: "xRole"},
	{ID: "c", Title: "X"},
	{ID: "d", Summary: "x"},
	{ID: "e", URI: "x"},
}

func TestFindRoleTriesTheWaysInOrder(t *testing.T) {
	for i := range chain {
		rest := slices.Clone(chain[i:])
		slices.Reverse(rest)
		if got, err := brick.FindRole(rest, " X "); err != nil || got.ID != chain[i].ID {
			t.Errorf("among %v x means %v, %v", rest, got, err)
		}
	}
}

func TestFindRoleRefusesWhatIsAmbiguousOrUnknown(t *testing.T) {
	roles := []brick.Role{{ID: "b", Title: "Guest"}, {ID: "a", Title: "guest"}, {ID: "role"}}
	for name, want := range map[string]string{
		"guest": "ambiguous: it may mean a, b",
		"boss":  "not known here (known: a, b, role)",
		"":      "not known here",
		"  ":    "not known here",
	} {
		if got, err := brick.FindRole(roles, name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q means %v, %v; want an error with %q", name, got, err, want)
		}
	}
	if _, err := brick.FindRole(nil, "boss"); err == nil || !strings.Contains(err.Error(), "none") {
		t.Errorf("without roles the error is %v", err)
	}
	if got, err := brick.FindRole(roles, "ROLE"); err != nil || got.ID != "role" {
		t.Errorf("a role whose whole name is the ending is %v, %v", got, err)
	}
}

func TestReadOnlyRoleIsTheMarkedOne(t *testing.T) {
	if got, ok := brick.ReadOnlyRole([]brick.Role{{ID: "a"}, {ID: "b", ReadOnly: true}}); !ok || got.ID != "b" {
		t.Errorf("read-only role is %v, %v", got, ok)
	}
	if _, ok := brick.ReadOnlyRole(chain); ok {
		t.Error("an unmarked role is taken for read-only")
	}
}

func TestLimitAllowsANumberExactlyAndAShareFromTenOn(t *testing.T) {
	for text, most := range map[string]map[int64]int64{
		"0":     {0: 0, 1000: 0},
		"25":    {0: 25, 1000: 25},
		"20%":   {0: 10, 4: 10, 50: 10, 54: 10, 55: 11, 1000: 200},
		"0%":    {1000: 10},
		"100 %": {5: 10, 1000: 1000},
		"12.5%": {1000: 125},
	} {
		l := brick.MustLimit(text)
		for whole, want := range most {
			if got := l.Most(whole); got != want || !l.Allows(want, whole) || l.Allows(want+1, whole) {
				t.Errorf("%s of %d is at most %d, want %d", text, whole, got, want)
			}
		}
		if again, err := brick.ParseLimit(l.String()); err != nil || again != l || !l.Set() {
			t.Errorf("%s is written %s and read back as %v, %v", text, l, again, err)
		}
	}
}

func TestLimitAsALeastForgivesTheLossOfTenToAShare(t *testing.T) {
	for text, least := range map[string]map[int64]int64{
		"0":     {0: 0, 1000: 0},
		"25":    {0: 25, 10: 25, 1000: 25},
		"50%":   {0: 0, 4: 0, 10: 0, 12: 2, 20: 10, 21: 11, 22: 11, 1000: 500},
		"100%":  {10: 0, 1000: 990},
		"33.3%": {1000: 333, 1001: 334},
		"0%":    {1000: 0},
	} {
		for whole, want := range least {
			if got := brick.MustLimit(text).Least(whole); got != want {
				t.Errorf("%s of %d is at least %d, want %d", text, whole, got, want)
			}
		}
	}
	if got := (brick.Limit{}).Least(1000); got != 0 {
		t.Errorf("no limit is at least %d", got)
	}
}

func TestNoLimitAllowsEverything(t *testing.T) {
	var none brick.Limit
	if !none.Allows(math.MaxInt64, 0) || none.Set() || none.String() != "none" {
		t.Errorf("no limit is %v", none)
	}
}

func TestParseLimitRefusesWhatIsNoLimit(t *testing.T) {
	for _, text := range []string{"", " ", "-1", "1.5", "101%", "-3%", "%", "NaN%", "Inf%", "many", "1e3", "99999999999999999999"} {
		if l, err := brick.ParseLimit(text); err == nil {
			t.Errorf("%q is the limit %v", text, l)
		}
	}
}

func TestSetIsSortedOnceAndWithoutEmptyOnes(t *testing.T) {
	values := []string{"b", "", "a", "b", "B"}
	if got := brick.Set(values); !slices.Equal(got, []string{"B", "a", "b"}) || values[0] != "b" {
		t.Errorf("set is %q of %q", got, values)
	}
	if got := brick.Set([]string{"", ""}); got != nil {
		t.Errorf("set of nothing is %q", got)
	}
}

func TestFoldSetKeepsOneSpellingWhateverTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOf(rapid.SampledFrom([]string{"Sales", "sales", " SALES ", "Eng", "eng", "", "  ", "Élan", "élan"})).Draw(t, "names")
		set := brick.FoldSet(names)
		shuffled := rapid.Permutation(names).Draw(t, "shuffled")
		if again := brick.FoldSet(shuffled); !slices.Equal(again, set) {
			t.Fatalf("%q gives %q, %q gives %q", names, set, shuffled, again)
		}
		for i, name := range set {
			if name != strings.TrimSpace(name) || name == "" || i > 0 && brick.Fold(set[i-1]) >= brick.Fold(name) {
				t.Fatalf("set is %q", set)
			}
		}
		if !brick.SameFolded(set, brick.FoldSet(upper(names))) {
			t.Fatalf("%q and its capitals are not the same", set)
		}
	})
}

func upper(names []string) []string {
	var all []string
	for _, n := range names {
		all = append(all, strings.ToUpper(n))
	}
	return all
}

// profiles draws profiles of few values, so that they often agree.
var profiles = rapid.Custom(func(t *rapid.T) brick.Profile {
	var p brick.Profile
	for f := range brick.Fields() {
		values := rapid.SliceOfN(rapid.SampledFrom([]string{"x", "y", "ž\"<", "10.0.0.0/8"}), 0, 2).Draw(t, f.String())
		if f.IsList() {
			p.SetList(f, values)
		} else if len(values) > 0 {
			p[f] = values[0]
		}
	}
	return p
})

func TestProfileSurvivesJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := profiles.Draw(t, "profile")
		text := mustJSON(t, p)
		var back brick.Profile
		if err := json.Unmarshal([]byte(text), &back); err != nil || back != p {
			t.Fatalf("%s is read back as %v, %v", text, back, err)
		}
	})
}

func TestProfileJSONRefusesWhatIsNone(t *testing.T) {
	for _, text := range []string{`{"nickname":"x"}`, `{"email":["x"]}`, `{"ip_whitelist":"x"}`, `[]`, `{`} {
		if err := json.Unmarshal([]byte(text), new(brick.Profile)); err == nil {
			t.Errorf("%s is read as a profile", text)
		}
	}
}

func TestOverlayLeavesNothingThatDiffers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		have, want := profiles.Draw(t, "have"), profiles.Draw(t, "want")
		laid := have.Overlay(&want)
		if fields := laid.Differs(&want); fields != nil {
			t.Fatalf("%v laid over %v still differs in %v", want, have, fields)
		}
		for f := range brick.Fields() {
			if want[f] == "" && laid[f] != have[f] {
				t.Fatalf("%s is not given and changes from %q to %q", f, have[f], laid[f])
			}
		}
	})
}

func TestOrderOfListValuesNeverMatters(t *testing.T) {
	var a, b brick.Profile
	a.SetList(brick.AuthenticationModes, []string{"sso", "password", "sso", ""})
	b.SetList(brick.AuthenticationModes, []string{"password", "sso"})
	if a != b || !slices.Equal(a.List(brick.AuthenticationModes), []string{"password", "sso"}) || a.List(brick.IPWhitelist) != nil {
		t.Errorf("lists are %q and %q", a.List(brick.AuthenticationModes), b.List(brick.AuthenticationModes))
	}
}

func TestLanguagesAndModesIgnoreLetterCase(t *testing.T) {
	if code, ok := brick.FindLanguage(" EN-us "); !ok || code != brick.DefaultLanguage {
		t.Errorf("language is %q, %v", code, ok)
	}
	if mode, ok := brick.FindAuthenticationMode(" SSO "); !ok || mode != "sso" {
		t.Errorf("mode is %q, %v", mode, ok)
	}
	if _, ok := brick.FindLanguage("tlh"); ok {
		t.Error("an unknown language is known")
	}
	if _, ok := brick.FindAuthenticationMode("retina"); ok {
		t.Error("an unknown mode is known")
	}
}

func TestScopesAreOrderedOrganizationFirst(t *testing.T) {
	scopes := []brick.Scope{brick.Project("b"), brick.Project("a"), brick.Organization("z")}
	slices.SortFunc(scopes, brick.Scope.Compare)
	if want := []brick.Scope{brick.Organization("z"), brick.Project("a"), brick.Project("b")}; !slices.Equal(scopes, want) {
		t.Errorf("order is %v", scopes)
	}
	if got := (brick.Scope{}).String(); got != "no scope" {
		t.Errorf("the zero scope is called %q", got)
	}
}
