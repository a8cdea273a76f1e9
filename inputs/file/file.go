// Package file reads users from files on disk, or from standard input.
//
//	path ─► there is such a file ──────────────► one file
//	        else, with * ? [ ─► list of files ─► each in turn ─► the same list again
//
// Whoever reads files that others write may see them half made. A file that
// changes while it is read is refused, and so is a list of files that is
// another one at the end.
package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"users-brick/brick"
	"users-brick/inputs"
)

// Source is a file on disk, or several.
type Source struct {
	// Path is absolute, or relative to the working directory; "-" means Stdin.
	// When there is no such file and the path has * ? or [, it is a pattern for
	// several, in the order of their names (see [path/filepath.Match]): in each
	// part of it * stands for any characters but a dot at the beginning.
	Path  string
	Stdin io.Reader // what "-" means; it is never closed
}

// Open opens the file, or the first of several. A path that is empty, not
// there, not readable or a directory, and a pattern that no file matches, are
// errors of kind BadInput. The stream ends with an error of that kind when a
// regular file was changed, or became shorter, while it was read, or when
// files of a pattern were changed, came or went; pipes and standard input have
// no size to hold them to.
func (s Source) Open(ctx context.Context) (*inputs.Stream, error) {
	if err := ctx.Err(); err != nil {
		return nil, &brick.Error{Kind: brick.Interrupted, Op: "open " + s.Path, Err: context.Cause(ctx)}
	}
	switch {
	case s.Path == "":
		return nil, refuse(s.Path, errors.New("no path is given"), "name the file in `path`")
	case s.Path == "-" && s.Stdin == nil:
		return nil, refuse(s.Path, errors.New("there is no standard input to read from"), "name a file in `path`")
	case s.Path == "-":
		return inputs.NewStream(io.NopCloser(s.Stdin), inputs.Origin{Name: "standard input", Size: -1}), nil
	case isPattern(s.Path):
		return openAll(s.Path)
	}
	f, info, err := open(s.Path)
	if err != nil {
		return nil, err
	}
	origin := inputs.Origin{Name: s.Path, Size: -1}
	if info.Mode().IsRegular() {
		origin.Size, origin.Modified = info.Size(), info.ModTime()
	}
	return inputs.NewStream(steadily(f, s.Path, info), origin), nil
}

// open opens anything but a directory.
func open(path string) (*os.File, fs.FileInfo, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, explain(path, err)
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = syscall.EISDIR
	}
	if err != nil {
		return nil, nil, errors.Join(explain(path, err), f.Close())
	}
	return f, info, nil
}

// explain says what to do about an error of the operating system.
func explain(path string, err error) error {
	// The path stands in front of the message already.
	if wrapped, ok := errors.AsType[*fs.PathError](err); ok {
		err = wrapped.Err
	}
	switch target, _ := os.Readlink(path); {
	case errors.Is(err, syscall.EISDIR):
		return refuse(path, errors.New("this is a directory, not a file"), "name the CSV file in it, or a pattern such as "+path+"/*.csv")
	case errors.Is(err, fs.ErrNotExist) && target != "":
		return refuse(path, fmt.Errorf("this is a link to %s, which is not there", target), "let it point to a file, or take it away")
	case errors.Is(err, fs.ErrNotExist):
		return refuse(path, err, "check the path; a relative one starts from the working directory")
	case errors.Is(err, fs.ErrPermission):
		return refuse(path, err, "let the user under whom the program runs read the file")
	}
	return refuse(path, err, "check the path and the disk")
}

func refuse(path string, err error, hint string) error {
	return &brick.Error{Kind: brick.BadInput, Op: "open " + path, Err: err, Hint: hint}
}
