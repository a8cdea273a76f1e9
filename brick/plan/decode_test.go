package plan_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// asTheLibraryReads returns the change that encoding/json sees in a line.
func asTheLibraryReads(text []byte) (brick.Change, error) {
	var l line
	err := json.Unmarshal(text, &l)
	return brick.Change{Scope: l.Scope, Action: l.Action, Before: l.Before, After: l.After, Why: l.Why, Lead: l.Lead, SetPassword: l.SetPassword, AddGroups: l.AddGroups, Clear: l.Clear}, err
}

// sameReading fails when a line is not read as the library reads it.
func sameReading(t interface{ Fatalf(string, ...any) }, d *plan.Decoder, text []byte) {
	want, wrong := asTheLibraryReads(text)
	got, err := d.Change(text)
	if (err != nil) != (wrong != nil) {
		t.Fatalf("error is %v, the library's is %v\n%s", err, wrong, text)
	}
	if err == nil && !reflect.DeepEqual(want, got) {
		t.Fatalf("%s is read as %+v, before %+v, after %+v; the library reads %+v, %+v, %+v", text, got, got.Before, got.After, want, want.Before, want.After)
	}
}

func TestChangesAreReadAsTheLibraryReadsThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d plan.Decoder
		for range rapid.IntRange(1, 5).Draw(t, "lines") {
			c := brick.Change{
				Scope: brick.Project(rapid.StringMatching(`[ -~]{0,9}`).Draw(t, "id")), Action: rapid.SampledFrom(brick.Actions()).Draw(t, "action"),
				Why: rapid.StringMatching(`[ -~é]{0,9}`).Draw(t, "why"), Lead: brick.Lead(rapid.IntRange(0, 2).Draw(t, "lead")), SetPassword: rapid.Bool().Draw(t, "password"), AddGroups: rapid.Bool().Draw(t, "adds"), Clear: anyFields(t),
				Before: anyMember(t, "before"), After: anyMember(t, "after"),
			}
			text, err := plan.EncodeChange(&c)
			if err != nil {
				t.Fatal(err)
			}
			sameReading(t, &d, text)
		}
	})
}

// TestALineIsReadAsTheLibraryReadsItWhateverCameBefore has every list, whole or
// broken, after every other.
func TestALineIsReadAsTheLibraryReadsItWhateverCameBefore(t *testing.T) {
	lists := []string{``, `[`, `[]`, `["a"`, `["a"]`, `["a",`, `["a",]`, `["a" "b"]`, `[a]`, `x`, `null`, `["a","b"]`, `[""]`, `["a"]]`, `["\u0061"]`, `["é"]`}
	line := func(roles, groups string) []byte {
		return []byte(`{"kind":"change","scope":{"level":"project","id":"p1"},"login":"a@x.com","action":"add","after":{"login":"a@x.com","roles":` + roles + `,"groups":` + groups + "}}\n")
	}
	for _, first := range lists {
		for _, second := range lists {
			for _, other := range lists {
				var d plan.Decoder
				sameReading(t, &d, line(first, other))
				sameReading(t, &d, line(second, other))
				sameReading(t, &d, line(other, second))
			}
		}
	}
}

// FuzzDecodeChange reads lines that somebody else has written.
func FuzzDecodeChange(f *testing.F) {
	first := `{"kind":"change","scope":{"level":"project","id":"p1"},"login":"a@x.com","action":"update","before":{"login":"a@x.com","status":"enabled","roles":["viewer"],"groups":[],"ref":"1"},"after":{"login":"a@x.com","roles":["editor","viewer"]}}` + "\n"
	unclosed := `{"kind":"change","scope":{"level":"project","id":"p1"},"login":"a@x.com","action":"add","after":{"login":"a@x.com","roles":["viewer"}}` + "\n"
	for _, second := range []string{
		first, first[:len(first)-1], first[:40], first + "x", `{"kind":"change"}` + "\n",
		`{"kind":"change","scope":{"level":"project","id":"p1"},"login":"a@x.com","action":"add","why":"\u00e9","after":{"login":"a@x.com","profile":{"company":"x"}}}` + "\n",
		`{"kind":"change","scope":{"level":"project","id":"p1"},"login":"a@x.com","action":"fly"}` + "\n",
		`{"kind":"change","scope":{"level":"organization","id":"o"},"login":"a@x.com","action":"update","clear":["company"],"after":{"login":"a@x.com"}}` + "\n",
		`{"kind":"change","scope":{"level":"organization","id":"o"},"login":"a@x.com","action":"update","clear":["height"],"after":{"login":"a@x.com"}}` + "\n",
		unclosed,
		strings.Replace(first, `"action":"update"`, `"action":"update","administrator":"goes"`, 1), strings.Replace(first, `"action":"update"`, `"action":"update","administrator":"stays"`, 1),
	} {
		f.Add(first, second)
		f.Add(unclosed, second)
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		var d plan.Decoder
		sameReading(t, &d, []byte(first))
		sameReading(t, &d, []byte(second))
	})
}

func BenchmarkDecodeChange(b *testing.B) {
	c := brick.Change{
		Scope: brick.Project("prj-000001"), Action: brick.Update, Why: "role viewer -> editor",
		Before: &brick.Member{Login: "user0000001@example.com", Status: brick.Enabled, Roles: []string{"viewer"}, Ref: "0123456789abcdef"},
		After:  &brick.Member{Login: "user0000001@example.com", Status: brick.Enabled, Roles: []string{"editor"}},
	}
	text, err := plan.EncodeChange(&c)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("plan", func(b *testing.B) {
		var d plan.Decoder
		for b.Loop() {
			if _, err := d.Change(text); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		for b.Loop() {
			if _, err := asTheLibraryReads(text); err != nil {
				b.Fatal(err)
			}
		}
	})
}
