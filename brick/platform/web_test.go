package platform_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"users-brick/brick"
	"users-brick/brick/platform"
)

func TestAnswersAreWholeAndConnectionsUsedAgain(t *testing.T) {
	const callers, requests, concurrency = 32, 20, 4
	var conns, inside, most atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		defer inside.Add(-1)
		now := inside.Add(1)
		for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
		}
		sent, _ := io.ReadAll(req.Body)
		page := strings.Repeat(string(sent), 5000)
		if len(sent)%2 == 1 && req.Header.Get("Accept-Encoding") == "gzip" {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			io.WriteString(z, page)
			z.Close()
			return
		}
		io.WriteString(w, page)
	}))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			conns.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	web := newWeb(t, platform.WebOptions{Concurrency: concurrency})
	var all sync.WaitGroup
	for caller := range callers {
		all.Go(func() {
			for i := range requests {
				text := fmt.Sprint("person ", caller, " ", i)
				resp, whole, err := ask(t.Context(), t, web, "PUT", server.URL, text)
				if err != nil || whole != strings.Repeat(text, 5000) || resp.ContentLength != int64(len(whole)) {
					t.Errorf("request %s: %d bytes, %v", text, len(whole), err)
				}
			}
		})
	}
	all.Wait()
	if conns.Load() > callers || most.Load() > concurrency { // net/http gives up a connection that has been busy for too long
		t.Errorf("%d connections, %d requests at once", conns.Load(), most.Load())
	}
	if web.Requests() != callers*requests || web.Throttled() != 0 {
		t.Errorf("%d requests, %d throttled", web.Requests(), web.Throttled())
	}
	if inside, waiting := platform.UnderWay(web); inside != 0 || waiting != 0 {
		t.Errorf("%d turns are lost, %d wait for ever", inside, waiting)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, req *http.Request) {
		http.Redirect(w, req, "/gdc/elsewhere", http.StatusSeeOther)
	})
	web := newWeb(t, platform.WebOptions{})
	resp, _, err := ask(t.Context(), t, web, "POST", url+"/gdc/account/login", "{}")
	if err != nil || resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != "/gdc/elsewhere" || web.Requests() != 1 {
		t.Errorf("answer %v, %v after %d requests", resp, err, web.Requests())
	}
}

func TestAnAnswerThatIsTooLargeIsRefused(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, req *http.Request) { io.WriteString(w, strings.Repeat("x", 1001)) })
	for limit, large := range map[int64]bool{0: false, 1000: true, 1001: false} {
		web := newWeb(t, platform.WebOptions{Retry: quick, MaxAnswer: limit})
		_, whole, err := ask(t.Context(), t, web, "GET", url, "")
		if large && (brick.KindOf(err) != brick.Failed || err == nil || web.Requests() != 1) {
			t.Errorf("limit %d: %v after %d requests", limit, err, web.Requests())
		}
		if !large && (err != nil || len(whole) != 1001) {
			t.Errorf("limit %d: %d bytes, %v", limit, len(whole), err)
		}
	}
}

func TestTheBodyOfAnAnswerIsTakenWhole(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, req *http.Request) { io.WriteString(w, "all of it") })
	for name, client := range map[string]*http.Client{"through a Web": newWeb(t, platform.WebOptions{}).Client(), "otherwise": {}} {
		resp, err := client.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := platform.Body(resp); err != nil || string(body) != "all of it" {
			t.Errorf("%s: %q, %v", name, body, err)
		}
	}
}

func TestEveryAttemptCountsForTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var at []time.Time
		web, end := bubbled(platform.WebOptions{Concurrency: 8, Rate: 5, Retry: quick}, func(w http.ResponseWriter, req *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			at = append(at, time.Now())
			if len(at)%2 == 1 {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		})
		defer end()
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				if resp, _, err := ask(t.Context(), t, web, "GET", "http://platform.test/", ""); err != nil || resp.StatusCode != 200 {
					t.Errorf("answer %v, %v", resp, err)
				}
			})
		}
		all.Wait()
		if int64(len(at)) != web.Requests() || len(at) < 7 {
			t.Errorf("%d requests came, %d were sent", len(at), web.Requests())
		}
		for i := 1; i < len(at); i++ {
			if d := at[i].Sub(at[i-1]); d < 200*time.Millisecond-time.Microsecond {
				t.Errorf("attempt %d comes %v after the one before", i+1, d)
			}
		}
	})
}

func TestOneAttemptHasItsTime(t *testing.T) {
	for _, stalled := range []string{"head", "body"} {
		for _, method := range []string{"GET", "POST"} {
			t.Run(stalled+" "+method, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var came atomic.Int64
					web, end := bubbled(platform.WebOptions{Timeout: 30 * time.Second, Retry: slowly}, func(w http.ResponseWriter, req *http.Request) {
						if came.Add(1) > 1 {
							io.WriteString(w, "whole")
							return
						}
						if stalled == "body" {
							io.WriteString(w, "wh")
							http.NewResponseController(w).Flush()
						}
						io.Copy(io.Discard, req.Body)
						<-req.Context().Done()
					})
					defer end()
					began := time.Now()
					_, whole, err := ask(t.Context(), t, web, method, "http://platform.test/x", "{}")
					if method == "POST" {
						within(t, "the time until it is given up", time.Since(began), 30*time.Second, 30*time.Second)
						if brick.KindOf(err) != brick.Unavailable || came.Load() != 1 || !strings.Contains(err.Error(), "POST /x: no whole answer within 30s") {
							t.Errorf("%d requests, %v", came.Load(), err)
						}
						return
					}
					within(t, "the time with a second attempt", time.Since(began), 30*time.Second, 31*time.Second)
					if err != nil || whole != "whole" || came.Load() != 2 {
						t.Errorf("answer %q, %v after %d requests", whole, err, came.Load())
					}
				})
			})
		}
	}
}
