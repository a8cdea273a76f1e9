package plan_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// line is a change as encoding/json writes it.
type line struct {
	Kind        string         `json:"kind"`
	Scope       brick.Scope    `json:"scope"`
	Login       brick.Login    `json:"login"`
	Action      brick.Action   `json:"action"`
	Why         string         `json:"why,omitzero"`
	Lead        brick.Lead     `json:"administrator,omitzero"`
	SetPassword bool           `json:"set_password,omitzero"`
	AddGroups   bool           `json:"add_groups,omitzero"`
	Clear       brick.FieldSet `json:"clear,omitzero"`
	Before      *brick.Member  `json:"before,omitzero"`
	After       *brick.Member  `json:"after,omitzero"`
}

func anyMember(t *rapid.T, name string) *brick.Member {
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ -~]{0,9}`), rapid.SampledFrom([]string{"<&>", "\xff", "\u2028", "\x7f", `\"`}))
	list := rapid.OneOf(rapid.Just([]string(nil)), rapid.SliceOf(text))
	if rapid.Bool().Draw(t, name+" is nobody") {
		return nil
	}
	m := &brick.Member{
		Login: brick.Login(text.Draw(t, name)), Status: brick.Status(rapid.IntRange(0, 2).Draw(t, name+" status")),
		Roles: list.Draw(t, name+" roles"), Groups: list.Draw(t, name+" groups"), Ref: text.Draw(t, name+" ref"),
	}
	if rapid.Bool().Draw(t, name+" has a profile") {
		m.Profile[brick.Company] = text.Draw(t, name+" company")
		m.Profile.SetList(brick.IPWhitelist, rapid.SliceOf(text).Draw(t, name+" whitelist"))
	}
	return m
}

// anyFields are some attributes, mostly none.
func anyFields(t *rapid.T) brick.FieldSet {
	fields := rapid.SliceOfN(rapid.SampledFrom(slices.Collect(brick.Fields())), 0, 3).Draw(t, "cleared")
	return brick.NewFieldSet(fields...)
}

func TestChangesAreWrittenAsTheLibraryWritesThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := brick.Change{
			Scope:  brick.Scope{Level: rapid.SampledFrom([]brick.Level{brick.OrganizationLevel, brick.ProjectLevel}).Draw(t, "level"), ID: rapid.String().Draw(t, "id")},
			Action: rapid.SampledFrom(brick.Actions()).Draw(t, "action"), Why: rapid.String().Draw(t, "why"), Lead: brick.Lead(rapid.IntRange(0, 2).Draw(t, "lead")),
			SetPassword: rapid.Bool().Draw(t, "password"), Password: brick.NewSecret("never"), AddGroups: rapid.Bool().Draw(t, "adds"), Clear: anyFields(t),
			Before: anyMember(t, "before"), After: anyMember(t, "after"),
		}
		var want bytes.Buffer
		out := json.NewEncoder(&want)
		out.SetEscapeHTML(false)
		if err := out.Encode(line{"change", c.Scope, c.Login(), c.Action, c.Why, c.Lead, c.SetPassword, c.AddGroups, c.Clear, c.Before, c.After}); err != nil {
			t.Fatal(err)
		}
		got, err := plan.EncodeChange(&c)
		if err != nil || string(got) != want.String() {
			t.Fatalf("%v\nhave %s\nwant %s", err, got, &want)
		}
	})
}
