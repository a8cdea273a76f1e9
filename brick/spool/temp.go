package spool

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"

	"users-brick/brick"
)

// tempFile is a nameless file that is written at its end and read anywhere.
type tempFile struct {
	*os.File
	dir  string
	name string // empty once the name is gone
	size int64
}

// createTemp opens a new file in the folder, readable by its owner only, and
// takes its name away where the system permits that for open files; elsewhere
// Close does.
func createTemp(dir string) (*tempFile, error) {
	if dir == "" {
		dir = os.TempDir()
	}
	f, err := os.CreateTemp(dir, "users-brick-*")
	if err != nil {
		return nil, writeError(dir, err)
	}
	t := &tempFile{File: f, dir: dir, name: f.Name()}
	if os.Remove(t.name) == nil {
		t.name = ""
	}
	return t, nil
}

// Write appends p.
func (t *tempFile) Write(p []byte) (int, error) {
	n, err := t.File.Write(p)
	t.size += int64(n)
	if err != nil {
		return n, writeError(t.dir, err)
	}
	return n, nil
}

// Close frees the file. A nil file is closed already.
func (t *tempFile) Close() error {
	if t == nil {
		return nil
	}
	err := t.File.Close()
	if t.name != "" {
		err = errors.Join(err, os.Remove(t.name))
	}
	return err
}

// extent is a stretch of a file and the checksum of its bytes.
type extent struct {
	offset, length int64
	sum            uint32
}

// section returns a reader of an extent of the file.
func (t *tempFile) section(e extent) section {
	return section{file: t, next: e.offset, left: e.length, want: e.sum}
}

// section reads an extent and fails, instead of ending early, when bytes are
// missing or not those that were written.
type section struct {
	file       *tempFile
	next, left int64
	sum, want  uint32
}

// Read reads on. The checksum is compared before the last bytes are given out.
func (s *section) Read(p []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	p = p[:min(int64(len(p)), s.left)]
	n, err := s.file.ReadAt(p, s.next)
	if n < len(p) {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return 0, readError(s.file.dir, err)
	}
	s.next += int64(n)
	s.left -= int64(n)
	s.sum = checksum(s.sum, p)
	if s.left == 0 && s.sum != s.want {
		return 0, s.damaged()
	}
	return n, nil
}

func (s *section) damaged() error {
	return readError(s.file.dir, errors.New("the bytes are not those that were written"))
}

func checksum(sum uint32, p []byte) uint32 {
	return crc32.Update(sum, crc32.MakeTable(crc32.Castagnoli), p)
}

func writeError(dir string, err error) error {
	return &brick.Error{
		Op:   fmt.Sprintf("write a temporary file in %s", dir),
		Err:  err,
		Hint: "free space there, or set BRICK_TMP_DIR to a writable folder with more space",
	}
}

func readError(dir string, err error) error {
	return &brick.Error{
		Op:   fmt.Sprintf("read a temporary file in %s", dir),
		Err:  err,
		Hint: "run again; if it happens again, set BRICK_TMP_DIR to a folder on another disk",
	}
}
