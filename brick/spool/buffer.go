package spool

import (
	"bytes"
	"fmt"
	"io"
)

// Buffer collects bytes: in memory up to a cutoff, in a temporary file above
// it. It may be read several times, and must be closed or reset to remove the
// file. Its methods are called by one goroutine at a time; readers may run in
// others.
type Buffer struct {
	cutoff int
	dir    string
	tail   []byte // what comes after the file
	file   *tempFile
	sum    uint32 // of the file
}

// NewBuffer returns an empty buffer that holds at most cutoff bytes in memory
// and makes its file in dir; empty means os.TempDir.
func NewBuffer(cutoff int, dir string) *Buffer { return &Buffer{cutoff: cutoff, dir: dir} }

// Write appends p. It fails only when a temporary file cannot be written; the
// buffer is then of no more use than to be reset or closed.
func (b *Buffer) Write(p []byte) (int, error) {
	if len(b.tail)+len(p) > b.cutoff {
		if err := b.spill(b.tail); err != nil {
			return 0, err
		}
		b.tail = b.tail[:0]
	}
	if len(p) > b.cutoff {
		if err := b.spill(p); err != nil {
			return 0, err
		}
		return len(p), nil
	}
	b.tail = append(b.tail, p...)
	return len(p), nil
}

// spill moves bytes to the end of the file.
func (b *Buffer) spill(p []byte) error {
	if len(p) == 0 {
		return nil
	}
	if b.file == nil {
		file, err := createTemp(b.dir)
		if err != nil {
			return err
		}
		b.file = file
	}
	b.sum = checksum(b.sum, p)
	_, err := b.file.Write(p)
	return err
}

// Len returns the number of bytes written.
func (b *Buffer) Len() int64 {
	if b.file == nil {
		return int64(len(b.tail))
	}
	return b.file.size + int64(len(b.tail))
}

// NewReader returns a reader of all bytes written so far, from the first, good
// until the next Write, Reset or Close. Bytes of the file that are missing or
// not those that were written are an error.
func (b *Buffer) NewReader() io.Reader {
	tail := bytes.NewReader(b.tail)
	if b.file == nil {
		return tail
	}
	section := b.file.section(extent{length: b.file.size, sum: b.sum})
	return io.MultiReader(&section, tail)
}

// copySize is how many bytes of a file are copied at once.
const copySize = 256 << 10

// WriteTo writes all bytes to w and keeps them.
func (b *Buffer) WriteTo(w io.Writer) (n int64, err error) {
	if b.file != nil {
		section := b.file.section(extent{length: b.file.size, sum: b.sum})
		n, err = io.CopyBuffer(w, &section, make([]byte, min(copySize, b.file.size)))
	}
	if err == nil {
		var more int
		more, err = w.Write(b.tail)
		n += int64(more)
	}
	if err != nil {
		return n, fmt.Errorf("copy buffer: %w", err)
	}
	return n, nil
}

// Reset empties the buffer for new bytes and removes its file.
func (b *Buffer) Reset() error {
	err := b.file.Close()
	b.tail, b.file, b.sum = b.tail[:0], nil, 0
	return err
}

// Close frees the memory and removes the file. Closing twice does no harm.
func (b *Buffer) Close() error {
	err := b.Reset()
	b.tail = nil
	return err
}
