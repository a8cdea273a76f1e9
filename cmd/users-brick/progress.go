package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"users-brick/brick"
)

// pace lets something through once in a while. It may be used from several
// goroutines.
type pace struct {
	now   func() time.Time
	every time.Duration

	mu   sync.Mutex
	last time.Time
}

// due reports whether it is time again. The first interval begins with the
// first question.
func (p *pace) due() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if p.last.IsZero() {
		p.last = now
	}
	if now.Sub(p.last) < p.every {
		return false
	}
	p.last = now
	return true
}

// progress keeps one line at the bottom of a terminal up to date. Whatever is
// written through it stands above that line.
type progress struct {
	out   io.Writer
	now   func() time.Time
	pace  pace
	mu    sync.Mutex
	line  string
	phase string
	since time.Time // when the phase began
}

func newProgress(out io.Writer, now func() time.Time) *progress {
	return &progress{out: out, now: now, pace: pace{now: now, every: 200 * time.Millisecond}}
}

// hear shows an event, if it is about progress and the last is a while ago.
func (p *progress) hear(e brick.Event) {
	switch e := e.(type) {
	case brick.RowsRead:
		p.show("reading", e.Rows, 0, "rows")
	case brick.ScopePlanned:
		p.show("planning", int64(e.Done), int64(e.Total), "scopes")
	case brick.Applied:
		p.show("applying", e.Done, e.Total, "changes")
	}
}

func (p *progress) show(phase string, done, of int64, what string) {
	p.mu.Lock()
	if phase != p.phase {
		p.phase, p.since = phase, p.now()
	}
	since := p.since
	p.mu.Unlock()
	if p.pace.due() {
		p.draw(progressLine(phase, done, of, what, p.now().Sub(since)))
	}
}

// progressLine says how far something is, how fast it goes and how long it
// will take. An unknown whole is 0.
func progressLine(phase string, done, of int64, what string, took time.Duration) string {
	rate := 0.0
	if took > 0 {
		rate = float64(done) / took.Seconds()
	}
	if of == 0 {
		return fmt.Sprintf("%s: %d %s, %.0f/s", phase, done, what, rate)
	}
	line := fmt.Sprintf("%s: %d of %d %s (%d%%), %.0f/s", phase, done, of, what, 100*done/of, rate)
	if rate > 0 && done < of {
		line += fmt.Sprintf(", %s left", time.Duration(float64(of-done)/rate*float64(time.Second)).Round(time.Second))
	}
	return line
}

// eraseLine goes to the start of the line and deletes it.
const eraseLine = "\r\x1b[K"

func (p *progress) draw(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.line = line
	fmt.Fprint(p.out, eraseLine, line)
}

// Write puts text above the line of progress.
func (p *progress) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.line != "" {
		fmt.Fprint(p.out, eraseLine)
	}
	n, err := p.out.Write(text)
	if p.line != "" {
		fmt.Fprint(p.out, p.line)
	}
	return n, err
}

// clear takes the line away.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.line != "" {
		fmt.Fprint(p.out, eraseLine)
	}
	p.line = ""
}
