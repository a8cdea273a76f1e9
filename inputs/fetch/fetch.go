// Package fetch reads one version of a file to its end across a net that
// fails now and then. A [Getter] knows the protocol and asks once; the rest is
// here, once for all inputs that come from elsewhere:
//
//	Getter ─Answer─► attempt ─► reader ──────────────► checked ─► File
//	                 (silence)  (again from where it   (checksum)
//	                             broke, same version)
//	                              reader ┐
//	                              reader ┼─ parts ──►  of a large file, in order
//	                              reader ┘
//
// What a [File] hands out is the file as it was in one moment, whole, or there
// is an error, which is never io.EOF: a body that ends early is read on where
// it broke, two versions are never mixed, and when that cannot be proven the
// file is refused.
//
// Below the inputs, which import it; it knows none of them.
package fetch

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"users-brick/brick"
)

// Request says which bytes of a file are wanted.
type Request struct {
	From    int64  // the first one
	To      int64  // the one after the last; 0 for all that follow
	Version string // of which version, as an Answer named it; empty for any
}

// Info is what a server says of a file.
type Info struct {
	Size     int64       // in bytes; -1 when it does not say
	Version  string      // changes when the content does; empty when it does not say
	Exact    bool        // equal versions are equal byte by byte, beyond doubt
	Ranges   bool        // any part of this version can be asked for
	Modified time.Time   // zero when it does not say
	Sum      Sum         // what the whole must come to
	OpenEnd  bool        // nothing but the end of the connection tells where the file ends
	Header   http.Header // all of it, for whoever knows more
}

// Answer is the beginning of what a server sends.
type Answer struct {
	Info
	From int64         // where in the file Body begins: Request.From, or 0 when all of it comes
	Body io.ReadCloser // ends with io.EOF only where the server meant it to
}

// Getter asks a server once. Its errors are of type *brick.Error and say
// nothing of the operation; those that are Temporary are tried again. The
// answer is good until ctx ends. Several goroutines may call it at once.
type Getter func(ctx context.Context, r Request) (*Answer, error)

// ErrNoRange says that a server does not send a part of the version asked
// for, at least not provably. All of it is asked for then.
var ErrNoRange = errors.New("the server does not send a part of this version")

// Options say how a file is read. The zero options wait for ever and try
// nothing again.
type Options struct {
	Op       string        // such as "read s3://bucket/key"; errors and events carry it
	Patience time.Duration // how long a server may be silent, before its answer or within; 0 means for ever
	Retry    Retry
	Emit     brick.Emit

	// A file that has more than two parts, and whose server sends parts, is
	// read with so many requests at once. It takes Parallel times PartSize
	// bytes of memory. Below 2, or with a PartSize of 0, one request is made.
	Parallel int
	PartSize int64
}

// File is a file that is being read. Its size, version and checksum are those
// of the bytes it hands out. Only one goroutine may use it.
type File struct {
	Info
	body io.ReadCloser
	stop context.CancelFunc
}

// Open begins to read a file and returns once its first bytes, or its end,
// are there. Errors are of type *brick.Error: as the Getter has them; of kind
// Unavailable or Throttled when trying again was in vain; of kind Interrupted
// when ctx ended, unless the cause of that is itself a *brick.Error. ctx must
// live until the file is closed.
func Open(ctx context.Context, get Getter, o Options) (*File, error) {
	ctx, stop := context.WithCancel(ctx)
	r := &reader{ctx: ctx, get: get, o: o}
	if err := r.begin(); err != nil {
		stop()
		return nil, err
	}
	f := &File{Info: r.info, body: r, stop: stop}
	if o.Parallel > 1 && o.PartSize > 0 && f.Ranges && f.Exact && f.Size > 2*o.PartSize {
		f.body = &parts{r: r, info: r.info}
	}
	if f.Sum.Given() {
		f.body = &checked{ReadCloser: f.body, op: o.Op, sum: f.Sum, hash: f.Sum.algorithm.make()}
	}
	return f, nil
}

// Read reads on. Where the file ends early for good, or is not the one that
// the server announced, the error is of kind BadInput; where the server does
// not answer any more, Unavailable; otherwise as for [Open].
func (f *File) Read(p []byte) (int, error) { return f.body.Read(p) }

// Close ends the reading. It waits for what was begun.
func (f *File) Close() error {
	f.stop()
	return f.body.Close()
}
