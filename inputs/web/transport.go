package web

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"users-brick/brick"
)

// newTransport returns a transport for one download.
func newTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		OnProxyConnectResponse: proxyAnswered,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
		ForceAttemptHTTP2:      true, // offered, never required; without it our own TLS settings would rule it out
	}
}

// proxyAnswered refuses a proxy that does not let us through. It may do so
// later only when it was not the proxy's own decision.
func proxyAnswered(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	switch {
	case resp.StatusCode == http.StatusOK:
		return nil
	case resp.StatusCode >= 500:
		return brick.Errorf(brick.Unavailable, "the proxy answers %s", status(resp.StatusCode))
	}
	return refuse("", fmt.Errorf("the proxy answers %s", status(resp.StatusCode)), "see HTTPS_PROXY and NO_PROXY in the environment")
}

// unreachable says what is wrong with a server that gave no answer.
func (d *download) unreachable(err error) error {
	if e, ok := errors.AsType[*brick.Error](err); ok {
		return e
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok && e.IsNotFound {
		return refuse("", fmt.Errorf("there is no host %s", e.Name), "check the address")
	}
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return refuse("", fmt.Errorf("the server's certificate cannot be trusted: %w", e.Err), "name the authority that signed it in SSL_CERT_FILE, or check the address")
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return refuse("", errors.New("the server does not speak https here"), "check scheme and port of the address")
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "remote error" { // an alert of TLS
		return refuse("", fmt.Errorf("the server refuses to speak https with us: %w", e.Err), "it may want a client certificate, which cannot be given, or speak old versions only")
	}
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		return brick.Errorf(brick.Unavailable, "the server ended the connection without an answer")
	}
	return brick.Errorf(brick.Unavailable, "the server gave no answer: %s", d.secrets.clean(err.Error()))
}

func status(code int) string {
	return fmt.Sprintf("%d %s", code, http.StatusText(code))
}
