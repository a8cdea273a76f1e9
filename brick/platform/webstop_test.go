package platform_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// stops are the ways in which a run ends after a minute, in a bubble.
var stops = map[string]func(*testing.T) (context.Context, context.CancelFunc){
	"cancelled": func(t *testing.T) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, cancel)
		return ctx, cancel
	},
	"deadline": func(t *testing.T) (context.Context, context.CancelFunc) {
		return context.WithTimeout(t.Context(), time.Minute)
	},
}

// eachStop runs f in a bubble for reading and for writing, and for each way
// to stop.
func eachStop(t *testing.T, f func(t *testing.T, ctx context.Context, method string)) {
	for name, stop := range stops {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE"} {
			t.Run(name+" "+method, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := stop(t)
					defer cancel()
					f(t, ctx, method)
				})
			})
		}
	}
}

// interruptedBy checks that a request ended, without one more than so many,
// when the run did.
func interruptedBy(t *testing.T, web *platform.Web, err error, began time.Time, requests int64) {
	t.Helper()
	within(t, "the time until it ends", time.Since(began), 0, time.Minute)
	if brick.KindOf(err) != brick.Interrupted || web.Requests() != requests {
		t.Errorf("%v after %d requests", err, web.Requests())
	}
}

// begun checks whether an error leaves it open that something was changed.
func begun(t *testing.T, err error, want bool) {
	t.Helper()
	if errors.Is(err, platform.ErrNotBegun) == want {
		t.Errorf("something may have been changed: %v; error %v", want, err)
	}
}

