package platform_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"users-brick/brick"
	"users-brick/brick/platform"
)

func TestTheStatusSaysWhatIsSentAgain(t *testing.T) {
	always := []int{429, 503}
	idempotent := []int{408, 429, 500, 502, 503, 504}
	for _, c := range []struct {
		method string
		header []string
		again  []int
	}{
		{"GET", nil, idempotent}, {"HEAD", nil, idempotent}, {"PUT", nil, idempotent}, {"DELETE", nil, idempotent},
		{"OPTIONS", nil, idempotent}, {"POST", nil, always}, {"PATCH", nil, always}, {"POST", []string{marked}, idempotent},
	} {
		for status := 200; status < 600; status++ {
			var came atomic.Int64
			base := transport(func(req *http.Request) (*http.Response, error) {
				if came.Add(1) == 1 {
					return answered(req, status, ""), nil
				}
				return answered(req, http.StatusOK, ""), nil
			})
			web := platform.NewWeb(platform.WebOptions{Retry: platform.Retry{First: 1, Most: 1, Deadline: time.Minute}, Base: base})
			resp, _, err := ask(t.Context(), t, web, c.method, "http://platform.test/gdc/x", "{}", c.header...)
			if err != nil {
				t.Fatal(err)
			}
			again := slices.Contains(c.again, status)
			if again != (came.Load() == 2) || again != (resp.StatusCode == 200 && status != 200) {
				t.Errorf("%s %v answered %d: %d requests, then %d", c.method, c.header, status, came.Load(), resp.StatusCode)
			}
			if web.Requests() != came.Load() || (web.Throttled() == 1) != (status == 429) {
				t.Errorf("%s answered %d: counts %d requests and %d throttled", c.method, status, web.Requests(), web.Throttled())
			}
		}
	}
}

// transport is a function that sends requests.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// answered makes an answer.
func answered(req *http.Request, status int, body string, header ...string) *http.Response {
	resp := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: req}
	for i := 0; i+1 < len(header); i += 2 {
		resp.Header.Set(header[i], header[i+1])
	}
	return resp
}

func TestTheSameIsSentAgain(t *testing.T) {
	var bodies, keys []string
	url := serve(t, func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		bodies = append(bodies, fmt.Sprint(req.ContentLength, " ", string(body)))
		keys = append(keys, fmt.Sprint(req.Header[marked]))
		if len(bodies)%3 != 0 {
			w.WriteHeader(http.StatusBadGateway)
		}
	})
	web := newWeb(t, platform.WebOptions{Retry: quick})
	once := &closing{Reader: strings.NewReader(`{"a":1}`)}
	for _, body := range []io.Reader{once, strings.NewReader(`{"a":1}`)} {
		req, _ := http.NewRequest("POST", url, body)
		req.Header[marked] = []string{}
		if resp, err := web.Client().Do(req); err != nil || resp.StatusCode != 200 {
			t.Errorf("answer %v, %v", resp, err)
		}
	}
	if !once.done.Load() {
		t.Error("the body is still open")
	}
	if want := slices.Repeat([]string{`7 {"a":1}`}, 6); !slices.Equal(bodies, want) {
		t.Errorf("bodies came as %q", bodies)
	}
	if want := slices.Repeat([]string{"[]"}, 6); !slices.Equal(keys, want) {
		t.Errorf("the mark came as %q", keys)
	}
}

// closing is a body that can be read once.
type closing struct {
	io.Reader
	done atomic.Bool
}

func (c *closing) Close() error {
	c.done.Store(true)
	return nil
}

