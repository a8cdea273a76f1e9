package directory

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"users-brick/brick"
)

// inspect looks at the first bytes of the file, so that a file that is
// something else is refused before SQLite touches it. A file that is not
// there is an error that is fs.ErrNotExist.
func inspect(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	// https://www.sqlite.org/fileformat2.html: magic at 0, user version at
	// 60, application id at 68.
	head := make([]byte, 100)
	if _, err := io.ReadFull(f, head); err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	if !bytes.HasPrefix(head, []byte("SQLite format 3\x00")) || binary.BigEndian.Uint32(head[68:]) != applicationID {
		return &brick.Error{
			Kind: brick.BadInput, Op: "open " + path, Err: errors.New("the file is no users-brick directory"),
			Hint: "name another path, or make a directory with users-brick directory init",
		}
	}
	if version := binary.BigEndian.Uint32(head[60:]); version != schemaVersion {
		return &brick.Error{
			Kind: brick.BadInput, Op: "open " + path,
			Err:  fmt.Errorf("the directory has version %d, this program knows version %d", version, schemaVersion),
			Hint: "use the users-brick that made it",
		}
	}
	return nil
}

// dsn names a database file to the driver. The mode is ro or rw; neither
// makes a file.
func dsn(path, mode string, wait time.Duration) (string, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	// Pages are read once by listings, but often by changes.
	cache := "cache_size(-4000)"
	if mode == "rw" {
		cache = "cache_size(-16000)"
	}
	name := url.URL{Scheme: "file", Path: filepath.ToSlash(full)}
	name.RawQuery = url.Values{
		"mode":          {mode},
		"_busy_timeout": {strconv.FormatInt(wait.Milliseconds(), 10)},
		"_pragma":       {cache, "temp_store(memory)"},
		"_synchronous":  {"FULL"},
	}.Encode()
	return name.String(), nil
}

// settle gives a finished file its place, durably, and over nothing. The old
// name may stay.
func settle(temp, path string) error {
	f, err := os.Open(temp)
	if err != nil {
		return err
	}
	err = f.Sync()
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := claim(temp, path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	err = dir.Sync()
	return errors.Join(err, dir.Close())
}

// claim gives a file another name unless that is taken, which is an error
// that is fs.ErrExist. A link is refused when somebody else claims the name
// at the same moment; a file that is moved would replace his.
func claim(temp, path string) error {
	err := os.Link(temp, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	// Not every file system has links.
	if _, err := os.Lstat(path); err == nil {
		return fs.ErrExist
	}
	return os.Rename(temp, path)
}
