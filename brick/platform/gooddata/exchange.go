package gooddata

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"users-brick/brick"
)

const (
	headerTT         = "X-GDC-AuthTT"
	headerSST        = "X-GDC-AuthSST"
	headerRequest    = "X-GDC-Request"
	headerVersion    = "X-GDC-Version"
	headerDeprecated = "X-GDC-DEPRECATED"
)

// longest is how much of one answer is read: a page of a thousand people has
// less than a hundredth of it.
const longest = 64 << 20

// message is a call as it goes over the wire.
type message struct {
	call
	id   string
	body []byte
	tt   brick.Secret
	sst  brick.Secret // goes to the resources of the session only
}

// exchange sends a message and returns the answer, whatever its status. When
// none can be had the kind is Unavailable, or Interrupted when ctx has ended.
func (d *Driver) exchange(ctx context.Context, m message) (*answer, error) {
	req, err := d.request(ctx, m)
	if err != nil {
		return nil, err
	}
	resp, err := d.client.Do(req)
	if err != nil {
		return nil, unanswered(ctx, m.id, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, longest+1))
	if err != nil {
		return nil, unanswered(ctx, m.id, err)
	}
	if len(body) > longest {
		return nil, &brick.Error{RequestID: m.id, Err: fmt.Errorf("the answer to %s %s is larger than %d bytes", m.method, m.path, longest)}
	}
	return &answer{status: resp.StatusCode, header: resp.Header, body: body}, nil
}

func (d *Driver) request(ctx context.Context, m message) (*http.Request, error) {
	var body io.Reader
	if m.body != nil {
		body = bytes.NewReader(m.body)
	}
	req, err := http.NewRequestWithContext(ctx, m.method, d.base+m.path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", d.options.Agent)
	req.Header.Set(headerVersion, "2")
	req.Header.Set(headerRequest, m.id)
	if m.again {
		req.Header["Idempotency-Key"] = []string{} // the mark of package net/http; it is not sent
	}
	if m.tt.Given() {
		req.Header.Set(headerTT, m.tt.Reveal())
	}
	if m.sst.Given() {
		req.Header.Set(headerSST, m.sst.Reveal())
	}
	return req, nil
}

// unanswered is the error of a request that got no answer, or half of one.
func unanswered(ctx context.Context, id string, err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // without the address, which the operation tells
	}
	if ctx.Err() != nil {
		return &brick.Error{Kind: brick.Interrupted, RequestID: id, Err: fmt.Errorf("stopped: %w", context.Cause(ctx))}
	}
	if known, ok := errors.AsType[*brick.Error](err); ok {
		return known
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return &brick.Error{RequestID: id, Err: err, Hint: "the certificate of the platform must be one that this machine trusts"}
	}
	return &brick.Error{Kind: brick.Unavailable, RequestID: id, Err: err}
}
