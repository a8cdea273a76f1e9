package web

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"users-brick/brick"
	"users-brick/inputs/fetch"
)

// download is a Source whose address has been understood.
type download struct {
	Source
	address *url.URL
	header  http.Header
	name    string // all that may be told of the address
	op      string
	base    http.RoundTripper
	release func()
	secrets fetch.Secrets

	// The last answer came from another host than that of the address: what it
	// says may hold secrets of where we were sent to. Answers come one by one.
	foreign bool
}

// download checks what is to be asked for.
func (s Source) download() (*download, error) {
	address, err := url.Parse(strings.TrimSpace(s.URL))
	if err != nil {
		return nil, refuse("open the web address", errors.New("this is no web address"), "write it as in a browser")
	}
	op := "read " + nameOf(address)
	switch {
	case address.Scheme != "http" && address.Scheme != "https":
		return nil, refuse("open the web address", errors.New("it is neither http nor https"), "write https://…")
	case address.Hostname() == "":
		return nil, refuse("open the web address", errors.New("it names no host"), "write https://host/path")
	}
	d := &download{Source: s, address: address, name: nameOf(address), op: op}
	if err := d.compose(); err != nil {
		return nil, err
	}
	d.base, d.release = s.Transport, func() {}
	if d.base == nil {
		own := newTransport(s.LinkLocal)
		d.base, d.release = own, own.CloseIdleConnections
	}
	return d, nil
}

// nameOf returns what may be told of an address.
func nameOf(u *url.URL) string {
	return u.Scheme + "://" + u.Host + u.EscapedPath()
}

// ours are headers that the reading itself depends on.
var ours = []string{
	"Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since",
	"Content-Length", "Transfer-Encoding", "Connection", "Upgrade", "Te", "Trailer",
}

// common returns what every host may be told.
func common() http.Header {
	return http.Header{
		"Accept":          {"text/csv, application/octet-stream;q=0.9, */*;q=0.8"},
		"Accept-Encoding": {"identity"}, // only so can a server send the rest of what broke off
		"User-Agent":      {"users-brick"},
	}
}

// compose makes the header of the requests.
func (d *download) compose() error {
	d.header = common()
	for _, name := range slices.Sorted(maps.Keys(d.Headers)) {
		value := d.Headers[name].Reveal()
		key := http.CanonicalHeaderKey(name)
		switch {
		case !isToken(name):
			return refuse(d.op, fmt.Errorf("%q is no name of a header", name), "see `headers`")
		case slices.Contains(ours, key):
			return refuse(d.op, fmt.Errorf("the header %s cannot be given", key), "take it out of `headers`")
		case strings.ContainsFunc(value, isControl):
			return refuse(d.op, fmt.Errorf("the header %s has a line break or another control character", key), "see `headers`")
		}
		d.header.Set(key, value)
		d.secrets.HideValue(value)
	}
	return d.authorize()
}

// authorize says who asks.
func (d *download) authorize() error {
	token := d.BearerToken.Reveal()
	user, password := d.Username, d.Password.Reveal()
	if info := d.address.User; info != nil && user == "" && password == "" {
		user = info.Username()
		password, _ = info.Password()
	}
	switch {
	case strings.ContainsFunc(token, isControl):
		return refuse(d.op, errors.New("the token has a line break or another control character"), "see `bearer_token`")
	case token != "":
		d.header.Set("Authorization", "Bearer "+token)
	case user != "" || password != "":
		(&http.Request{Header: d.header}).SetBasicAuth(user, password)
	}
	_, credentials, _ := strings.Cut(d.header.Get("Authorization"), " ")
	d.secrets.Hide(credentials, password)
	d.secrets.HideQuery(d.address)
	return nil
}

// request makes the request for an address, to which the file's own address
// may have led. Only that one hears who asks.
func (d *download) request(ctx context.Context, to *url.URL, r fetch.Request) *http.Request {
	req := (&http.Request{Method: http.MethodGet, URL: to, Header: common()}).WithContext(ctx)
	if trusted(d.address, to) {
		req.Header = d.header.Clone()
		req.Host = req.Header.Get("Host")
	}
	if r.From > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", r.From))
		req.Header.Set("If-Range", r.Version)
	}
	return req
}

func isControl(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

// isToken reports whether a text may be the name of a header (RFC 9110).
func isToken(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}

func refuse(op string, err error, hint string) error {
	return &brick.Error{Kind: brick.BadInput, Op: op, Err: err, Hint: hint}
}
