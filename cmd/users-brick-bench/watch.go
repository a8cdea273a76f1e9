package main

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// watch sees what goes on at a platform, from its own side.
type watch struct {
	platform http.Handler

	mu     sync.Mutex
	took   []time.Duration // by each answer
	first  time.Time       // when the first request came, login aside
	last   time.Time       // when the last answer was given, logout aside
	logins int             // requests of login and logout
}

// ServeHTTP hands the request on and notes how long that takes.
func (w *watch) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	began := time.Now()
	w.platform.ServeHTTP(out, r)
	w.note(began, time.Now(), strings.HasPrefix(r.URL.Path, "/gdc/account/login"))
}

func (w *watch) note(began, ended time.Time, login bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if login {
		w.logins++
		return
	}
	w.took = append(w.took, ended.Sub(began))
	if w.first.IsZero() || began.Before(w.first) {
		w.first = began
	}
	if ended.After(w.last) {
		w.last = ended
	}
}

// served is what a platform says at its end.
type served struct {
	Throttled int
	CPU       time.Duration // since it began to serve
	Latency   time.Duration // the median
	Busy      time.Duration // from the first request to the last answer
	Logins    int64         // requests before and behind these
}

// sum sums up what was seen.
func (w *watch) sum() (s served) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.took) > 0 {
		slices.Sort(w.took)
		s.Latency = w.took[len(w.took)/2]
	}
	s.Busy, s.Logins = w.last.Sub(w.first), int64(w.logins)
	return s
}
