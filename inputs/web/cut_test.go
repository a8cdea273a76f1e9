package web_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"users-brick/brick"
	"users-brick/inputs"
	"users-brick/inputs/web"
)

// reply is how a file is sent, byte for byte.
type reply struct {
	framing string // Content-Length, chunked, or none: the end of the connection is that of the file
	coded   bool   // Content-Encoding: gzip
	ranges  bool   // parts are sent when they are asked for
	body    string
}

// text returns the answer to a request, as it goes over the wire, and how much
// of it is before the body.
func (a *reply) text(r *http.Request) (text string, head int) {
	status, body, header := "200 OK", a.body, "ETag: \"v1\"\r\nConnection: close\r\n"
	var from int
	if n, _ := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from); n == 1 && a.ranges && from < len(body) {
		status = "206 Partial Content"
		header += fmt.Sprintf("Content-Range: bytes %d-%d/%d\r\n", from, len(body)-1, len(body))
		body = body[from:]
	}
	if a.coded {
		header += "Content-Encoding: gzip\r\n"
	}
	switch a.framing {
	case "Content-Length":
		header += fmt.Sprintf("Content-Length: %d\r\n", len(body))
	case "chunked":
		header += "Transfer-Encoding: chunked\r\n"
		chunks := ""
		for len(body) > 0 { // an empty chunk would be the end
			n := min(len(body), 20)
			chunks += fmt.Sprintf("%x\r\n%s\r\n", n, body[:n])
			body = body[n:]
		}
		body = chunks + "0\r\n\r\n"
	}
	header = "HTTP/1.1 " + status + "\r\n" + header + "\r\n"
	return header + body, len(header)
}

// whole is how long the first answer is, and how much of it is before the body.
func (a *reply) whole() (all, head int) {
	text, head := a.text(&http.Request{})
	return len(text), head
}

// server answers with a reply that is cut: each time, or only the first.
type server struct {
	*site
	reply
	at     atomic.Int64
	asked  atomic.Int64
	always bool
}

func (s *server) answer(w http.ResponseWriter, r *http.Request) {
	text, _ := s.text(r)
	if s.asked.Add(1) == 1 || s.always {
		text = text[:min(int(s.at.Load()), len(text))]
	}
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	io.WriteString(conn, text)
	conn.Close()
}

// small is a file that can be cut everywhere.
const small = "login\nann@example.com\nbob@example.com\n"

// eachCut calls try for every way to send the file, cut at every byte: behind
// the head of an answer, and for one way also within it.
func eachCut(t *testing.T, try func(t *testing.T, s *server)) {
	for _, framing := range []string{"Content-Length", "chunked", "none"} {
		for name, a := range map[string]reply{
			"plain": {body: small}, "gzip on the way": {body: gzipped(small), coded: true}, "gzip file": {body: gzipped(small)},
		} {
			for again, s := range map[string]*server{
				"always cut": {always: true}, "then sent in part": {reply: reply{ranges: true}}, "then sent as a whole": {},
			} {
				t.Run(framing+", "+name+", "+again, func(t *testing.T) {
					a.framing, a.ranges = framing, s.ranges
					s.reply = a
					s.site = serve(t, s.answer)
					all, from := s.whole()
					if name == "plain" {
						from = 0
					}
					for at := from; at <= all; at++ {
						s.at.Store(int64(at))
						s.asked.Store(0)
						try(t, s)
					}
				})
			}
		}
	}
}

// Wherever an answer is cut, the file is read to its end or refused. Only a
// server that does not say where the file ends can hide that there is more,
// and then there is a warning.
func TestFileThatIsCutAtAnyByteIsWholeOrRefused(t *testing.T) {
	whole := 0
	eachCut(t, func(t *testing.T, s *server) {
		warned := false
		source := web.Source{URL: s.URL, Emit: func(e brick.Event) {
			if _, ok := e.(brick.Noticed); ok {
				warned = true
			}
		}}
		if !s.always {
			source.Retry = quick
		}
		want := s.body
		if s.coded {
			want = small
		}
		got, _, err := read(t, source)
		at := int(s.at.Load())
		all, head := s.whole()
		switch {
		case err == nil && got == want:
			whole++
		case err == nil && s.framing == "none" && warned && strings.HasPrefix(want, got) && (!s.coded || got == ""):
		case err == nil:
			t.Errorf("cut at %d of %d: %q is read, error nil", at, all, got)
		case !strings.HasPrefix(want, got):
			t.Errorf("cut at %d of %d: %q is handed out", at, all, got)
		case at < head && s.always: // there is no answer at all
		case brick.KindOf(err) != brick.BadInput:
			t.Errorf("cut at %d of %d: error %v of kind %v", at, all, err, brick.KindOf(err))
		}
		if err != nil && (at == all || !s.always && s.framing != "none") {
			t.Errorf("cut at %d of %d: error %v, though all was sent", at, all, err)
		}
	})
	if whole == 0 {
		t.Error("no file was whole")
	}
}

// A gzip file shows its own end, whatever the server says.
func TestGzipFileThatIsCutAtAnyByteIsNeverReadInPart(t *testing.T) {
	eachCut(t, func(t *testing.T, s *server) {
		if _, head := s.whole(); s.coded || s.body == small || int(s.at.Load()) < head || !s.always {
			return
		}
		stream, err := web.Source{URL: s.URL}.Open(t.Context())
		rows := 0
		if err == nil {
			defer stream.Close()
			for _, failed := range inputs.NewReader(stream, stream.Name, inputs.Options{}).Rows(t.Context()) {
				if err = failed; err == nil {
					rows++
				}
			}
		}
		if err != nil && brick.KindOf(err) != brick.BadInput || err == nil && rows != 2 {
			t.Errorf("cut at %d: %d rows, error %v", s.at.Load(), rows, err)
		}
	})
}
