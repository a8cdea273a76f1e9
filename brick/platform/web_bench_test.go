package platform_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"users-brick/brick/platform"
)

// BenchmarkAPlatformThatRefuses measures how near the pace comes to what a
// platform can do that works on 64 requests at once, 20 ms each, and refuses
// any more. Who knows the 64 is the yardstick.
func BenchmarkAPlatformThatRefuses(b *testing.B) {
	const capacity, latency, requests = 64, 20 * time.Millisecond, 8000
	var inside atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		defer inside.Add(-1)
		if inside.Add(1) > capacity {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		time.Sleep(latency)
		answerBatch(w, req)
	}))
	defer server.Close()
	for name, concurrency := range map[string]int{"known": capacity, "found out": 512} {
		b.Run(name, func(b *testing.B) {
			measure(b, server.URL, concurrency, requests, requests*latency/capacity)
		})
	}
}

// BenchmarkAPlatformThatTakesItsTime measures what is lost when the platform
// takes all that is allowed, 100 ms for each request, in a long and in a
// short run.
func BenchmarkAPlatformThatTakesItsTime(b *testing.B) {
	const concurrency, latency = 32, 100 * time.Millisecond
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		time.Sleep(latency)
		answerBatch(w, req)
	}))
	defer server.Close()
	for name, requests := range map[string]int{"long": 100 * concurrency, "short": 10 * concurrency} {
		b.Run(name, func(b *testing.B) {
			measure(b, server.URL, concurrency, requests, time.Duration(requests/concurrency)*latency)
		})
	}
}

// answerBatch answers like a platform to a batch of a hundred people.
func answerBatch(w http.ResponseWriter, req *http.Request) {
	io.Copy(io.Discard, req.Body)
	w.Header().Set("Content-Type", "application/json")
	io.WriteString(w, `{"projectUsersUpdateResult":{"successful":[],"failed":[]}}`)
}

// measure sends requests all at once and reports how near they came to the
// shortest time in which they can be done.
func measure(b *testing.B, url string, concurrency, requests int, shortest time.Duration) {
	body := make([]byte, 18_000)
	var took time.Duration
	var sent, refused int64
	for b.Loop() {
		web := platform.NewWeb(platform.WebOptions{Concurrency: concurrency, Retry: platform.DefaultRetry})
		began := time.Now()
		sendAll(b, web.Client(), url+"/gdc/projects/p1/users", body, requests, 2*concurrency)
		took += time.Since(began)
		sent, refused = sent+web.Requests(), refused+web.Throttled()
		web.Close()
	}
	b.ReportMetric(100*float64(b.N)*shortest.Seconds()/took.Seconds(), "%efficient")
	b.ReportMetric(100*float64(refused)/float64(b.N*requests), "%refused")
	b.ReportMetric(float64(sent)/float64(b.N*requests), "sent/request")
}

// sendAll sends so many requests, always more at once than the Web lets
// through.
func sendAll(b *testing.B, client *http.Client, url string, body []byte, requests, callers int) {
	var all sync.WaitGroup
	var sent atomic.Int64
	for range callers {
		all.Go(func() {
			for sent.Add(1) <= int64(requests) {
				if err := post(client, url, body); err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
}

func post(client *http.Client, url string, body []byte) error {
	resp, err := client.Post(url, "application/json", bytes.NewReader(body))
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("answer %s", resp.Status)
	}
	return err
}
