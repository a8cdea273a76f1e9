package report_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"users-brick/brick"
	"users-brick/brick/plan"
	"users-brick/brick/report"
)

func TestThePageInABrowser(t *testing.T) {
	b := open(t)
	for name, part := range map[string]func(*browser){
		"a search shows exactly that person with what changed": findsAPerson,
		"a search counts its hits aloud":                       countsHits,
		"a search finds whoever was held, too":                 findsTheHeld,
		"a search finds a text wherever it stands":             findsEverywhere,
		"a search takes every character for itself":            findsCharacters,
		"who will be deleted later is counted with his scope":  tellsWhoWaits,
		"scopes fold and unfold":                               folds,
		"scopes come biggest first, or trouble first":          ordersScopes,
		"only one kind of change is shown when asked for":      filters,
		"long lists grow when asked to":                        grows,
		"people beyond the first are there when asked for":     growsPeople,
		"the theme follows the system until somebody chooses":  darkens,
		"a phone shows it without scrolling sideways":          fitsAPhone,
		"everything is done with the keyboard":                 typesOnly,
		"hostile text is text":                                 showsHostileText,
		"it can be printed":                                    prints,
		"it is told apart by whoever cannot see it":            isAccessible,
		"without script the scopes are a table":                needsNoScript,
	} {
		t.Run(name, func(t *testing.T) { part(b.lend(t)) })
	}
}

// text returns what somebody sees of an element.
func (b *browser) text(selector string) string {
	b.Helper()
	return get[string](b, fmt.Sprintf(`document.querySelector(%q).innerText`, selector))
}

// says fails the test when a text is not all of some.
func (b *browser) says(text string, parts ...string) {
	b.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			b.Errorf("%q does not say %q", text, part)
		}
	}
}

func (b *browser) count(selector string) int {
	b.Helper()
	return get[int](b, fmt.Sprintf(`document.querySelectorAll(%q).length`, selector))
}

func findsAPerson(b *browser) {
	b.page(crowd{2000, 4}.report(b))
	login := string(crowd{}.login(250)) // changed in the organization, and in a project
	if said := b.search(login); said != "2 matches for “"+login+"”." {
		b.Errorf("the search says %q", said)
	}
	if n := b.count("#found li"); n != 2 {
		b.Fatalf("%d people are shown", n)
	}
	b.says(b.text("#found li:nth-child(1)"), login, "updated", "in organization acme", "company", "Acme → Acme Logistics")
	b.says(b.text("#found li:nth-child(2)"), login, "in project store-0001")
	if get[bool](b, `document.getElementById("scopes").checkVisibility()`) {
		b.Error("the scopes are shown beside what was found")
	}
	b.search("nobody at all")
	b.says(b.text("#hits"), "No match")
	if n := b.count("#found li"); n != 0 {
		b.Errorf("%d people are shown", n)
	}
}

func countsHits(b *browser) {
	b.page(settled(b, runs["partial"](b)))
	for text, said := range map[string]string{"TODD": "2 matches for “todd”.", "jane admin": "1 match for “jane admin”."} {
		if got := b.search(text); got != said {
			b.Errorf("the search says %q, want %q", got, said)
		}
	}
	if live := get[string](b, `document.getElementById("hits").ariaLive + " " + document.getElementById("hits").role`); live != "polite status" {
		b.Errorf("the number of hits is %q", live)
	}
}

func findsTheHeld(b *browser) {
	b.page(settled(b, runs["partial"](b)))
	b.search("eve@acme.com")
	b.says(b.text("#found"), "held", "eve@acme.com", "not disabled", "in project p1", "line 5: login is empty")
	b.search("jane@acme.com")
	b.says(b.text("#found"), "failed to update", "no such role any more", "line 3 · invalid · request 4711", "viewer → admin")
	if n := b.count("#found li"); n != 1 {
		b.Errorf("who failed is shown %d times", n)
	}
}

