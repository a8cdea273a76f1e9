package plan

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"users-brick/brick"
)

// noDigest stands in a header until the digest is known.
var noDigest = strings.Repeat("0", sha256.Size*2)

// Writer writes a plan: scopes in order, each with its changes in the order
// of logins, then the end. The same scopes give the same bytes, header aside.
type Writer struct {
	dir      string
	file     *os.File
	out      *bufio.Writer
	sum      hash.Hash
	digestAt int64 // where the digest stands in the file
	at       int64 // bytes written so far
	seq      int64
	header   Header
	index    index
	end      End
	last     brick.Scope
}

// Create begins a plan in a directory that exists. The file is readable by
// its owner only, since it names people. A plan that is there already is
// replaced; whoever has opened that one goes on reading it.
func Create(dir string, h Header) (*Writer, error) {
	name := filepath.Join(dir, PlanFile)
	err := os.Remove(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("write plan: %w", err)
	}
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("write plan: %w", err)
	}
	h.Version, h.Digest = Version, noDigest
	w := &Writer{dir: dir, file: f, out: bufio.NewWriterSize(f, 1<<18), sum: sha256.New(), header: h}
	line, err := json.Marshal(headerRecord{headerKind, h})
	if err == nil {
		w.digestAt = int64(bytes.LastIndex(line, []byte(noDigest)))
		err = w.line(line)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("write plan: %w", err)
	}
	return w, nil
}

func (w *Writer) line(line []byte) error {
	return w.bytes(append(line, '\n'))
}

func (w *Writer) bytes(b []byte) error {
	w.at += int64(len(b))
	var summed sync.WaitGroup
	if len(b) >= besideSize {
		summed.Go(func() { w.sum.Write(b) })
	} else {
		w.sum.Write(b)
	}
	_, err := w.out.Write(b)
	summed.Wait()
	return err
}

// besideSize is how many bytes there must be for their digest to be taken
// beside the writing: both take about as long.
const besideSize = 64 << 10

// Scope adds a scope with the lines that EncodeChange made of its changes, as
// many as the summary counts. Scopes must come in order.
func (w *Writer) Scope(s *brick.Summary, changes io.WriterTo) error {
	if w.last != (brick.Scope{}) && w.last.Compare(s.Scope) >= 0 {
		return fmt.Errorf("write plan: %s after %s", s.Scope, w.last)
	}
	w.last = s.Scope
	line, err := json.Marshal(scopeRecord{scopeKind, *s})
	if err != nil {
		return fmt.Errorf("write plan: %w", err)
	}
	n := s.Counts.Changes()
	w.index.add(w.at, w.seq+1)
	if err := w.line(line); err != nil {
		return fmt.Errorf("write plan: %w", err)
	}
	if n > 0 {
		if _, err := changes.WriteTo(writerFunc(w.bytes)); err != nil {
			return fmt.Errorf("write plan: %w", err)
		}
	}
	w.seq += n
	w.end.Scopes++
	w.end.Changes += n
	w.end.Counts.Plus(&s.Counts)
	if s.Failure != nil {
		w.end.Unplanned++
	}
	return nil
}

type writerFunc func([]byte) error

func (f writerFunc) Write(b []byte) (int, error) { return len(b), f(b) }

// Finish ends the plan: the counts that the writer knows are filled in, the
// rest of the end is the caller's. The file is safe on disk afterwards.
func (w *Writer) Finish(end End) (*Plan, error) {
	end.Scopes, end.Changes, end.Unplanned, end.Counts = w.end.Scopes, w.end.Changes, w.end.Unplanned, w.end.Counts
	w.index.add(w.at, w.seq+1)
	line, err := json.Marshal(endRecord{endKind, end})
	if err == nil {
		err = w.line(line)
	}
	if err == nil {
		err = w.out.Flush()
	}
	w.header.Digest = hex.EncodeToString(w.sum.Sum(nil))
	if err == nil {
		_, err = w.file.WriteAt([]byte(w.header.Digest), w.digestAt)
	}
	if err == nil {
		err = w.file.Sync()
	}
	if err != nil {
		w.file.Close()
		return nil, fmt.Errorf("write plan: %w", err)
	}
	return &Plan{Dir: w.dir, Header: w.header, End: end, file: w.file, index: w.index}, nil
}

// Abandon gives up a plan that is not finished; it is deleted, and with it the
// passwords, which would otherwise lie about for nothing.
func (w *Writer) Abandon() {
	w.file.Close()
	os.Remove(filepath.Join(w.dir, PlanFile))
	os.Remove(filepath.Join(w.dir, PasswordsFile))
}
