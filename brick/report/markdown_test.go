package report_test

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/brick/plan"
	"users-brick/brick/report"
)

func markdownOf(t testing.TB, r *report.Report) string {
	t.Helper()
	var out bytes.Buffer
	if err := r.Markdown(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// quoted is what Markdown shows as it is: blocks, code, and characters by
// their number.
var quoted = regexp.MustCompile("(?s)\n```\n.*?\n```\n|`[^`\n]*`|<code>[^<\n]*</code>|&#[0-9]+;")

// shape is a Markdown text without what its cells say: of each line only what
// is markup.
func shape(text string) string {
	return regexp.MustCompile("[^|<#`*\\[\\]\n]+").ReplaceAllString(quoted.ReplaceAllString(text, "x"), " ")
}

var mention = regexp.MustCompile(`(?:^|[^\pL\pN])@[\pL\pN]|#[0-9]`)

func TestMarkdownIsNotBrokenByWhatPeopleWrite(t *testing.T) {
	plain := shape(markdownOf(t, told(t, "harmless")))
	for _, text := range append([]string{"a|b", `\|`, "`|`", "a\nb", "@team look", "x @team, #12", "**x**", "[x](javascript:1)", "| --- |", "# x", "~~x~~", "</details>", "```"}, hostile...) {
		got := markdownOf(t, told(t, text))
		if shape(got) != plain {
			t.Errorf("%.99q changes the shape:\n%s", text, differing(shape(got), plain))
		}
		if found := mention.FindString(quoted.ReplaceAllString(got, " x ")); found != "" {
			t.Errorf("%q calls somebody: %s", text, found)
		}
	}
}

func FuzzMarkdownKeepsItsShape(f *testing.F) {
	for _, text := range hostile {
		f.Add(text)
	}
	plain := ""
	f.Fuzz(func(t *testing.T, text string) {
		if plain == "" {
			plain = shape(markdownOf(t, told(t, "harmless")))
		}
		text = text[:min(len(text), 100)] // longer ones leave rows out for want of room
		if got := shape(markdownOf(t, told(t, "x"+text))); got != plain {
			t.Errorf("%.99q changes the shape:\n%s", text, differing(got, plain))
		}
	})
}

// differing returns the first line of a text that another does not have there.
func differing(text, other string) string {
	others := strings.Split(other, "\n")
	for i, line := range strings.Split(text, "\n") {
		if i >= len(others) || line != others[i] {
			return fmt.Sprintf("line %d is %.200q", i+1, line)
		}
	}
	return "lines are missing"
}

// githubLimit is how many characters a comment may have there.
const githubLimit = 65_536

func TestMarkdownOfAnyRunFitsAComment(t *testing.T) {
	s := &story{}
	text := strings.Repeat("|@", 400)
	for i := range 100 {
		scope := brick.Project(fmt.Sprintf("%03d%s", i, text))
		s.scopes = append(s.scopes, brick.Summary{
			Scope: scope, Counts: brick.Counts{Added: 1, Held: 1},
			Objections: []brick.Objection{{Rule: "max_removals", Text: text, Hint: text, First: []brick.Login{brick.Login(text)}}},
		})
		s.changes = append(s.changes, brick.Change{Scope: scope, Action: brick.Add, After: &brick.Member{Login: brick.Login(text)}, Why: text})
		s.notes = append(s.notes, plan.Note{What: plan.HeldOne, Scope: scope, Login: brick.Login(text), Text: text, Hint: text})
		s.end.Whitelist = append(s.end.Whitelist, plan.Match{Entry: text})
	}
	r := of(s.write(t), plan.AllDone(100))
	r.Platform, r.Target, r.Mode, r.RunID = text, text, text, text
	for range 100 {
		r.Warnings = append(r.Warnings, brick.Finding{Source: text, Text: text})
	}
	r.Err = &brick.Error{Op: text, Err: errors.New(strings.Repeat(text+"\n", 200)), Hint: text}
	if got := markdownOf(t, settled(t, r)); len(got) > githubLimit || !strings.Contains(got, "and 100 more") && !strings.Contains(got, "and 9") {
		t.Errorf("the text has %d bytes", len(got))
	}
}

func TestMarkdownCountsWhatItDoesNotList(t *testing.T) {
	got := markdownOf(t, crowd{2000, 40}.report(t))
	for _, text := range []string{"<summary>2000 changes, person by person</summary>", "\nand 1950 more\n", "\nand 21 more\n"} {
		if !strings.Contains(got, text) {
			t.Errorf("it does not say %q", text)
		}
	}
	if rows := strings.Count(got, "\n| `organization acme` | `0"); rows != 50 {
		t.Errorf("%d changes are listed", rows)
	}
}

func TestAnErrorOfManyLinesIsToldAsItIs(t *testing.T) {
	if got := markdownOf(t, failing(t)); !strings.Contains(got, "```\nfirst\nsecond\n```") {
		t.Errorf("markdown is\n%s", got)
	}
}