func TestWhatCannotBeReadIsNotSent(t *testing.T) {
	url := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request came") })
	web := newWeb(t, platform.WebOptions{Retry: quick})
	broken := io.MultiReader(strings.NewReader("half"), failing{})
	if resp, err := web.Client().Post(url, "text/plain", broken); brick.KindOf(err) != brick.Failed || err == nil || web.Requests() != 0 {
		t.Errorf("answer %v, %v after %d requests", resp, err, web.Requests())
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }

func TestRetryAfterIsHonoured(t *testing.T) {
	for name, c := range map[string]struct {
		after     func(now time.Time) string
		low, high time.Duration
		given     bool // up
	}{
		"nothing":            {func(time.Time) string { return "" }, time.Second / 2, time.Second, false},
		"seconds":            {func(time.Time) string { return " 30 " }, 30 * time.Second, 30 * time.Second, false},
		"a date":             {func(now time.Time) string { return now.Add(40 * time.Second).UTC().Format(http.TimeFormat) }, 40 * time.Second, 40 * time.Second, false},
		"an old date":        {func(time.Time) string { return "Sun, 06 Nov 1994 08:49:37 GMT" }, time.Second / 2, time.Second, false},
		"a short time":       {func(time.Time) string { return "0" }, time.Second / 2, time.Second, false},
		"nonsense":           {func(time.Time) string { return "-5" }, time.Second / 2, time.Second, false},
		"beyond the end":     {func(time.Time) string { return "61" }, 0, 0, true},
		"for ever":           {func(time.Time) string { return "99999999999999999999999" }, 0, 0, true},
		"a date beyond it":   {func(now time.Time) string { return now.AddDate(1, 0, 0).UTC().Format(http.TimeFormat) }, 0, 0, true},
		"beyond all numbers": {func(time.Time) string { return "9223372037" }, 0, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var came atomic.Int64
				events := &heard{}
				web, end := bubbled(platform.WebOptions{Retry: slowly, Emit: events.emit}, func(w http.ResponseWriter, req *http.Request) {
					if came.Add(1) == 1 {
						w.Header().Set("Retry-After", c.after(time.Now()))
						w.WriteHeader(http.StatusTooManyRequests)
						io.WriteString(w, "slow down")
					}
				})
				defer end()
				began := time.Now()
				resp, whole, err := ask(t.Context(), t, web, "POST", "http://platform.test/gdc/x?q=1", "{}")
				if err != nil {
					t.Fatal(err)
				}
				within(t, "the wait", time.Since(began), c.low, c.high)
				if c.given {
					if resp.StatusCode != 429 || whole != "slow down" || came.Load() != 1 || len(events.events) != 0 {
						t.Errorf("answer %d %q after %d requests, %v", resp.StatusCode, whole, came.Load(), events.events)
					}
					return
				}
				if resp.StatusCode != 200 || came.Load() != 2 {
					t.Errorf("answer %d after %d requests", resp.StatusCode, came.Load())
				}
				e := events.events[0]
				if e.Op != "POST /gdc/x" || e.Attempt != 1 || e.Wait != time.Since(began) || brick.KindOf(e.Err) != brick.Throttled {
					t.Errorf("event %+v", e)
				}
			})
		})
	}
}

func TestRetryAfterIsRead(t *testing.T) {
	const date = "Sat, 01 Jan 2000 00:00:00 GMT"
	for _, c := range []struct {
		after, date string
		want        time.Duration
	}{
		{"", date, 0}, {"7", "", 7 * time.Second}, {" 7 ", "", 7 * time.Second}, {"-7", "", 0}, {"7.5", "", 0}, {"soon", date, 0},
		{"Sat, 01 Jan 2000 00:01:00 GMT", date, time.Minute},
		{"Saturday, 01-Jan-00 00:01:00 GMT", date, time.Minute},
		{"Fri, 31 Dec 1999 00:01:00 GMT", date, 0},
		{"Sat, 01 Jan 2000 00:01:00 GMT", "", 0},
	} {
		h := http.Header{"Retry-After": {c.after}, "Date": {c.date}}
		if got := platform.RetryAfter(h); got != c.want {
			t.Errorf("%q at %q is %v, want %v", c.after, c.date, got, c.want)
		}
	}
}

func TestTheLastAnswerIsReturnedInTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var came atomic.Int64
		web, end := bubbled(platform.WebOptions{Retry: slowly}, func(w http.ResponseWriter, req *http.Request) {
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprint(w, "closed, say I the ", came.Add(1), ". time")
		})
		defer end()
		began := time.Now()
		resp, whole, err := ask(t.Context(), t, web, "GET", "http://platform.test/gdc/ping", "")
		if err != nil || resp.StatusCode != 503 || whole != fmt.Sprint("closed, say I the ", came.Load(), ". time") || came.Load() < 8 {
			t.Errorf("answer %v %q, %v after %d requests", resp, whole, err, came.Load())
		}
		within(t, "the whole", time.Since(began), 40*time.Second, time.Minute)
	})
}

