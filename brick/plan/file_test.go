package plan_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// sample are the changes of a small plan.
func sample() []brick.Change {
	return []brick.Change{
		{Scope: acme, Action: brick.Add, After: &brick.Member{Login: ann, Status: brick.Enabled, Profile: profile("email", "ann@acme.com")}, SetPassword: true, Password: brick.NewSecret("s3cr3t"), Why: "in the file, no account yet"},
		{Scope: acme, Action: brick.Update, Before: &brick.Member{Login: ben}, After: &brick.Member{Login: ben, Status: brick.Enabled, Profile: profile("country", "CZ")}},
		{Scope: project1, Action: brick.Disable, Before: &brick.Member{Login: ben, Status: brick.Enabled, Groups: []string{"Eng"}}, After: &brick.Member{Login: ben, Status: brick.Disabled, Groups: []string{}}},
		{Scope: project1, Action: brick.Remove, Before: &brick.Member{Login: cem, Status: brick.Disabled, Roles: []string{"viewer"}}},
	}
}

// summaries are the scopes of a plan of these changes, with one that could
// not be planned and one where nothing is to be done.
func summaries(changes []brick.Change) []brick.Summary {
	scopes := []brick.Summary{
		{Scope: acme, Rows: 2}, {Scope: brick.Project("p0"), Failure: &brick.Failure{Kind: brick.NotFound, Text: "gone"}},
		{Scope: project1, CreateGroups: []string{"Ops"}}, {Scope: brick.Project("p2"), Counts: brick.Counts{Kept: 3}},
	}
	for i := range changes {
		for j := range scopes {
			if scopes[j].Scope == changes[i].Scope {
				*scopes[j].Counts.Of(changes[i].Action)++
			}
		}
	}
	return scopes
}

// write writes the sample plan into a directory.
func write(t testing.TB, dir string) *plan.Plan {
	t.Helper()
	w, err := plan.Create(dir, plan.Header{RunID: "run-1", Mode: "sync_project", Created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	changes := sample()
	for _, s := range summaries(changes) {
		var lines bytes.Buffer
		for i := range changes {
			if changes[i].Scope == s.Scope {
				line, err := plan.EncodeChange(&changes[i])
				if err != nil {
					t.Fatal(err)
				}
				lines.Write(line)
			}
		}
		if err := w.Scope(&s, &lines); err != nil {
			t.Fatal(err)
		}
	}
	p, err := w.Finish(plan.End{Rows: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// content is all that can be read out of a plan.
type content struct {
	Header    plan.Header
	End       plan.End
	Summaries []brick.Summary
	Changes   []brick.Change
	Sections  []brick.Summary
}

func read(t interface{ Fatalf(string, ...any) }, p *plan.Plan) content {
	c := content{Header: p.Header, End: p.End, Summaries: all(t, p.Summaries())}
	for _, section := range all(t, p.Sections()) {
		s := section.Summary()
		c.Sections = append(c.Sections, s)
		c.Changes = append(c.Changes, all(t, section.Changes())...)
	}
	return c
}

func TestAPlanIsReadAsItWasWritten(t *testing.T) {
	dir := t.TempDir()
	made := read(t, write(t, dir))
	opened, err := plan.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	if again := read(t, opened); !reflect.DeepEqual(again, made) {
		t.Errorf("written %+v\nread    %+v", made, again)
	}
	for i, want := range sample() {
		want.Seq, want.Password = int64(i+1), brick.Secret{}
		if got := made.Changes[i]; !reflect.DeepEqual(got, want) {
			t.Errorf("change %d is %+v, want %+v", i, got, want)
		}
	}
	if want := (brick.Counts{Added: 1, Updated: 1, Disabled: 1, Removed: 1, Kept: 3}); made.End.Counts != want || made.End.Unplanned != 1 || made.End.Scopes != 4 || made.End.Changes != 4 {
		t.Errorf("end is %+v", made.End)
	}
}

func TestAPlanHoldsNoPasswordAndIsItsOwnersOnly(t *testing.T) {
	dir := t.TempDir()
	write(t, dir)
	text, info := slurp(t, dir, plan.PlanFile)
	if strings.Contains(text, "s3cr3t") || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v:\n%s", info.Mode(), text)
	}
}

func slurp(t testing.TB, dir, name string) (string, os.FileInfo) {
	t.Helper()
	path := filepath.Join(dir, name)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), info
}

// open opens a plan of these bytes.
func open(t testing.TB, dir string, text []byte) (*plan.Plan, error) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, plan.PlanFile), text, 0o600); err != nil {
		t.Fatal(err)
	}
	return plan.Open(dir)
}

func refuses(t testing.TB, dir string, text []byte, what string) {
	t.Helper()
	p, err := open(t, dir, text)
	if err == nil {
		p.Close()
		t.Errorf("%s: opened", what)
		return
	}
	if brick.KindOf(err) != brick.BadInput || !strings.Contains(err.Error(), "hint:") {
		t.Errorf("%s: %v", what, err)
	}
}

func TestATruncatedPlanIsRefusedWhereverItBreaksOff(t *testing.T) {
	dir := t.TempDir()
	write(t, dir)
	text, _ := slurp(t, dir, plan.PlanFile)
	for n := range len(text) {
		refuses(t, dir, []byte(text[:n]), fmt.Sprintf("the first %d bytes", n))
	}
}

func TestAPlanWithAnyByteChangedIsRefused(t *testing.T) {
	dir := t.TempDir()
	write(t, dir)
	text, _ := slurp(t, dir, plan.PlanFile)
	for at := range len(text) {
		changed := []byte(text)
		changed[at] ^= 1 << (at % 8)
		refuses(t, dir, changed, fmt.Sprintf("byte %d of %d", at, len(text)))
	}
}

