package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"users-brick/brick/schedule"
)

// listenOff is the value of BRICK_LISTEN that says that nothing is served.
const listenOff = "off"

// answer serves health, metrics and the pages of runs until the function that
// it returns is called.
func (k *keeper) answer(listener net.Listener) (stop func() error) {
	if listener == nil {
		return func() error { return nil }
	}
	server := &http.Server{
		Handler:           k.handler(listener.Addr()),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: time.Minute, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
		ErrorLog: quietLog(k.log),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	k.log.Info().Str("address", "http://"+listener.Addr().String()).Msg("listening")
	return func() error {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			server.Close()
		}
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve: %w", err)
		}
		return nil
	}
}

// handler answers what can be asked, by GET and HEAD only.
//
// The pages of runs name people, so they are for this machine only unless the
// operator wants otherwise. Wherever it is only this machine that may ask, it
// must know whom it asks: a page of the internet could otherwise have its name
// point here, and read what a browser on this machine is told.
func (k *keeper) handler(at net.Addr) http.Handler {
	pages := http.NewServeMux()
	pages.HandleFunc("GET /runs", k.listRuns)
	pages.HandleFunc("GET /runs/{id}", k.showRun)
	names := ownNames(k.env.Listen)
	var runs http.Handler = pages
	if !k.options.showRuns {
		runs = fromThisMachine(forKnownHost(pages, names))
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", k.healthz)
	mux.HandleFunc("GET /readyz", k.readyz)
	mux.Handle("GET /metrics", k.metrics.Handler())
	mux.Handle("GET /runs", runs)
	mux.Handle("GET /runs/{id}", runs)
	if isLoopback(at.String()) {
		return careful(forKnownHost(mux, names))
	}
	return careful(mux)
}

// healthz says whether the loop lives that begins the jobs.
func (k *keeper) healthz(w http.ResponseWriter, _ *http.Request) {
	ago, ever := k.core.Turned()
	if !ever || ago > schedule.Stalled {
		http.Error(w, "the schedule stands still", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ok")
}

// readyz says whether every job could run: its params were read well, and its
// run can be kept. Why not is in the log; here might read anybody.
func (k *keeper) readyz(w http.ResponseWriter, _ *http.Request) {
	entries, trouble := k.docket.listed()
	var wrong []string
	if trouble != nil {
		wrong = append(wrong, "a directory of params cannot be listed")
	}
	for _, e := range entries {
		if e.err != nil {
			wrong = append(wrong, "job "+e.job.Name+": its params cannot be used")
		}
	}
	if !k.canKeep() {
		wrong = append(wrong, "the directory of runs cannot be written")
	}
	if len(wrong) == 0 {
		fmt.Fprintln(w, "ok")
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusServiceUnavailable)
	for _, line := range wrong {
		fmt.Fprintln(w, line)
	}
}

// canKeep reports whether a run could leave its files, where it has to.
func (k *keeper) canKeep() bool {
	store, asked := k.program.store(&k.env)
	if store == nil || !asked {
		return true
	}
	if err := os.MkdirAll(store.String(), 0o700); err != nil {
		return false
	}
	f, err := os.CreateTemp(store.String(), ".ready-*")
	if err != nil {
		return false
	}
	err = f.Close()
	return errors.Join(err, os.Remove(f.Name())) == nil
}
