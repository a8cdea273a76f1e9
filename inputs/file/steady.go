package file

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"users-brick/brick"
)

// steady is a regular file that must stay as it is while it is read.
type steady struct {
	*os.File
	path   string
	before fs.FileInfo
	read   int64
}

// steadily returns the file, held to what it was; a pipe is only read.
func steadily(f *os.File, path string, before fs.FileInfo) io.ReadCloser {
	if !before.Mode().IsRegular() {
		return f
	}
	return &steady{File: f, path: path, before: before}
}

// Read reads on. The end of the file is only passed on as io.EOF when all of
// it was read and nobody has changed it since it was opened.
func (f *steady) Read(p []byte) (int, error) {
	n, err := f.File.Read(p)
	f.read += int64(n)
	if err == io.EOF {
		err = f.verify()
	}
	return n, err
}

// verify returns io.EOF when the file is as it was.
func (f *steady) verify() error {
	if size := f.before.Size(); f.read != size {
		return changed(f.path, fmt.Errorf("the file had %d bytes when it was opened, but %d were read", size, f.read))
	}
	now, err := f.Stat()
	if err != nil {
		return explain(f.path, err)
	}
	if !same(f.before, now) {
		return changed(f.path, errors.New("the file was changed while it was read"))
	}
	return io.EOF
}

// same reports whether two looks saw the same file with the same content, as
// far as that shows. What is in a pipe never shows.
func same(a, b fs.FileInfo) bool {
	if !os.SameFile(a, b) {
		return false
	}
	return !a.Mode().IsRegular() || a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

func changed(path string, err error) error {
	return &brick.Error{Kind: brick.BadInput, Op: "read " + path, Err: err, Hint: "run again when nobody writes it; write elsewhere, then rename"}
}
