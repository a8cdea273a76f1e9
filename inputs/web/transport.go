package web

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"

	"users-brick/inputs/fetch"
)

// newTransport returns a transport for one download.
func newTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		OnProxyConnectResponse: fetch.ProxyAnswered,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
		ForceAttemptHTTP2:      true, // offered, never required; without it our own TLS settings would rule it out
	}
}
