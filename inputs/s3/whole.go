package s3

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"io"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"users-brick/inputs/fetch"
)

// ReadObject returns all of a small object, such as params. Its MaxBytes
// should be set: the object is read into memory. Errors are those of
// [Source.Open] and of the stream.
func ReadObject(ctx context.Context, s Source) ([]byte, error) {
	s.Parallel = 1
	stream, err := s.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	content, err := io.ReadAll(stream)
	if err != nil {
		return nil, err
	}
	return content, nil
}

// WriteObject stores an object, such as a report, in place of what is there.
// The content is read from its beginning, more than once. The content type is
// such as text/html; empty means none. The store checks what arrives. Errors
// are those of [Source.Open]; after one of them the object may have been
// stored.
func WriteObject(ctx context.Context, s Source, contentType string, content io.ReadSeeker) error {
	o, err := s.connect(ctx, "write")
	if err != nil {
		return err
	}
	defer o.release()
	digest, size, err := digestOf(content)
	if err != nil {
		return err
	}
	in := &s3.PutObjectInput{Bucket: &o.Bucket, Key: &o.Key, ContentMD5: &digest, ContentLength: &size}
	if contentType != "" {
		in.ContentType = &contentType
	}
	return fetch.Do(ctx, o.options(), func(ctx context.Context) error {
		err := o.ask(func(c *s3.Client) error {
			if _, err := content.Seek(0, io.SeekStart); err != nil {
				return err
			}
			in.Body = content
			_, err := c.PutObject(ctx, in)
			return err
		})
		if err != nil {
			return o.explain(err)
		}
		return nil
	})
}

// digestOf returns the checksum of all that there is, and how much that is.
func digestOf(content io.ReadSeeker) (digest string, size int64, err error) {
	sum := md5.New()
	if _, err = content.Seek(0, io.SeekStart); err == nil {
		size, err = io.Copy(sum, content)
	}
	return base64.StdEncoding.EncodeToString(sum.Sum(nil)), size, err
}
