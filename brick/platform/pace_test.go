package platform_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"users-brick/brick/platform"
)

// shop is a platform that works on a few requests at once, lets a few more
// wait and refuses the others, all in the time of a bubble.
type shop struct {
	capacity int
	queue    int
	service  func(*http.Request) time.Duration
	refuse   func(request int) bool // whatever the load; may be nil
	hang     bool                   // in place of refusing

	once    sync.Once
	working chan struct{}

	mu                          sync.Mutex
	come, inside, most, refused int
}

// RoundTrip serves a request.
func (s *shop) RoundTrip(req *http.Request) (*http.Response, error) {
	s.once.Do(func() { s.working = make(chan struct{}, s.capacity) })
	ctx := req.Context()
	switch in := s.enter(); {
	case !in && s.hang:
		<-ctx.Done()
		return nil, ctx.Err()
	case !in:
		return s.answer(ctx, http.StatusTooManyRequests, time.Millisecond)
	}
	defer s.leave()
	s.working <- struct{}{}
	defer func() { <-s.working }()
	return s.answer(ctx, http.StatusOK, s.service(req))
}

func (s *shop) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.come++
	if s.inside >= s.capacity+s.queue || s.refuse != nil && s.refuse(s.come) {
		s.refused++
		return false
	}
	s.inside++
	s.most = max(s.most, s.inside)
	return true
}

func (s *shop) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inside--
}

func (s *shop) answer(ctx context.Context, status int, after time.Duration) (*http.Response, error) {
	timer := time.NewTimer(after)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), ContentLength: 2}, nil
}

// steady takes equally long for everything.
func steady(d time.Duration) func(*http.Request) time.Duration {
	return func(*http.Request) time.Duration { return d }
}

// visit sends requests, as many at once as the Web lets through, and returns
// how long all of them took.
func visit(t *testing.T, w *platform.Web, requests int, path func(int) string) time.Duration {
	t.Helper()
	client := w.Client()
	began := time.Now()
	var all sync.WaitGroup
	for i := range requests {
		all.Go(func() {
			resp, err := client.Get("http://shop.test" + path(i))
			if err != nil || resp.StatusCode != http.StatusOK {
				t.Errorf("request %d: %v, %v", i, resp, err)
			}
		})
	}
	all.Wait()
	return time.Since(began)
}

func at(path string) func(int) string { return func(int) string { return path } }

// spread takes from 5 to 35 ms, 20 on average.
func spread(*http.Request) time.Duration {
	return time.Duration(5_000+rand.N(30_000)) * time.Microsecond
}

func TestThePaceFindsWhatThePlatformTakes(t *testing.T) {
	const requests, best = 8000, 8000 * 20 * time.Millisecond / 64
	for name, s := range map[string]*shop{
		"refuses at once": {capacity: 64, service: steady(20 * time.Millisecond)},
		"queues first":    {capacity: 64, queue: 64, service: steady(20 * time.Millisecond)},
		"queues for long": {capacity: 64, queue: 10_000, service: steady(20 * time.Millisecond)},
		"varies":          {capacity: 64, service: spread},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := platform.NewWeb(platform.WebOptions{Concurrency: 512, Retry: platform.DefaultRetry, Base: s})
				took := visit(t, w, requests, at("/x"))
				efficiency, refused := best.Seconds()/took.Seconds(), float64(s.refused)/requests
				if efficiency < 0.85 || refused > 0.02 {
					t.Errorf("%.1f %% of what the platform can do, %.2f %% refused", 100*efficiency, 100*refused)
				}
			})
		})
	}
}

func TestThePaceKeepsToTheMost(t *testing.T) {
	for _, most := range []int{0, 1, 5, 16, 17, 40} {
		synctest.Test(t, func(t *testing.T) {
			s := &shop{capacity: 1000, service: spread}
			w := platform.NewWeb(platform.WebOptions{Concurrency: most, Base: s})
			visit(t, w, 400, at("/x"))
			if want := max(1, most); s.most != want {
				t.Errorf("%d at once where %d may be", s.most, want)
			}
		})
	}
}

// A long list asks for its first page before it knows of the others.
func TestThePaceDoublesWithARoundTripBehindWhichNobodyWaitsYet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shop{capacity: 1000, service: steady(100 * time.Millisecond)}
		w := platform.NewWeb(platform.WebOptions{Concurrency: 1000, Base: s})
		for round, want := range []int{16, 32, 64, 128} {
			visit(t, w, want, at("/"))
			if s.most != want {
				t.Errorf("%d at once in round %d, want %d", s.most, round+1, want)
			}
		}
	})
}