func findsEverywhere(b *browser) {
	c := crowd{12_000, 4} // data in a dozen elements, of which most need not be read
	b.page(c.report(b))
	bozenas := 0
	for i := range c.n / 2 {
		if i%len(firstNames) == 1 && i%10 != 0 {
			bozenas++
		}
	}
	for text, want := range map[string]int{
		"Božena":              bozenas,     // the name of some new people
		"store-0003":          c.n / 2 / 4, // a project
		"req-5007":            1,           // the request that failed
		"refused it":          3,           // why it did, as for two others
		string(c.login(5999)): 2,           // in the organization and in a project
		"005998 +420 600":     1,           // several words, in any order
		"no such text":        0,
	} {
		number, _, _ := strings.Cut(b.search(text), " match")
		if number == "No" {
			number = "0"
		}
		if strings.ReplaceAll(number, ",", "") != strconv.Itoa(want) {
			b.Errorf("%q has %s matches, want %d", text, number, want)
		}
	}
}

func findsCharacters(b *browser) {
	text := `q"u<o>t&e\s'ŽÍŽALA`
	b.page(told(b, text))
	for _, part := range []string{text, `"u<o>`, `t&e\s'`, "žížala"} {
		if said := b.search(part); !strings.HasPrefix(said, "4 matches") { // three changes, and somebody who was held
			b.Errorf("%q: %s", part, said)
		}
	}
}

func tellsWhoWaits(b *browser) {
	b.page(settled(b, of(waiting().write(b), plan.AllDone(4))))
	b.says(b.text(".others"), "3", "Waiting", "the first after 2026-01-09 03:04 UTC")
	scope := "#scopes details:nth-of-type(2)"
	b.says(b.text(scope+" summary"), "2\u00a0waiting")
	b.says(b.text(scope), "2 members missing from the file will be deleted later, the first after 2026-01-09 03:04 UTC.")
	b.says(b.text("#scopes details:nth-of-type(3)"), "project p2", "1\u00a0waiting") // where nothing else happens
}

func folds(b *browser) {
	b.page(crowd{2000, 4}.report(b))
	if n := b.count("#scopes li"); n != 0 {
		b.Errorf("%d people are in the page before anybody looked", n)
	}
	second := "#scopes details:nth-of-type(2)"
	b.do(chromedp.Click(second+" summary"), until(`document.querySelectorAll("#scopes li").length > 0`))
	b.says(b.text(second), "project store-0000", "000000.almeida@stores.acme-retail.example.com updated", "viewerRole")
	if n := b.count("#scopes li"); n != 200 {
		b.Errorf("%d people are shown at first", n)
	}
	b.do(chromedp.Click(second+" summary"), until(`!document.querySelector("`+second+`").open`))
	if get[bool](b, `document.querySelector("#scopes li").checkVisibility()`) {
		b.Error("a folded scope shows its people")
	}
	b.page(settled(b, runs["converged"](b)))
	if n := b.count("#scopes details[open] li"); n != 4 {
		b.Errorf("of four changes %d are open at once", n)
	}
}

func ordersScopes(b *browser) {
	s := tour()
	s.scopes = append(s.scopes, brick.Summary{Scope: brick.Project("p2"), Failure: &brick.Failure{Kind: brick.NotFound, Text: "not found"}}, brick.Summary{Scope: brick.Project("p3"), Counts: brick.Counts{Kept: 7}})
	b.page(settled(b, of(s.write(b), plan.AllDone(4))))
	for order, want := range map[string]string{
		"plan": "organization acme, project p1, project p2", "size": "project p1, organization acme, project p2", "trouble": "project p2, organization acme, project p1",
	} {
		b.choose("order", order)
		if got := get[string](b, `Array.from(document.querySelectorAll("#scopes h3"), (h) => h.innerText).join(", ")`); got != want {
			b.Errorf("%s: %s", order, got)
		}
	}
	b.says(b.text("#hits"), "3 scopes, 1 more without changes.")
	b.do(chromedp.Click("#idle"), until(`document.querySelectorAll("#scopes h3").length === 4`))
}

// choose picks an option, as a person would.
func (b *browser) choose(id, value string) {
	b.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`{ const e = document.getElementById(%q); e.value = %q; e.dispatchEvent(new Event("change")) }`, id, value)))
}

