package s3

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"users-brick/brick"
	"users-brick/inputs/fetch"
)

// get asks for the object, or a part of it, once; it is a [fetch.Getter].
func (o *object) get(ctx context.Context, r fetch.Request) (*fetch.Answer, error) {
	etag, version := split(r.Version)
	in := &s3.GetObjectInput{Bucket: &o.Bucket, Key: &o.Key}
	if o.VersionID != "" {
		version = o.VersionID
	}
	if version != "" && (version == o.VersionID || !o.unversioned.Load()) {
		in.VersionId = &version
	}
	if isExact(etag) {
		in.IfMatch = &etag
	}
	var options []func(*s3.Options)
	if r.From > 0 || r.To > 0 {
		in.Range = rangeOf(r)
	} else {
		options = append(options, s3.WithAPIOptions(smithyhttp.SetHeaderValue("x-amz-checksum-mode", "ENABLED")))
	}
	var out *s3.GetObjectOutput
	err := o.ask(func(c *s3.Client) (err error) {
		out, err = c.GetObject(ctx, in, options...)
		return err
	})
	switch {
	case err == nil:
		return o.answer(out, r)
	case in.VersionId != nil && o.VersionID == "" && statusOf(err) == http.StatusForbidden:
		// To name a version takes a right of its own; the ETag will do.
		o.unversioned.Store(true)
		return o.get(ctx, r)
	case r.From > 0 && statusOf(err) == http.StatusRequestedRangeNotSatisfiable:
		return nil, fetch.ErrNoRange
	}
	return nil, o.explain(err)
}

func rangeOf(r fetch.Request) *string {
	text := fmt.Sprintf("bytes=%d-", r.From)
	if r.To > 0 {
		text += fmt.Sprint(r.To - 1)
	}
	return &text
}

// answer understands what the store sends.
func (o *object) answer(out *s3.GetObjectOutput, r fetch.Request) (*fetch.Answer, error) {
	raw, ok := awsmiddleware.GetRawResponse(out.ResultMetadata).(*smithyhttp.Response)
	if !ok || fetch.OpenEnded(raw.Response) {
		out.Body.Close()
		return nil, refuse("", errors.New("the store does not say how long the object is"), "check `endpoint`")
	}
	a := &fetch.Answer{Body: out.Body, Info: infoOf(raw.Response)}
	if raw.StatusCode != http.StatusPartialContent {
		return a, nil
	}
	from, size, ok := fetch.ContentRange(raw.Header.Get("Content-Range"))
	if !ok || from != r.From {
		out.Body.Close()
		return nil, fetch.ErrNoRange
	}
	a.From, a.Size = from, size
	return a, nil
}

// infoOf returns what the header says of the object.
func infoOf(resp *http.Response) fetch.Info {
	h := resp.Header
	etag := strings.TrimSpace(h.Get("ETag"))
	modified, _ := http.ParseTime(h.Get("Last-Modified"))
	info := fetch.Info{Size: resp.ContentLength, Exact: isExact(etag), Modified: modified, Header: h}
	if etag != "" {
		info.Version = join(etag, h.Get("x-amz-version-id"))
	}
	info.Ranges = info.Exact && strings.EqualFold(strings.TrimSpace(h.Get("Accept-Ranges")), "bytes")
	info.Sum = fetch.SumOf(h, resp.StatusCode == http.StatusOK)
	return info
}

// isExact reports whether an ETag names the bytes and no others.
func isExact(etag string) bool { return etag != "" && !strings.HasPrefix(etag, "W/") }

// join names a version by its ETag and, where the bucket keeps versions, its
// id. That of a bucket that does not is null.
func join(etag, id string) string {
	if id == "" || id == "null" {
		return etag
	}
	return etag + "\n" + id
}

func split(version string) (etag, id string) {
	etag, id, _ = strings.Cut(version, "\n")
	return etag, id
}

// ask calls f with a client. When the store says that the bucket is in
// another region, which the user did not name, it does so once more there.
func (o *object) ask(f func(*s3.Client) error) error {
	client := o.client.Load()
	err := f(client)
	region := regionIn(err)
	if region == "" || region == client.Options().Region {
		return err
	}
	if o.stated {
		return &brick.Error{
			Kind: brick.BadInput, Err: fmt.Errorf("the bucket is in the region %s, not in %s", region, o.Region),
			Hint: "write that `region`, or none",
		}
	}
	o.use(region)
	return f(o.client.Load())
}
