//go:build unix

package inputs_test

import (
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"users-brick/inputs"
)

// stage is what one step of the reading takes alone, on the file as it comes
// to that step.
type stage struct {
	file string
	run  func(io.Reader) error
}

// BenchmarkStages reads the file as it may come. The wall time of all stages
// together is held to that of the slowest one alone: at most 1.1 times as
// long, where there is a processor for each that works.
func BenchmarkStages(b *testing.B) {
	text, err := os.ReadFile(benchFile(b))
	if err != nil {
		b.Fatal(err)
	}
	plain := string(text)
	parse := stage{plain, func(r io.Reader) error { return readAll(b, r, inputs.Options{}) }}
	packed, tight := gzipped(b, plain), zstandard(b, plain)
	wide16 := wide("\ufeff"+plain, false)
	paged := inPage(b, charmap.Windows1250, strings.ReplaceAll(plain, "Zoë", "Zoé"))

	for _, c := range []struct {
		name   string
		source func() io.Reader
		o      inputs.Options
		alone  []stage
	}{
		{"plain", from(plain), inputs.Options{}, []stage{parse}},
		{"gzip", from(packed), inputs.Options{}, []stage{parse, {packed, gunzip}}},
		{"zstd", from(tight), inputs.Options{}, []stage{parse, {tight, unzstd}}},
		{"UTF-16", from(wide16), inputs.Options{}, []stage{parse, {wide16, fromUTF16}}},
		{"windows-1250", from(paged), inputs.Options{Encoding: "cp1250"}, []stage{parse, {paged, fromPage}}},
		{"download", slowly(plain), inputs.Options{}, []stage{parse, {plain, download}}},
		{"download of gzip", slowly(packed), inputs.Options{}, []stage{parse, {packed, gunzip}, {packed, download}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(plain)))
			var ratios []float64
			for b.Loop() {
				var slowest time.Duration
				for _, s := range c.alone {
					slowest = max(slowest, timed(b, func() error { return s.run(strings.NewReader(s.file)) }))
				}
				all := timed(b, func() error { return readAll(b, c.source(), c.o) })
				ratios = append(ratios, float64(all)/float64(slowest))
			}
			b.ReportMetric(median(ratios), "of-the-slowest")
		})
	}
}

func timed(b *testing.B, run func() error) time.Duration {
	started := time.Now()
	if err := run(); err != nil {
		b.Fatal(err)
	}
	return time.Since(started)
}

func readAll(b *testing.B, r io.Reader, o inputs.Options) error {
	for _, err := range inputs.NewReader(r, "bench.csv", o).Rows(b.Context()) {
		if err != nil {
			return err
		}
	}
	return nil
}

func from(file string) func() io.Reader {
	return func() io.Reader { return strings.NewReader(file) }
}

// slowly gives a file of which one hundredth more is there every millisecond,
// whether somebody waits for it or not.
func slowly(file string) func() io.Reader {
	return func() io.Reader {
		return &slow{rest: strings.NewReader(file), part: len(file)/100 + 1, started: time.Now()}
	}
}

type slow struct {
	rest       io.Reader
	part, read int
	started    time.Time
}

func (s *slow) Read(p []byte) (int, error) {
	due := s.started.Add(time.Duration(s.read/s.part+1) * time.Millisecond)
	time.Sleep(time.Until(due))
	n, err := s.rest.Read(p[:min(len(p), s.part-s.read%s.part)])
	s.read += n
	return n, err
}

func download(r io.Reader) error {
	file, err := io.ReadAll(r)
	if err == nil {
		_, err = io.Copy(io.Discard, struct{ io.Reader }{slowly(string(file))()})
	}
	return err
}

func gunzip(r io.Reader) error {
	z, err := gzip.NewReader(r)
	if err == nil {
		_, err = io.Copy(io.Discard, struct{ io.Reader }{z})
	}
	return err
}

func unzstd(r io.Reader) error {
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1))
	if err == nil {
		_, err = io.Copy(io.Discard, struct{ io.Reader }{z})
	}
	return err
}

func fromUTF16(r io.Reader) error {
	_, err := io.Copy(io.Discard, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Reader(r))
	return err
}

func fromPage(r io.Reader) error {
	_, err := io.Copy(io.Discard, charmap.Windows1250.NewDecoder().Reader(r))
	return err
}

// BenchmarkProfile is BenchmarkRows with a profile.
func BenchmarkProfile(b *testing.B) {
	benchmark(b, func(f io.Reader) (rows int) {
		r := inputs.NewReader(f, "bench.csv", inputs.Options{NeedProject: true, Profile: true})
		for _, err := range r.Rows(b.Context()) {
			if err != nil {
				b.Fatal(err)
			}
		}
		return int(r.Profile().Rows)
	})
}
