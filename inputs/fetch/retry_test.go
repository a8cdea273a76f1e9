package fetch_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"users-brick/brick"
	"users-brick/inputs/fetch"
)

// down is a fault that lasts.
func down(int, fetch.Request, *fetch.Answer) error {
	return brick.Errorf(brick.Unavailable, "the server answers 503")
}

func TestWaitsDoubleUpToTheMostUntilTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := server{fault: down}
		var waits []time.Duration
		began := time.Now()
		_, err := read(t, &s, fetch.Options{
			Retry: fetch.Retry{First: time.Second, Most: 8 * time.Second, Deadline: time.Minute},
			Emit: func(e brick.Event) {
				if r, ok := e.(brick.Retrying); ok && r.Op == "read it" && r.Attempt == len(waits)+1 && brick.KindOf(r.Err) == brick.Unavailable {
					waits = append(waits, r.Wait)
				}
			},
		})
		wants(t, err, brick.Unavailable, "read it: the server answers 503")
		if len(waits) < 7 || len(waits) != len(s.requests)-1 {
			t.Fatalf("%d requests, waits %v", len(s.requests), waits)
		}
		for i, wait := range waits {
			longest := min(time.Second<<i, 8*time.Second)
			if wait < longest/2 || wait > longest {
				t.Errorf("wait %d is %v, want between half of %v and that", i, wait, longest)
			}
		}
		if took := time.Since(began); took > time.Minute {
			t.Errorf("it tried for %v", took)
		}
	})
}

func TestServerSaysHowLongToWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := server{content: letters(10)}
		s.fault = func(n int, _ fetch.Request, _ *fetch.Answer) error {
			if n == 0 {
				return &brick.Error{Kind: brick.Throttled, Err: errors.New("too many"), After: 42 * time.Second}
			}
			return nil
		}
		began := time.Now()
		if _, err := read(t, &s, fetch.Options{Retry: fetch.DefaultRetry}); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took != 42*time.Second {
			t.Errorf("it came back after %v", took)
		}
	})
}

func TestServerThatWantsTooLongAWaitEndsTheReadingAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := server{fault: func(int, fetch.Request, *fetch.Answer) error {
			return &brick.Error{Kind: brick.Throttled, Err: errors.New("too many"), After: time.Hour}
		}}
		began := time.Now()
		_, err := read(t, &s, fetch.Options{Retry: fetch.DefaultRetry})
		wants(t, err, brick.Throttled, "too many; hint: the server asks to come back in 1h0m0s")
		if took := time.Since(began); took != 0 {
			t.Errorf("it waited for %v", took)
		}
	})
}

func TestServerThatWantsTheLongestWaitThereIsEndsTheReading(t *testing.T) {
	h := http.Header{"Date": {"Sun, 22 Nov 2026 21:00:00 GMT"}, "Retry-After": {"Fri, 31 Dec 9999 23:59:59 GMT"}}
	synctest.Test(t, func(t *testing.T) {
		s := server{fault: func(n int, _ fetch.Request, _ *fetch.Answer) error {
			if n == 0 {
				return brick.Errorf(brick.Unavailable, "the server answers 503")
			}
			return &brick.Error{Kind: brick.Throttled, Err: errors.New("too many"), After: fetch.RetryAfter(h)}
		}}
		began := time.Now()
		_, err := read(t, &s, fetch.Options{Retry: fetch.DefaultRetry})
		wants(t, err, brick.Throttled, "too many; hint: the server asks to come back in ")
		if took := time.Since(began); took > time.Second || len(s.requests) != 2 {
			t.Errorf("%d requests in %v", len(s.requests), took)
		}
	})
}

