package grace

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"slices"
	"time"

	"users-brick/brick"
)

// State is what is remembered of a target. Its methods may be called from
// several goroutines. The zero State remembers nobody.
type State struct {
	Latest time.Time // the latest clock ever seen; zero when nothing is remembered

	file *os.File
	end  int64  // of the people in the file
	mark []mark // in order
}

// mark is where a scope stands in the file.
type mark struct {
	scope  brick.Scope
	offset int64
}

// between is how many bytes there are at least between two marks.
const between = 64 << 10

// Open opens a memory and proves that it is whole. One that is not there is an
// empty one. Whatever is wrong with it is an error, and the State then
// remembers nobody, too, so that it can be used all the same.
func Open(path string) (*State, error) {
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &State{}, nil
	case err != nil:
		return &State{}, fmt.Errorf("read who is missing: %w", err)
	}
	s := &State{file: f}
	if err := s.check(); err != nil {
		f.Close()
		return &State{}, fmt.Errorf("read who is missing: %s: %w", path, err)
	}
	return s, nil
}

// Close ends the reading.
func (s *State) Close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}

// check reads the file once, for its checksum and its marks.
func (s *State) check() error {
	lines := s.lines(0)
	var people int64
	ended := false
	sum := sha256.New()
	for line, err := range lines {
		if err != nil {
			return err
		}
		if ended {
			return errors.New("something follows the end")
		}
		if bytes.HasPrefix(line.text, []byte(`{"people"`)) {
			if err := fits(line.text, people, hex.EncodeToString(sum.Sum(nil))); err != nil {
				return err
			}
			ended, s.end = true, line.offset
			continue
		}
		sum.Write(line.text)
		if err := s.note(line, &people); err != nil {
			return err
		}
	}
	if !ended {
		return errors.New("it breaks off")
	}
	return nil
}

func fits(text []byte, people int64, sum string) error {
	var e ending
	if err := json.Unmarshal(text, &e); err != nil {
		return err
	}
	if e != (ending{people, sum}) {
		return errors.New("it does not fit its checksum")
	}
	return nil
}

// note takes in a line that is not the last.
func (s *State) note(line line, people *int64) error {
	switch {
	case line.offset == 0:
		var o opening
		if err := json.Unmarshal(line.text, &o); err != nil {
			return err
		}
		if o.Missing != version {
			return fmt.Errorf("it has version %d, this program reads version %d", o.Missing, version)
		}
		s.Latest = o.Latest
	case !isScope(line.text):
		*people++
	case len(s.mark) == 0 || line.offset-s.mark[len(s.mark)-1].offset >= between:
		var l scopeLine
		if err := json.Unmarshal(line.text, &l); err != nil {
			return err
		}
		s.mark = append(s.mark, mark{l.Scope, line.offset})
	}
	return nil
}

func isScope(text []byte) bool { return bytes.HasPrefix(text, []byte(`{"scope"`)) }

// line is a line with its end, and where it stands.
type line struct {
	text   []byte
	offset int64
}

// lines yields the lines from an offset on; each is good until the next.
func (s *State) lines(offset int64) iter.Seq2[line, error] {
	return func(yield func(line, error) bool) {
		in := bufio.NewReaderSize(io.NewSectionReader(s.file, offset, 1<<62-offset), 1<<16)
		for {
			text, err := in.ReadSlice('\n')
			switch {
			case errors.Is(err, io.EOF) && len(text) == 0:
				return
			case errors.Is(err, io.EOF):
				err = errors.New("it breaks off in the middle of a line")
			}
			if !yield(line{text, offset}, err) || err != nil {
				return
			}
			offset += int64(len(text))
		}
	}
}

// Of yields who is missing from a scope, in the order of logins.
func (s *State) Of(scope brick.Scope) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		at, found := slices.BinarySearchFunc(s.mark, scope, func(m mark, s brick.Scope) int { return m.scope.Compare(s) })
		if !found {
			at--
		}
		if at < 0 {
			return
		}
		for p, err := range s.from(s.mark[at].offset) {
			if err == nil && p.scope.Compare(scope) < 0 {
				continue
			}
			if err == nil && p.scope != scope || !yield(p.Entry, err) || err != nil {
				return
			}
		}
	}
}

// placed is somebody with his scope.
type placed struct {
	scope brick.Scope
	Entry
}

// all yields everybody, in the order of scopes and logins.
func (s *State) all() iter.Seq2[placed, error] {
	if len(s.mark) == 0 {
		return func(func(placed, error) bool) {}
	}
	return s.from(s.mark[0].offset)
}

// from yields everybody from the line of a scope on.
func (s *State) from(offset int64) iter.Seq2[placed, error] {
	return func(yield func(placed, error) bool) {
		var p placed
		for line, err := range s.lines(offset) {
			switch {
			case err != nil:
			case line.offset >= s.end:
				return
			case isScope(line.text):
				var l scopeLine
				if err = json.Unmarshal(line.text, &l); err == nil {
					p.scope = l.Scope
					continue
				}
			default:
				err = json.Unmarshal(line.text, &p.Entry)
			}
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}
