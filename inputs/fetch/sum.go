package fetch

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"
	"net/http"
	"strings"

	"users-brick/brick"
)

// Sum is the checksum that a file must come to. The zero Sum is none.
type Sum struct {
	algorithm *algorithm
	want      []byte
}

// Given reports whether there is a checksum.
func (s Sum) Given() bool { return s.algorithm != nil }

// algorithm is a way to make a checksum, with its names in headers.
type algorithm struct {
	name   string
	make   func() hash.Hash
	digest string // in Digest and its kin, in lower case; empty for none
	amazon string // the end of x-amz-checksum-…; empty for none
}

// nvme is the polynomial of the CRC-64 that Amazon S3 keeps of every object,
// in the form of package crc64.
const nvme = 0x9a6c9329ac4bc9b5

// algorithms returns them in the order in which they are preferred.
func algorithms() []algorithm {
	return []algorithm{
		{"SHA-256", sha256.New, "sha-256", "sha256"},
		{"SHA-512", sha512.New, "sha-512", "sha512"},
		{"CRC-64/NVME", func() hash.Hash { return crc64.New(crc64.MakeTable(nvme)) }, "", "crc64nvme"},
		{"CRC-32C", func() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) }, "crc32c", "crc32c"},
		{"CRC-32", func() hash.Hash { return crc32.NewIEEE() }, "", "crc32"},
		{"MD5", md5.New, "md5", "md5"},
		{"SHA-1", sha1.New, "sha", "sha1"},
	}
}

// SumOf returns the checksum to which a header holds a file: the best of
// Repr-Digest, Digest, x-amz-checksum-…, and of Content-Digest and Content-MD5,
// which speak of the body, when the body is the whole file. Values that are
// no checksum of a known kind are passed over, as are those that Amazon S3
// makes of the checksums of parts.
func SumOf(h http.Header, whole bool) Sum {
	for _, a := range algorithms() {
		for _, text := range a.values(h, whole) {
			want, err := base64.StdEncoding.DecodeString(text)
			if err == nil && len(want) == a.make().Size() {
				return Sum{&a, want}
			}
		}
	}
	return Sum{}
}

// values returns what a header gives for this algorithm, in base64.
func (a *algorithm) values(h http.Header, whole bool) []string {
	var found []string
	if a.amazon != "" && !strings.EqualFold(h.Get("x-amz-checksum-type"), "COMPOSITE") {
		found = append(found, h.Get("x-amz-checksum-"+a.amazon))
	}
	if a.digest == "" {
		return found
	}
	for _, name := range []string{"Repr-Digest", "Digest", "Content-Digest"} {
		if name != "Content-Digest" || whole {
			found = append(found, digest(h.Values(name), a.digest))
		}
	}
	if a.digest == "md5" && whole {
		found = append(found, strings.TrimSpace(h.Get("Content-MD5")))
	}
	return found
}

// digest finds an algorithm in values such as "sha-256=…, md5=…" (RFC 3230)
// or "sha-256=:…:" (RFC 9530).
func digest(values []string, name string) string {
	for entry := range strings.SplitSeq(strings.Join(values, ","), ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(entry), "=")
		if strings.EqualFold(key, name) {
			return strings.Trim(value, ":")
		}
	}
	return ""
}

// checked is a body that must come to a checksum.
type checked struct {
	io.ReadCloser
	op   string
	sum  Sum
	hash hash.Hash
}

// Read passes io.EOF on only when the checksum is right.
func (c *checked) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.hash.Write(p[:n])
	if err == io.EOF && !bytes.Equal(c.hash.Sum(nil), c.sum.want) {
		err = &brick.Error{
			Kind: brick.BadInput, Op: c.op, Err: fmt.Errorf("the file does not have the checksum that the server names (%s)", c.sum.algorithm.name),
			Hint: "it was damaged on the way or where it is kept; store it again",
		}
	}
	return n, err
}