func filters(b *browser) {
	b.page(settled(b, runs["partial"](b)))
	options := get[[]string](b, `Array.from(document.querySelectorAll("#kind option"), (o) => o.text)`)
	if got := strings.Join(options, ", "); got != "everything, adds, updates, disables, held, failed, bad rows, scopes not planned" {
		b.Errorf("one may ask for %s", got)
	}
	for k, first := range []string{"added", "failed to update", "disabled", "held", "failed to update", "bad row", "not planned"} {
		b.choose("kind", strconv.Itoa(k+1))
		said := fmt.Sprintf(`(document.querySelector("#found li:first-child .said, #found li:first-child .badge") || {}).textContent === %q`, first)
		b.do(until(said + ` && document.getElementById("found").checkVisibility()`))
	}
	b.says(b.text("#found"), "in project p2", "list project p2: not found")
	b.choose("kind", "0")
	b.do(until(`document.getElementById("found").hidden`))
}

func grows(b *browser) {
	b.page(crowd{1000, 1}.report(b))
	first := "#scopes details:nth-of-type(1) "
	b.do(chromedp.Click(first+"summary"), until(`document.querySelectorAll("#scopes li").length === 200`))
	b.says(b.text(first+".more"), "Show 200 more of 300")
	b.do(chromedp.Click(first+".more"), until(`document.querySelectorAll("#scopes li").length === 400`))
	if login := get[string](b, `document.activeElement.querySelector(".login").innerText`); login != string(crowd{}.login(200)) {
		b.Errorf("after growing, %q has the focus", login)
	}
	b.do(chromedp.Click(first+".more"), until(`document.querySelectorAll("#scopes li").length === 500`))
	if b.count(first+".more") != 0 {
		b.Error("there is nothing more to ask for")
	}
}

func growsPeople(b *browser) {
	s := tour()
	for i := range 450 {
		s.notes = append(s.notes, plan.Note{What: plan.HeldOne, Scope: project1, Login: crowd{}.login(i), Text: "in doubt"})
	}
	b.page(settled(b, of(s.write(b), plan.AllDone(4))))
	if n := b.count("#people ~ ul .person"); n != 200 {
		b.Errorf("%d people are shown at first", n)
	}
	people := `document.querySelectorAll("[aria-labelledby=people] .person").length`
	b.do(chromedp.Click("[aria-labelledby=people] .more"), until(people+" === 400"), chromedp.Click("[aria-labelledby=people] .more"), until(people+" === 450"))
	if n := get[int](b, `new Set(Array.from(document.querySelectorAll("[aria-labelledby=people] .login"), (e) => e.innerText)).size`); n != 450 {
		b.Errorf("%d different people are shown", n)
	}
}

// paper is the colour of the page, as the browser has it.
func (b *browser) paper() string {
	b.Helper()
	return get[string](b, `getComputedStyle(document.body).backgroundColor`)
}

func darkens(b *browser) {
	b.page(settled(b, runs["converged"](b)))
	light := b.paper()
	b.says(b.text("#theme"), "Dark theme")
	b.prefers("prefers-color-scheme", "dark")
	b.do(until(`document.getElementById("theme").textContent === "Light theme"`))
	dark := b.paper()
	if light == dark {
		b.Errorf("the page is %s, light and dark", light)
	}
	b.do(chromedp.Click("#theme"))
	if got := b.paper(); got != light {
		b.Errorf("the chosen light is %s, not %s", got, light)
	}
	b.prefers("prefers-color-scheme", "light") // which no longer matters
	b.do(chromedp.Click("#theme"))
	if got := b.paper(); got != dark {
		b.Errorf("the chosen dark is %s, not %s", got, dark)
	}
	if kept := get[int](b, `document.cookie.length`); kept != 0 {
		b.Error("the page keeps something")
	}
}

func fitsAPhone(b *browser) {
	long := strings.Repeat("long", 60) + "@acme.com"
	s := tour()
	s.changes[1].Before.Login, s.changes[1].After.Login = brick.Login(long), brick.Login(long)
	s.changes[1].After.Roles = []string{strings.Repeat("Role", 60)}
	s.notes = []plan.Note{{What: plan.HeldOne, Scope: project1, Login: brick.Login(long), Text: strings.Repeat("reason", 60)}}
	s.end.Whitelist[0].Entry = long
	s.scopes[1].Objections = []brick.Objection{{Rule: "max_removals", Found: 20, Text: long, First: []brick.Login{brick.Login(long)}, Removals: true}}
	r := of(s.write(b), plan.AllDone(4))
	r.Target, r.Warnings = long, brick.Findings{{Text: long}}
	b.do(screen(360, 740))
	b.page(settled(b, r))
	if wide := get[int](b, `document.documentElement.scrollWidth`); wide != 360 {
		b.Errorf("on a screen of 360 pixels the page is %d wide", wide)
	}
	b.search("long")
	if wide := get[int](b, `document.documentElement.scrollWidth`); wide != 360 {
		b.Errorf("what is found makes the page %d wide", wide)
	}
}

