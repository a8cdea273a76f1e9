package s3_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"users-brick/brick"
	"users-brick/inputs/s3"
)

// throttled is a connection over which a store sends so many bytes per second.
type throttled struct {
	net.Conn
	perSecond int
	due       time.Time
}

func (c *throttled) Write(p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		piece := p[n:min(len(p), n+64<<10)]
		if now := time.Now(); c.due.Before(now) {
			c.due = now
		}
		c.due = c.due.Add(time.Duration(len(piece)) * time.Second / time.Duration(c.perSecond))
		time.Sleep(time.Until(c.due))
		var wrote int
		wrote, err = c.Conn.Write(piece)
		n += wrote
	}
	return n, err
}

type throttling struct {
	net.Listener
	perSecond int
}

func (l throttling) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &throttled{Conn: c, perSecond: l.perSecond}, nil
}

// BenchmarkOpen reads an object of 128 MiB from a store that sends 60 MB/s
// over each connection, 30 ms after it was asked.
func BenchmarkOpen(b *testing.B) {
	content := rows(128 << 20)
	store := &bucket{content: content, etag: `"1"`}
	store.fault = func(_ int, w http.ResponseWriter, _ *http.Request) (http.ResponseWriter, bool) {
		time.Sleep(30 * time.Millisecond)
		return w, false
	}
	server := httptest.NewUnstartedServer(store)
	server.Listener = throttling{server.Listener, 60_000_000}
	server.Start()
	defer server.Close()
	b.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	for _, how := range []struct {
		parallel int
		partSize int64
	}{{1, 4 << 20}, {4, 8 << 20}, {8, 4 << 20}, {16, 2 << 20}, {8, 8 << 20}} {
		b.Run(fmt.Sprintf("parallel=%d/part=%dMiB", how.parallel, how.partSize>>20), func(b *testing.B) {
			s := s3.Source{
				Bucket: "users", Key: "users.csv", Endpoint: server.URL, Region: "us-east-1", Parallel: how.parallel, PartSize: how.partSize,
				AccessKeyID: brick.NewSecret("key"), SecretAccessKey: brick.NewSecret("secret"),
			}
			b.SetBytes(int64(len(content)))
			b.ReportAllocs()
			for b.Loop() {
				stream, err := s.Open(b.Context())
				if err != nil {
					b.Fatal(err)
				}
				n, err := io.Copy(io.Discard, stream)
				stream.Close()
				if err != nil || n != int64(len(content)) {
					b.Fatalf("read %d bytes, error %v", n, err)
				}
			}
		})
	}
}
