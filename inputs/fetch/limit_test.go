package fetch_test

import (
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"

	"users-brick/brick"
	"users-brick/inputs/fetch"
)

func TestFileMayHaveSoManyBytesAndNoMore(t *testing.T) {
	for most, want := range map[int64]string{0: "12345", math.MaxInt64: "12345", 6: "12345", 5: "12345", 4: "1234", 1: "1"} {
		for name, r := range map[string]io.Reader{
			"at once": strings.NewReader("12345"), "by byte": iotest.OneByteReader(strings.NewReader("12345")),
			"with its end": iotest.DataErrReader(strings.NewReader("12345")),
		} {
			got, err := io.ReadAll(fetch.AtMost(r, most, "read it"))
			if string(got) != want {
				t.Errorf("%s, %d: read %q", name, most, got)
			}
			if want == "12345" && err != nil {
				t.Errorf("%s, %d: %v", name, most, err)
			}
			if want != "12345" {
				wants(t, err, brick.BadInput, "read it: the file is larger than")
			}
		}
	}
}
