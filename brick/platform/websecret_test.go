package platform_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// blabbing answers in ways that make net/http quote the answer, which holds
// everything that was sent.
var blabbing = map[string]func(secrets string) string{
	"in place of HTTP":      func(s string) string { return s + "\r\n\r\n" },
	"in a bad header":       func(s string) string { return "HTTP/1.1 200 OK\r\n" + s + "\r\n\r\n" },
	"as the status":         func(s string) string { return "HTTP/1.1 503 " + s + "\r\nContent-Length: 0\r\n\r\n" },
	"as a length":           func(s string) string { return "HTTP/1.1 200 OK\r\nContent-Length: " + s + "\r\n\r\n" },
	"as an encoding":        func(s string) string { return "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + s + "\r\n\r\n" },
	"as a bad address":      func(s string) string { return "HTTP/1.1 302 Found\r\nLocation: http://%" + s + "\r\n\r\n" },
	"as a chunk":            func(s string) string { return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + s + "\r\n" },
	"in JSON that is cut":   func(s string) string { return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"" + s },
	"before it is cut":      func(s string) string { return "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + s },
	"with a 429":            func(s string) string { return "HTTP/1.1 429 Slow\r\nRetry-After: " + s + "\r\n\r\n" + s },
	"in what is called zip": func(s string) string { return "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + s },
	"not at all":            func(string) string { return "" },
}

func TestErrorsAndEventsTellNoSecrets(t *testing.T) {
	for name, answer := range blabbing {
		t.Run(name, func(t *testing.T) {
			url := serve(t, func(w http.ResponseWriter, req *http.Request) {
				body, _ := io.ReadAll(req.Body)
				raw(answer(fmt.Sprint(req.URL.RawQuery, " ", req.Header["X-Token"], " ", string(body))))(w, req)
			})
			tellsNothing(t, platform.WebOptions{}, url)
		})
	}
}

func TestErrorsWithoutAnAnswerTellNoSecrets(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close() // nobody is there
	tellsNothing(t, platform.WebOptions{}, "http://"+l.Addr().String())
	tellsNothing(t, platform.WebOptions{}, "gopher://host.invalid")
	tellsNothing(t, platform.WebOptions{Base: transport(func(req *http.Request) (*http.Response, error) {
		return nil, fmt.Errorf("cannot reach %s with %v", req.URL, req.Header)
	})}, "http://host.invalid")
}

// tellsNothing asks for something with secrets wherever they may stand, and
// looks for them in all that can be read afterwards.
func tellsNothing(t *testing.T, o platform.WebOptions, url string) {
	t.Helper()
	events := &heard{}
	o.Emit, o.Retry = events.emit, platform.Retry{First: time.Millisecond, Most: 2 * time.Millisecond, Deadline: 20 * time.Millisecond}
	web := newWeb(t, o)
	address := strings.Replace(url, "://", "://user-hush:password-hush@", 1) + "/gdc/x?token=query-hush"
	for _, method := range []string{"PUT", "POST"} {
		req, err := http.NewRequest(method, address, strings.NewReader("body-hush"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Token", "header-hush")
		_, err = web.Client().Do(req)
		var texts []string
		if err != nil {
			texts = append(texts, platform.WebError(err).Error())
			if !strings.HasPrefix(texts[0], method+" /gdc/x: ") {
				t.Errorf("the error does not say what was asked for: %s", texts[0])
			}
		}
		for _, e := range events.events {
			texts = append(texts, fmt.Sprintf("%v %+v", e, e))
		}
		for _, text := range texts {
			if strings.Contains(text, "hush") {
				t.Errorf("a secret in: %s", text)
			}
		}
	}
}

func TestTheAddressIsTakenOutOfErrors(t *testing.T) {
	if err := platform.WebError(nil); err != nil {
		t.Errorf("nothing becomes %v", err)
	}
	plain := io.ErrClosedPipe
	if err := platform.WebError(plain); err != plain {
		t.Errorf("%v becomes %v", plain, err)
	}
	_, err := new(http.Client).Get("gopher://x/?hush")
	if err == nil || !strings.Contains(err.Error(), "hush") || strings.Contains(platform.WebError(err).Error(), "hush") {
		t.Errorf("%v becomes %v", err, platform.WebError(err))
	}
	web := newWeb(t, platform.WebOptions{})
	if _, err := web.Client().Get("gopher://x/?hush"); brick.KindOf(platform.WebError(err)) != brick.Failed {
		t.Errorf("%v has lost its kind", err)
	}
}
