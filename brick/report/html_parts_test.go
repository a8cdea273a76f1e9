package report_test

import (
	"html"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/brick/plan"
)

func TestTheCommandThatGoesOnIsToldWhereTheGuardObjects(t *testing.T) {
	r := settled(t, runs["refused"](t))
	r.Next = "users-brick apply 'a <b> dir' --accept sha256:0123456789ab"
	if got := html.UnescapeString(between(t, pageOf(t, r), `aria-label="The command that goes on">`, "</pre>")); got != r.Next {
		t.Errorf("it is %s", got)
	}
	r = settled(t, runs["converged"](t))
	r.Next = "users-brick apply"
	if page := pageOf(t, r); strings.Contains(page, r.Next) {
		t.Error("there is a command to go on, and nothing is in the way")
	}
}

func TestHeldRemovalsAreToldAsHeld(t *testing.T) {
	s := tour()
	s.hold()
	r := of(s.write(t), plan.AllDone(4))
	r.Done.Set(3, plan.HeldBack)
	page := pageOf(t, settled(t, r))
	for _, text := range []string{`<span class="badge warn">removals held</span>`, "not disabled", "held by the guard: too many"} {
		if !strings.Contains(page, text) {
			t.Errorf("the page does not say %q", text)
		}
	}
}

// luminance is how bright a colour is, as WCAG 2 has it.
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	var sum float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

func TestEveryColourCanBeRead(t *testing.T) {
	style, err := os.ReadFile("page/style.css")
	if err != nil {
		t.Fatal(err)
	}
	themes := 0
	for _, block := range regexp.MustCompile(`\{[^{}]*--paper[^{}]*\}`).FindAllString(string(style), -1) {
		colours := map[string]float64{}
		for _, c := range regexp.MustCompile(`--([a-z]+): (#[0-9a-f]{6});`).FindAllStringSubmatch(block, -1) {
			colours[c[1]] = luminance(t, c[2])
		}
		if len(colours) < 10 {
			continue
		}
		themes++
		for _, ground := range []string{"paper", "card"} {
			for name, l := range colours {
				if name == "line" || name == "track" || name == "paper" || name == "card" {
					continue
				}
				high, low := max(l, colours[ground]), min(l, colours[ground])
				if ratio := (high + 0.05) / (low + 0.05); ratio < 4.5 {
					t.Errorf("theme %d: %s on %s has a contrast of %.2f", themes, name, ground, ratio)
				}
			}
		}
	}
	if themes < 3 {
		t.Errorf("only %d themes are found", themes)
	}
}

func TestWhatChangesIsToldOnce(t *testing.T) {
	for name, c := range map[string]struct {
		change brick.Change
		want   string
	}{
		"an account is added":     {brick.Change{Action: brick.Add, After: member(func(m *brick.Member) { m.Profile[brick.Company] = "Acme" })}, "company||Acme"},
		"an attribute changes":    {brick.Change{Action: brick.Update, Before: member(func(m *brick.Member) { m.Profile[brick.Company], m.Profile[brick.Phone] = "A", "1" }), After: member(func(m *brick.Member) { m.Profile[brick.Company] = "B" })}, "company|A|B"},
		"an attribute is emptied": {brick.Change{Action: brick.Update, Clear: brick.NewFieldSet(brick.Company), Before: member(func(m *brick.Member) { m.Profile[brick.Company], m.Profile[brick.Phone] = "A", "1" }), After: member(nil)}, "company|A|"},
		"groups are left alone":   {brick.Change{Action: brick.Update, Before: member(func(m *brick.Member) { m.Roles, m.Groups = []string{"a"}, []string{"g"} }), After: member(func(m *brick.Member) { m.Roles = []string{"b"} })}, "role|a|b"},
		"groups are taken away":   {brick.Change{Action: brick.Disable, Before: member(func(m *brick.Member) { m.Groups = []string{"g", "h"} }), After: member(func(m *brick.Member) { m.Status, m.Groups = brick.Disabled, []string{} })}, "status|enabled|disabled groups|g, h|"},
		"somebody is removed":     {brick.Change{Action: brick.Remove, Before: member(func(m *brick.Member) { m.Roles, m.Groups = []string{"a"}, []string{"g"} })}, "role|a| groups|g|"},
		"a password is given":     {brick.Change{Action: brick.Update, SetPassword: true, Before: member(nil), After: member(nil)}, "password||as given in the file"},
		"letter case is no news":  {brick.Change{Action: brick.Enable, Before: member(func(m *brick.Member) { m.Status, m.Groups = brick.Disabled, []string{"G"} }), After: member(func(m *brick.Member) { m.Groups = []string{"g"} })}, "status|disabled|enabled"},
	} {
		t.Run(name, func(t *testing.T) {
			c.change.Scope = acme
			counts := brick.Counts{}
			*counts.Of(c.change.Action)++
			s := &story{scopes: []brick.Summary{{Scope: acme, Counts: counts}}, changes: []brick.Change{c.change}}
			if got := rowText(t, pageOf(t, settled(t, of(s.write(t), nil)))); got != c.want {
				t.Errorf("told is %q, want %q", got, c.want)
			}
		})
	}
}

func member(set func(*brick.Member)) *brick.Member {
	m := &brick.Member{Login: "ann@acme.com", Status: brick.Enabled}
	if set != nil {
		set(m)
	}
	return m
}

// rowText is what the first change of a page changes, as aspect|before|after.
func rowText(t *testing.T, page string) string {
	t.Helper()
	var words []string
	var facts struct{ Aspects []string }
	decode(t, between(t, page, `id="words">`, "</script>"), &words)
	decode(t, between(t, page, `id="facts">`, "</script>"), &facts)
	text := func(v any) string {
		if n, ok := v.(float64); ok {
			return words[int(n)]
		}
		return v.(string)
	}
	row := island(t, page, "changes")[0]
	var parts []string
	for k := 4; k < len(row); k += 3 {
		parts = append(parts, facts.Aspects[int(row[k].(float64))]+"|"+text(row[k+1])+"|"+text(row[k+2]))
	}
	return strings.Join(parts, " ")
}

func TestWhatIsHiddenInATextIsShown(t *testing.T) {
	page := pageOf(t, told(t, "\u202Egnp.exe \u200b👩\u200d🚒 Zoë"))
	if want := "⟨U+202E⟩gnp.exe ⟨U+200B⟩👩\u200d🚒 Zoë"; !strings.Contains(page, want) {
		t.Errorf("the page has no %q", want)
	}
}
