package grace

import (
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"time"

	"users-brick/brick"
)

// Applied says what became of the plan of a scope: whether it was applied to
// its end, so that nothing of it is left to be tried, and if so which of its
// changes, by their place, hold now. The others failed or were held.
type Applied func(scope brick.Scope) (done func(change int64) bool, whole bool)

// EncodeLine returns the text of a line beside a plan, with its line end.
func EncodeLine(l *Line) ([]byte, error) {
	text, err := json.Marshal(l)
	return append(text, '\n'), err
}

// Lines reads what lies beside a plan.
func Lines(in io.Reader) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		for lines := json.NewDecoder(in); lines.More(); {
			var l Line
			err := lines.Decode(&l)
			if err != nil {
				err = fmt.Errorf("read who is missing by the plan: %w", err)
			}
			if !yield(l, err) || err != nil {
				return
			}
		}
	}
}

// Merge writes what is to be remembered after a plan was applied at a time:
// what was remembered before of scopes that the plan did not reach, and of the
// others what lies beside the plan. Whose clock is not remembered any more (he
// came back since the plan was made) begins anew.
func (s *State) Merge(planned iter.Seq2[Line, error], applied Applied, now time.Time, out io.Writer) error {
	w, err := NewWriter(out, later(s.Latest, now))
	if err != nil {
		return err
	}
	m := merge{w: w, now: now, applied: applied}
	next, stop := iter.Pull2(s.all())
	defer stop()
	m.next = next
	if err := m.advance(); err != nil {
		return err
	}
	for l, err := range planned {
		if err == nil {
			err = m.take(&l)
		}
		if err != nil {
			return err
		}
	}
	if err := m.leave(); err != nil {
		return err
	}
	if err := m.copyUntil(func(placed) bool { return false }); err != nil {
		return err
	}
	return w.Close()
}

// merge walks what is remembered along what was planned.
type merge struct {
	w       *Writer
	now     time.Time
	applied Applied

	next   func() (placed, error, bool)
	old    placed
	has    bool // there is somebody remembered at hand
	copied brick.Scope

	scope brick.Scope // that is planned
	whole bool
	done  func(int64) bool
}

func (m *merge) advance() (err error) {
	m.old, err, m.has = m.next()
	return err
}

// copyUntil keeps who is remembered, up to the first for whom stop holds.
func (m *merge) copyUntil(stop func(placed) bool) error {
	for m.has && !stop(m.old) {
		if m.copied != m.old.scope {
			m.copied = m.old.scope
			m.w.Scope(m.old.scope)
		}
		if err := m.w.Add(m.old.Entry); err != nil {
			return err
		}
		if err := m.advance(); err != nil {
			return err
		}
	}
	return nil
}

// take takes in a planned line.
func (m *merge) take(l *Line) error {
	if l.Scope != nil {
		return m.enter(*l.Scope)
	}
	if !m.whole {
		return nil
	}
	for m.has && m.old.scope == m.scope && m.old.Login < l.Login {
		if err := m.advance(); err != nil { // he is back, or no member any more
			return err
		}
	}
	known := m.has && m.old.scope == m.scope && m.old.Login == l.Login
	done := l.Change > 0 && m.done(l.Change)
	switch {
	case l.Gone && (done || !known):
		return nil
	case l.Gone:
		return m.w.Add(m.old.Entry)
	case l.Change > 0 && !done:
		return nil
	}
	e := Entry{l.Login, later(l.Since, m.now)}
	if known && l.Change == 0 {
		e.Since = later(l.Since, m.old.Since)
	}
	return m.w.Add(e)
}

// enter begins a planned scope.
func (m *merge) enter(scope brick.Scope) error {
	if err := m.leave(); err != nil {
		return err
	}
	if err := m.copyUntil(func(p placed) bool { return p.scope.Compare(scope) >= 0 }); err != nil {
		return err
	}
	m.scope = scope
	if m.done, m.whole = m.applied(scope); m.whole {
		m.w.Scope(scope)
		m.copied = scope
	}
	return nil
}

// leave ends a planned scope: who is remembered in it and was not planned to be
// missing is forgotten.
func (m *merge) leave() error {
	for m.whole && m.has && m.old.scope == m.scope {
		if err := m.advance(); err != nil {
			return err
		}
	}
	m.whole = false
	return nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
