package inputs

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// The compressions, as `compression` and [Format] name them.
const (
	autoCompression = "auto"
	noCompression   = "none"
	gzipCompression = "gzip"
	zstdCompression = "zstd"
)

// compressionOf returns how a file is compressed that begins so.
func compressionOf(start []byte) string {
	skippable := len(start) >= 4 && start[0]&0xf0 == 0x50 && string(start[1:4]) == "\x2a\x4d\x18"
	switch {
	case bytes.HasPrefix(start, []byte("\x1f\x8b")):
		return gzipCompression
	case skippable, bytes.HasPrefix(start, []byte("\x28\xb5\x2f\xfd")):
		return zstdCompression
	}
	return noCompression
}

// wantedCompression returns what a param says in the words used here.
func wantedCompression(param string) string {
	if want := strings.ToLower(strings.TrimSpace(param)); want != "" {
		return want
	}
	return autoCompression
}

// checkCompression refuses a param that names no compression.
func checkCompression(param string) error {
	switch wantedCompression(param) {
	case autoCompression, noCompression, gzipCompression, zstdCompression:
		return nil
	}
	return &unreadable{fmt.Sprintf("the compression %q is not known", short(param)), "set `compression` to auto, gzip, zstd or none"}
}

// settleCompression returns how a file is compressed that begins so, if the
// param permits it.
func settleCompression(param string, start []byte) (string, error) {
	found, want := compressionOf(start), wantedCompression(param)
	switch {
	case want == autoCompression || want == found:
		return found, nil
	case found == noCompression:
		return "", &unreadable{"the file is not compressed with " + want, "check that it is the right file, or set `compression` to auto"}
	}
	return "", &unreadable{fmt.Sprintf("the file is compressed with %s, but `compression` is %s", found, want), "set `compression` to auto"}
}

// unpacker decompresses a source. Data that are broken or cut off end with an
// unreadable, an error of the source with that error.
type unpacker struct {
	kind   string
	source *lastError
	from   io.Reader
}

func newUnpacker(kind string, r io.Reader) *unpacker {
	u := &unpacker{kind: kind, source: &lastError{r: r}}
	if kind == gzipCompression {
		u.from = &members{from: bufio.NewReaderSize(u.source, chunk)}
	} else {
		u.from = &frames{from: u.source}
	}
	return u
}

// Read implements io.Reader.
func (u *unpacker) Read(p []byte) (int, error) {
	n, err := u.from.Read(p)
	if err == nil {
		return n, nil
	}
	if u.source.err != nil && (u.source.err != io.EOF || err == io.EOF) {
		return n, u.source.err
	}
	return n, u.explain(err)
}

func (u *unpacker) explain(err error) error {
	const again = "make or fetch the file again"
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &unreadable{"the " + u.kind + " data end too early", again}
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return &unreadable{fmt.Sprintf("more than %d MiB of memory are needed to unpack the zstd data", maxWindow>>20), "compress the file without --long and --ultra"}
	}
	return &unreadable{fmt.Sprintf("the %s data are broken: %v", u.kind, err), again}
}

// lastError remembers how a source ended.
type lastError struct {
	r   io.Reader
	err error
}

func (l *lastError) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if err != nil {
		l.err = err
	}
	return n, err
}

// members unpacks a gzip file, which may be several, one behind the other.
// That is done here, since gzip.Reader takes a header that is cut off in its
// file name for the end of the file.
type members struct {
	from *bufio.Reader
	gzip *gzip.Reader
}

// Read implements io.Reader.
func (m *members) Read(p []byte) (int, error) {
	for {
		if m.gzip == nil {
			if err := m.open(); err != nil {
				return 0, err
			}
		}
		n, err := m.gzip.Read(p)
		if err == io.EOF {
			if _, err = m.from.Peek(1); err == nil {
				err = m.open()
			}
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// open begins a member, which must be there.
func (m *members) open() (err error) {
	if m.gzip == nil {
		m.gzip = new(gzip.Reader)
	}
	if err = m.gzip.Reset(m.from); err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	m.gzip.Multistream(false)
	return err
}

// maxWindow is how far back zstd data may reach, in bytes: as far as the
// command zstd itself permits.
const maxWindow = 128 << 20

// frames unpacks a zstd file.
type frames struct {
	from io.Reader
	zstd *zstd.Decoder
}

// Read implements io.Reader.
func (f *frames) Read(p []byte) (n int, err error) {
	if f.zstd == nil {
		// One at a time: then there are no goroutines that would have to be ended.
		f.zstd, err = zstd.NewReader(f.from, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderMaxMemory(maxWindow))
		if err != nil {
			return 0, err
		}
	}
	return f.zstd.Read(p)
}
