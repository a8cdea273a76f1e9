package web

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"

	"users-brick/brick/reach"
	"users-brick/inputs/fetch"
)

// newTransport returns a transport for one download.
func newTransport(linkLocal bool) *http.Transport {
	t := &http.Transport{
		OnProxyConnectResponse: fetch.ProxyAnswered,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
		ForceAttemptHTTP2:      true, // offered, never required; without it our own TLS settings would rule it out
	}
	reach.Connect(t, &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}, linkLocal)
	return t
}
