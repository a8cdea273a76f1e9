package grace

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"time"

	"users-brick/brick"
)

// Writer writes a memory: scopes in order, each with its people in the order
// of logins.
type Writer struct {
	out    io.Writer
	sum    hash.Hash
	scope  brick.Scope
	opened bool // the line of the scope is written
	people int64
}

// NewWriter begins a memory that is written at a time.
func NewWriter(out io.Writer, latest time.Time) (*Writer, error) {
	w := &Writer{out: out, sum: sha256.New()}
	return w, w.line(opening{version, latest.UTC()})
}

// Scope begins the people of a scope. One without any leaves no trace.
func (w *Writer) Scope(s brick.Scope) { w.scope, w.opened = s, false }

// Add adds somebody to the scope.
func (w *Writer) Add(e Entry) error {
	if !w.opened {
		w.opened = true
		if err := w.line(scopeLine{w.scope}); err != nil {
			return err
		}
	}
	w.people++
	return w.line(Entry{e.Login, e.Since.UTC()})
}

// Close ends the memory; it does not close what it was written to.
func (w *Writer) Close() error {
	return w.line(ending{w.people, hex.EncodeToString(w.sum.Sum(nil))})
}

func (w *Writer) line(value any) error {
	text, err := json.Marshal(value)
	if err == nil {
		text = append(text, '\n')
		w.sum.Write(text)
		_, err = w.out.Write(text)
	}
	if err != nil {
		return fmt.Errorf("write who is missing: %w", err)
	}
	return nil
}
