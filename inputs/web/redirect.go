package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"users-brick/inputs/fetch"
)

// maxRedirects is how many times a server may send us elsewhere.
const maxRedirects = 5

// send sends a request and goes where it is sent. It always begins at the
// file's own address: what that leads to may be good for a short time only.
func (d *download) send(ctx context.Context, r fetch.Request) (*http.Response, error) {
	at := d.address
	for range maxRedirects + 1 {
		req := d.request(ctx, at, r)
		resp, err := d.base.RoundTrip(req)
		if err != nil {
			return nil, fetch.Unreachable(err, d.secrets)
		}
		resp.Request = req
		if !isRedirect(resp.StatusCode) {
			return resp, nil
		}
		location := resp.Header.Get("Location")
		discard(resp)
		if at, err = follow(at, location); err != nil {
			return nil, err
		}
	}
	return nil, refuse("", fmt.Errorf("the server sent us on more than %d times", maxRedirects), "check the address; it may want a login")
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// follow returns the address to which a server sends us.
func follow(from *url.URL, location string) (*url.URL, error) {
	to, err := from.Parse(location)
	switch {
	case location == "" || err != nil || to.Hostname() == "":
		return nil, refuse("", errors.New("the server sends us on, but not to an address"), "check the address")
	case to.Scheme == "http" && from.Scheme == "https":
		return nil, refuse("", fmt.Errorf("the server sends us from https on to http (%s), where everybody on the way could read and change the file", to.Host), "use an address that stays with https")
	case to.Scheme != "http" && to.Scheme != "https":
		return nil, refuse("", fmt.Errorf("the server sends us on to an address of another kind (%s)", to.Scheme), "check the address")
	}
	return to, nil
}

// trusted reports whether an address belongs to the same server as the one
// that the user gave, or is the same host where https is the only difference.
func trusted(own, to *url.URL) bool {
	if own.Hostname() != to.Hostname() {
		return false
	}
	upgraded := own.Scheme == "http" && to.Scheme == "https" && own.Port() == "" && to.Port() == ""
	return upgraded || own.Scheme == to.Scheme && portOf(own) == portOf(to)
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

// discard ends an answer that nobody reads. A little is read, since then the
// connection can serve again.
func discard(resp *http.Response) {
	io.CopyN(io.Discard, resp.Body, 4<<10)
	resp.Body.Close()
}
