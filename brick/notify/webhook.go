package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"users-brick/brick"
	"users-brick/brick/reach"
	"users-brick/inputs/fetch"
	"users-brick/params"
)

// The headers of a webhook. The signature is "sha256=" and the hexadecimal
// HMAC-SHA256 of the timestamp, a full stop and the body.
const (
	SignatureHeader = "X-Users-Brick-Signature"
	TimestampHeader = "X-Users-Brick-Timestamp" // Unix time in seconds
	IDHeader        = "Idempotency-Key"
)

// post sends the event to an address until it is taken, or for good refused.
// Of the address no error tells more than the host.
func (t *Teller) post(ctx context.Context, n *params.Notification, e *Event) error {
	body, err := json.Marshal(e)
	if err != nil {
		return err
	}
	address, err := url.Parse(n.URL)
	if err != nil {
		return brick.Errorf(brick.BadInput, "the url is no web address")
	}
	transport := newTransport(t.LinkLocal)
	defer transport.CloseIdleConnections()
	client := &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	options := fetch.Options{Op: "tell " + address.Scheme + "://" + address.Host, Patience: patience, Retry: t.Retry, Emit: t.Emit}
	if options.Retry == (fetch.Retry{}) {
		options.Retry = DefaultRetry
	}
	return fetch.Do(ctx, options, func(ctx context.Context) error {
		req, err := t.request(ctx, n, e, body)
		if err != nil {
			return brick.Errorf(brick.BadInput, "the url or a header cannot be sent")
		}
		return deliver(client, req)
	})
}

// request makes one attempt, signed now.
func (t *Teller) request(ctx context.Context, n *params.Notification, e *Event, body []byte) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, n.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, value := range n.Headers {
		req.Header.Set(name, value.Reveal())
	}
	stamp := strconv.FormatInt(t.Now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", t.Agent)
	req.Header.Set(IDHeader, e.ID)
	req.Header.Set(TimestampHeader, stamp)
	req.Header.Del(SignatureHeader)
	if n.Secret.Given() {
		mac := hmac.New(sha256.New, []byte(n.Secret.Reveal()))
		fmt.Fprintf(mac, "%s.%s", stamp, body)
		req.Header.Set(SignatureHeader, "sha256="+hex.EncodeToString(mac.Sum(nil)))
	}
	return req, nil
}

// maxAnswer is how much of an answer is read, so that the connection may serve
// another request.
const maxAnswer = 64 << 10

// deliver sends a request once. What may succeed later is Throttled or
// Unavailable.
func deliver(client *http.Client, req *http.Request) error {
	resp, err := client.Do(req)
	if err != nil {
		return fetch.Unreachable(err, nil)
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, maxAnswer) // the answer is its status
	fault := &brick.Error{Kind: brick.Failed, Err: errors.New("the server answers " + fetch.Status(resp.StatusCode))}
	switch code := resp.StatusCode; {
	case code >= 200 && code < 300:
		return nil
	case code >= 300 && code < 400:
		fault.Hint = "redirects are not followed; name the address to which it leads"
	case code == http.StatusTooManyRequests:
		fault.Kind, fault.After = brick.Throttled, fetch.RetryAfter(resp.Header)
	case code >= 500 || code == http.StatusRequestTimeout:
		fault.Kind, fault.After = brick.Unavailable, fetch.RetryAfter(resp.Header)
	}
	return fault
}

func newTransport(linkLocal bool) *http.Transport {
	t := &http.Transport{
		OnProxyConnectResponse: fetch.ProxyAnswered,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    patience,
		ResponseHeaderTimeout:  patience,
		IdleConnTimeout:        10 * time.Second,
		ForceAttemptHTTP2:      true,
	}
	reach.Connect(t, &net.Dialer{Timeout: patience}, linkLocal)
	return t
}
