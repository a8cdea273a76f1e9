// Package file reads users from a file on disk, or from standard input.
package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"users-brick/brick"
	"users-brick/inputs"
)

// Source is a file on disk.
type Source struct {
	Path  string    // absolute, or relative to the working directory; "-": Stdin
	Stdin io.Reader // what "-" means; it is never closed
}

// Open opens the file. A path that is empty, not there, not readable or a
// directory is an error of kind BadInput. The stream of a regular file ends
// with an error of that kind when the file was changed, or became shorter,
// while it was read; pipes and standard input have no size to hold them to.
func (s Source) Open(ctx context.Context) (*inputs.Stream, error) {
	if err := ctx.Err(); err != nil {
		return nil, &brick.Error{Kind: brick.Interrupted, Op: "open " + s.Path, Err: context.Cause(ctx)}
	}
	switch {
	case s.Path == "":
		return nil, s.refuse(errors.New("no path is given"), "name the file in `path`")
	case s.Path == "-" && s.Stdin == nil:
		return nil, s.refuse(errors.New("there is no standard input to read from"), "name a file in `path`")
	case s.Path == "-":
		return inputs.NewStream(io.NopCloser(s.Stdin), inputs.Origin{Name: "standard input", Size: -1}), nil
	}
	f, err := os.Open(s.Path)
	if err != nil {
		return nil, s.explain(err)
	}
	stream, err := s.stream(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return stream, nil
}

func (s Source) stream(f *os.File) (*inputs.Stream, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, s.explain(err)
	}
	switch {
	case info.IsDir():
		return nil, s.refuse(errors.New("this is a directory, not a file"), "name the CSV file in it")
	case !info.Mode().IsRegular():
		return inputs.NewStream(f, inputs.Origin{Name: s.Path, Size: -1}), nil
	}
	origin := inputs.Origin{Name: s.Path, Size: info.Size(), Modified: info.ModTime()}
	return inputs.NewStream(&steady{File: f, source: s, before: info}, origin), nil
}

// explain says what to do about an error of the operating system.
func (s Source) explain(err error) error {
	// The path stands in front of the message already.
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return s.refuse(err, "check the path; a relative one starts from the working directory")
	case errors.Is(err, fs.ErrPermission):
		return s.refuse(err, "let the user under whom the program runs read the file")
	}
	return s.refuse(err, "check the path and the disk")
}

func (s Source) refuse(err error, hint string) error {
	return &brick.Error{Kind: brick.BadInput, Op: "open " + s.Path, Err: err, Hint: hint}
}

// steady is a regular file that must stay as it is while it is read.
type steady struct {
	*os.File
	source Source
	before fs.FileInfo
	read   int64
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
		return f.changed(fmt.Errorf("the file had %d bytes when it was opened, but %d were read", size, f.read))
	}
	now, err := f.Stat()
	if err != nil {
		return f.source.explain(err)
	}
	if now.Size() != f.before.Size() || !now.ModTime().Equal(f.before.ModTime()) {
		return f.changed(errors.New("the file was changed while it was read"))
	}
	return io.EOF
}

func (f *steady) changed(err error) error {
	return &brick.Error{Kind: brick.BadInput, Op: "read " + f.source.Path, Err: err, Hint: "run again when nobody writes it; write elsewhere, then rename"}
}