func TestWhatWaitsForItsTurnIsNotBegun(t *testing.T) {
	eachStop(t, func(t *testing.T, ctx context.Context, method string) {
		web, end := bubbled(platform.WebOptions{}, func(w http.ResponseWriter, req *http.Request) { time.Sleep(time.Hour) })
		defer end()
		var other sync.WaitGroup
		other.Go(func() {
			if _, _, err := ask(t.Context(), t, web, "GET", "http://platform.test/", ""); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		began := time.Now()
		_, _, err := ask(ctx, t, web, method, "http://platform.test/", "")
		interruptedBy(t, web, err, began, 1)
		begun(t, err, false)
		if inside, waiting := platform.UnderWay(web); inside != 1 || waiting != 0 {
			t.Errorf("%d are under way, %d wait", inside, waiting)
		}
		other.Wait()
	})
}

func TestWhatWaitsForTheRateIsNotBegun(t *testing.T) {
	eachStop(t, func(t *testing.T, ctx context.Context, method string) {
		web, end := bubbled(platform.WebOptions{Rate: 1.0 / 3600}, func(http.ResponseWriter, *http.Request) {})
		defer end()
		if _, _, err := ask(t.Context(), t, web, "GET", "http://platform.test/", ""); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		_, _, err := ask(ctx, t, web, method, "http://platform.test/", "")
		interruptedBy(t, web, err, began, 1)
		begun(t, err, false)
		if inside, _ := platform.UnderWay(web); inside != 0 {
			t.Errorf("%d turns are lost", inside)
		}
	})
}

func TestWhatWaitsToBeSentAgainIsNotBegun(t *testing.T) {
	eachStop(t, func(t *testing.T, ctx context.Context, method string) {
		web, end := bubbled(platform.WebOptions{Retry: platform.Retry{First: time.Hour, Most: time.Hour, Deadline: 24 * time.Hour}},
			func(w http.ResponseWriter, req *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
		defer end()
		began := time.Now()
		_, _, err := ask(ctx, t, web, method, "http://platform.test/", "")
		interruptedBy(t, web, err, began, 1)
		begun(t, err, method != "GET" && method != "HEAD")
	})
}

func TestWhoeverWaitsToSendAgainHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var came atomic.Int64
		web, end := bubbled(platform.WebOptions{Retry: slowly}, func(w http.ResponseWriter, req *http.Request) {
			if came.Add(1) == 1 {
				w.Header().Set("Retry-After", "30")
				w.WriteHeader(http.StatusTooManyRequests)
			}
		})
		defer end()
		var patient sync.WaitGroup
		began := time.Now()
		patient.Go(func() { ask(t.Context(), t, web, "GET", "http://platform.test/", "") })
		synctest.Wait()
		if resp, _, err := ask(t.Context(), t, web, "GET", "http://platform.test/", ""); err != nil || resp.StatusCode != 200 {
			t.Errorf("answer %v, %v", resp, err)
		}
		within(t, "the wait of the second", time.Since(began), 0, 0)
		patient.Wait()
	})
}

func TestReadingIsGivenUpAtOnce(t *testing.T) {
	for _, stalled := range []string{"head", "body"} {
		eachStop(t, func(t *testing.T, ctx context.Context, method string) {
			if method != "GET" && (method != "HEAD" || stalled == "body") {
				return
			}
			web, end := bubbled(platform.WebOptions{Retry: slowly}, func(w http.ResponseWriter, req *http.Request) {
				if stalled == "body" {
					io.WriteString(w, "wh")
					http.NewResponseController(w).Flush()
				}
				<-req.Context().Done()
			})
			defer end()
			began := time.Now()
			_, _, err := ask(ctx, t, web, method, "http://platform.test/", "")
			interruptedBy(t, web, err, began, 1)
			begun(t, err, false)
		})
	}
}

func TestWhatChangesSomethingIsFinished(t *testing.T) {
	eachStop(t, func(t *testing.T, ctx context.Context, method string) {
		if method == "GET" || method == "HEAD" {
			return
		}
		web, end := bubbled(platform.WebOptions{Timeout: 2 * time.Hour, Retry: slowly}, func(w http.ResponseWriter, req *http.Request) {
			io.Copy(io.Discard, req.Body)
			time.Sleep(time.Hour)
			io.WriteString(w, "do")
			http.NewResponseController(w).Flush()
			time.Sleep(time.Minute)
			io.WriteString(w, "ne")
		})
		defer end()
		resp, whole, err := ask(ctx, t, web, method, "http://platform.test/", "{}")
		if err != nil || resp.StatusCode != 200 || whole != "done" || ctx.Err() == nil {
			t.Errorf("answer %v %q, %v; the run has ended: %v", resp, whole, err, ctx.Err())
		}
	})
}

func TestWhatWasToBeFinishedIsNotSentAgain(t *testing.T) {
	eachStop(t, func(t *testing.T, ctx context.Context, method string) {
		if method == "GET" || method == "HEAD" {
			return
		}
		events := &heard{}
		web, end := bubbled(platform.WebOptions{Retry: platform.Retry{First: time.Second, Most: time.Second, Deadline: 24 * time.Hour}, Emit: events.emit}, func(w http.ResponseWriter, req *http.Request) {
			time.Sleep(time.Hour)
			w.WriteHeader(http.StatusServiceUnavailable)
		})
		defer end()
		_, _, err := ask(ctx, t, web, method, "http://platform.test/", "{}")
		if brick.KindOf(err) != brick.Interrupted || web.Requests() != 1 || len(events.events) != 0 {
			t.Errorf("%v after %d requests and %d events", err, web.Requests(), len(events.events))
		}
		begun(t, err, true)
	})
}

func TestWhatChangesSomethingHasItsTimeAndNoMore(t *testing.T) {
	eachStop(t, func(t *testing.T, ctx context.Context, method string) {
		if method != "POST" {
			return
		}
		web, end := bubbled(platform.WebOptions{Timeout: 2 * time.Minute, Retry: slowly}, func(w http.ResponseWriter, req *http.Request) {
			io.Copy(io.Discard, req.Body)
			<-req.Context().Done()
		})
		defer end()
		began := time.Now()
		_, _, err := ask(ctx, t, web, method, "http://platform.test/", "{}")
		within(t, "the time", time.Since(began), 2*time.Minute, 2*time.Minute)
		if brick.KindOf(err) != brick.Unavailable { // nobody knows whether it was done
			t.Errorf("%v", err)
		}
	})
}

func TestWhatIsExpendableIsGivenUpAtOnce(t *testing.T) {
	eachStop(t, func(t *testing.T, ctx context.Context, method string) {
		web, end := bubbled(platform.WebOptions{Timeout: 2 * time.Hour, Retry: slowly}, func(w http.ResponseWriter, req *http.Request) {
			io.Copy(io.Discard, req.Body)
			<-req.Context().Done()
		})
		defer end()
		began := time.Now()
		_, _, err := ask(platform.Expendable(ctx), t, web, method, "http://platform.test/", "{}")
		interruptedBy(t, web, err, began, 1)
		begun(t, err, method != "GET" && method != "HEAD")
	})
}
