package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// answersInstead puts something in front of what the environment of a scenario
// speaks of, gives an answer of its own to requests such as these, and lets the
// environment speak of that. PATH goes with a query or without one. A FILE that looks like
// JSON is sent as that, any other as a page:
//
//	gooddata-answers 'METHOD PATH' STATUS FILE
func answersInstead(ts *testscript.TestScript, neg bool, args []string) {
	e := ts.Value(emulatorKey{}).(*emulator)
	if neg || len(args) != 3 || e.server == nil {
		ts.Fatalf("usage: gooddata start STATE, then gooddata-answers 'METHOD PATH' STATUS FILE")
	}
	like, body := args[0], strings.TrimSpace(ts.ReadFile(args[2]))
	status, err := strconv.Atoi(args[1])
	ts.Check(err)
	_, err = path.Match(like, "")
	ts.Check(err)
	kind := "text/html; charset=utf-8"
	if strings.HasPrefix(body, "{") {
		kind = "application/json;charset=UTF-8"
	}
	behind := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: ts.Getenv("GDC_HOSTNAME")})
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		without, _ := path.Match(like, r.Method+" "+r.URL.Path)
		whole, _ := path.Match(like, r.Method+" "+r.URL.RequestURI())
		if !without && !whole {
			behind.ServeHTTP(w, r)
			return
		}
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", kind)
		w.Header().Set("X-GDC-Request", "the-platforms-own-id")
		w.WriteHeader(status)
		fmt.Fprintln(w, body)
	}))
	ts.Defer(front.Close)
	ts.Setenv("GDC_HOSTNAME", strings.TrimPrefix(front.URL, "http://"))
}
