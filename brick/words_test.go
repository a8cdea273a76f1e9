package brick_test

import (
	"encoding"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"users-brick/brick"
)

func TestErrorSaysOperationPlaceReasonAndHint(t *testing.T) {
	refused := errors.New("refused")
	for want, e := range map[string]brick.Error{
		"read users.csv:3:7: refused; hint: mend it":          {Op: "read users.csv", Line: 3, Column: 7, Err: refused, Hint: "mend it"},
		"read users.csv:3: refused":                           {Op: "read users.csv", Line: 3, Err: refused},
		"add project p1 ann@acme.com: refused (request 4711)": {Op: "add", Scope: brick.Project("p1"), Login: "ann@acme.com", Err: refused, RequestID: "4711"},
		"list organization acme: not found":                   {Kind: brick.NotFound, Op: "list", Scope: brick.Organization("acme")},
		"refused":                                             {Err: refused},
		"throttled":                                           {Kind: brick.Throttled},
	} {
		if got := e.Error(); got != want {
			t.Errorf("error reads %q, want %q", got, want)
		}
		if e.Err != nil && !errors.Is(&e, refused) {
			t.Errorf("%q hides its reason", want)
		}
	}
}

func TestKindOfIsThatOfTheOutermostError(t *testing.T) {
	inner := brick.Errorf(brick.Throttled, "slow down")
	for want, err := range map[brick.Kind]error{
		brick.Failed:    errors.New("plain"),
		brick.Throttled: fmt.Errorf("batch: %w", inner),
		brick.Denied:    fmt.Errorf("run: %w", brick.Errorf(brick.Denied, "login: %w", inner)),
	} {
		if got := brick.KindOf(err); got != want {
			t.Errorf("KindOf(%v) = %v, want %v", err, got, want)
		}
	}
}

func TestOnlyWhatMayPassIsTemporary(t *testing.T) {
	for k := brick.Failed; k <= brick.Interrupted; k++ {
		if want := k == brick.Throttled || k == brick.Unavailable; k.Temporary() != want {
			t.Errorf("%v temporary: %v", k, k.Temporary())
		}
	}
}

func TestKindsThatEndARunHaveExitCodesOfTheirOwn(t *testing.T) {
	for k, want := range map[brick.Kind]int{
		brick.Failed: 1, brick.BadInput: 2, brick.Refused: 3, brick.Partial: 4, brick.Locked: 5, brick.Denied: 6, brick.Unavailable: 1,
	} {
		if got := k.ExitCode(); got != want {
			t.Errorf("%v exits %d, want %d", k, got, want)
		}
	}
}

// texts writes a word and reads it back, for every word of a type.
func texts[T interface {
	comparable
	encoding.TextMarshaler
}, P interface {
	*T
	encoding.TextUnmarshaler
}](t *testing.T, words ...T) {
	t.Helper()
	seen := map[string]bool{}
	for _, w := range words {
		text, err := w.MarshalText()
		var back T
		if readErr := P(&back).UnmarshalText(text); err != nil || readErr != nil || back != w {
			t.Errorf("%v is written as %q and read back as %v (%v, %v)", w, text, back, err, readErr)
		}
		if seen[string(text)] {
			t.Errorf("two words are written as %q", text)
		}
		seen[string(text)] = true
	}
	if err := P(new(T)).UnmarshalText([]byte("no such word")); err == nil {
		t.Error("an unknown word is read without an error")
	}
}

func TestWordsAreReadAsTheyAreWritten(t *testing.T) {
	texts(t, brick.Actions()...)
	texts(t, brick.Status(0), brick.Enabled, brick.Disabled)
	texts(t, brick.OrganizationLevel, brick.ProjectLevel)
	var kinds []brick.Kind
	for k := brick.Failed; k <= brick.Interrupted; k++ {
		kinds = append(kinds, k)
	}
	texts(t, kinds...)
}

func TestEveryActionCountsOnItsOwn(t *testing.T) {
	var c brick.Counts
	for _, a := range brick.Actions() {
		*c.Of(a)++
	}
	want := brick.Counts{Added: 1, Updated: 1, Enabled: 1, Disabled: 1, Removed: 1}
	if c != want || c.Changes() != 5 || c.Removals() != 2 {
		t.Errorf("counts are %+v, %d changes, %d removals", c, c.Changes(), c.Removals())
	}
}

func TestSumOfCountsForgetsNone(t *testing.T) {
	one := brick.Counts{Added: 1, Updated: 2, Enabled: 3, Disabled: 4, Removed: 5, Kept: 6, Spared: 7, Held: 8, Failed: 9, Absent: 10}
	sum := one
	sum.Plus(&one)
	want := brick.Counts{Added: 2, Updated: 4, Enabled: 6, Disabled: 8, Removed: 10, Kept: 12, Spared: 14, Held: 16, Failed: 18, Absent: 20}
	if sum != want {
		t.Errorf("the sum is %+v", sum)
	}
}

func TestSecretNeverShows(t *testing.T) {
	const text = "s3cr3t"
	secret := brick.NewSecret(text)
	change := brick.Change{Password: secret}
	hidden := struct{ secret brick.Secret }{secret}
	var shown strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "%t", "%p", "%T"} {
		for _, value := range []any{secret, &secret, hidden, &hidden, change, &change, []brick.Secret{secret}, map[string]brick.Secret{"a": secret}, errors.New(secret.String())} {
			fmt.Fprintf(&shown, verb+"\n", value)
		}
	}
	encoded := mustJSON(t, map[string]any{"one": secret, "row": brick.Row{Password: secret}, "some": []brick.Secret{secret}})
	for _, out := range []string{shown.String(), encoded} {
		if strings.Contains(out, text) || strings.Contains(strings.ToLower(out), fmt.Sprintf("%x", text)) {
			t.Errorf("the secret shows in\n%s", out)
		}
	}
	if secret.Reveal() != text || !secret.Given() || brick.NewSecret("").Given() {
		t.Error("the secret is lost")
	}
}

func TestFindingsAreAnErrorUnlessAllAreWarnings(t *testing.T) {
	warning := brick.Finding{Source: "users.csv", Line: 2, Warning: true, Text: "odd"}
	bad := brick.Finding{Source: "users.csv", Line: 1, Column: 4, Text: "wrong", Hint: "mend it"}
	if err := (brick.Findings{warning}).Err(); err != nil {
		t.Errorf("a warning is the error %v", err)
	}
	found := brick.Findings{warning, bad}
	found.Sort()
	err := found.Err()
	if want := "users.csv:1:4: wrong; hint: mend it"; err == nil || err.Error() != want || brick.KindOf(err) != brick.BadInput {
		t.Errorf("error is %v, want %s", err, want)
	}
	if found[0] != bad || found[1].String() != "users.csv:2: warning: odd" {
		t.Errorf("findings are %v", found)
	}
}

func TestNobodyListensToEvents(t *testing.T) {
	brick.Emit(nil).Send(brick.RunEnded{Duration: time.Second})
}
