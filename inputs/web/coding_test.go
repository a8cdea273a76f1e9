package web_test

import (
	"testing"

	"users-brick/brick"
	"users-brick/inputs/web"
)

func TestWhatIsCompressedForTheWayIsDecompressed(t *testing.T) {
	for _, coding := range []string{"gzip", "x-gzip", "GZIP", "identity"} {
		body := gzipped(csv)
		if coding == "identity" {
			body = csv
		}
		s := serve(t, send(200, map[string]string{"Content-Encoding": coding}, body))
		stream := reads(t, web.Source{URL: s.URL + "/users.csv"}, csv)
		if coding != "identity" && stream.Size != -1 {
			t.Errorf("%s: size %d is that of the coded body", coding, stream.Size)
		}
	}
}

func TestCompressedFileStaysAsItIs(t *testing.T) {
	for _, coding := range []string{"", "gzip"} {
		s := serve(t, send(200, map[string]string{"Content-Type": "application/gzip", "Content-Encoding": coding}, gzipped(csv)))
		reads(t, web.Source{URL: s.URL + "/users.csv.GZ?v=1"}, gzipped(csv))
	}
	s := serve(t, send(200, nil, gzipped(csv)))
	reads(t, web.Source{URL: s.URL + "/users"}, gzipped(csv))
}

func TestCodingThatIsNotKnownIsRefused(t *testing.T) {
	for _, coding := range []string{"br", "zstd", "gzip, gzip", "deflate"} {
		_, err := web.Source{URL: serve(t, send(200, map[string]string{"Content-Encoding": coding}, "x")).URL}.Open(t.Context())
		wants(t, err, brick.BadInput, "a coding that is not known ("+coding+")")
	}
}

func TestDamagedCompressionIsRefused(t *testing.T) {
	sound := gzipped(rows(100_000))
	flipped := []byte(sound)
	flipped[len(flipped)/2] ^= 0xff
	for name, body := range map[string]string{
		"no gzip": csv, "one byte": "\x1f", "cut off": sound[:len(sound)-1], "cut in the middle": sound[:len(sound)/2],
		"flipped": string(flipped), "with more behind": sound + "more",
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, send(200, map[string]string{"Content-Encoding": "gzip"}, body))
			_, _, err := read(t, web.Source{URL: s.URL})
			wants(t, err, brick.BadInput, "read "+s.URL, "damaged")
		})
	}
}

// A page is a page, also when it comes compressed.
func TestCompressedPageIsRefused(t *testing.T) {
	s := serve(t, send(200, map[string]string{"Content-Encoding": "gzip"}, gzipped("<!doctype html>")))
	_, err := web.Source{URL: s.URL}.Open(t.Context())
	wants(t, err, brick.BadInput, "a web page in place of the file")
}
