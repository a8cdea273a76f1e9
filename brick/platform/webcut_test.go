package platform_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// raw answers with these very bytes and hangs up.
func raw(answer string) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		io.Copy(io.Discard, req.Body)
		conn, buffer, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		buffer.WriteString(answer)
		buffer.Flush()
	}
}

// cuts are answers that are not whole.
var cuts = map[string]http.HandlerFunc{
	"nothing":       raw(""),
	"half a head":   raw("HTTP/1.1 200 OK\r\nContent-Ty"),
	"not HTTP":      raw("<html>"),
	"half a body":   raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"users\":"),
	"half a chunk":  raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{\"use"),
	"no last chunk": raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{\"users\":\r\n"),
	"bad gzip":      raw("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd"),
	"half JSON":     raw("HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: 9\r\n\r\n{\"users\":"),
	"half a vendor's JSON": raw("HTTP/1.1 200 OK\r\nContent-Type: application/vnd.gooddata.api+JSON\r\n" +
		"Connection: close\r\n\r\n{\"users\": [ "),
}

func TestAnAnswerThatIsNotWholeIsAskedForAgain(t *testing.T) {
	for name, cut := range cuts {
		for _, c := range []struct {
			method, mark string
			again        bool
		}{{"GET", "X-None", true}, {"DELETE", "X-None", true}, {"POST", marked, true}, {"POST", "X-None", false}} {
			t.Run(name+" "+c.method+" "+c.mark, func(t *testing.T) {
				var came atomic.Int64
				url := serve(t, func(w http.ResponseWriter, req *http.Request) {
					if came.Add(1) == 1 {
						cut(w, req)
						return
					}
					w.Header().Set("Content-Type", "application/json")
					io.WriteString(w, "{}\r\n ")
				})
				events := &heard{}
				web := newWeb(t, platform.WebOptions{Retry: quick, Emit: events.emit})
				_, whole, err := ask(t.Context(), t, web, c.method, url, "{}", c.mark)
				if c.again && (err != nil || whole != "{}\r\n " || came.Load() != 2 || len(events.events) != 1) {
					t.Errorf("answer %q, %v after %d requests", whole, err, came.Load())
				}
				if !c.again && (brick.KindOf(err) != brick.Unavailable || came.Load() != 1 || len(events.events) != 0) {
					t.Errorf("%v after %d requests", err, came.Load())
				}
			})
		}
	}
}

func TestJSONThatIsWholeIsTakenAsItIs(t *testing.T) {
	for _, body := range []string{"", " \n", "{}", "[1, 2]\n", "{\"a\":1}\t\r\n "} {
		web := newWeb(t, platform.WebOptions{Retry: quick, Base: transport(func(req *http.Request) (*http.Response, error) {
			return answered(req, 200, body, "Content-Type", "application/json"), nil
		})})
		if _, whole, err := ask(t.Context(), t, web, "GET", "http://platform.test", ""); err != nil || whole != body || web.Requests() != 1 {
			t.Errorf("%q comes as %q, %v after %d requests", body, whole, err, web.Requests())
		}
	}
}

func TestARefusalStandsHoweverItIsWorded(t *testing.T) {
	for _, status := range []int{400, 401, 403, 404, 409, 410} {
		for name, c := range map[string]struct{ rest, want string }{
			"cut":   {"Content-Length: 100\r\n\r\n{\"err", `{"err`},
			"chunk": {"Transfer-Encoding: chunked\r\n\r\n6\r\n{\"er", `{"er`},
			"JSON":  {"Content-Type: application/json\r\nContent-Length: 4\r\n\r\n{\"er", `{"er`},
		} {
			url := serve(t, raw(fmt.Sprintf("HTTP/1.1 %d No\r\n%s", status, c.rest)))
			web := newWeb(t, platform.WebOptions{Retry: quick})
			resp, whole, err := ask(t.Context(), t, web, "GET", url, "")
			if err != nil || resp.StatusCode != status || whole != c.want || web.Requests() != 1 {
				t.Errorf("%d %s: answer %v %q, %v after %d requests", status, name, resp, whole, err, web.Requests())
			}
		}
	}
}

func TestTheBodyOfAnAnswerIsClosed(t *testing.T) {
	for _, body := range []io.Reader{strings.NewReader("{}"), strings.NewReader("more than enough"), failing{}} {
		closed := &closing{Reader: body}
		web := newWeb(t, platform.WebOptions{MaxAnswer: 5, Base: transport(func(req *http.Request) (*http.Response, error) {
			resp := answered(req, 200, "")
			resp.Body = closed
			return resp, nil
		})})
		ask(t.Context(), t, web, "GET", "http://platform.test", "")
		if !closed.done.Load() {
			t.Errorf("the body %v is still open", body)
		}
	}
}

func TestAnAnswerToHeadHasNoBodyToMiss(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "1234")
	})
	web := newWeb(t, platform.WebOptions{Retry: quick})
	if resp, _, err := ask(t.Context(), t, web, "HEAD", url, ""); err != nil || resp.ContentLength != 1234 || web.Requests() != 1 {
		t.Errorf("answer %v, %v after %d requests", resp, err, web.Requests())
	}
}
