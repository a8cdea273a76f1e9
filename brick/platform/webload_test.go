package platform_test

import (
	"context"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// moody does every third thing well, and goes through all that can go wrong
// in between.
func moody() http.HandlerFunc {
	var faults []http.HandlerFunc
	for _, status := range []int{408, 429, 500, 502, 503, 504} {
		faults = append(faults, func(w http.ResponseWriter, req *http.Request) { w.WriteHeader(status) })
	}
	for _, cut := range cuts {
		faults = append(faults, cut)
	}
	faults = append(faults, func(w http.ResponseWriter, req *http.Request) {
		io.Copy(io.Discard, req.Body)
		<-req.Context().Done() // until the attempt is given up
	})
	var came atomic.Int64
	return func(w http.ResponseWriter, req *http.Request) {
		if n := int(came.Add(1)); n%3 != 0 {
			faults[n%len(faults)](w, req)
			return
		}
		body, _ := io.ReadAll(req.Body)
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"you said": "`+string(body)+`"}`)
	}
}

func TestNoTurnIsLostWhateverGoesWrong(t *testing.T) {
	url := serve(t, moody())
	web := newWeb(t, platform.WebOptions{Concurrency: 32, Timeout: 50 * time.Millisecond, Retry: quick})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var all sync.WaitGroup
	var done, stopped atomic.Int64
	for caller := range 32 {
		all.Go(func() {
			for i := range 30 {
				if done.Add(1) == 800 {
					cancel()
				}
				text := string(rune('a'+caller%26)) + string(rune('a'+i%26))
				_, whole, err := ask(ctx, t, web, []string{"GET", "PUT"}[i%2], url, text)
				switch {
				case brick.KindOf(err) == brick.Interrupted:
					stopped.Add(1)
				case err != nil || whole != `{"you said": "`+text+`"}`:
					t.Errorf("answer %q to %q, %v", whole, text, err)
				}
			}
		})
	}
	all.Wait()
	if inside, waiting := platform.UnderWay(web); inside != 0 || waiting != 0 {
		t.Errorf("%d turns are lost, %d wait for ever", inside, waiting)
	}
	if stopped.Load() == 0 || stopped.Load() > 200 {
		t.Errorf("%d requests were interrupted", stopped.Load())
	}
}

func TestATurnIsGivenBackWhenTheTransportPanics(t *testing.T) {
	web := newWeb(t, platform.WebOptions{Base: transport(func(*http.Request) (*http.Response, error) { panic("oh") })})
	func() {
		defer func() { recover() }()
		ask(t.Context(), t, web, "GET", "http://platform.test", "")
	}()
	if inside, waiting := platform.UnderWay(web); inside != 0 || waiting != 0 {
		t.Errorf("%d turns are lost, %d wait for ever", inside, waiting)
	}
}