// A large file over a bad line breaks off more often than any deadline
// allows for, but always a bit further on.
func TestTroubleIsOverOnceTheFileMovesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := server{content: letters(40 << 20), nature: nature{version: "1", exact: true, ranges: true}}
		s.fault = func(_ int, _ fetch.Request, a *fetch.Answer) error {
			a.Body = cutAfter(a.Body, 1<<20+1000, errReset)
			return nil
		}
		got, err := read(t, &s, fetch.Options{Retry: fetch.Retry{First: time.Second, Most: 20 * time.Second, Deadline: 5 * time.Second}})
		if err != nil || len(got) != len(s.content) {
			t.Errorf("read %d bytes, error %v", len(got), err)
		}
	})
}

func TestServerThatSendsDropsDoesNotKeepUsForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := server{content: letters(1 << 20), nature: nature{version: "1", exact: true, ranges: true}}
		s.fault = func(_ int, _ fetch.Request, a *fetch.Answer) error {
			a.Body = cutAfter(a.Body, 1, errReset)
			return nil
		}
		_, err := read(t, &s, fetch.Options{Retry: fetch.DefaultRetry})
		wants(t, err, brick.Unavailable, "connection reset")
	})
}

func TestSilenceBeforeTheAnswerIsAFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		silent := func(ctx context.Context, _ fetch.Request) (*fetch.Answer, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		_, err := fetch.Open(t.Context(), silent, fetch.Options{Op: "read it", Patience: 30 * time.Second})
		wants(t, err, brick.Unavailable, "read it: the server was silent for 30s")
		if took := time.Since(began); took != 30*time.Second {
			t.Errorf("it gave up after %v", took)
		}
	})
}

// slow is a body that sends a byte, then nothing.
type slow struct {
	ctx context.Context
	n   int
}

func (s *slow) Read(p []byte) (int, error) {
	if s.n++; s.n == 1 {
		p[0] = 0 // as letters begin
		return 1, nil
	}
	<-s.ctx.Done()
	return 0, s.ctx.Err()
}

func TestSilenceWithinTheAnswerIsOvercome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := server{content: letters(1000), nature: nature{version: "1", ranges: true}}
		get := func(ctx context.Context, r fetch.Request) (*fetch.Answer, error) {
			a, err := s.get(ctx, r)
			if r.From == 0 {
				a.Body = io.NopCloser(&slow{ctx: ctx})
			}
			return a, err
		}
		f, err := fetch.Open(t.Context(), get, fetch.Options{Patience: time.Second, Retry: fetch.DefaultRetry})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		got, err := io.ReadAll(f)
		if err != nil || string(got) != string(s.content) || len(s.requests) != 2 {
			t.Errorf("read %d bytes in %d requests, error %v", len(got), len(s.requests), err)
		}
	})
}

// What comes next may take its time: only the server's silence counts.
func TestSlowReaderIsNoSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := server{content: letters(5000)}
		f, err := fetch.Open(t.Context(), s.get, fetch.Options{Patience: time.Second})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for {
			time.Sleep(time.Hour)
			_, err := f.Read(make([]byte, 1000))
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestWaitEndsWithTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errors.New("signal"))
		defer cancel()
		s := server{fault: down}
		began := time.Now()
		_, err := fetch.Open(ctx, s.get, fetch.Options{Op: "read it", Retry: fetch.Retry{First: time.Minute, Most: time.Minute, Deadline: time.Hour}})
		wants(t, err, brick.Interrupted, "read it: stopped: signal")
		if took := time.Since(began); took != time.Second {
			t.Errorf("it went on for %v", took)
		}
	})
}

func TestDoTriesAgainWithinPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		err := fetch.Do(t.Context(), fetch.Options{Op: "store it", Patience: time.Second, Retry: fetch.DefaultRetry}, func(ctx context.Context) error {
			if calls++; calls < 3 {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		})
		if err != nil || calls != 3 {
			t.Errorf("%d calls, error %v", calls, err)
		}
		err = fetch.Do(t.Context(), fetch.Options{Op: "store it", Patience: time.Second}, func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		})
		wants(t, err, brick.Unavailable, "store it: the server was silent for 1s")
	})
}
