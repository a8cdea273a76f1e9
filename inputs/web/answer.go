package web

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"users-brick/brick"
	"users-brick/inputs/fetch"
)

// get asks for the file once; it is a [fetch.Getter].
func (d *download) get(ctx context.Context, r fetch.Request) (*fetch.Answer, error) {
	resp, err := d.send(ctx, r)
	if err != nil {
		return nil, err
	}
	d.foreign = !trusted(d.address, resp.Request.URL)
	a, err := d.accept(resp, r)
	if err != nil {
		discard(resp)
		return nil, err
	}
	a.Body = &body{resp.Body, d.secrets}
	return a, nil
}

// accept understands an answer.
func (d *download) accept(resp *http.Response, r fetch.Request) (*fetch.Answer, error) {
	switch code := resp.StatusCode; {
	case code == http.StatusOK, code == http.StatusNonAuthoritativeInfo:
		return whole(resp), nil
	case code == http.StatusNoContent:
		a := whole(resp)
		a.Size = 0
		return a, nil
	case code == http.StatusPartialContent && r.From > 0:
		return rest(resp, r)
	case code == http.StatusRequestedRangeNotSatisfiable && r.From > 0:
		return nil, fetch.ErrNoRange
	}
	return nil, d.refused(resp)
}

// whole is an answer that sends all of the file.
func whole(resp *http.Response) *fetch.Answer {
	modified, _ := http.ParseTime(resp.Header.Get("Last-Modified"))
	return &fetch.Answer{Info: fetch.Info{
		Size: resp.ContentLength, Version: versionOf(resp.Header), Ranges: inRanges(resp), Modified: modified,
		Sum: fetch.SumOf(resp.Header, true), OpenEnd: fetch.OpenEnded(resp), Header: resp.Header,
	}}
}

// rest is an answer that sends what was asked for: the bytes of the version
// from one on. Anything else, or what cannot be told from it, is ErrNoRange.
func rest(resp *http.Response, r fetch.Request) (*fetch.Answer, error) {
	from, size, ok := fetch.ContentRange(resp.Header.Get("Content-Range"))
	if !ok || from != r.From || fetch.OpenEnded(resp) {
		return nil, fetch.ErrNoRange
	}
	name := "Last-Modified"
	if strings.HasPrefix(r.Version, `"`) {
		name = "ETag"
	}
	version := strings.TrimSpace(resp.Header.Get(name))
	if version == "" { // it may have passed over If-Range
		return nil, fetch.ErrNoRange
	}
	return &fetch.Answer{From: from, Info: fetch.Info{Size: size, Version: version}}, nil
}

// versionOf names the version that an answer sends: its ETag, else its date.
func versionOf(h http.Header) string {
	return cmp.Or(strings.TrimSpace(h.Get("ETag")), strings.TrimSpace(h.Get("Last-Modified")))
}

// inRanges reports whether the rest of a version may be asked for: it has a
// strong ETag, or a date so long ago that the file was surely not changed
// twice in that second. What a server makes while it sends it, such as a
// coding for the way, may have the validator of something else.
func inRanges(resp *http.Response) bool {
	h := resp.Header
	if strings.EqualFold(strings.TrimSpace(h.Get("Accept-Ranges")), "none") || resp.ContentLength < 0 && codingOf(h) != "" {
		return false
	}
	version := versionOf(h)
	if len(version) > 2 && strings.HasPrefix(version, `"`) && strings.HasSuffix(version, `"`) {
		return true
	}
	modified, err := http.ParseTime(version)
	now, err2 := http.ParseTime(h.Get("Date"))
	return err == nil && err2 == nil && now.Sub(modified) >= time.Minute
}

// body is a body whose errors repeat no secret.
type body struct {
	io.ReadCloser
	secrets fetch.Secrets
}

// Read passes io.EOF and cuts on as they are.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) {
		err = brick.Errorf(brick.Unavailable, "the connection broke: %s", b.secrets.Clean(err.Error()))
	}
	return n, err
}
