package platform

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"users-brick/brick"
	"users-brick/brick/reach"
)

// told is a reason in words that are known to hold no secret.
type told struct {
	words string
	err   error
}

func (t told) Error() string { return t.words }
func (t told) Unwrap() error { return t.err }

// stopped returns the error of a request that was given up since the run has
// ended for it, nil for any other.
func (e *errand) stopped() error {
	ctx := e.request.Context()
	switch {
	case ctx.Err() == nil || !e.givenUp():
		return nil
	case e.reads():
		return NotBegun(ctx)
	}
	return interrupted(context.Cause(ctx))
}

// failed says why an attempt brought no answer, and whether another may.
func (e *errand) failed(ctx context.Context, w *watch, err error) error {
	if stop := e.stopped(); stop != nil {
		return stop
	}
	if _, ok := asError(err); ok {
		return err
	}
	if ctx.Err() != nil {
		words := fmt.Sprintf("no whole answer within %v", e.web.options.Timeout)
		return &brick.Error{Kind: brick.Unavailable, Err: told{words, ctx.Err()}}
	}
	if errors.Is(err, reach.ErrSurroundings) {
		return &brick.Error{Kind: brick.Failed, Err: reach.ErrSurroundings, Hint: reach.Hint}
	}
	if _, tells := e.web.base.(*http.Transport); tells && !w.sought.Load() {
		return &brick.Error{Kind: brick.Failed, Err: told{"the request cannot be sent: its address or its header is not valid", err}}
	}
	return broken(err)
}

// broken puts the failure of a connection into words. What net/http says
// itself may quote the platform's header.
func broken(err error) *brick.Error {
	unverified, isUnverified := errors.AsType[*tls.CertificateVerificationError](err)
	plain, isPlain := errors.AsType[tls.RecordHeaderError](err)
	network, isNetwork := errors.AsType[*net.OpError](err)
	name, isName := errors.AsType[*net.DNSError](err)
	switch {
	case isName && name.IsNotFound:
		return &brick.Error{Kind: brick.Failed, Err: name, Hint: "check the name of the host"}
	case isUnverified:
		return &brick.Error{Kind: brick.Failed, Err: unverified,
			Hint: "SSL_CERT_FILE in the environment names a file of certificates to trust"}
	case isPlain && string(plain.RecordHeader[:]) == "HTTP/":
		return &brick.Error{Kind: brick.Failed, Err: told{"the platform does not speak https at this address", err}}
	case isNetwork:
		return &brick.Error{Kind: brick.Unavailable, Err: network}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &brick.Error{Kind: brick.Unavailable, Err: told{"the answer broke off", err}}
	case errors.Is(err, errEndsEarly):
		return &brick.Error{Kind: brick.Unavailable, Err: err}
	case timedOut(err):
		return &brick.Error{Kind: brick.Unavailable, Err: told{"no connection in time", err}}
	}
	return &brick.Error{Kind: brick.Unavailable, Err: told{"the connection broke, or the answer is not HTTP", err}}
}

// timedOut reports whether an error means that something took too long.
func timedOut(err error) bool {
	e, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	return ok && e.Timeout()
}

// status names a status by its number and the standard words for it.
func status(code int) string { return fmt.Sprintf("%d %s", code, http.StatusText(code)) }
