package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"users-brick/brick"
)

// errShort says that a body ended before all of it had come. It stands in the
// place of io.EOF and its kin, which must not be found in an error.
var errShort = errors.New("the server ended the file too early")

var errClosed = errors.New("the file has been closed")

// cut makes an error of what broke a body off.
func cut(err error) error {
	// The end of chunks that breaks off has an error in net/http that is only told by its text.
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) || strings.Contains(err.Error(), "unexpected EOF") {
		return &brick.Error{Kind: brick.Unavailable, Err: errShort}
	}
	if e, ok := asError(err); ok {
		return e
	}
	return brick.Errorf(brick.Unavailable, "the connection broke: %v", err)
}

// silent is the error of a server that has gone silent.
func silent(patience time.Duration) error {
	return brick.Errorf(brick.Unavailable, "the server was silent for %v", patience)
}

// Changed is the error of a file that is not the one it was.
func Changed(how string) error {
	return &brick.Error{
		Kind: brick.BadInput, Err: fmt.Errorf("the file was changed while it was read: %s", how),
		Hint: "run again when nobody writes it",
	}
}

// ended returns an error when ctx has ended: the cause if that is one of ours.
func ended(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	cause := context.Cause(ctx)
	if e, ok := asError(cause); ok {
		return e
	}
	if errors.Is(cause, context.DeadlineExceeded) {
		return brick.Errorf(brick.Unavailable, "it took too long: %w", cause)
	}
	return brick.Errorf(brick.Interrupted, "stopped: %w", cause)
}

// named adds the operation to an error that has none.
func named(op string, err error) error {
	e, ok := asError(err)
	if !ok {
		return &brick.Error{Kind: brick.Failed, Op: op, Err: err}
	}
	if e.Op != "" {
		return e
	}
	full := *e
	full.Op = op
	return &full
}

func asError(err error) (*brick.Error, bool) { return errors.AsType[*brick.Error](err) }
