// Package inputs turns bytes into rows. A [Source] opens a stream of bytes,
// wherever they come from; a [Reader] understands them as CSV, once for all
// sources:
//
//	Source ─Open─► Stream ─bytes─► decompress ─► decode ─► text ─lines─► encoding/csv ─records─► gocsv ─► typist ─► brick.Row
//	               (digest)        (gzip, zstd)  (UTF-8)   (proven)                                       (typed, or Bad)
//
// Several files may be one input (see [Join]): each goes this way on its own,
// and their lines are counted through.
//
// Rows are streamed: memory does not grow with the file. What is wrong with
// one row is a value of that row and never ends the reading; what makes the
// whole file doubtful is an error, after which nothing may be planned from it.
package inputs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"sync/atomic"
	"time"
)

// Source is a place from which a file can be read.
type Source interface {
	// Open begins to read. What cannot be read for a reason that the user can
	// mend (no such file, a wrong address) is a *brick.Error of kind BadInput.
	// The caller closes the stream. A stream that turns out to be incomplete
	// ends with an error of kind BadInput in place of io.EOF.
	Open(ctx context.Context) (*Stream, error)
}

// Origin says what a stream was read from.
type Origin struct {
	Name     string    // as the user named it; findings carry it
	Size     int64     // in bytes; -1 when it is not known beforehand
	ETag     string    // the version that a server named, may be empty
	Modified time.Time // when it was last changed; zero when not known
}

// Stream is an open file that keeps count of what was read from it, or several
// files (see [Join]).
type Stream struct {
	Origin
	body io.ReadCloser
	sum  hash.Hash
	n    atomic.Int64

	file string                                // the one that is being read, of several
	next func() (io.ReadCloser, string, error) // nil when there are no more
}

// NewStream returns a stream of the body. Closing it closes the body.
func NewStream(body io.ReadCloser, origin Origin) *Stream {
	return &Stream{Origin: origin, body: body, sum: sha256.New()}
}

// Read reads from the body. Of several files it ends each but the last with an
// error that only a [Reader] takes for the end of one file: whoever does not
// know that there are more must not take a part for the whole.
func (s *Stream) Read(p []byte) (int, error) {
	n, err := s.body.Read(p)
	s.sum.Write(p[:n])
	s.n.Add(int64(n))
	if err == io.EOF && s.next != nil {
		err = s.follow()
	}
	return n, err
}

// Close closes the body.
func (s *Stream) Close() error { return s.body.Close() }

// Bytes returns how many bytes were read so far. It may be asked while another
// goroutine reads.
func (s *Stream) Bytes() int64 { return s.n.Load() }

// Digest returns the SHA-256 of the bytes read so far, as "sha256:" and hex
// digits. It is the file's digest once Read has returned io.EOF, and is not to
// be asked while another goroutine reads.
func (s *Stream) Digest() string { return "sha256:" + hex.EncodeToString(s.sum.Sum(nil)) }
