package report_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/brick/plan"
	"users-brick/brick/report"
)

// pageOf returns the page of a report.
func pageOf(t testing.TB, r *report.Report) string {
	t.Helper()
	var out bytes.Buffer
	if err := r.HTML(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// between returns what stands between two texts.
func between(t testing.TB, text, before, after string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, before)
	inner, _, closed := strings.Cut(rest, after)
	if !found || !closed {
		t.Fatalf("the page has nothing between %s and %s", before, after)
	}
	return inner
}

// island returns the rows of a kind that a page has as data.
func island(t testing.TB, page, kind string) [][]any {
	t.Helper()
	var all [][]any
	for _, part := range strings.Split(page, `<script type="application/json" class="`+kind+`">`)[1:] {
		var rows [][]any
		text, _, _ := strings.Cut(part, "</script>")
		if err := json.Unmarshal([]byte(text), &rows); err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		all = append(all, rows...)
	}
	return all
}

func decode(t testing.TB, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v in %.200s", err, text)
	}
}

func TestThePageMayRunItsOwnScriptOnlyAndAskForNothing(t *testing.T) {
	page := pageOf(t, settled(t, runs["partial"](t)))
	policy := html.UnescapeString(between(t, page, `http-equiv="Content-Security-Policy" content="`, `"`))
	for _, inner := range []string{between(t, page, "<style>", "</style>"), between(t, page, "<script>", "</script>")} {
		sum := sha256.Sum256([]byte(inner))
		if want := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(policy, want) {
			t.Errorf("policy %q has no %s", policy, want)
		}
	}
	if !strings.HasPrefix(policy, "default-src 'none';") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy is %q", policy)
	}
	page = strings.ReplaceAll(page, "http://www.w3.org/2000/svg", "") // a name, not an address
	for _, text := range []string{"http:", "https:", "//cdn", " src=", "@import", "url(", "<base", "<iframe", " style=", " onclick="} {
		if strings.Contains(page, text) {
			t.Errorf("the page has %s", text)
		}
	}
}

// hostile are texts that try to become something else.
var hostile = []string{
	`<img src=x onerror=alert(1)>`, `</script><script>alert(1)</script>`, `<!--<script>`, `]]>`, `"'` + "`", "a\u2028b\u2029c", "\u202Egnp.exe",
	"\x00\x1b[31m", "\xff\xfe", `\u003cimg`, `{{.}}`, "javascript:alert(1)", "&lt;b&gt;", strings.Repeat("<", 5000),
}

// told is a run in which everything that somebody else wrote is the text.
func told(t testing.TB, text string) *report.Report {
	login := brick.Login(text)
	member := func(s brick.Status) *brick.Member {
		m := &brick.Member{Login: login, Status: s, Roles: []string{text}, Groups: []string{text}}
		m.Profile[brick.FirstName], m.Profile[brick.Company] = text, text
		return m
	}
	scope := brick.Project(strings.ToValidUTF8(text, "\ufffd")) // as a plan has it when it is read
	s := &story{
		scopes: []brick.Summary{{
			Scope: scope, Rows: 3, Counts: brick.Counts{Added: 1, Updated: 1, Removed: 1},
			Objections: []brick.Objection{{Rule: "max_removals", Found: 1, Text: text, Hint: text, First: []brick.Login{login}, Removals: true}},
		}},
		changes: []brick.Change{
			{Scope: scope, Action: brick.Add, After: member(brick.Enabled), Why: text},
			{Scope: scope, Action: brick.Update, Before: &brick.Member{Login: login, Roles: []string{"x"}}, After: member(brick.Enabled), Why: text},
			{Scope: scope, Action: brick.Remove, Before: member(brick.Enabled), Why: text},
		},
		notes: []plan.Note{{What: plan.HeldOne, Scope: scope, Login: login, Action: brick.Disable, Lines: []int{3}, Text: text, Hint: text}},
		end:   plan.End{Rows: 3, Whitelist: []plan.Match{{Entry: text, Users: 1}}},
	}
	r := of(s.write(t), plan.AllDone(3))
	r.Done.Fail(2, &brick.Error{Kind: brick.Invalid, RequestID: text, Err: errors.New(text), Hint: text})
	r.Target, r.Platform, r.Mode, r.RunID, r.Program, r.Params = text, text, text, text, text, text
	r.Warnings = brick.Findings{{Source: text, Warning: true, Text: text, Hint: text}}
	r.Err = &brick.Error{Kind: brick.Failed, Op: text, Err: errors.New(text + "\n" + text), Hint: text}
	if err := r.Settle(); err != nil {
		t.Fatal(err)
	}
	return r
}

