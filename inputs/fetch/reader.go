package fetch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"io"

	"users-brick/brick"
)

// reader hands out the bytes of one version of a file, from start on. When an
// answer breaks off it asks for the rest, or, where that cannot be had, for
// all of it, and passes over what was handed out already once that is proven
// to be the same.
type reader struct {
	ctx context.Context // of the whole reading, as for any body
	get Getter
	o   Options

	info  Info
	start int64
	pos   int64     // of the next byte
	to    int64     // the byte after the last; 0 for the file's end
	proof hash.Hash // SHA-256 of [start, pos); nil where the version is exact

	head    []byte   // read by begin, not yet handed out
	now     *attempt // nil when there is none
	fault   error    // what ended the last attempt
	trouble trouble
	err     error // why there is no more
}

// begin connects and reads the first bytes. Only then is it settled which
// version is read.
func (r *reader) begin() error {
	head := make([]byte, 512)
	n, err := r.pull(head)
	r.head = head[:n]
	if err != nil && err != io.EOF {
		r.Close()
		return err
	}
	return nil
}

// Read implements io.Reader.
func (r *reader) Read(p []byte) (int, error) {
	if len(r.head) > 0 {
		n := copy(p, r.head)
		r.head = r.head[n:]
		return n, nil
	}
	return r.pull(p)
}

// pull reads from the server, whatever it takes.
func (r *reader) pull(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for r.err == nil {
		if r.now == nil {
			r.err = r.connect()
			continue
		}
		left, known := r.left()
		if known && left == 0 {
			r.now.end()
			r.now, r.err = nil, io.EOF
			continue
		}
		n, err := r.now.Read(p[:min(int64(len(p)), left)])
		r.count(p[:n])
		if err != nil {
			r.broke(err)
		}
		if n > 0 {
			return n, nil
		}
	}
	return 0, r.err
}

// count notes bytes that are handed out.
func (r *reader) count(p []byte) {
	r.pos += int64(len(p))
	r.trouble.moved(len(p))
	if r.proof != nil {
		r.proof.Write(p)
	}
}

// left returns how many bytes are still to come; a large number when that is
// not known.
func (r *reader) left() (int64, bool) {
	switch {
	case r.to > 0:
		return r.to - r.pos, true
	case r.info.Size >= 0:
		return r.info.Size - r.pos, true
	}
	return 1 << 62, false
}

// broke ends the attempt that returned err: well, or not.
func (r *reader) broke(err error) {
	r.now.end()
	r.now = nil
	left, known := r.left()
	switch {
	case known && left == 0, !known && err == io.EOF:
		r.err = io.EOF
	case err == io.EOF:
		r.fault = cut(err)
	default:
		r.fault = err
	}
}

// connect asks until there is an answer that carries on where the reader is.
func (r *reader) connect() error {
	for {
		if r.fault != nil {
			if err := r.trouble.wait(r.ctx, &r.o, r.fault); err != nil {
				return err
			}
		}
		if r.fault = r.askOn(); r.fault == nil {
			return nil
		}
	}
}

// askOn asks once. The attempt it leaves is at pos.
func (r *reader) askOn() error {
	if err := ended(r.ctx); err != nil {
		return err
	}
	want := Request{To: r.to, Version: r.info.Version}
	if r.pos > 0 && r.info.Ranges {
		want.From = r.pos
	}
	a, err := ask(r.ctx, r.get, want, r.o.Patience)
	if errors.Is(err, ErrNoRange) && want.From > 0 {
		r.info.Ranges = false
		a, err = ask(r.ctx, r.get, Request{Version: r.info.Version}, r.o.Patience)
	}
	if err != nil {
		return err
	}
	if err := r.accept(a); err != nil {
		a.end()
		return err
	}
	r.now = a
	return nil
}

// accept takes an answer when it is of the right version, and brings it to
// pos.
func (r *reader) accept(a *attempt) error {
	if a.From != 0 && a.From != r.pos {
		return brick.Errorf(brick.Unavailable, "the server sends other bytes than those asked for")
	}
	if r.pos == 0 {
		r.adopt(a)
		return nil
	}
	old, now := r.info, a.Info
	switch {
	case old.Version != "" && now.Version != "" && old.Version != now.Version:
		return Changed("the server names another version")
	case old.Size >= 0 && now.Size >= 0 && old.Size != now.Size:
		return Changed("its size is another")
	case old.Version != now.Version && (old.Exact || a.From > 0):
		return Changed("the server names no version any more")
	case now.Size >= 0 && now.Size < r.pos:
		return Changed("it is shorter now")
	}
	r.info.Size = max(old.Size, now.Size)
	if a.From == r.pos {
		return nil
	}
	return r.passOver(a)
}

// adopt takes the version of an answer as the one to read. Nothing of another
// one was handed out.
func (r *reader) adopt(a *attempt) {
	r.info = a.Info
	if r.info.Version == "" {
		r.info.Exact, r.info.Ranges = false, false
	}
	r.proof = nil
	if !r.info.Exact {
		r.proof = sha256.New()
	}
}

// passOver reads what was handed out already, and proves that it is the same.
func (r *reader) passOver(a *attempt) error {
	if err := skip(io.Discard, a, r.start-a.From); err != nil {
		return err
	}
	if r.proof == nil { // then the versions are equal, see accept
		return skip(io.Discard, a, r.pos-r.start)
	}
	again := sha256.New()
	if err := skip(again, a, r.pos-r.start); err != nil {
		return err
	}
	if !bytes.Equal(again.Sum(nil), r.proof.Sum(nil)) {
		return Changed("it begins differently now")
	}
	return nil
}

// skip reads n bytes of an attempt. That it ends before them is a cut where
// its size is known, and a change where its end is all there is to know.
func skip(w io.Writer, a *attempt, n int64) error {
	_, err := io.CopyN(w, a, n)
	if err == io.EOF && a.Size < 0 {
		return Changed("it is shorter now")
	}
	if err != nil {
		return cut(err)
	}
	return nil
}

// Close ends the attempt, if there is one.
func (r *reader) Close() error {
	if r.now != nil {
		r.now.end()
		r.now = nil
	}
	if r.err == nil {
		r.err = named(r.o.Op, errClosed)
	}
	return nil
}
