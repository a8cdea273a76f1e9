package brick

import (
	"fmt"
	"sort"
)

// Files are the files that a pattern names, which a run reads one after the
// other as one input; nil for an input that is named itself. Their lines are
// counted through, so that a number is enough to tell where a row stands:
// [Row.Line] of a file's first line is one more than the lines of all files
// before it.
type Files []File

// File is one of them.
type File struct {
	Name   string `json:"name"`
	Before int    `json:"lines_before"` // lines of the files before it
}

// At returns the file in which a line stands, and which line of it that is.
// Without files the name is empty.
func (fs Files) At(line int) (name string, inFile int) {
	behind := sort.Search(len(fs), func(i int) bool { return fs[i].Before >= line })
	if behind == 0 {
		return "", line
	}
	file := fs[behind-1]
	return file.Name, line - file.Before
}

// Line says where a line stands: "b.csv:3", and without files "line 3".
func (fs Files) Line(line int) string {
	if len(fs) == 0 {
		return fmt.Sprintf("line %d", line)
	}
	name, inFile := fs.At(line)
	return fmt.Sprintf("%s:%d", name, inFile)
}

// Places are the lines as Line says them, nil without files.
func (fs Files) Places(lines []int) []string {
	if len(fs) == 0 || len(lines) == 0 {
		return nil
	}
	places := make([]string, len(lines))
	for i, line := range lines {
		places[i] = fs.Line(line)
	}
	return places
}
