package main

import (
	"log"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/rs/zerolog"
)

// careful adds what keeps browsers from doing more than showing a page.
func careful(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// forKnownHost refuses requests to a name that is none of ours.
func forKnownHost(next http.Handler, names []string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isLoopback(r.Host) && !slices.Contains(names, hostOf(r.Host)) {
			http.Error(w, "this is not the host that was asked for", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// fromThisMachine refuses requests of other machines.
func fromThisMachine(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isLoopback(r.RemoteAddr) {
			http.Error(w, "runs name people: they are shown on this machine only, unless the schedule has --show-runs", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ownNames returns the names by which a listener may be asked besides those of
// this machine.
func ownNames(listen string) []string {
	host := hostOf(listen)
	if host == "" || net.ParseIP(host).IsUnspecified() {
		return nil
	}
	return []string{host}
}

// hostOf returns the host of an address with or without a port, in lower case.
func hostOf(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = strings.Trim(address, "[]")
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// isLoopback reports whether an address is one of this machine that no other
// can reach.
func isLoopback(address string) bool {
	host := hostOf(address)
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// quietLog takes what the server of net/http has to say about broken
// connections.
func quietLog(to zerolog.Logger) *log.Logger { return log.New(debugLines{to}, "", 0) }

type debugLines struct{ to zerolog.Logger }

// Write logs one line.
func (l debugLines) Write(line []byte) (int, error) {
	l.to.Debug().Msg(strings.TrimSpace(string(line)))
	return len(line), nil
}
