package gooddata

import (
	"context"
	"net/http"
)

// call is one request to the platform.
type call struct {
	method string
	path   string // from /gdc/ on, escaped, with its query
	body   any    // sent as JSON: a json.Marshaler, a struct, or []byte that is JSON already; nil for none

	// again says that a POST may be sent twice without harm. Other methods
	// always may.
	again bool
}

// answer is what the platform said: all of it, with a status below 400.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// do sends a call and returns the answer. A status of 400 or more is an error
// that holds what the platform says, its kind made of the status, and is a
// *problem in the chain; when no answer can be had the kind is Unavailable.
// Expired tokens are renewed on the way.
func (d *Driver) do(ctx context.Context, c call) (*answer, error) {
	panic("seam")
}

// get asks for a resource and decodes it; an answer that is no such JSON is
// an error of kind Unavailable, since asking again may help.
func get[T any](ctx context.Context, d *Driver, path string) (T, error) {
	panic("seam")
}
