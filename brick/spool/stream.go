package spool

import (
	"io"
)

// extentWriter writes a file through a buffer and knows the extents of what
// it writes: those that cut ends, and all of it.
type extentWriter struct {
	file *tempFile
	buf  []byte
	part mark // of the current extent
	all  mark
}

// mark is an extent that is being written.
type mark struct {
	start int64
	sum   uint32
	taken int // how much of the buffer is in sum already
}

func (m *mark) account(buf []byte) {
	m.sum = checksum(m.sum, buf[m.taken:])
	m.taken = len(buf)
}

func newExtentWriter(file *tempFile, buffer int) *extentWriter {
	m := mark{start: file.size}
	return &extentWriter{file: file, buf: make([]byte, 0, buffer), part: m, all: m}
}

// write adds bytes to the current extent.
func (w *extentWriter) write(p []byte) error {
	if len(w.buf)+len(p) > cap(w.buf) {
		if err := w.flush(); err != nil {
			return err
		}
	}
	if len(p) <= cap(w.buf) {
		w.buf = append(w.buf, p...)
		return nil
	}
	w.part.sum, w.all.sum = checksum(w.part.sum, p), checksum(w.all.sum, p)
	_, err := w.file.Write(p)
	return err
}

// cut ends the current extent, returns it, and begins the next.
func (w *extentWriter) cut() extent {
	e := w.end(&w.part)
	w.part.start, w.part.sum = e.offset+e.length, 0
	return e
}

// whole returns the extent of all that was written.
func (w *extentWriter) whole() extent { return w.end(&w.all) }

func (w *extentWriter) end(m *mark) extent {
	m.account(w.buf)
	return extent{offset: m.start, length: w.file.size + int64(len(w.buf)) - m.start, sum: m.sum}
}

func (w *extentWriter) flush() error {
	w.part.account(w.buf)
	w.all.account(w.buf)
	_, err := w.file.Write(w.buf)
	w.buf, w.part.taken, w.all.taken = w.buf[:0], 0, 0
	return err
}

// recordReader reads the records of a section.
type recordReader struct {
	src        section
	buf        []byte
	start, end int // of what lies in buf unread
}

func newRecordReader(buffer int) *recordReader {
	return &recordReader{buf: make([]byte, max(buffer, maxHeader))}
}

// reset begins to read another section.
func (r *recordReader) reset(src section) { r.src, r.start, r.end = src, 0, 0 }

// next returns the next record, which is valid until next is called again,
// and io.EOF after the last.
func (r *recordReader) next() (record, error) {
	for {
		rec, need := parse(r.buf[r.start:r.end])
		if need == 0 {
			r.start += len(rec.raw)
			return rec, nil
		}
		if r.start == r.end && r.src.left == 0 {
			return record{}, io.EOF
		}
		if err := r.fill(need); err != nil {
			return record{}, err
		}
	}
}

// fill reads on until at least need bytes of a record lie in the buffer.
func (r *recordReader) fill(need int) error {
	held := r.end - r.start
	// A damaged length must not become a request for memory.
	if need < 0 || int64(need) > int64(held)+r.src.left {
		return r.src.damaged()
	}
	buf := r.buf
	if need > len(buf) {
		buf = make([]byte, need)
	}
	copy(buf, r.buf[r.start:r.end])
	r.buf, r.start = buf, 0
	n := min(int64(len(buf)-held), r.src.left)
	r.end = held + int(n)
	_, err := io.ReadFull(&r.src, buf[held:r.end])
	return err
}
