package gooddata

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"users-brick/brick"
)

// call is one request to the platform.
type call struct {
	method string
	path   string // from /gdc/ on, escaped, with its query
	body   any    // sent as JSON: a json.Marshaler, a struct, or []byte that is JSON already; nil for none

	// again says that a POST may be sent twice without harm. Other methods
	// always may.
	again bool

	// moved says that an answer of 301 to 308 is wanted; without it one is an
	// error.
	moved bool

	// hide lists what the body holds and no error may show, even where the
	// platform repeats it.
	hide []brick.Secret
}

// answer is what the platform said: all of it, with a status below 400.
type answer struct {
	status int
	header http.Header
	body   []byte
	doubt  bool // the request was sent before, and may have been done then
	cut    bool // it refuses, and the reason is not all there
}

// do sends a call and returns the answer. A status of 400 or more is an error
// that holds what the platform says, its kind made of the status, and is a
// *problem in the chain; when no answer can be had the kind is Unavailable.
// Expired tokens are renewed on the way.
func (d *Driver) do(ctx context.Context, c call) (*answer, error) {
	body, err := encode(c.body)
	if err != nil {
		return nil, err
	}
	id, doubt := d.nextID(), false
	for cuts := 0; ; {
		t, err := d.session.take(ctx)
		if err != nil {
			return nil, err
		}
		a, err := d.exchange(ctx, message{call: c, id: id, body: body, tt: t.text})
		doubt = doubt || a != nil && a.doubt
		if d.session.settle(t, a) {
			continue // the token has ended, and nothing was done this time
		}
		if err != nil {
			return nil, err
		}
		if a.cut && a.status == http.StatusBadRequest && cuts < mostCuts {
			cuts++ // nothing was done, and much depends on why
			continue
		}
		a.doubt = doubt
		d.warnDeprecated(c, a)
		return d.judge(c, id, a)
	}
}

// mostCuts is how often a call is sent again to hear why it is refused. When
// every third answer breaks off, one reason in 170,000 is never heard; a server
// that breaks off each of them is not asked for minutes.
const mostCuts = 10

// judge returns an answer that is one, and the error that any other means.
func (d *Driver) judge(c call, id string, a *answer) (*answer, error) {
	switch {
	case a.status == http.StatusAccepted:
		return nil, &brick.Error{Kind: brick.Unavailable, RequestID: requestID(a, id),
			Err: fmt.Errorf("the platform took the request and has not done it (status %d)", a.status)}
	case a.status < 300, a.status < 400 && c.moved:
		return a, nil
	}
	err := refusal(a, id, c.hide)
	if err.Kind == brick.Denied {
		err.Hint = "the platform does not accept the login of this run"
	}
	return nil, err
}

// get asks for a resource and decodes it; an answer that is no such JSON is
// an error of kind Unavailable, since asking again may help. It returns the
// answer, too, for errors that come of what it says.
func get[T any](ctx context.Context, d *Driver, path string) (value T, a *answer, err error) {
	if a, err = d.do(ctx, call{method: http.MethodGet, path: path}); err != nil {
		return value, nil, err
	}
	if err := json.Unmarshal(a.body, &value); err != nil {
		var none T
		return none, a, garbled(a, err)
	}
	return value, a, nil
}

// garbled is the error of an answer that cannot be understood.
func garbled(a *answer, err error) error {
	return &brick.Error{Kind: brick.Unavailable, RequestID: requestID(a, ""),
		Err: fmt.Errorf("the answer of the platform cannot be understood: %w", err)}
}

func encode(body any) ([]byte, error) {
	switch body := body.(type) {
	case nil:
		return nil, nil
	case []byte:
		return body, nil
	}
	return json.Marshal(body)
}

// nextID returns the id of the next call.
func (d *Driver) nextID() string {
	return d.idPrefix + strconv.FormatInt(d.calls.Add(1), 10)
}
