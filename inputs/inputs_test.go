package inputs_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"users-brick/inputs"
)

func TestStreamKeepsDigestAndSize(t *testing.T) {
	const file = "login\na@x.com\n"
	s := inputs.NewStream(io.NopCloser(iotest.OneByteReader(strings.NewReader(file))), inputs.Origin{Name: "users.csv", Size: -1})
	if _, err := io.Copy(io.Discard, s); err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(file))); s.Digest() != want || s.Bytes() != int64(len(file)) {
		t.Errorf("digest %s of %d bytes, want %s", s.Digest(), s.Bytes(), want)
	}
}

func TestBrokenStreamEndsTheRowsWithItsError(t *testing.T) {
	broken := errors.New("connection reset")
	for name, source := range map[string]io.Reader{
		"in the header":     iotest.ErrReader(broken),
		"in a row":          io.MultiReader(strings.NewReader("login,role\na@x.com,ad"), iotest.ErrReader(broken)),
		"in an open quote":  io.MultiReader(strings.NewReader("login,role\na@x.com,\"ad"), iotest.ErrReader(broken)),
		"behind odd quotes": io.MultiReader(strings.NewReader("login,role\na@x.com,5\""), iotest.ErrReader(broken)),
	} {
		t.Run(name, func(t *testing.T) {
			var last error
			for _, err := range inputs.NewReader(source, "users.csv", inputs.Options{}).Rows(t.Context()) {
				last = err
			}
			if !errors.Is(last, broken) {
				t.Errorf("error %v, want %v", last, broken)
			}
		})
	}
}
