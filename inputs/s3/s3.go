// Package s3 reads users from an object in a bucket of Amazon S3, or of any
// store that speaks its protocol.
//
//	keys given, or the SDK's chain ─► client ─► GetObject ─► fetch ─► stream
//	region given, or found                       (If-Match,   (parts of a large object
//	                                              version)     at once, in order)
//
// Whoever reads an object reads one version of it: its ETag, and its version
// where the bucket keeps them, are noted at the beginning, and every further
// request asks for these. Keys never stand in an error.
package s3

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"users-brick/brick"
	"users-brick/inputs"
	"users-brick/inputs/fetch"
)

// Source is an object in a bucket.
type Source struct {
	Bucket    string
	Key       string // as it is: nothing is decoded or cleaned
	VersionID string // empty for the newest version

	// Region is where the bucket is. When empty it is that of the environment
	// or profile, else us-west-2, as it always was, or us-east-1 with an
	// Endpoint; a bucket that is elsewhere is found.
	Region string

	// Endpoint is the address of a store other than Amazon's; without a scheme
	// it is https. The bucket then stands in its path, and with PathStyle also
	// in that of Amazon's own.
	Endpoint  string
	PathStyle bool

	// The access key. When empty it is that of the SDK's own chain: the
	// environment, the profile, the role of the container or the machine.
	AccessKeyID     brick.Secret
	SecretAccessKey brick.Secret
	SessionToken    brick.Secret

	Patience time.Duration // how long the store may be silent, before its answer or within; 0 means for ever
	MaxBytes int64         // of the object; 0 means any number
	Retry    fetch.Retry   // what is tried again, and how often
	Emit     brick.Emit    // hears of retries

	// A large object is read in parts of PartSize bytes, so many at once, which
	// takes Parallel times PartSize bytes of memory; 0 means 8 of 4 MiB. With
	// a Parallel of 1 it is read in one.
	Parallel int
	PartSize int64

	// LinkLocal permits that the store is in the machine's own surroundings;
	// see package reach. The SDK's own chain of keys may always ask there.
	LinkLocal bool

	// Transport sends the requests. Nil means one of its own, which takes
	// proxies and authorities from the environment.
	Transport http.RoundTripper
}

// How large objects are read when nothing else is said. Parts of 4 MiB are
// large enough to make up for the time to the first byte, and more of them at
// once are faster than fewer larger ones in the same memory.
const (
	parallel = 8
	partSize = 4 << 20
)

// Open begins to read. What the user can mend is an error of kind BadInput: no
// such bucket or object, keys that are missing, wrong or expired, rights,
// region. A store that does not answer, even when it is asked again, is one of
// kind Unavailable or Throttled. An object that turns out shorter than
// announced, without the checksum that the store keeps of it, or changed while
// it was read, ends with an error of kind BadInput.
func (s Source) Open(ctx context.Context) (*inputs.Stream, error) {
	o, err := s.connect(ctx, "read")
	if err != nil {
		return nil, err
	}
	file, err := fetch.Open(ctx, o.get, o.options())
	if err != nil {
		o.release()
		return nil, err
	}
	peeked := bufio.NewReader(file)
	body := &body{fetch.AtMost(peeked, s.MaxBytes, o.op), file, o}
	if err := o.checkBody(file, peeked); err != nil {
		body.Close()
		return nil, err
	}
	etag, _ := split(file.Version)
	origin := inputs.Origin{Name: s.name(), Size: file.Size, ETag: etag, Modified: file.Modified}
	return inputs.NewStream(body, origin), nil
}

func (o *object) options() fetch.Options {
	return fetch.Options{
		Op: o.op, Patience: o.Patience, Retry: o.Retry, Emit: o.Emit,
		Parallel: cmp.Or(o.Parallel, parallel), PartSize: cmp.Or(o.PartSize, partSize),
	}
}

// name is how the object is called.
func (s Source) name() string { return "s3://" + s.Bucket + "/" + s.Key }

// ParseAddress takes an address such as s3://bucket/path/users.csv apart. The
// key is taken as it is. Anything else is an error of kind BadInput.
func ParseAddress(address string) (bucket, key string, err error) {
	rest, isS3 := strings.CutPrefix(address, "s3://")
	bucket, key, _ = strings.Cut(rest, "/")
	if !isS3 || bucket == "" || key == "" {
		return "", "", refuse("", errors.New("this is no address of an object"), "write s3://bucket/key")
	}
	return bucket, key, nil
}

// body is an object that is being read.
type body struct {
	io.Reader
	file   *fetch.File
	object *object
}

// checkBody refuses what is too large, or no object at all: a web server, such as
// the console of a store, sends its page for any key.
func (o *object) checkBody(file *fetch.File, body *bufio.Reader) error {
	if o.MaxBytes > 0 && file.Size > o.MaxBytes {
		return fetch.TooLarge(o.op, o.MaxBytes)
	}
	head, err := body.Peek(512)
	if err != nil && err != io.EOF {
		return err
	}
	if o.Endpoint != "" && fetch.IsPage(head) {
		return refuse(o.op, errors.New("a web page is sent in place of the object"), "check `endpoint`; it may be that of the console")
	}
	return nil
}

// Close ends the reading.
func (b *body) Close() error {
	err := b.file.Close()
	b.object.release()
	return err
}
