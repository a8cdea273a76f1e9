package fetch_test

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/inputs/fetch"
)

// text is what the checksums of the tests are of. Its CRCs are those that the
// catalogue of parametrised CRC algorithms gives as check values.
const text = "123456789"

func b64(sum []byte) string { return base64.StdEncoding.EncodeToString(sum) }

func sums() map[string]string {
	m, s1, s2, s5 := md5.Sum([]byte(text)), sha1.Sum([]byte(text)), sha256.Sum256([]byte(text)), sha512.Sum512([]byte(text))
	return map[string]string{
		"md5": b64(m[:]), "sha": b64(s1[:]), "sha-256": b64(s2[:]), "sha-512": b64(s5[:]),
		"crc32":     b64([]byte{0xcb, 0xf4, 0x39, 0x26}),
		"crc32c":    b64([]byte{0xe3, 0x06, 0x92, 0x83}),
		"crc64nvme": b64([]byte{0xae, 0x8b, 0x14, 0x86, 0x0a, 0x79, 0x98, 0x88}),
	}
}

func readWith(t *testing.T, content string, h http.Header, whole bool) error {
	t.Helper()
	s := server{content: []byte(content)}
	s.fault = func(_ int, _ fetch.Request, a *fetch.Answer) error {
		a.Sum = fetch.SumOf(h, whole)
		return nil
	}
	got, err := read(t, &s, fetch.Options{})
	if string(got) != content {
		t.Errorf("read %q", got)
	}
	return err
}

func TestFileMustHaveTheChecksumThatTheServerNames(t *testing.T) {
	sums := sums()
	for name, value := range map[string]string{
		"Content-MD5":              sums["md5"],
		"Digest":                   "MD5=" + sums["md5"],
		"digest":                   "unixsum=1, SHA-256=" + sums["sha-256"],
		"Repr-Digest":              "sha-256=:" + sums["sha-256"] + ":",
		"repr-digest":              "sha-512=:" + sums["sha-512"] + ":, unknown=:AAAA:",
		"Content-Digest":           "sha-512=:" + sums["sha-512"] + ":",
		"x-amz-checksum-sha1":      sums["sha"],
		"x-amz-checksum-sha256":    sums["sha-256"],
		"x-amz-checksum-crc32":     sums["crc32"],
		"x-amz-checksum-crc32c":    sums["crc32c"],
		"x-amz-checksum-crc64nvme": sums["crc64nvme"],
	} {
		t.Run(name, func(t *testing.T) {
			h := http.Header{}
			h.Set(name, value)
			if err := readWith(t, text, h, true); err != nil {
				t.Error(err)
			}
			wants(t, readWith(t, "123456780", h, true), brick.BadInput, "read it: the file does not have the checksum that the server names")
		})
	}
}

func TestStrongestChecksumCounts(t *testing.T) {
	h := http.Header{"Content-Md5": {b64(make([]byte, 16))}, "Digest": {"SHA-256=" + sums()["sha-256"]}}
	if err := readWith(t, text, h, true); err != nil {
		t.Error(err)
	}
}

func TestChecksumOfSomethingElseIsPassedOver(t *testing.T) {
	wrong := b64(make([]byte, 32))
	for name, h := range map[string]http.Header{
		"of the parts":         {"X-Amz-Checksum-Sha256": {wrong}, "X-Amz-Checksum-Type": {"COMPOSITE"}},
		"of parts, by its end": {"X-Amz-Checksum-Sha256": {wrong + "-3"}},
		"no base64":            {"Digest": {"SHA-256=***"}},
		"of another length":    {"Content-Md5": {wrong}},
		"nothing":              {"Digest": {""}, "Repr-Digest": {"sha-256", ",,=,"}},
		"of the body only":     {"Content-Md5": {b64(make([]byte, 16))}, "Content-Digest": {"sha-256=:" + wrong + ":"}},
	} {
		if err := readWith(t, text, h, false); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestChecksumHoldsForPartsTogether(t *testing.T) {
	s := exactServer(10_000)
	sum := sha256.Sum256(s.content)
	h := http.Header{"Digest": {"sha-256=" + b64(sum[:])}}
	s.fault = func(_ int, _ fetch.Request, a *fetch.Answer) error {
		a.Sum = fetch.SumOf(h, true)
		return nil
	}
	if _, err := read(t, s, inParts); err != nil {
		t.Error(err)
	}
	s.content[9999]++
	_, err := read(t, s, inParts)
	wants(t, err, brick.BadInput, "SHA-256")
}

func FuzzSumOf(f *testing.F) {
	for _, seed := range []string{"", "sha-256=::", "SHA-256=" + sums()["sha-256"], "md5=:" + sums()["md5"] + ":,", "=,=,=", strings.Repeat("sha=", 100)} {
		f.Add("Digest", seed)
	}
	f.Add("X-Amz-Checksum-Crc32", sums()["crc32"])
	f.Fuzz(func(t *testing.T, name, value string) {
		h := http.Header{}
		h.Set(name, value)
		if err := readWith(t, text, h, true); err != nil && !fetch.SumOf(h, true).Given() {
			t.Errorf("%s: %q: %v", name, value, err)
		}
	})
}
