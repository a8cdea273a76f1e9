package inputs_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"users-brick/brick"
	"users-brick/inputs"
)

// gzipped returns a gzip file with one member for each part, named as the
// command gzip names it.
func gzipped(t testing.TB, parts ...string) string {
	t.Helper()
	var file bytes.Buffer
	for _, part := range parts {
		w := gzip.NewWriter(&file)
		w.Name = "users.csv"
		if _, err := io.WriteString(w, part); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return file.String()
}

// zstandard returns a zstd file with one frame for each part.
func zstandard(t testing.TB, parts ...string) string {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	var file []byte
	for _, part := range parts {
		file = w.EncodeAll([]byte(part), file)
	}
	return string(file)
}

const twoRows = "login,first_name\na@x.com,Zoë\nb@x.com,Bob\n"

func TestCompressedFileIsReadByItsContent(t *testing.T) {
	const skippable = "\x50\x2a\x4d\x18\x03\x00\x00\x00abc"
	for name, tt := range map[string]struct{ file, compression string }{
		"plain":                        {twoRows, "none"},
		"gzip":                         {gzipped(t, twoRows), "gzip"},
		"several members":              {gzipped(t, twoRows[:20], "", twoRows[20:29], twoRows[29:]), "gzip"},
		"zstd":                         {zstandard(t, twoRows), "zstd"},
		"several frames":               {zstandard(t, twoRows[:20], twoRows[20:]), "zstd"},
		"zstd behind a skippable part": {skippable + zstandard(t, twoRows) + skippable, "zstd"},
	} {
		for _, param := range []string{"", "auto", "AUTO ", tt.compression} {
			t.Run(name+", "+param, func(t *testing.T) {
				got := read(t, tt.file, inputs.Options{Compression: param})
				if got.err != nil || len(got.rows) != 2 || got.rows[0].Profile[brick.FirstName] != "Zoë" || got.rows[1].Login != "b@x.com" {
					t.Fatalf("rows %+v, error %v", got.rows, got.err)
				}
				s := got.stats
				if s.Format.Compression != tt.compression || s.Bytes != int64(len(tt.file)) || s.Plain != int64(len(twoRows)) {
					t.Errorf("stats %+v, want %s of %d bytes", s, tt.compression, len(tt.file))
				}
			})
		}
	}
}

func TestCompressionThatIsNotThatOfTheFileIsRefused(t *testing.T) {
	for name, tt := range map[string]struct{ file, param, text string }{
		"gzip, but none":  {gzipped(t, twoRows), "none", "compressed with gzip, but `compression` is none"},
		"zstd, but gzip":  {zstandard(t, twoRows), "gzip", "compressed with zstd, but `compression` is gzip"},
		"plain, but zstd": {twoRows, "zstd", "not compressed with zstd"},
		"empty, but gzip": {"", "gzip", "not compressed with gzip"},
		"twice":           {gzipped(t, gzipped(t, twoRows)), "", "gzip twice"},
		"a zip inside":    {zstandard(t, "PK\x03\x04"), "", "zip archive"},
	} {
		t.Run(name, func(t *testing.T) {
			e := refusal(t, read(t, tt.file, inputs.Options{Compression: tt.param}).err)
			if !strings.Contains(e.Error(), tt.text) || e.Hint == "" || e.Line != 1 || e.Column != 1 {
				t.Errorf("error %v, want %q", e, tt.text)
			}
		})
	}
}

func TestCompressedFileThatIsCutOffIsRefusedWhereverItEnds(t *testing.T) {
	unsealed, err := zstd.NewWriter(nil, zstd.WithEncoderCRC(false), zstd.WithSingleSegment(false))
	if err != nil {
		t.Fatal(err)
	}
	defer unsealed.Close()
	one := gzipped(t, twoRows)
	for name, tt := range map[string]struct {
		file  string
		whole int // a shorter file that is complete
	}{
		"gzip":                  {one, 0},
		"gzip of two members":   {one + gzipped(t, "c@x.com,Cleo\n"), len(one)},
		"zstd":                  {zstandard(t, twoRows), 0},
		"zstd of two frames":    {zstandard(t, twoRows, twoRows), len(zstandard(t, twoRows))},
		"zstd without checksum": {string(unsealed.EncodeAll([]byte(twoRows), nil)), 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := read(t, tt.file, inputs.Options{}); got.err != nil {
				t.Fatal(got.err)
			}
			for n := 1; n < len(tt.file); n++ {
				if n == tt.whole {
					continue
				}
				e := refusal(t, read(t, tt.file[:n], inputs.Options{}).err)
				if n > 3 && !strings.Contains(e.Error(), "end too early") {
					t.Errorf("%d bytes: error %v", n, e)
				}
			}
		})
	}
}

