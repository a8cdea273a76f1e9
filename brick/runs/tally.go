package runs

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
	"iter"
	"os"
	"strings"
	"time"
)

// TallyFile lies beside a plan and says what the file was made of that the
// plan was made from.
const TallyFile = "tally.ndjson"

// tallyVersion is the version that is written, and the only one that is read.
const tallyVersion = 1

// Tally says what a file of users was made of: how many rows it had, and on
// disk how many people in each project. Without projects all people count for
// the project "".
type Tally struct {
	Version int       `json:"version"`
	Run     string    `json:"run"`   // that made or did the plan
	Time    time.Time `json:"time"`  // when that run began
	Input   string    `json:"input"` // digest of the file
	Rows    int64     `json:"rows"`  // bad ones included

	path string
}

// People is how many different people a file names for one project.
type People struct {
	Project string `json:"project"`
	People  int64  `json:"people"`
}

// seal is the last line: without it, and without the digest of all that is
// before it, a tally is not believed.
type seal struct {
	SHA256 string `json:"sha256"`
}

// Write writes the tally with the people of all projects, which must come in
// bytewise order of the projects, each once.
func (t *Tally) Write(w io.Writer, people iter.Seq2[People, error]) error {
	sum := sha256.New()
	out := bufio.NewWriter(w)
	lines := json.NewEncoder(io.MultiWriter(out, sum))
	head := *t
	head.Version, head.Time = tallyVersion, t.Time.UTC()
	if err := lines.Encode(head); err != nil {
		return err
	}
	for p, err := range people {
		if err == nil {
			err = lines.Encode(p)
		}
		if err != nil {
			return err
		}
	}
	if err := json.NewEncoder(out).Encode(seal{hex.EncodeToString(sum.Sum(nil))}); err != nil {
		return err
	}
	return out.Flush()
}

// OpenTally reads a tally and proves that it is whole. None at that path is
// nil; a damaged one is an error.
func OpenTally(path string) (*Tally, error) {
	r, err := openTally(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer r.close()
	for {
		if _, err := r.next(); errors.Is(err, io.EOF) {
			return &r.head, nil
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
}

// People yields the people of all projects in bytewise order of the projects.
// It may be called again. After an error it ends.
func (t *Tally) People() iter.Seq2[People, error] {
	return func(yield func(People, error) bool) {
		r, err := openTally(t.path)
		if err != nil {
			yield(People{}, err)
			return
		}
		defer r.close()
		for {
			p, err := r.next()
			if errors.Is(err, io.EOF) || !yield(p, err) || err != nil {
				return
			}
		}
	}
}

// tallyReader reads a tally line by line.
type tallyReader struct {
	file  io.Closer
	lines *bufio.Reader
	sum   hash.Hash
	head  Tally
	last  string
	begun bool // a project was read
}

func openTally(path string) (*tallyReader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r := &tallyReader{file: f, lines: bufio.NewReaderSize(f, longestLine), sum: sha256.New()}
	line, err := r.line()
	if err == nil {
		err = json.Unmarshal(line, &r.head)
	}
	if err == nil && (r.head.Version != tallyVersion || r.head.Rows < 0) {
		err = fmt.Errorf("version %d, not %d", r.head.Version, tallyVersion)
	}
	if err != nil {
		f.Close()
		return nil, broken(err)
	}
	r.sum.Write(line)
	r.head.path = path
	return r, nil
}

func (r *tallyReader) close() { r.file.Close() }

// longestLine is how long a line may be, in bytes; ids of projects are short.
const longestLine = 1 << 16

// line returns the next line, whole.
func (r *tallyReader) line() ([]byte, error) {
	line, err := r.lines.ReadSlice('\n')
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return line, err
}

// next returns the next project, and io.EOF after the seal.
func (r *tallyReader) next() (People, error) {
	line, err := r.line()
	if err != nil {
		return People{}, broken(err)
	}
	if bytes.HasPrefix(line, []byte(`{"sha256":`)) {
		return People{}, r.sealed(line)
	}
	r.sum.Write(line)
	var p People
	if err := json.Unmarshal(line, &p); err != nil {
		return People{}, broken(err)
	}
	if r.begun && strings.Compare(r.last, p.Project) >= 0 {
		return People{}, broken(fmt.Errorf("project %q after %q", p.Project, r.last))
	}
	r.last, r.begun = p.Project, true
	return p, nil
}

// sealed compares the digest, and returns io.EOF when it fits.
func (r *tallyReader) sealed(line []byte) error {
	var s seal
	if err := json.Unmarshal(line, &s); err != nil {
		return broken(err)
	}
	if s.SHA256 != hex.EncodeToString(r.sum.Sum(nil)) {
		return broken(errors.New("it does not fit its digest"))
	}
	if _, err := r.lines.ReadByte(); !errors.Is(err, io.EOF) {
		return broken(errors.New("something follows its end"))
	}
	return io.EOF
}

func broken(err error) error { return fmt.Errorf("damaged: %w", err) }