func TestNothingIsSentAgainUnlessAskedFor(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, req *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	web := newWeb(t, platform.WebOptions{})
	if resp, _, err := ask(t.Context(), t, web, "GET", url, ""); err != nil || resp.StatusCode != 503 || web.Requests() != 1 {
		t.Errorf("answer %v, %v after %d requests", resp, err, web.Requests())
	}
}

func TestWhatWasSurelyNotSentIsSentAgain(t *testing.T) {
	url := serve(t, func(http.ResponseWriter, *http.Request) {})
	var dialled atomic.Int64
	dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
		if dialled.Add(1) < 3 {
			return nil, &net.OpError{Op: "dial", Net: network, Err: errors.New("connection refused")}
		}
		return new(net.Dialer).DialContext(ctx, network, addr)
	}
	web := newWeb(t, platform.WebOptions{Retry: quick, Base: &http.Transport{DialContext: dial}})
	if resp, _, err := ask(t.Context(), t, web, "POST", url, "{}"); err != nil || resp.StatusCode != 200 || dialled.Load() != 3 {
		t.Errorf("answer %v, %v after %d attempts", resp, err, dialled.Load())
	}
}

func TestNobodyIsBelievedWhoDoesNotTellOfConnections(t *testing.T) {
	base := transport(func(*http.Request) (*http.Response, error) { return nil, errors.New("somehow") })
	web := newWeb(t, platform.WebOptions{Retry: quick, Base: base})
	if _, _, err := ask(t.Context(), t, web, "POST", "http://platform.test", "{}"); brick.KindOf(err) != brick.Unavailable || web.Requests() != 1 {
		t.Errorf("%v after %d requests", err, web.Requests())
	}
}

func TestARequestThatCannotBeSentIsNotTriedForLong(t *testing.T) {
	web := newWeb(t, platform.WebOptions{Retry: platform.DefaultRetry})
	for _, url := range []string{"gopher://platform.test/", "http://platform.test/"} {
		req, _ := http.NewRequest("GET", url, nil)
		req.Header.Set("Authorization", "hush\n")
		before := web.Requests()
		if _, err := web.Client().Do(req); err == nil || brick.KindOf(err) != brick.Failed || web.Requests() != before+1 {
			t.Errorf("%v after %d requests", err, web.Requests()-before)
		}
	}
}

func TestAHostThatNobodyKnowsIsNotAskedAgain(t *testing.T) {
	unknown := func(_ context.Context, network, addr string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: network, Err: &net.DNSError{Err: "no such host", Name: addr, IsNotFound: true}}
	}
	web := newWeb(t, platform.WebOptions{Retry: quick, Base: &http.Transport{DialContext: unknown}})
	_, _, err := ask(t.Context(), t, web, "GET", "http://mistyped.test/gdc", "")
	if e, ok := errors.AsType[*brick.Error](err); !ok || e.Kind != brick.Failed || e.Hint == "" || web.Requests() != 1 {
		t.Errorf("%v after %d requests", err, web.Requests())
	}
}

func TestTheMachinesOwnSurroundingsAreNotAsked(t *testing.T) {
	web := newWeb(t, platform.WebOptions{Retry: quick})
	for _, method := range []string{"GET", "POST"} {
		before := web.Requests()
		_, _, err := ask(t.Context(), t, web, method, "http://169.254.169.254/gdc/account/login", "{}")
		if brick.KindOf(err) != brick.Failed || !strings.Contains(err.Error(), "the host leads to the machine's own surroundings") || web.Requests() != before+1 {
			t.Errorf("%v after %d requests", err, web.Requests()-before)
		}
	}
}

func TestAnAnswerTellsWhetherTheRequestMayHaveBeenDoneBefore(t *testing.T) {
	for status, want := range map[int]bool{0: true, 408: true, 429: false, 500: true, 502: true, 503: false, 504: true, 200: false} {
		var came atomic.Int64
		base := transport(func(req *http.Request) (*http.Response, error) {
			switch {
			case came.Add(1) > 1:
				return answered(req, http.StatusBadRequest, ""), nil
			case status == 0:
				return nil, io.ErrUnexpectedEOF
			}
			return answered(req, status, ""), nil
		})
		web := platform.NewWeb(platform.WebOptions{Retry: quick, Base: base})
		resp, _, err := ask(t.Context(), t, web, "PUT", "http://platform.test/", "{}")
		if err != nil {
			t.Fatal(err)
		}
		if have := platform.Doubtful(resp); have != want {
			t.Errorf("after a %d: %t", status, have)
		}
	}
}
