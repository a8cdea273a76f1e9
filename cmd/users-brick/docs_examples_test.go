package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/htmlindex"
)

func fixedClock() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }

// TestDocsExamplesDoWhatThePageShows does what a page says, from top to bottom
// in one directory:
//
//	<!-- file NAME [ENCODING] -->   the block that follows is this file
//	<!-- run [CODE] -->             the block that follows is run by a shell and
//	                                ends with this code; the block after that is
//	                                what it prints
//	<!-- fresh -->                  before either of them: in a new directory
//
// Times, ids and digests are another time others. With UPDATE_DOCS set what
// commands print is written anew.
func TestDocsExamplesDoWhatThePageShows(t *testing.T) {
	ran := 0
	for _, p := range pagesOfDocs(t) {
		t.Run(filepath.Base(p.path), func(t *testing.T) {
			e := examples{t: t, page: p, fresh: p.text}
			ran += e.do()
			renew(t, p, e.fresh, "examples")
		})
	}
	if ran == 0 {
		t.Error("no page has an example")
	}
}

// examples are those of one page.
type examples struct {
	t     *testing.T
	page  *page
	dir   string
	temp  string // for temporary files, locks among them
	fresh string
	grown int // how much longer fresh is, up to where the examples are
}

func (e *examples) do() (ran int) {
	e.dir, e.temp = e.t.TempDir(), e.t.TempDir()
	for i, b := range e.page.blocks {
		words := strings.Fields(b.comment)
		if len(words) > 0 && words[0] == "fresh" {
			e.dir, words = e.t.TempDir(), words[1:]
		}
		switch {
		case len(words) >= 2 && words[0] == "file":
			e.file(words[1], strings.Join(words[2:], ""), b.text)
		case len(words) >= 1 && words[0] == "run":
			ran++
			e.shell(words[1:], i)
			e.checkRunFiles()
		}
	}
	return ran
}

// checkRunFiles demands that whatever runs leave behind is explained.
func (e *examples) checkRunFiles() {
	e.t.Helper()
	found, err := filepath.Glob(filepath.Join(e.dir, "runs", "2*", "*"))
	if err != nil {
		e.t.Fatal(err)
	}
	for _, path := range found {
		name := filepath.Base(path)
		if !slices.ContainsFunc(runFiles, func(row []string) bool { return strings.Trim(row[0], "`/") == name }) {
			e.t.Errorf("a run leaves %s, of which docs/reference.md says nothing", name)
		}
	}
}

func (e *examples) file(name, encoding, text string) {
	e.t.Helper()
	if encoding != "" {
		known, err := htmlindex.Get(encoding)
		if err == nil {
			text, err = known.NewEncoder().String(text)
		}
		if err != nil {
			e.t.Fatal(err)
		}
	}
	path := filepath.Join(e.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		e.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		e.t.Fatal(err)
	}
}

// shell runs a block and compares what it prints with the block that follows.
func (e *examples) shell(code []string, i int) {
	e.t.Helper()
	b := &e.page.blocks[i]
	want := 0
	if len(code) > 0 {
		want, _ = strconv.Atoi(code[0])
	}
	printed, got := e.run(b.text)
	if got != want {
		e.page.errorf(e.t, b.line, "exit code %d, the page says %d:\n%s", got, want, printed)
		return
	}
	if i+1 == len(e.page.blocks) || e.page.blocks[i+1].language != "text" {
		e.page.errorf(e.t, b.line, "there is no block of text with what this prints")
		return
	}
	shown := &e.page.blocks[i+1]
	if masked(printed) == masked(shown.text) {
		return
	}
	if os.Getenv("UPDATE_DOCS") == "" {
		e.page.errorf(e.t, shown.line, "this prints:\n%s", printed)
	}
	e.fresh = e.fresh[:shown.from+e.grown] + printed + e.fresh[shown.to+e.grown:]
	e.grown += len(printed) - (shown.to - shown.from)
}

// run returns what a script prints, logs aside, and its exit code.
func (e *examples) run(script string) (string, int) {
	e.t.Helper()
	var out, log bytes.Buffer
	// What a script leaves behind when it fails half-way must not be waited for.
	cmd := exec.CommandContext(e.t.Context(), "sh", "-e", "-c", `trap 'kill $! 2>/dev/null || true' EXIT`+"\n"+script)
	cmd.WaitDelay = 10 * time.Second
	cmd.Dir, cmd.Stdout, cmd.Stderr = e.dir, &out, &log
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + e.dir, "TMPDIR=" + e.temp, "TZ=UTC", "BRICK_RUN_DIR=runs", "BRICK_LOG_LEVEL=error"}
	err := cmd.Run()
	failed, ok := errors.AsType[*exec.ExitError](err)
	if err != nil && !ok {
		e.t.Fatal(err)
	}
	for line := range strings.Lines(log.String()) {
		if !strings.HasPrefix(line, "{") { // the log
			out.WriteString(line)
		}
	}
	host, _ := os.Hostname()
	text := strings.ReplaceAll(out.String(), e.dir+"/", "")
	text = strings.ReplaceAll(text, "on host "+host+" ", "on host brick-1 ")
	if failed == nil {
		return text, 0
	}
	return text, failed.ExitCode()
}

