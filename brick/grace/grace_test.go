package grace_test

import (
	"bytes"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"users-brick/brick"
	"users-brick/brick/grace"
)

var began = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func on(day int) time.Time { return began.Add(time.Duration(day) * 24 * time.Hour) }

// memory is what is remembered, as a plain map.
type memory map[brick.Scope]map[brick.Login]time.Time

func (m memory) scopes() []brick.Scope {
	var scopes []brick.Scope
	for s := range m {
		scopes = append(scopes, s)
	}
	slices.SortFunc(scopes, brick.Scope.Compare)
	return scopes
}

func logins(people map[brick.Login]time.Time) []brick.Login {
	var all []brick.Login
	for login := range people {
		all = append(all, login)
	}
	slices.Sort(all)
	return all
}

// String describes a memory; a scope without anybody is none.
func (m memory) String() string {
	var b strings.Builder
	for _, s := range m.scopes() {
		for _, login := range logins(m[s]) {
			fmt.Fprintln(&b, s, login, m[s][login].Format(time.DateOnly))
		}
	}
	return b.String()
}

type fataler interface {
	Helper()
	Fatal(...any)
}

// text writes the memory.
func (m memory) text(t fataler, latest time.Time) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := grace.NewWriter(&b, latest)
	for _, s := range m.scopes() {
		w.Scope(s)
		for _, login := range logins(m[s]) {
			if err == nil {
				err = w.Add(grace.Entry{Login: login, Since: m[s][login]})
			}
		}
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func open(t fataler, dir string, text []byte) (*grace.State, error) {
	t.Helper()
	path := filepath.Join(dir, "missing")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return grace.Open(path)
}

// recall reads some scopes back.
func recall(t fataler, s *grace.State, scopes ...brick.Scope) memory {
	t.Helper()
	m := memory{}
	for _, scope := range scopes {
		m[scope] = map[brick.Login]time.Time{}
		for e, err := range s.Of(scope) {
			if err != nil {
				t.Fatal(err)
			}
			m[scope][e.Login] = e.Since
		}
	}
	return m
}

var scopes = []brick.Scope{brick.Organization("acme"), brick.Project("p1"), brick.Project("p2"), brick.Project("p3")}

func drawMemory(t *rapid.T) memory {
	m := memory{}
	for _, s := range scopes {
		if !rapid.Bool().Draw(t, "remembered in "+s.String()) {
			continue
		}
		m[s] = map[brick.Login]time.Time{}
		for _, login := range []brick.Login{"a@x.y", "b@x.y", "c@x.y"} {
			if rapid.Bool().Draw(t, string(login)) {
				m[s][login] = on(rapid.IntRange(0, 9).Draw(t, "since"))
			}
		}
	}
	return m
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		m := drawMemory(t)
		s, err := open(t, dir, m.text(t, on(10)))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if got := recall(t, s, scopes...).String(); got != m.String() || !s.Latest.Equal(on(10)) {
			t.Fatalf("have\n%s\nwant\n%s", got, m)
		}
	})
}

// planned is what a plan says of a scope, and what became of it.
type planned struct {
	scope brick.Scope
	lines []grace.Line
	done  map[int64]bool
	whole bool
}

func drawPlan(t *rapid.T) []planned {
	var plan []planned
	for _, s := range scopes {
		if !rapid.Bool().Draw(t, "planned "+s.String()) {
			continue
		}
		p := planned{scope: s, done: map[int64]bool{}, whole: rapid.Bool().Draw(t, "applied whole")}
		for _, login := range []brick.Login{"a@x.y", "b@x.y", "c@x.y"} {
			if !rapid.Bool().Draw(t, "missing "+string(login)) {
				continue
			}
			l := grace.Line{Login: login, Since: on(rapid.IntRange(0, 9).Draw(t, "planned since"))}
			if rapid.Bool().Draw(t, "changed") {
				l.Change, l.Gone = int64(len(p.lines)+1), rapid.Bool().Draw(t, "deleted")
				p.done[l.Change] = rapid.Bool().Draw(t, "done")
			}
			p.lines = append(p.lines, l)
		}
		plan = append(plan, p)
	}
	return plan
}

// after says what must be remembered, without hurry.
func after(m memory, plan []planned, now time.Time) memory {
	next := memory{}
	for s, people := range m {
		next[s] = people
	}
	for _, p := range plan {
		if !p.whole {
			continue
		}
		next[p.scope] = map[brick.Login]time.Time{}
		for _, l := range p.lines {
			before, known := m[p.scope][l.Login]
			switch {
			case l.Gone && !p.done[l.Change] && known:
				next[p.scope][l.Login] = before
			case l.Gone, l.Change > 0 && !p.done[l.Change]:
			case l.Change == 0 && known && before.After(l.Since):
				next[p.scope][l.Login] = before
			case l.Change == 0 && known, l.Since.After(now):
				next[p.scope][l.Login] = l.Since
			default:
				next[p.scope][l.Login] = now
			}
		}
	}
	return next
}

