package brick_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"users-brick/brick"
)

func TestParseLoginFoldsEverySpellingOfAPerson(t *testing.T) {
	for text, want := range map[string]brick.Login{
		"jane@acme.com":                       "jane@acme.com",
		" Jane@ACME.com\t":                    "jane@acme.com",
		"\u00a0JANE@acme.COM ":                "jane@acme.com",
		"o'hara+test_1.x-y@sub.acme.co.uk":    "o'hara+test_1.x-y@sub.acme.co.uk",
		"ŽOFIE@příklad.cz":                    "žofie@příklad.cz",
		"root@localhost":                      "root@localhost",
		".dots..everywhere.@acme.com":         ".dots..everywhere.@acme.com",
		strings.Repeat("A", 246) + "@acme.cz": brick.Login(strings.Repeat("a", 246) + "@acme.cz"),
	} {
		if got, err := brick.ParseLogin(text); err != nil || got != want {
			t.Errorf("ParseLogin(%q) = %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestParseLoginSaysWhatIsWrong(t *testing.T) {
	for text, reason := range map[string]string{
		"":                                    "empty",
		" \t":                                 "empty",
		"jane":                                "no @",
		"@acme.com":                           "missing beside the @",
		"jane@":                               "missing beside the @",
		"@":                                   "missing beside the @",
		"jane@a@acme.com":                     "more than one @",
		"jane@@acme.com":                      "more than one @",
		"jane@.acme.com":                      "empty part",
		"jane@acme.com.":                      "empty part",
		"jane@acme..com":                      "empty part",
		"jane doe@acme.com":                   "' '",
		"jane@acme.com,john@acme":             "more than one @",
		"jane;doe@acme.com":                   "';'",
		"jane\x01@acme.com":                   `'\x01'`,
		"jane\u200b@acme.com":                 `'\u200b'`,
		"'jane@acme.com'":                     `'\''`,
		"jane@acme.com/":                      "'/'",
		"jane@acme.com\xff":                   "UTF-8",
		strings.Repeat("a", 247) + "@acme.cz": "at most 254",
	} {
		if got, err := brick.ParseLogin(text); err == nil || got != "" || !strings.Contains(err.Error(), reason) {
			t.Errorf("ParseLogin(%q) = %q, %v; want the reason %q", text, got, err, reason)
		}
	}
}

func TestLocalGuessIsWhatStandsBeforeTheAt(t *testing.T) {
	for text, want := range map[string]string{
		"Jane": "jane", " JANE@@acme.com": "jane", "jane doe": "jane", "jane;john@acme.com": "jane", "@acme.com": "", "": "", "<jane": "",
		strings.Repeat("j", 255): "",
	} {
		if got := brick.LocalGuess(text); got != want {
			t.Errorf("LocalGuess(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestLetterCaseAndOuterSpacesNeverMakeAnotherLogin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkLogin(t, rapid.StringMatching(`[a-z.@_ ,é]{0,6}@?[a-z.@é-]{0,6}`).Draw(t, "text"))
	})
}

// checkLogin fails unless every spelling of a text is the same login, or none
// is a login.
func checkLogin(t interface{ Fatalf(string, ...any) }, text string) {
	login, err := brick.ParseLogin(text)
	if err != nil {
		return
	}
	if again, err := brick.ParseLogin(string(login)); err != nil || again != login {
		t.Fatalf("%q gives %q, which gives %q, %v", text, login, again, err)
	}
	if spaced, err := brick.ParseLogin(" \t" + text + "\n"); err != nil || spaced != login {
		t.Fatalf("%q gives %q, with spaces around it %q, %v", text, login, spaced, err)
	}
	if login.Local() != brick.LocalGuess(text) {
		t.Fatalf("%q: the local part is %q, the guess %q", text, login.Local(), brick.LocalGuess(text))
	}
	if strings.Count(string(login), "@") != 1 || len(login) > 254 || strings.ContainsAny(string(login), " ,;:\"<>()[]\\\n\t") {
		t.Fatalf("%q gives %q", text, login)
	}
}

func TestPlainTextsAreJudgedLikeAllOthers(t *testing.T) {
	piece := rapid.SampledFrom([]string{"a", "b", ".", "@", "-", "com", "~", "_"})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(piece, 0, 8).Draw(t, "text"), "")
		plain, plainErr := brick.ParseLogin(text)
		spaced, spacedErr := brick.ParseLogin(" " + text)
		if plain != spaced || (plainErr == nil) != (spacedErr == nil) {
			t.Fatalf("%q gives %q, %v; with a space before it %q, %v", text, plain, plainErr, spaced, spacedErr)
		}
	})
}

func FuzzParseLogin(f *testing.F) {
	for _, seed := range []string{"", "jane@acme.com", " Jane@ACME.com ", "jane@@x", "@", "ŽOFIE@x.cz", "jane@x\x00", "İ@x.com", "a@x..y", "\u1e9e@x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) { checkLogin(t, text) })
}

func TestLettersOutliveLostSigns(t *testing.T) {
	for text, want := range map[string]string{
		"jane.doe@acme.com":   "janedoeacmecom",
		"jane.doe.acme.com":   "janedoeacmecom",
		"janedoe acme,com":    "janedoeacmecom",
		"JANE_DOE2(at)ACME.X": "janedoe2atacmex",
		"@ .":                 "",
	} {
		if got := brick.Letters(text); got != want {
			t.Errorf("Letters(%q) = %q, want %q", text, got, want)
		}
	}
}