func TestThePaceIsNotMisledByRequestsThatDiffer(t *testing.T) {
	paths := []string{"/gdc/projects/p%d/roles", "/gdc/projects/p%d/users", "/gdc/account/profile/a%d", "/gdc/ping?%d"}
	for name, service := range map[string]func(*http.Request) time.Duration{
		"by kind": func(req *http.Request) time.Duration {
			switch {
			case strings.HasSuffix(req.URL.Path, "/users"):
				return 900 * time.Millisecond
			case strings.HasSuffix(req.URL.Path, "/roles"):
				return 20 * time.Millisecond
			}
			return 80 * time.Millisecond
		},
		"within a kind": func(*http.Request) time.Duration {
			return time.Duration(rand.ExpFloat64() * float64(250*time.Millisecond))
		},
		"from time to time": func(*http.Request) time.Duration {
			if rand.N(10) == 0 {
				return 2 * time.Second
			}
			return 50 * time.Millisecond
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var work atomic.Int64
				s := &shop{capacity: 1000, service: func(req *http.Request) time.Duration {
					d := service(req)
					work.Add(int64(d))
					return d
				}}
				const most, requests = 64, 8000
				w := platform.NewWeb(platform.WebOptions{Concurrency: most, Base: s})
				took := visit(t, w, requests, func(i int) string { return fmt.Sprintf(paths[i%len(paths)], i) })
				if efficiency := float64(work.Load()) / most / float64(took); efficiency < 0.85 {
					t.Errorf("%.1f %% of what was allowed", 100*efficiency)
				}
			})
		})
	}
}

func TestThePaceGivesWayToDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shop{capacity: 33, queue: 10_000, service: func(req *http.Request) time.Duration {
			if req.URL.Path == "/stuck" {
				return time.Hour
			}
			return 50 * time.Millisecond
		}}
		w := platform.NewWeb(platform.WebOptions{Concurrency: 512, Base: s})
		var stuck sync.WaitGroup // which must not keep the pace from seeing what the others tell
		stuck.Go(func() { visit(t, w, 1, at("/stuck")) })
		synctest.Wait()
		visit(t, w, 8000, at("/x"))
		s.most = 0
		visit(t, w, 2000, at("/x"))
		if s.most > 4*32 { // a little more than twice what it works on
			t.Errorf("%d requests at once for a platform that works on 32", s.most)
		}
		stuck.Wait()
	})
}

func TestThePaceGetsUsedToAPlatformThatHasBecomeSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w *platform.Web
		var mu sync.Mutex
		latency, lowest := 20*time.Millisecond, 64.0
		s := &shop{capacity: 1000, service: func(*http.Request) time.Duration {
			mu.Lock()
			defer mu.Unlock()
			lowest = min(lowest, platform.Limit(w))
			return latency
		}}
		w = platform.NewWeb(platform.WebOptions{Concurrency: 64, Base: s})
		visit(t, w, 1000, at("/x"))
		latency, lowest = 200*time.Millisecond, 64
		visit(t, w, 5000, at("/x"))
		if lowest != 16 {
			t.Errorf("delay alone brings the limit down to %v", lowest)
		}
		if now := platform.Limit(w); now < 60 {
			t.Errorf("the limit is still %v", now)
		}
	})
}

func TestThePaceGoesDownAsFarAsItHasTo(t *testing.T) {
	for _, capacity := range []int{1, 3} {
		synctest.Test(t, func(t *testing.T) {
			s := &shop{capacity: capacity, service: steady(50 * time.Millisecond)}
			w := platform.NewWeb(platform.WebOptions{Concurrency: 64, Retry: platform.DefaultRetry, Base: s})
			visit(t, w, 500, at("/x"))
			if now := platform.Limit(w); now > float64(capacity+2) {
				t.Errorf("the limit is %v for a platform that works on %d", now, capacity)
			}
		})
	}
}

func TestThePaceGivesWayToSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shop{capacity: 32, hang: true, service: steady(50 * time.Millisecond)}
		w := platform.NewWeb(platform.WebOptions{Concurrency: 256, Timeout: 200 * time.Millisecond, Retry: platform.DefaultRetry, Base: s})
		visit(t, w, 8000, at("/x"))
		if now := platform.Limit(w); now > 40 {
			t.Errorf("the limit is %v for a platform that answers 32", now)
		}
	})
}