var tag = regexp.MustCompile(`<[a-zA-Z/!][^>]*>`)

// markup returns all tags of a page, but for those of its own script.
func markup(page string) []string {
	page, _, _ = strings.Cut(page, "<script>\"use strict\"")
	return tag.FindAllString(page, -1)
}

// harmless fails the test when a text makes another page than another text.
func harmless(t *testing.T, plain []string, text string) {
	t.Helper()
	page := pageOf(t, told(t, text))
	if got := markup(page); !slices.Equal(got, plain) {
		for i := range got {
			if i >= len(plain) || got[i] != plain[i] {
				t.Fatalf("%q becomes the tag %s", text, got[i])
			}
		}
		t.Fatalf("%q swallows tags", text)
	}
	if len(island(t, page, "changes")) != 3 || len(island(t, page, "people")) != 2 || len(island(t, page, "scopes")) != 1 {
		t.Errorf("%q: rows are missing", text)
	}
	if i := strings.IndexFunc(page, func(r rune) bool { return r == '\u2028' || r == '\u2029' || r == '\u202e' || r == 0 || r == 0x1b }); i >= 0 {
		t.Errorf("%q brings the character %q into the page", text, page[i:i+4])
	}
}

func TestNoTextBecomesMarkup(t *testing.T) {
	plain := markup(pageOf(t, told(t, "harmless")))
	if len(plain) < 100 {
		t.Fatalf("the page has only %d tags", len(plain))
	}
	for _, text := range hostile {
		harmless(t, plain, text)
	}
}

func FuzzNoTextBecomesMarkup(f *testing.F) {
	for _, text := range hostile {
		f.Add(text)
	}
	var plain []string
	f.Fuzz(func(t *testing.T, text string) {
		if plain == nil {
			plain = markup(pageOf(t, told(t, "harmless")))
		}
		harmless(t, plain, "x"+text) // nothing at all leaves elements out
	})
}

func TestThePageHasEveryChangeWithWhatItChanges(t *testing.T) {
	page := pageOf(t, settled(t, runs["partial"](t)))
	var words []string
	decode(t, between(t, page, `id="words">`, "</script>"), &words)
	rows := island(t, page, "changes")
	if len(rows) != 4 {
		t.Fatalf("%d changes", len(rows))
	}
	jane := rows[1]
	if jane[0] != "jane@acme.com" || jane[1] != float64(brick.Update) || jane[2] != float64(plan.Failed) {
		t.Errorf("jane is %v", jane)
	}
	if was, is := words[int(jane[5].(float64))], words[int(jane[6].(float64))]; was != "viewer" || is != "admin" {
		t.Errorf("jane goes from %q to %q", was, is)
	}
}

// waiting is a run after which some are deleted later: two of a project in
// which somebody is disabled, and one where nothing else happens.
func waiting() *story {
	s := tour()
	s.scopes[1].Waiting, s.scopes[1].FirstDue = 2, started.AddDate(0, 0, 7)
	s.scopes = append(s.scopes, brick.Summary{Scope: brick.Project("p2"), Counts: brick.Counts{Kept: 1}, Waiting: 1, FirstDue: started.AddDate(0, 0, 8)})
	return s
}

