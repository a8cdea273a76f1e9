package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"users-brick/brick"
	"users-brick/params"
)

// clock is a time that moves only when it is told to.
type clock struct{ at time.Time }

func (c *clock) now() time.Time          { return c.at }
func (c *clock) advance(d time.Duration) { c.at = c.at.Add(d) }

func newClock() *clock { return &clock{time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC)} }

// shown is what stands in the last line of a terminal.
func shown(out *bytes.Buffer) string {
	text := out.String()
	return text[strings.LastIndex(text, eraseLine)+len(eraseLine):]
}

func TestProgressSaysHowFarHowFastAndHowLong(t *testing.T) {
	var out bytes.Buffer
	c := newClock()
	p := newProgress(&out, c.now)
	p.hear(brick.Applied{Done: 1, Total: 4000})
	c.advance(10 * time.Second)
	p.hear(brick.Applied{Done: 1000, Total: 4000})
	if got, want := shown(&out), "applying: 1000 of 4000 changes (25%), 100/s, 30s left"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestProgressOfAFileOfUnknownLengthSaysHowManyRows(t *testing.T) {
	var out bytes.Buffer
	c := newClock()
	p := newProgress(&out, c.now)
	p.hear(brick.RowsRead{Rows: 10_000})
	c.advance(2 * time.Second)
	p.hear(brick.RowsRead{Rows: 20_000})
	if got, want := shown(&out), "reading: 20000 rows, 10000/s"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestProgressIsNotRedrawnForEveryEvent(t *testing.T) {
	var out bytes.Buffer
	c := newClock()
	p := newProgress(&out, c.now)
	for i := range 1000 {
		c.advance(time.Millisecond)
		p.hear(brick.Applied{Done: int64(i), Total: 1000})
	}
	if drawn := strings.Count(out.String(), eraseLine); drawn < 2 || drawn > 5 {
		t.Errorf("drawn %d times in a second", drawn)
	}
}

func TestLogLinesStandAboveTheProgress(t *testing.T) {
	var out bytes.Buffer
	c := newClock()
	p := newProgress(&out, c.now)
	p.hear(brick.ScopePlanned{Done: 1, Total: 2})
	c.advance(time.Second)
	p.hear(brick.ScopePlanned{Done: 2, Total: 2})
	line := shown(&out)
	if _, err := p.Write([]byte("warning\n")); err != nil {
		t.Fatal(err)
	}
	if want := eraseLine + "warning\n" + line; !strings.HasSuffix(out.String(), want) {
		t.Errorf("the terminal shows %q, want it to end with %q", out.String(), want)
	}
	p.clear()
	if shown(&out) != "" {
		t.Errorf("after the end the line still shows %q", shown(&out))
	}
}

func TestLogTellsFailuresAlwaysAndProgressSeldom(t *testing.T) {
	var out bytes.Buffer
	c := newClock()
	p := program{stderr: &out, now: c.now}
	env, findings := params.ParseEnv(nil)
	if err := findings.Err(); err != nil {
		t.Fatal(err)
	}
	emit, quit := p.listeners(&env)
	defer quit()
	change := &brick.Change{Scope: brick.Project("p"), Action: brick.Disable, Before: &brick.Member{Login: "a@x.com"}}
	for i := range 1000 {
		emit(brick.Applied{Change: change, Done: int64(i), Total: 1000})
	}
	emit(brick.Applied{Change: change, Err: errors.New("no"), Done: 1000, Total: 1000})
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 1 {
		t.Fatalf("%d lines, want the failure only:\n%s", len(lines), out.String())
	}
	var line struct{ Level, Error, Login, Scope string }
	if err := json.Unmarshal([]byte(lines[0]), &line); err != nil {
		t.Fatal(err)
	}
	if line.Level != "warn" || line.Error != "no" || line.Login != "a@x.com" || line.Scope != "project p" {
		t.Errorf("got %+v", line)
	}
}
