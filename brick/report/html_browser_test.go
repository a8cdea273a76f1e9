package report_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"users-brick/brick/report"
)

// browser is a headless Chromium in the hands of a test.
type browser struct {
	testing.TB
	*ears
	ctx context.Context
}

// ears note whatever a page complains of and whatever it asks the net for.
type ears struct {
	mu         sync.Mutex
	complaints []string
	requests   []string
}

// patience is how long a browser may take for everything that a test wants.
const patience = 2 * time.Minute

// installed returns where a browser is, and nothing where there is none. What
// cannot tell its version is none: a library may be missing, or the program
// only say how to get one.
func installed() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil && exec.Command(path, "--version").Run() == nil {
			return path
		}
	}
	return ""
}

// open starts a browser, which ends with the test. Without one the test is
// skipped, by name.
func open(t testing.TB) *browser {
	t.Helper()
	path := installed()
	if path == "" {
		t.Skip("SKIPPED: no chromium, so no browser opens the report page")
	}
	// Its data are left to chromedp, which waits for children of the browser that
	// outlive it: what they write last would be in the way of t.TempDir.
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WSURLReadTimeout(patience),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, end := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, leave := chromedp.NewContext(ctx)
	b := &browser{TB: t, ears: new(ears), ctx: ctx}
	t.Cleanup(func() { _ = chromedp.Cancel(ctx); leave(); end() })
	if err := chromedp.Listen(ctx, b.listen); err != nil {
		t.Fatal(err)
	}
	return b
}

// lend hands the browser to a part of a test, with a large screen and nobody's
// preferences. When the part ends, the page must have been quiet.
func (b *browser) lend(t *testing.T) *browser {
	t.Helper()
	lent := &browser{TB: t, ears: b.ears, ctx: b.ctx}
	lent.hush()
	lent.do(screen(1100, 900))
	lent.prefers("prefers-color-scheme", "light")
	t.Cleanup(lent.quiet)
	return lent
}

func (b *browser) hush() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.complaints, b.requests = nil, nil
}

func (b *ears) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, e.Request.URL)
	case *runtime.EventConsoleAPICalled:
		b.complaints = append(b.complaints, fmt.Sprintf("console.%s", e.Type))
	case *runtime.EventExceptionThrown:
		b.complaints = append(b.complaints, fmt.Sprint(e.ExceptionDetails.Text, e.ExceptionDetails.Exception))
	case *log.EventEntryAdded:
		b.complaints = append(b.complaints, e.Entry.Text)
	}
}

// ask runs an action and returns its value.
func ask[T any](b *browser, a chromedp.Action[T]) T {
	b.Helper()
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	value, err := chromedp.Run(ctx, a)
	if err != nil {
		b.Fatal(err)
	}
	return value
}

// do makes the browser act.
func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	ask(b, chromedp.Steps(steps...))
}

// get returns the value of an expression in the page.
func get[T any](b *browser, expression string) T {
	b.Helper()
	return ask(b, chromedp.Evaluate[T](expression))
}

// until waits for an expression to be true.
func until(expression string) chromedp.Action[chromedp.Void] {
	return chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingTimeout(patience))
}

// page writes the report to a file and opens it.
func (b *browser) page(r *report.Report) {
	b.Helper()
	b.visit(pageFile(b, r))
}

func (b *browser) visit(path string) {
	b.Helper()
	b.do(chromedp.Navigate((&url.URL{Scheme: "file", Path: path}).String()), chromedp.WaitReady("#hits:not(:empty)"))
}

func pageFile(t testing.TB, r *report.Report) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.html")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.HTML(f); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// search writes into the search field, waits for what is found, and returns
// how many that are.
func (b *browser) search(text string) string {
	b.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](`document.getElementById("query").select()`), chromedp.KeyEvent(text),
		until(fmt.Sprintf(`document.getElementById("hits").textContent.includes(%q)`, "“"+strings.ToLower(text)+"”")))
	return get[string](b, `document.getElementById("hits").textContent`)
}

// quiet fails the test when the page complained or asked for anything.
func (b *browser) quiet() {
	b.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.complaints {
		b.Errorf("the browser says: %s", c)
	}
	for _, r := range b.requests {
		if !strings.HasPrefix(r, "file:///") || !strings.HasSuffix(r, "/report.html") {
			b.Errorf("the page asks for %s", r)
		}
	}
	if len(b.requests) == 0 {
		b.Error("not even the page itself was asked for: nobody listens")
	}
}

// screen sets the size of the screen, in pixels.
func screen(width, height int64) chromedp.Action[chromedp.Void] {
	return chromedp.EmulateViewport(width, height)
}

// prefers sets what the person at the screen prefers.
func (b *browser) prefers(feature, value string) {
	b.Helper()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: feature, Value: value}}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, media); err != nil {
		b.Fatal(err)
	}
}