// focus names what has the focus.
func (b *browser) focus() string {
	b.Helper()
	return get[string](b, `{ const e = document.activeElement; e.id || e.tagName.toLowerCase() + " " + e.textContent }`)
}

// tab presses the key until something has the focus, and proves that one sees
// where it is.
func (b *browser) tab(want string) {
	b.Helper()
	for range 50 {
		b.do(chromedp.KeyEvent(kb.Tab))
		if !get[bool](b, `{ const s = getComputedStyle(document.activeElement); s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 1 }`) {
			b.Errorf("one does not see that %q has the focus", b.focus())
		}
		if strings.HasPrefix(b.focus(), want) {
			return
		}
	}
	b.Fatalf("the key never reaches %q", want)
}

func typesOnly(b *browser) {
	b.page(crowd{2000, 4}.report(b))
	b.do(chromedp.KeyEvent(kb.Tab))
	if got := b.focus(); got != "a Skip to the report" {
		b.Errorf("the first key reaches %q", got)
	}
	b.do(chromedp.KeyEvent(kb.Enter))
	if got := b.focus(); got != "main" {
		b.Errorf("skipping leads to %q", got)
	}
	b.tab("query")
	b.do(chromedp.KeyEvent("000250."), until(`document.querySelectorAll("#found li").length === 2`), chromedp.KeyEvent(kb.Escape), until(`!document.getElementById("scopes").hidden`))
	b.tab("kind")
	b.do(chromedp.KeyEvent(kb.ArrowDown), until(`!document.getElementById("found").hidden`), chromedp.KeyEvent(kb.ArrowUp), until(`document.getElementById("found").hidden`))
	b.tab("idle")
	b.tab("summary organization acme")
	b.do(chromedp.KeyEvent(kb.Enter), until(`document.querySelectorAll("#scopes details[open] li").length === 200`))
	b.tab("button Show 200 more")
	b.do(chromedp.KeyEvent(kb.Enter), until(`document.querySelectorAll("#scopes details[open] li").length === 400`))
}

