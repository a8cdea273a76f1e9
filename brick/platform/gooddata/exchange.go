package gooddata

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"

	"users-brick/brick"
	"users-brick/brick/platform"
)

const (
	headerTT         = "X-GDC-AuthTT"
	headerSST        = "X-GDC-AuthSST"
	headerRequest    = "X-GDC-Request"
	headerVersion    = "X-GDC-Version"
	headerDeprecated = "X-GDC-DEPRECATED"
)

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
		return nil, unanswered(m.id, err)
	}
	body, err := platform.Body(resp)
	if err != nil {
		return nil, unanswered(m.id, err)
	}
	return &answer{
		status: resp.StatusCode, header: resp.Header, body: body,
		doubt: platform.Doubtful(resp), cut: platform.Cut(resp),
	}, nil
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
func unanswered(id string, err error) error {
	err = platform.WebError(err)
	full := brick.Error{Kind: brick.Unavailable, Err: err}
	if known, ok := errors.AsType[*brick.Error](err); ok {
		full = *known
	}
	if full.RequestID == "" {
		full.RequestID = id
	}
	return &full
}