// kinds sends requests that take no time at all and returns how many kinds of
// them are told apart.
func kinds(t *testing.T, path func(int) string) (kinds int) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := platform.NewWeb(platform.WebOptions{Concurrency: 8, Base: transport(func(req *http.Request) (*http.Response, error) {
			return answered(req, 200, ""), nil
		})})
		visit(t, w, 3000, path)
		kinds = platform.Kinds(w)
	})
	return kinds
}

func TestKindsOfRequestsAreBounded(t *testing.T) {
	words := func(i int) string {
		return "/" + strings.Map(func(digit rune) rune { return digit - '0' + 'a' }, fmt.Sprint(i))
	}
	if n := kinds(t, words); n < 100 || n > 300 {
		t.Errorf("%d kinds", n)
	}
}

func TestIdsMakeNoKinds(t *testing.T) {
	if n := kinds(t, func(i int) string { return fmt.Sprintf("/gdc/projects/p%d/users?offset=%d", i, i) }); n != 1 {
		t.Errorf("%d kinds", n)
	}
}

func TestThePaceMakesProgressHoweverOftenItIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shop{capacity: 1000, service: steady(100 * time.Millisecond), refuse: func(request int) bool { return request%7 == 0 }}
		w := platform.NewWeb(platform.WebOptions{Concurrency: 32, Retry: platform.DefaultRetry, Base: s})
		const requests = 1000
		took := visit(t, w, requests, at("/x"))
		if one := requests * 100 * time.Millisecond; took > one/2 {
			t.Errorf("it takes %v, one after another %v", took, one)
		}
	})
}

// A refusal comes at once. Taken for an answer it would make every true
// answer look late, and the pace would fall to nothing.
func TestThePaceLearnsNothingFromTheSpeedOfRefusals(t *testing.T) {
	for _, status := range []int{400, 401, 404, 408, 429, 500, 502, 503, 504, 200} {
		w := platform.NewWeb(platform.WebOptions{Base: transport(func(req *http.Request) (*http.Response, error) {
			return answered(req, status, ""), nil
		})})
		if _, _, err := ask(t.Context(), t, w, "GET", "http://platform.test/", ""); err != nil {
			t.Fatal(err)
		}
		if kinds := platform.Kinds(w); (kinds == 1) != (status == 200) {
			t.Errorf("after a %d the times of %d kinds of requests are known", status, kinds)
		}
	}
}

func TestThePaceRecoversFromAStormOfFastRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shop{capacity: 1000, service: steady(100 * time.Millisecond), refuse: func(request int) bool { return request <= 64 }}
		w := platform.NewWeb(platform.WebOptions{Concurrency: 64, Retry: quick, Base: s})
		const requests = 6400
		took := visit(t, w, requests, at("/x"))
		if best := requests / 64 * 100 * time.Millisecond; took > best*3/2 {
			t.Errorf("it takes %v where %v would do", took, best)
		}
	})
}

func TestThePaceComesBackWhenThePlatformDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shop{capacity: 1000, service: steady(100 * time.Millisecond)}
		w := platform.NewWeb(platform.WebOptions{Concurrency: 64, Retry: quick, Base: s})
		visit(t, w, 1000, at("/x"))
		ill := time.Now().Add(5 * time.Second)
		s.refuse = func(int) bool { return time.Now().Before(ill) }
		visit(t, w, 1000, at("/x"))
		s.most = 0
		visit(t, w, 2000, at("/x"))
		if s.most < 48 {
			t.Errorf("%d requests at once, long after the platform is well again", s.most)
		}
	})
}

func TestWhoComesFirstIsServedFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var served []string
		refuse := true
		base := transport(func(req *http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			served = append(served, req.URL.Path)
			if req.URL.Path == "/again" && refuse {
				refuse = false
				return answered(req, http.StatusServiceUnavailable, ""), nil
			}
			time.Sleep(10 * time.Second)
			return answered(req, http.StatusOK, ""), nil
		})
		w := platform.NewWeb(platform.WebOptions{Retry: slowly, Base: base})
		var all sync.WaitGroup
		for _, path := range []string{"/again", "/1", "/2", "/3"} {
			all.Go(func() {
				if resp, _, err := ask(t.Context(), t, w, "GET", "http://platform.test"+path, ""); err != nil || resp.StatusCode != 200 {
					t.Errorf("%s: %v, %v", path, resp, err)
				}
			})
			synctest.Wait()
		}
		all.Wait()
		if want := []string{"/again", "/1", "/again", "/2", "/3"}; !slices.Equal(served, want) {
			t.Errorf("served were %v, not %v", served, want)
		}
	})
}