func showsHostileText(b *browser) {
	for _, text := range hostile[:9] {
		b.page(told(b, text))
		b.do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("#scopes details").forEach((d) => (d.open = true))`), until(`document.querySelectorAll("#scopes li").length === 3`))
		if n := b.count("img, iframe, script:not([type])"); n != 1 {
			b.Errorf("%q: %d elements that the page does not have", text, n)
		}
		if strings.HasPrefix(text, "<") {
			b.says(b.text("#scopes"), text)
		}
	}
}

func prints(b *browser) {
	b.page(settled(b, runs["converged"](b)))
	media := emulation.SetEmulatedMediaParams{Media: "print", Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, media); err != nil {
		b.Fatal(err)
	}
	if got := b.paper(); got != "rgb(255, 255, 255)" {
		b.Errorf("it is printed on %s", got)
	}
	if get[bool](b, `["nav", "form", "#theme"].some((s) => document.querySelector(s).checkVisibility())`) {
		b.Error("what one can only click is printed")
	}
	b.says(b.text("#scopes"), "todd@acme.com", "added")
}

func needsNoScript(b *browser) {
	path := pageFile(b, settled(b, runs["partial"](b)))
	b.scripts(false)
	defer b.scripts(true)
	b.do(chromedp.Navigate("file://"+path), chromedp.WaitVisible("noscript table"), chromedp.WaitNotVisible("#explore"), chromedp.WaitNotVisible("#theme"))
}

// scripts lets pages run scripts, or not.
func (b *browser) scripts(may bool) {
	b.Helper()
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !may}); err != nil {
		b.Fatal(err)
	}
}

func isAccessible(b *browser) {
	b.page(settled(b, runs["refused"](b)))
	b.search("todd")
	tree, err := chromedp.Call(b.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		b.Fatal(err)
	}
	seen := map[string]int{}
	for _, node := range tree.Nodes {
		role, name := axText(node.Role), axText(node.Name)
		if node.Ignored {
			continue
		}
		seen[role]++
		switch role {
		case "searchbox", "combobox", "checkbox", "button", "link", "heading", "region", "navigation":
			if strings.TrimSpace(name) == "" {
				b.Errorf("a %s has no name", role)
			}
		}
	}
	for _, role := range []string{"banner", "navigation", "main", "contentinfo", "search", "searchbox", "status", "columnheader", "rowheader", "table"} {
		if seen[role] == 0 {
			b.Errorf("there is no %s", role)
		}
	}
	levels := get[[]int](b, `Array.from(document.querySelectorAll("h1,h2,h3,h4"), (h) => Number(h.tagName[1]))`)
	for i := range levels {
		if i == 0 && levels[i] != 1 || i > 0 && (levels[i] > levels[i-1]+1 || levels[i] == 1) {
			b.Errorf("the levels of the headings are %v", levels)
		}
	}
}

// axText is a value of the accessibility tree.
func axText(v *accessibility.Value) string {
	var text string
	if v == nil || json.Unmarshal(v.Value, &text) != nil {
		return ""
	}
	return text
}

// axe is the version of axe-core that looks at the page.
const axe = "axe-core@4.10.3"

func TestAxeFindsNothingInThePage(t *testing.T) {
	b := open(t)
	script := axeScript(t)
	for _, theme := range []string{"light", "dark"} {
		for _, name := range []string{"refused", "partial", "no_plan"} {
			t.Run(name+" "+theme, func(t *testing.T) {
				b := b.lend(t)
				b.prefers("prefers-color-scheme", theme)
				b.page(settled(b, runs[name](b)))
				b.do(chromedp.Evaluate[chromedp.Void](script))
				found := ask(b, chromedp.Evaluate[[]string](`axe.run().then((r) => r.violations.flatMap((v) => v.nodes.map((n) => v.id + ": " + n.html + " " + n.failureSummary)))`, chromedp.EvalAwaitPromise))
				for _, f := range found {
					t.Error(f)
				}
			})
		}
	}
}

// axeScript fetches axe-core; where that cannot be had, the test is skipped.
func axeScript(t *testing.T) string {
	t.Helper()
	npm, err := exec.LookPath("npm")
	if err != nil {
		t.Skip("SKIPPED: no npm, so axe-core does not look at the report page")
	}
	dir := t.TempDir()
	fetch := exec.CommandContext(t.Context(), npm, "install", "--prefix", dir, "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1", "--fetch-timeout=30000", axe)
	if out, err := fetch.CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: npm cannot fetch %s, so it does not look at the report page: %v\n%s", axe, err, out)
	}
	script, err := os.ReadFile(filepath.Join(dir, "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	return string(script)
}

// BenchmarkOpenAndSearchAHundredThousandChanges opens the page of a large run
// and searches for one person: from the click to the page that answers, and
// from the last key to the person seen.
func BenchmarkOpenAndSearchAHundredThousandChanges(b *testing.B) {
	chrome := open(b)
	path := pageFile(b, crowd{100_000, 200}.report(b))
	var opening, searching time.Duration
	for i := 0; b.Loop(); i++ {
		began := time.Now()
		chrome.visit(path)
		opening += time.Since(began)
		began = time.Now()
		chrome.search(fmt.Sprintf("%06d.", 49_000-i))
		searching += time.Since(began)
	}
	b.ReportMetric(float64(opening.Milliseconds())/float64(b.N), "open-ms/op")
	b.ReportMetric(float64(searching.Milliseconds())/float64(b.N), "search-ms/op")
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(info.Size()), "page-bytes")
}

// failing is a report of an error in several lines.
func failing(t testing.TB) *report.Report {
	r := of(nil, nil)
	r.Err = errors.New("first\nsecond")
	return settled(t, r)
}

func TestAnErrorOfSeveralLinesIsToldInFull(t *testing.T) {
	page := pageOf(t, failing(t))
	if !strings.Contains(between(t, page, `aria-label="The error in full">`, "</pre>"), "first\nsecond") {
		t.Error("the second line is missing")
	}
}
