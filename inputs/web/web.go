// Package web reads users from a file at an http or https address.
//
//	address ─request─► redirects ─► answer ──► fetch ──────► gzip? ─► page? ─► stream
//	                   (never down  (status,   (again where  (as      (HTML,
//	                    to http)     version)   it broke)     sent)    JSON: refused)
//
// Whoever may read the file there may be told by the address itself: its
// query, its user info and all headers are secrets. They are sent to the host
// of the address only, and never stand in a name, an error or an event.
package web

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"time"

	"users-brick/brick"
	"users-brick/inputs"
	"users-brick/inputs/fetch"
)

// Source is a file at a web address.
type Source struct {
	URL string // http or https; its user info serves as Username and Password where those are not given

	Headers     map[string]brick.Secret // sent as they are
	Username    string                  // for basic authentication, with Password
	Password    brick.Secret
	BearerToken brick.Secret // sent in place of Username and Password

	Timeout  time.Duration // for the whole reading; 0 means no limit
	Patience time.Duration // how long the server may be silent, before its answer or within; 0 means for ever
	MaxBytes int64         // of the file; 0 means any number
	Retry    fetch.Retry   // what is tried again, and how often
	Emit     brick.Emit    // hears of retries, and of what is doubtful

	// LinkLocal permits that the address, or one to which it leads, is one of
	// the machine's own surroundings; see package reach.
	LinkLocal bool

	// Transport sends the requests. Nil means one of its own, which takes
	// proxies from the environment and verifies certificates.
	Transport http.RoundTripper
}

// Open begins to read. What the user can mend is an error of kind BadInput: an
// address that is none, or where nothing is, or a page in place of a file, or
// credentials that are refused. A server that does not answer, even when it is
// asked again, is one of kind Unavailable. A file that turns out shorter than
// announced, without the checksum that the server names, or changed while it
// was read, ends with an error of kind BadInput.
//
// A body that was compressed with gzip for the way only (Content-Encoding) is
// decompressed; a file that is itself compressed is left as it is.
func (s Source) Open(ctx context.Context) (*inputs.Stream, error) {
	d, err := s.download()
	if err != nil {
		return nil, err
	}
	ctx, cancel := s.within(ctx)
	body, file, err := d.open(ctx)
	if err != nil {
		cancel()
		d.release()
		return nil, err
	}
	end := func() {
		file.Close()
		cancel()
		d.release()
	}
	return inputs.NewStream(&closing{body, end}, d.origin(file)), nil
}

// within limits the time of the whole reading.
func (s Source) within(ctx context.Context) (context.Context, context.CancelFunc) {
	if s.Timeout <= 0 {
		return context.WithCancel(ctx)
	}
	late := brick.Errorf(brick.Unavailable, "the file could not be read within %v", s.Timeout)
	late.Hint = "raise `timeout`, or see why the server is slow"
	return context.WithTimeoutCause(ctx, s.Timeout, late)
}

// open returns the text of the file, and the file to be closed.
func (d *download) open(ctx context.Context) (io.Reader, *fetch.File, error) {
	file, err := fetch.Open(ctx, d.get, fetch.Options{Op: d.op, Patience: d.Patience, Retry: d.Retry, Emit: d.Emit})
	if err != nil {
		return nil, nil, err
	}
	if file.OpenEnd {
		d.Emit.Send(brick.Noticed{Finding: brick.Finding{
			Source: d.name, Warning: true, Text: "the server does not say where the file ends, so that nobody would see if a part of it were missing",
			Hint: "give its checksum in `sha256`, or let the server send a Content-Length",
		}})
	}
	body, err := d.text(file)
	if err != nil {
		file.Close()
		return nil, nil, err
	}
	return body, file, nil
}

// origin says what is known of a file.
func (d *download) origin(file *fetch.File) inputs.Origin {
	o := inputs.Origin{Name: d.name, Size: file.Size, ETag: file.Header.Get("ETag"), Modified: file.Modified}
	if d.isCoded(file) {
		o.Size = -1
	}
	return o
}

// text returns what the file says, if it is no page and not too large.
func (d *download) text(file *fetch.File) (io.Reader, error) {
	decoded, err := d.decode(file)
	if err != nil {
		return nil, err
	}
	if d.MaxBytes > 0 && d.origin(file).Size > d.MaxBytes {
		return nil, fetch.TooLarge(d.op, d.MaxBytes)
	}
	peeked := bufio.NewReader(decoded)
	head, err := peeked.Peek(512)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if err := d.refusePage(head, file.Header); err != nil {
		return nil, err
	}
	return fetch.AtMost(peeked, d.MaxBytes, d.op), nil
}

// closing is a body with something to do at its end.
type closing struct {
	io.Reader
	end func()
}

// Close ends the reading.
func (c *closing) Close() error {
	c.end()
	return nil
}
