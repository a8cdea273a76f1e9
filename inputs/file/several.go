package file

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"users-brick/inputs"
)

// several are the files that a pattern matches, to be read in turn.
type several struct {
	pattern string
	files   []listed
	opened  int
}

// listed is a file as it was when the pattern was looked up.
type listed struct {
	path string
	info fs.FileInfo
}

// openAll opens the files that match a pattern.
func openAll(pattern string) (*inputs.Stream, error) {
	files, err := list(pattern)
	if err != nil {
		return nil, err
	}
	s := &several{pattern: pattern, files: files}
	return inputs.Join(inputs.Origin{Name: pattern, Size: -1}, s.next)
}

// list returns the files that match a pattern, of which there must be some.
func list(pattern string) ([]listed, error) {
	paths, err := match(pattern)
	if err != nil {
		return nil, err
	}
	switch {
	case len(paths) == 0:
		return nil, refuse(pattern, errors.New("no file matches the pattern"), "check it; a relative one starts from the working directory, and * stands for no dot at the beginning of a name")
	case len(paths) > mostFiles:
		return nil, refuse(pattern, fmt.Errorf("%d files match the pattern, more than %d", len(paths), mostFiles), "put them together into fewer, or write a pattern that fewer match")
	}
	files := make([]listed, len(paths))
	for i, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, explain(path, err)
		}
		if info.IsDir() {
			return nil, refuse(path, fmt.Errorf("the pattern %s matches this directory", pattern), "write a pattern that only files match, such as "+pattern+".csv or "+pattern+"/*.csv")
		}
		files[i] = listed{path, info}
	}
	return files, nil
}

// mostFiles is how many files one input may have.
const mostFiles = 10_000

// next opens the next file. Behind the last one it returns io.EOF when all of
// them still are what they were.
func (s *several) next() (io.ReadCloser, string, error) {
	if s.opened == len(s.files) {
		return nil, "", s.verify()
	}
	file := s.files[s.opened]
	s.opened++
	f, info, err := open(file.path)
	if err != nil {
		return nil, "", err
	}
	if !same(file.info, info) {
		err := changed(file.path, errors.New("the file was changed while the files before it were read"))
		return nil, "", errors.Join(err, f.Close())
	}
	return steadily(f, file.path, info), file.path, nil
}

// verify returns io.EOF when the pattern matches what it did.
func (s *several) verify() error {
	now, err := list(s.pattern)
	if err != nil {
		return err
	}
	for i, file := range s.files {
		switch {
		case i == len(now) || now[i].path > file.path:
			return changed(file.path, errors.New("the file was taken away while the others were read"))
		case now[i].path < file.path:
			return changed(now[i].path, errors.New("the file came while the others were read"))
		case !same(file.info, now[i].info):
			return changed(file.path, errors.New("the file was changed while the others were read"))
		}
	}
	if len(now) > len(s.files) {
		return changed(now[len(s.files)].path, errors.New("the file came while the others were read"))
	}
	return io.EOF
}