// sealed gives the text of a plan the digest that fits it.
func sealed(text string) []byte {
	head, rest, _ := strings.Cut(text, "\n")
	var h struct {
		Digest string `json:"sha256"`
	}
	if json.Unmarshal([]byte(head), &h) != nil || len(h.Digest) != 64 || !strings.Contains(head, h.Digest) {
		return []byte(text)
	}
	at := strings.LastIndex(head, h.Digest)
	blank := head[:at] + strings.Repeat("0", 64) + head[at+64:] + "\n" + rest
	sum := sha256.Sum256([]byte(blank))
	return []byte(head[:at] + hex.EncodeToString(sum[:]) + head[at+64:] + "\n" + rest)
}

func TestAPlanThatContradictsItselfIsRefused(t *testing.T) {
	dir := t.TempDir()
	digest := write(t, dir).Header.Digest
	text, _ := slurp(t, dir, plan.PlanFile)
	lines := strings.SplitAfter(text, "\n")
	without := func(i int) string { return strings.Join(lines[:i], "") + strings.Join(lines[i+1:], "") }
	if p, err := open(t, dir, sealed(text)); err != nil {
		t.Fatalf("as it stands: %v", err)
	} else {
		p.Close()
	}
	for what, changed := range map[string]string{
		"a change is missing":       without(2),
		"a scope is missing":        without(1),
		"an idle scope is missing":  without(7),
		"the end is missing":        without(8),
		"the header is missing":     without(0),
		"the header comes twice":    lines[0] + text,
		"a record is unknown":       strings.Replace(text, `"kind":"change"`, `"kind":"chance"`, 1),
		"a newer version":           strings.Replace(text, `"version":1`, `"version":2`, 1),
		"something follows the end": text + lines[2],
		"a count is wrong":          strings.Replace(text, `"added":1`, `"added":2`, 1),
		"the end counts wrong":      strings.Replace(text, `"changes":4`, `"changes":5`, 1),
		"no JSON":                   lines[0] + "added ann\n",
		"a digest in escapes":       strings.Replace(text, digest, fmt.Sprintf(`\u%04x`, digest[0])+digest[1:], 1),
		"an empty file":             "",
	} {
		refuses(t, dir, sealed(changed), what)
	}
}

func TestOpenWithoutAPlanSaysWhatToDo(t *testing.T) {
	_, err := plan.Open(t.TempDir())
	if brick.KindOf(err) != brick.BadInput || err == nil || !strings.Contains(err.Error(), "hint:") {
		t.Errorf("error is %v", err)
	}
}

func TestWriterRefusesScopesOutOfOrder(t *testing.T) {
	w, err := plan.Create(t.TempDir(), plan.Header{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abandon()
	if err := w.Scope(&brick.Summary{Scope: project1}, nil); err != nil {
		t.Fatal(err)
	}
	for _, s := range []brick.Scope{project1, acme} {
		if err := w.Scope(&brick.Summary{Scope: s}, nil); err == nil {
			t.Errorf("%v after %v is accepted", s, project1)
		}
	}
}

func TestAnAbandonedPlanLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	w, err := plan.Create(dir, plan.Header{})
	if err != nil {
		t.Fatal(err)
	}
	c := sample()[0]
	line, _ := plan.EncodePassword(&c)
	if err := plan.WritePasswords(dir, bytes.NewReader(line)); err != nil {
		t.Fatal(err)
	}
	w.Abandon()
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func FuzzOpen(f *testing.F) {
	dir := f.TempDir()
	digest := write(f, dir).Header.Digest
	text, _ := slurp(f, dir, plan.PlanFile)
	f.Add(text)
	f.Add(strings.Replace(text, digest, fmt.Sprintf(`\u%04x`, digest[0])+digest[1:], 1))
	f.Add(strings.ReplaceAll(text, `"added":1`, `"added":2,"updated":-1`))
	f.Add(text[:len(text)/2])
	f.Add(strings.ReplaceAll(text, `"action":"add"`, `"action":"remove"`))
	f.Add("{}\n")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := open(t, t.TempDir(), sealed(text))
		if err != nil {
			if brick.KindOf(err) != brick.BadInput {
				t.Errorf("refused as %v", err)
			}
			return
		}
		defer p.Close()
		var n int64
		for _, err := range p.Summaries() {
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, section := range all(t, p.Sections()) {
			for c, err := range section.Changes() {
				if err != nil {
					break // a change that cannot be read is told when it is its turn
				}
				if n++; c.Seq < 1 || c.Seq > p.End.Changes {
					t.Fatalf("change %d of %d", c.Seq, p.End.Changes)
				}
			}
		}
		if n > p.End.Changes {
			t.Fatalf("%d changes, the end says %d", n, p.End.Changes)
		}
	})
}

func TestWhoHasOpenedAPlanReadsItToTheEndWhateverIsPlannedThere(t *testing.T) {
	dir := t.TempDir()
	write(t, dir).Close()
	opened, err := plan.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	w, err := plan.Create(dir, plan.Header{RunID: "run-2"})
	if err != nil {
		t.Fatal(err)
	}
	other, err := w.Finish(plan.End{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	var n int
	for section, err := range opened.Sections() {
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range section.Changes() {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
	}
	if n != len(sample()) {
		t.Errorf("%d changes are read, want %d", n, len(sample()))
	}
	if again, err := plan.Open(dir); err != nil || again.Header.Digest != other.Header.Digest {
		t.Errorf("the directory holds %v, %v", again, err)
	}
}