func lines(plan []planned) iter.Seq2[grace.Line, error] {
	return func(yield func(grace.Line, error) bool) {
		for _, p := range plan {
			if !yield(grace.Line{Scope: &p.scope}, nil) {
				return
			}
			for _, l := range p.lines {
				if !yield(l, nil) {
					return
				}
			}
		}
	}
}

func TestAfterAPlanWhatItAppliedIsRememberedAndTheRestStays(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		m, plan, now := drawMemory(t), drawPlan(t), on(rapid.IntRange(0, 12).Draw(t, "now"))
		s, err := open(t, dir, m.text(t, on(8)))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		applied := func(scope brick.Scope) (func(int64) bool, bool) {
			i := slices.IndexFunc(plan, func(p planned) bool { return p.scope == scope })
			return func(n int64) bool { return plan[i].done[n] }, plan[i].whole
		}
		var b bytes.Buffer
		if err := s.Merge(lines(plan), applied, now, &b); err != nil {
			t.Fatal(err)
		}
		next, err := open(t, dir, b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		defer next.Close()
		if got, want := recall(t, next, scopes...).String(), after(m, plan, now).String(); got != want {
			t.Fatalf("have\n%s\nwant\n%s", got, want)
		}
		if next.Latest.Before(now) || next.Latest.Before(on(8)) {
			t.Fatalf("the latest clock is %v", next.Latest)
		}
	})
}

func TestWhatIsDamagedRemembersNobody(t *testing.T) {
	m := memory{brick.Project("p1"): {"a@x.y": on(1), "b@x.y": on(2)}}
	text := m.text(t, on(3))
	dir := t.TempDir()
	for at := range len(text) {
		cut, changed := text[:at], slices.Clone(text)
		changed[at] ^= 1
		for _, bad := range [][]byte{cut, changed, append(slices.Clone(text), text[at:]...)} {
			s, err := open(t, dir, bad)
			if err == nil {
				t.Fatalf("%q is believed", bad)
			}
			if got := recall(t, s, brick.Project("p1")).String(); got != "" || !s.Latest.IsZero() {
				t.Fatalf("%q: remembered is %s", bad, got)
			}
			s.Close()
		}
	}
}

func TestNothingIsRememberedAtFirst(t *testing.T) {
	s, err := grace.Open(filepath.Join(t.TempDir(), "nowhere", "missing"))
	if err != nil || recall(t, s, scopes...).String() != "" || s.Close() != nil {
		t.Errorf("%+v, %v", s, err)
	}
}

// TestAMillionPeopleNeedLittleMemory writes, opens, walks and merges a memory of
// a million people in a thousand projects, and looks at what stays in use.
func TestAMillionPeopleNeedLittleMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("writes a hundred megabytes")
	}
	const projects, people = 1000, 1000
	path := filepath.Join(t.TempDir(), "missing")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w, err := grace.NewWriter(f, began)
	for p := range projects {
		w.Scope(brick.Project(fmt.Sprintf("p%04d", p)))
		for n := range people {
			if err == nil {
				err = w.Add(grace.Entry{Login: brick.Login(fmt.Sprintf("person%06d@example.com", n)), Since: began})
			}
		}
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil || f.Close() != nil {
		t.Fatal(err)
	}
	before := inUse()
	s, err := grace.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	out, most := &counter{}, uint64(0)
	empty := func(yield func(grace.Line, error) bool) {
		for p := range projects { // everybody is back in every other project
			if scope := brick.Project(fmt.Sprintf("p%04d", p)); p%2 == 0 && !yield(grace.Line{Scope: &scope}, nil) {
				return
			}
			if p%100 == 0 {
				most = max(most, inUse())
			}
		}
	}
	all := func(brick.Scope) (func(int64) bool, bool) { return func(int64) bool { return false }, true }
	if err := s.Merge(empty, all, began, out); err != nil {
		t.Fatal(err)
	}
	if out.lines != 1+projects/2*(1+people)+1 {
		t.Errorf("%d lines", out.lines)
	}
	if grown := int64(most) - int64(before); grown > 4<<20 {
		t.Errorf("%d bytes are in use", grown)
	}
	last := brick.Project(fmt.Sprintf("p%04d", projects-1))
	if got := len(recall(t, s, last)[last]); got != people {
		t.Errorf("%d people in the last project", got)
	}
}

func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// counter counts lines.
type counter struct{ lines int }

func (c *counter) Write(b []byte) (int, error) {
	c.lines += bytes.Count(b, []byte("\n"))
	return len(b), nil
}
