package plan

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
)

// Notes writes the findings of a plan.
type Notes struct {
	file *os.File
	out  *bufio.Writer
}

// CreateNotes begins the findings in a plan's directory.
func CreateNotes(dir string) (*Notes, error) {
	f, err := os.OpenFile(filepath.Join(dir, FindingsFile), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("write findings: %w", err)
	}
	return &Notes{f, bufio.NewWriter(f)}, nil
}

// Add writes one finding.
func (n *Notes) Add(note Note) error {
	line, err := EncodeNote(&note)
	if err == nil {
		_, err = n.out.Write(line)
	}
	if err != nil {
		return fmt.Errorf("write findings: %w", err)
	}
	return nil
}

// Append writes findings that EncodeNote made.
func (n *Notes) Append(lines io.WriterTo) error {
	if _, err := lines.WriteTo(n.out); err != nil {
		return fmt.Errorf("write findings: %w", err)
	}
	return nil
}

// Close ends the findings. They are safe on disk afterwards, since the report of
// a run that dies and is gone on with tells them, too.
func (n *Notes) Close() error {
	err := n.out.Flush()
	if at, _ := n.file.Seek(0, io.SeekCurrent); err == nil && at > 0 {
		err = n.file.Sync()
	}
	return errors.Join(err, n.file.Close())
}

// EncodeNote returns the line of findings.ndjson for a finding.
func EncodeNote(n *Note) ([]byte, error) {
	line, err := json.Marshal(n)
	return append(line, '\n'), err
}

// Notes yields the findings of the plan, in the order in which they were
// made. A plan without the file has none.
func (p *Plan) Notes() iter.Seq2[Note, error] {
	return func(yield func(Note, error) bool) {
		err := eachLine(filepath.Join(p.Dir, FindingsFile), func(line []byte) (bool, error) {
			var n Note
			if err := json.Unmarshal(line, &n); err != nil {
				return false, err
			}
			return yield(n, nil), nil
		})
		if err != nil {
			yield(Note{}, fmt.Errorf("read findings: %w", err))
		}
	}
}

// eachLine calls a function with every line of a file until it says no. A
// file that is not there has no lines.
func eachLine(path string, f func([]byte) (bool, error)) error {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewReader(file)
	for {
		line, err := readLine(lines)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if more, err := f(bytes.TrimSpace(line)); err != nil || !more {
			return err
		}
	}
}