// passing are what is not the same in two runs.
var passing = []struct {
	form *regexp.Regexp
	as   string
}{
	{regexp.MustCompile(`\d{8}T\d{6}Z-[0-9a-f]{6}`), "RUN"},
	{regexp.MustCompile(`\b[0-9a-f]{64}\b`), "DIGEST"},
	{regexp.MustCompile(`\b20\d\d-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d+)?)?( UTC|Z|[+-]\d\d:\d\d)?)?`), "TIME"},
	{regexp.MustCompile(`\b(\d+h)?(\d+m)?\d+(\.\d+)?(ms|µs|s)\b`), "DURATION"},
	{regexp.MustCompile(`\(process \d+, users-brick [^)]*\)`), "PROCESS"},
	{regexp.MustCompile(`127\.0\.0\.1:\d+`), "ADDRESS"},
	{regexp.MustCompile(` {2,}`), "  "},
	{regexp.MustCompile(` +\n`), "\n"},
}

func masked(text string) string {
	for _, p := range passing {
		text = p.form.ReplaceAllString(text, p.as)
	}
	return text
}

// TestDocsCommandsExist parses every call of users-brick in blocks for the
// shell and in back quotes.
func TestDocsCommandsExist(t *testing.T) {
	for _, p := range pagesOfDocs(t) {
		for _, b := range p.blocks {
			for _, call := range callsIn(b.text) {
				if err := parses(call); err != nil && b.language == "sh" {
					p.errorf(t, b.line, "users-brick %s: %v", strings.Join(call, " "), err)
				}
			}
		}
		for _, at := range inBackquotes.FindAllStringSubmatchIndex(p.prose, -1) {
			text := strings.ReplaceAll(p.prose[at[2]:at[3]], "\n", " ")
			if strings.ContainsAny(text, "[|") { // how a command is used, with what may be left out
				continue
			}
			for _, call := range callsIn(text) {
				if err := parses(call); err != nil {
					p.errorf(t, p.lineOf(at[0]), "users-brick %s: %v", strings.Join(call, " "), err)
				}
			}
		}
	}
}

// parses looks for a command with these arguments and flags, and runs nothing.
func parses(args []string) error {
	cmd, rest, err := (&program{now: fixedClock}).root().Find(args)
	if err != nil {
		return err
	}
	cmd.InitDefaultHelpFlag()
	cmd.InitDefaultVersionFlag()
	if err := cmd.ParseFlags(rest); err != nil {
		return err
	}
	if help, _ := cmd.Flags().GetBool("help"); help {
		return nil
	}
	if cmd.HasSubCommands() && len(cmd.Flags().Args()) > 0 {
		return fmt.Errorf("%s has no command %q", cmd.CommandPath(), cmd.Flags().Args()[0])
	}
	if cmd.HasParent() {
		return cmd.ValidateArgs(cmd.Flags().Args())
	}
	return nil
}

// before are programs that are told to start users-brick.
var before = []string{"docker", "sudo", "exec", "env", "nice"}

// callsIn returns the arguments of each call of users-brick in a script.
func callsIn(script string) (calls [][]string) {
	for _, words := range commandsIn(script) {
		for len(words) > 0 && regexp.MustCompile(`^[A-Za-z_]+=`).MatchString(words[0]) {
			words = words[1:]
		}
		at := 0
		if len(words) > 0 && slices.Contains(before, words[0]) {
			at = max(0, slices.Index(words, "users-brick"))
		}
		if len(words) > at && (words[at] == "users-brick" || words[at] == "./users-brick") {
			calls = append(calls, words[at+1:])
		}
	}
	return calls
}

// commandsIn splits a script into commands and these into words, as far as a
// page needs it: quotes, comments, and what is between commands. Redirections
// are dropped.
func commandsIn(script string) (commands [][]string) {
	script = strings.ReplaceAll(script, "\\\n", " ")
	var words []string
	var word strings.Builder
	quote, inWord, drop := rune(0), false, false
	endWord := func() {
		if inWord && !drop {
			words = append(words, word.String())
		}
		drop = drop && !inWord
		word.Reset()
		inWord = false
	}
	endCommand := func() {
		endWord()
		if len(words) > 0 {
			commands = append(commands, words)
		}
		words, drop = nil, false
	}
	comment := false
	for _, r := range script {
		switch {
		case comment && r != '\n':
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, inWord = r, true
		case r == '#' && !inWord:
			comment = true
		case r == ' ' || r == '\t':
			endWord()
		case strings.ContainsRune("\n;|&()", r):
			comment = false
			endCommand()
		case r == '>' || r == '<':
			if text := word.String(); text == "1" || text == "2" {
				word.Reset()
				inWord = false
			}
			endWord()
			drop = true
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	endCommand()
	return commands
}