func TestWhoWillBeDeletedLaterIsTold(t *testing.T) {
	r := settled(t, of(waiting().write(t), plan.AllDone(4)))
	const p1 = "2 members missing from the file will be deleted later, the first after 2026-01-09 03:04 UTC"
	page := pageOf(t, r)
	if others := between(t, page, `<dl class="others">`, "</dl>"); !strings.Contains(others, "<dt>Waiting</dt><dd class=\"num\">3</dd><dd class=\"means\">missing from the file, to be deleted, the first after 2026-01-09 03:04 UTC</dd>") {
		t.Errorf("the totals are %s", others)
	}
	if noscript := between(t, page, "<noscript>", "</noscript>"); !strings.Contains(noscript, p1) || !strings.Contains(noscript, "1 kept; 1 member missing from the file will be deleted after 2026-01-10 03:04 UTC") {
		t.Errorf("without script the scopes are %s", noscript)
	}
	text := markdownOf(t, r)
	for _, want := range []string{"\n3 members missing from the file will be deleted later, the first after 2026-01-09 03:04 UTC\n", "1 spared; " + p1 + " |"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if page := pageOf(t, settled(t, runs["converged"](t))); strings.Contains(page, "Waiting") {
		t.Error("nobody waits, and the page says so")
	}
}

func TestThePageNeverHasAPassword(t *testing.T) {
	s := tour()
	s.changes[0].SetPassword, s.changes[0].Password = true, brick.NewSecret("s3cr3t")
	page := pageOf(t, settled(t, of(s.write(t), plan.AllDone(4))))
	if strings.Contains(page, "s3cr3t") || !strings.Contains(page, "as given in the file") {
		t.Error("the page has the password, or does not say that one is given")
	}
}

func TestWithoutItsScriptThePageTellsWhatMatters(t *testing.T) {
	partial, refused := pageOf(t, settled(t, runs["partial"](t))), pageOf(t, settled(t, runs["refused"](t)))
	noscript := between(t, partial, "<noscript>", "</noscript>")
	for _, text := range []string{"report.json", "plan.ndjson", "organization acme", "1 added, 1 disabled, 1 kept, 1 spared, 1 held, 1 failed", "not planned: list project p2: not found"} {
		if !strings.Contains(noscript, text) {
			t.Errorf("without script the page has no %q", text)
		}
	}
	for page, texts := range map[string][]string{
		partial: {"Done in part", "eve@acme.com", "no such role any more", "request 4711", "line 6"},
		refused: {"Refused", "project p1 would lose 1 of its 4 members", "seth@acme.com", "users-brick apply runs/run-1 --accept sha256:0123456789ab"},
	} {
		static, _, _ := strings.Cut(page, `<script type="application/json"`)
		for _, text := range texts {
			if !strings.Contains(static, text) {
				t.Errorf("without script the page has no %q", text)
			}
		}
	}
}

// megabytes is how large a page may be.
const megabytes = 20_000_000

func TestAHundredThousandChangesFitThePage(t *testing.T) {
	page := pageOf(t, crowd{100_000, 200}.report(t))
	if len(page) > megabytes {
		t.Errorf("the page has %d bytes", len(page))
	}
	if n := len(island(t, page, "changes")); n != 100_000 || !strings.Contains(page, `"whole":true`) {
		t.Errorf("the page has %d changes", n)
	}
}

// wordy is a run of changes with so much text that no page could hold it.
func wordy(t *testing.T, n int) *report.Report {
	s := &story{}
	text := strings.Repeat("<ž>", 90) // short enough not to be cut, and every byte costs six
	for i := range 10 {
		scope := brick.Project(fmt.Sprintf("p%d", i))
		s.scopes = append(s.scopes, brick.Summary{Scope: scope, Counts: brick.Counts{Added: int64(n / 10), Held: 1}})
		for j := range n / 10 {
			m := &brick.Member{Login: brick.Login(fmt.Sprintf("u%05d@acme.com", j))}
			for f := range brick.Fields() {
				m.Profile[f] = fmt.Sprint(j, f, text)
			}
			s.changes = append(s.changes, brick.Change{Scope: scope, Action: brick.Add, After: m})
			s.notes = append(s.notes, plan.Note{What: plan.HeldOne, Scope: scope, Login: m.Login, Text: fmt.Sprint(j, text), Hint: text})
		}
	}
	p := s.write(t)
	return settled(t, of(p, plan.AllDone(p.End.Changes)))
}

func TestThePageOfAnyRunIsBoundedAndSaysWhatIsMissing(t *testing.T) {
	r := wordy(t, 2500)
	page := pageOf(t, r)
	if len(page) > megabytes || len(page) < megabytes/2 {
		t.Errorf("the page has %d bytes", len(page))
	}
	if n := len(island(t, page, "changes")); n == 0 || n >= 2500 || !strings.Contains(page, `"whole":false`) {
		t.Errorf("the page has %d changes, and does not say that some are missing", n)
	}
}

// watcher is a writer that looks how much memory is used as the page grows.
type watcher struct {
	written, next int64
	most          uint64
}

func (w *watcher) Write(b []byte) (int, error) {
	if w.written += int64(len(b)); w.written >= w.next {
		w.next = w.written + 1<<19
		w.most = max(w.most, heap())
	}
	return len(b), nil
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestThePageIsStreamed(t *testing.T) {
	r := crowd{50_000, 50}.report(t)
	var w watcher
	before := heap()
	if err := r.HTML(&w); err != nil {
		t.Fatal(err)
	}
	const most = 3 << 20 // the lexicon, and room for what the runtime itself keeps
	if w.most > before+most || w.written < 4<<20 {
		t.Errorf("writing %d bytes takes %d bytes of memory", w.written, w.most-before)
	}
}

func TestTheScriptIsWellFormed(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("SKIPPED: no node, so nobody reads the page's script without a browser")
	}
	if out, err := exec.Command(node, "--check", "page/script.js").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
