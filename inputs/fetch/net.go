package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"

	"users-brick/brick"
	"users-brick/brick/reach"
)

// Unreachable says what is wrong with a server that gave no answer: what the
// user can mend is an error of kind BadInput, anything else is Unavailable.
// It repeats nothing of the address that was asked for, nor the secrets.
func Unreachable(err error, s Secrets) error {
	if e, ok := asError(err); ok {
		return e
	}
	if errors.Is(err, reach.ErrSurroundings) {
		return refuse(reach.ErrSurroundings, reach.Hint)
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok && e.IsNotFound {
		return refuse(fmt.Errorf("there is no host %s", e.Name), "check the address")
	}
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return refuse(fmt.Errorf("the server's certificate cannot be trusted: %w", e.Err), "name the authority that signed it in SSL_CERT_FILE, or check the address")
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok || errors.Is(err, http.ErrSchemeMismatch) {
		return refuse(errors.New("the server does not speak https here"), "check scheme and port of the address")
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "remote error" { // an alert of TLS
		return refuse(fmt.Errorf("the server refuses to speak https with us: %w", e.Err), "it may want a client certificate, which cannot be given, or speak old versions only")
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return brick.Errorf(brick.Unavailable, "the server ended the connection without an answer")
	}
	return brick.Errorf(brick.Unavailable, "the server gave no answer: %s", s.Clean(err.Error()))
}

// ProxyAnswered refuses a proxy that does not let us through; it is for
// http.Transport. The proxy may do so later only when it was not its own
// decision.
func ProxyAnswered(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	switch {
	case resp.StatusCode == http.StatusOK:
		return nil
	case resp.StatusCode >= 500:
		return brick.Errorf(brick.Unavailable, "the proxy answers %s", Status(resp.StatusCode))
	}
	return refuse(fmt.Errorf("the proxy answers %s", Status(resp.StatusCode)), "see HTTPS_PROXY and NO_PROXY in the environment")
}

func refuse(err error, hint string) error {
	return &brick.Error{Kind: brick.BadInput, Err: err, Hint: hint}
}
