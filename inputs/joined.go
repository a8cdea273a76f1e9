package inputs

import (
	"errors"
	"io"

	"users-brick/brick"
)

// Join returns a stream of files that are one input, be it one or more, each with a
// header, an encoding and a compression of its own. next opens the first and
// then, when that has been read to its end, the next one, and returns its name;
// behind the last one it returns io.EOF, if nothing speaks against what was
// read. The stream's digest is that of all their bytes, one file after the
// other.
func Join(origin Origin, next func() (body io.ReadCloser, name string, err error)) (*Stream, error) {
	body, name, err := next()
	if err != nil {
		return nil, err
	}
	s := NewStream(body, origin)
	s.file, s.next = name, next
	return s, nil
}

// errNextFile ends a file behind which another one follows.
var errNextFile = errors.New("the input goes on in another file")

// follow closes the file that was read and opens the next one.
func (s *Stream) follow() error {
	body, name, err := s.next()
	if err == io.EOF {
		s.next = nil
	}
	if err != nil {
		return err
	}
	read := s.body
	s.body, s.file = body, name
	if err := read.Close(); err != nil {
		return err
	}
	return errNextFile
}

// part is one of the files of a stream.
type part struct {
	stream *Stream
	more   bool // another one follows
}

// Read implements io.Reader.
func (p *part) Read(b []byte) (int, error) {
	if p.more {
		return 0, io.EOF
	}
	n, err := p.stream.Read(b)
	if err == errNextFile {
		p.more, err = true, io.EOF
	}
	return n, err
}

// FileStats tell what one of joined files was made of.
type FileStats struct {
	Name   string `json:"name"`
	Before int    `json:"lines_before"` // lines of the files before it
	Rows   int64  `json:"rows"`         // bad ones included
	Bad    int64  `json:"bad_rows"`
	Bytes  int64  `json:"bytes"`       // as read from the source
	Plain  int64  `json:"plain_bytes"` // when they are decompressed
	Format
}

// begin makes ready to read a file.
func (r *Reader) begin(name string, source io.Reader) {
	r.name, r.op, r.source, r.binding = name, "read "+name, source, nil
	r.opening = &opening{op: r.op, options: &r.options}
	if r.part != nil {
		r.files = append(r.files, brick.File{Name: name, Before: r.before})
	}
}

// next goes on to the next file, and reports whether there is one.
func (r *Reader) next() bool {
	if r.part == nil || !r.part.more {
		return false
	}
	r.read = append(r.read, r.fileStats())
	r.before += r.text.lines()
	r.part = &part{stream: r.part.stream}
	r.begin(r.part.stream.file, r.part)
	return true
}

// fileStats returns what is known of the file at hand.
func (r *Reader) fileStats() FileStats {
	s := FileStats{Name: r.name, Before: r.before, Rows: r.rows, Bad: r.bad, Format: r.opening.format}
	s.Bytes, s.Plain = r.opening.size()
	for i := range r.read {
		s.Rows, s.Bad = s.Rows-r.read[i].Rows, s.Bad-r.read[i].Bad
	}
	return s
}

// Files returns the files of a [Join] that have been begun so far, in order,
// nil for any other source. It may be asked between rows: a later answer only
// has more at its end.
func (r *Reader) Files() brick.Files { return r.files }

// ended refuses one of several files when it has no rows, though every file
// should have some.
func (r *Reader) ended() error {
	several := len(r.read) > 0 || r.part != nil && r.part.more
	if !several || !r.options.NeedRows || r.fileStats().Rows > 0 {
		return nil
	}
	return &brick.Error{Kind: brick.BadInput, Op: r.op, Err: errors.New("the file has no rows, and it is one of several"),
		Hint: "make it again, or take it away; when it is meant, set allow_empty to true"}
}
