package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"sync/atomic"

	"github.com/rogpeppe/go-internal/testscript"
)

// hears gives a scenario a web server at $HOOK that answers with a status and
// leaves the n-th request as DIR/n.json and DIR/n.headers:
//
//	hook DIR 200
func hears(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: hook DIR STATUS")
	}
	dir := ts.MkAbs(args[0])
	status, err := strconv.Atoi(args[1])
	if err != nil {
		ts.Fatalf("hook: %v", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		ts.Fatalf("hook: %v", err)
	}
	var heard atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := heard.Add(1)
		body, _ := io.ReadAll(r.Body)
		var header bytes.Buffer
		fmt.Fprintf(&header, "%s %s\n", r.Method, r.URL)
		_ = r.Header.Write(&header)
		_ = os.WriteFile(fmt.Sprintf("%s/%d.json", dir, n), body, 0o600) // the scenario finds out
		_ = os.WriteFile(fmt.Sprintf("%s/%d.headers", dir, n), header.Bytes(), 0o600)
		w.WriteHeader(status)
	}))
	ts.Defer(server.Close)
	ts.Setenv("HOOK", server.URL)
}
