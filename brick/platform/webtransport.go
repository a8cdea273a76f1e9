package platform

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"time"

	"users-brick/brick"
	"users-brick/brick/reach"
)

// newTransport returns a transport for so many requests at once as the options
// say. It keeps as many connections: the default of two would end most of them
// after each request.
func newTransport(o *WebOptions) *http.Transport {
	t := &http.Transport{
		OnProxyConnectResponse: proxyAnswered,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    10 * time.Second,
		MaxIdleConnsPerHost:    o.Concurrency,
		MaxConnsPerHost:        o.Concurrency,
		IdleConnTimeout:        90 * time.Second,
		WriteBufferSize:        32 << 10, // a batch of a hundred people leaves in one piece
		ExpectContinueTimeout:  time.Second,
		ForceAttemptHTTP2:      true, // offered, never required; without it our own TLS settings would rule it out
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: 30 * time.Second, PingTimeout: 15 * time.Second},
	}
	reach.Connect(t, &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}, o.LinkLocal)
	return t
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
	e := brick.Errorf(brick.Failed, "the proxy answers %s", status(resp.StatusCode))
	e.Hint = "see HTTPS_PROXY and NO_PROXY in the environment"
	return e
}
