package directory

import (
	"context"
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"users-brick/brick"
)

// fault gives an error of SQLite its kind: Unavailable when another program
// holds the file, Denied when it may not be written, BadInput when the file is
// damaged or cannot be opened, Failed otherwise. Errors that have a kind keep it, nil stays nil.
func fault(op string, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*brick.Error](err); ok {
		return e
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return &brick.Error{Kind: brick.Interrupted, Op: op, Err: err}
	}
	e := &brick.Error{Kind: brick.Failed, Op: op, Err: err}
	switch primaryCode(err) {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		e.Kind, e.Hint = brick.Unavailable, "another program uses the directory; try again when it has ended"
	case sqlite3.SQLITE_INTERRUPT:
		e.Kind = brick.Interrupted
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		e.Kind, e.Hint = brick.BadInput, "the file is damaged; restore it from a copy, or move it away and load a dump"
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		e.Kind, e.Hint = brick.Denied, "let the user under whom the program runs write the file and its folder"
	case sqlite3.SQLITE_CANTOPEN:
		e.Kind, e.Hint = brick.BadInput, "check that the file and its folder may be written"
	case sqlite3.SQLITE_FULL:
		e.Hint = "make room on the disk"
	}
	return e
}

// primaryCode returns SQLite's primary result code, 0 for another error.
func primaryCode(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() & 0xff
	}
	return 0
}

// isHotJournal reports whether only a writer may read the file first.
func isHotJournal(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && e.Code() == sqlite3.SQLITE_READONLY_ROLLBACK
}

// stopped returns nil, or an error of kind Interrupted when ctx has ended.
func stopped(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return &brick.Error{Kind: brick.Interrupted, Err: err}
	}
	return nil
}