// A byte that is wrong is found by the checksum, unless it stands in a header
// and means nothing for the content.
func TestDamagedCompressedFileNeverGivesOtherRows(t *testing.T) {
	for name, file := range map[string]string{"gzip": gzipped(t, twoRows), "zstd": zstandard(t, twoRows)} {
		t.Run(name, func(t *testing.T) {
			want := read(t, file, inputs.Options{})
			refused := 0
			for i := range file {
				damaged := []byte(file)
				damaged[i] ^= 0x24
				got := read(t, string(damaged), inputs.Options{})
				if got.err == nil {
					same(t, "rows", got.rows, want.rows)
				} else {
					refusal(t, got.err)
					refused++
				}
			}
			if refused < len(file)/2 {
				t.Errorf("only %d of %d damages were found", refused, len(file))
			}
		})
	}
}

func TestWhatStandsBehindCompressedDataIsRefused(t *testing.T) {
	for _, file := range []string{gzipped(t, twoRows), zstandard(t, twoRows)} {
		for _, more := range []string{"x", "c@x.com,Cleo\n", strings.Repeat("\x00", 100)} {
			refusal(t, read(t, file+more, inputs.Options{}).err)
		}
	}
}

func TestPlaceOfBrokenDataIsThatOfTheLastText(t *testing.T) {
	file := gzipped(t, "login\na@x.com\nb@x") // the end of the member stands in the second row
	e := refusal(t, read(t, file+"x", inputs.Options{}).err)
	if e.Line != 3 || e.Column != 4 {
		t.Errorf("error %v", e)
	}
}

// A source that was cut off must show as such, also where the compressed data
// could end.
func TestErrorOfTheSourceComesThroughTheDecompression(t *testing.T) {
	for _, file := range []string{gzipped(t, twoRows), zstandard(t, twoRows)} {
		for _, n := range []int{0, 3, 20, len(file)} {
			for _, cut := range []error{io.ErrUnexpectedEOF, errors.New("connection reset"), &brick.Error{Kind: brick.Throttled}} {
				source := io.MultiReader(strings.NewReader(file[:n]), iotest.ErrReader(cut))
				var last error
				for _, err := range inputs.NewReader(source, "users.csv", inputs.Options{}).Rows(t.Context()) {
					last = err
				}
				if !errors.Is(last, cut) || brick.KindOf(last) != brick.KindOf(cut) {
					t.Errorf("%d bytes, then %v: the rows end with %v", n, cut, last)
				}
			}
		}
	}
}

func TestSizeIsLimitedOnBothSidesOfTheDecompression(t *testing.T) {
	bomb := "login\na@x.com\n" + strings.Repeat("\n", 50<<20)
	noise := "login\n" + rand.Text() + rand.Text() + "@x.com\n" // does not become smaller
	for name, tt := range map[string]struct {
		file string
		most int64
		text string // part of the message; empty: the file is read
	}{
		"plain, at the limit":             {twoRows, int64(len(twoRows)), ""},
		"plain, above it":                 {twoRows, int64(len(twoRows)) - 1, "larger than 41 bytes"},
		"gzip, decompressed at the limit": {gzipped(t, strings.Repeat(twoRows, 9)), int64(9 * len(twoRows)), ""},
		"gzip, decompressed above it":     {gzipped(t, strings.Repeat(twoRows, 9)), int64(9*len(twoRows)) - 1, "more than 377 bytes when it is decompressed"},
		"gzip bomb":                       {gzipped(t, bomb), 1 << 20, "more than 1048576 bytes when it is decompressed"},
		"zstd bomb":                       {zstandard(t, bomb), 1 << 20, "more than 1048576 bytes when it is decompressed"},
		"gzip, compressed above it":       {gzipped(t, noise), int64(len(noise)), "larger than"},
	} {
		t.Run(name, func(t *testing.T) {
			got := read(t, tt.file, inputs.Options{MaxBytes: tt.most})
			if tt.text == "" {
				if got.err != nil {
					t.Error(got.err)
				}
				return
			}
			if e := refusal(t, got.err); !strings.Contains(e.Error(), tt.text) || !strings.Contains(e.Hint, "max_bytes") {
				t.Errorf("error %v, want %q", e, tt.text)
			}
			if got.stats.Plain > tt.most+(1<<20) {
				t.Errorf("%d bytes were decompressed", got.stats.Plain)
			}
		})
	}
}

func TestZstdThatNeedsTooMuchMemoryIsRefused(t *testing.T) {
	// A frame that announces a window of 1 GiB, then an empty last block.
	file := "\x28\xb5\x2f\xfd\x00\xa0\x01\x00\x00"
	if e := refusal(t, read(t, file, inputs.Options{}).err); !strings.Contains(e.Error(), "128 MiB of memory") || !strings.Contains(e.Hint, "--long") {
		t.Errorf("error %v", e)
	}
}
