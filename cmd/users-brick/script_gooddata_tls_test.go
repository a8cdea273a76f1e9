package main

import (
	"encoding/pem"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// overTLS lets the emulator of a scenario be reached by https, too, and the
// environment speak of that. Nobody trusts its certificate, which it writes
// into a file:
//
//	gooddata-tls certificate.pem
func overTLS(ts *testscript.TestScript, neg bool, args []string) {
	e := ts.Value(emulatorKey{}).(*emulator)
	if neg || len(args) != 1 || e.server == nil {
		ts.Fatalf("usage: gooddata start STATE, then gooddata-tls FILE")
	}
	front := httptest.NewUnstartedServer(e.server)
	front.Config.ErrorLog = log.New(io.Discard, "", 0) // of the handshakes that are refused
	front.StartTLS()
	ts.Defer(front.Close)
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: front.Certificate().Raw})
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), text, 0o600))
	ts.Setenv("GDC_HOSTNAME", strings.TrimPrefix(front.URL, "https://"))
	ts.Setenv("GDC_PROTOCOL", "")
}
