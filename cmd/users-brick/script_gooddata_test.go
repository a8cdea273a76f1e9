package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"users-brick/brick/platform/gooddata/gooddatatest"
)

// emulator is the GoodData platform of one scenario.
type emulator struct {
	server *gooddatatest.Server
	stop   func()
	seen   map[string]int // how many requests were counted before, by what was counted
}

// emulatorKey is under which a scenario keeps its emulator.
type emulatorKey struct{}

// emulates gives a scenario a GoodData platform in the test's own process:
//
//	gooddata start STATE [FAULTS]       and let the environment speak of it, with the first account that has a password
//	gooddata faults FAULTS              from now on
//	gooddata session LOGIN              let the environment speak of a session (SST) of that account instead
//	gooddata dump FILE                  its accounts and members now, passwords aside, a line for each
//	gooddata passwords FILE             the passwords of its accounts, a line for each
//	gooddata writes N                   so many requests changed something since this was asked last
//	gooddata requests 'METHOD PATH' N   so many were like this since this was asked last; * is a part of a path, or alone all
//	gooddata stop
func emulates(ts *testscript.TestScript, neg bool, args []string) {
	actions := map[string]struct {
		most, least int
		do          func(*emulator, *testscript.TestScript, []string)
	}{
		"start":     {2, 1, (*emulator).start},
		"faults":    {1, 1, (*emulator).setFaults},
		"session":   {1, 1, (*emulator).session},
		"dump":      {1, 1, (*emulator).dump},
		"passwords": {1, 1, (*emulator).passwords},
		"writes":    {1, 1, (*emulator).writes},
		"requests":  {2, 2, (*emulator).requests},
		"stop":      {0, 0, (*emulator).end},
	}
	if neg || len(args) == 0 {
		ts.Fatalf("usage: gooddata start|faults|session|dump|passwords|writes|requests|stop ...")
	}
	a, known := actions[args[0]]
	if rest := len(args) - 1; !known || rest < a.least || rest > a.most {
		ts.Fatalf("gooddata %s: unknown, or not with %d arguments", args[0], rest)
	}
	e := ts.Value(emulatorKey{}).(*emulator)
	if e.server == nil && args[0] != "start" {
		ts.Fatalf("gooddata %s: nothing was started", args[0])
	}
	a.do(e, ts, args[1:])
}

func (e *emulator) start(ts *testscript.TestScript, args []string) {
	if e.server != nil {
		ts.Fatalf("gooddata start: it is running")
	}
	state, err := gooddatatest.Read(args[0], strings.NewReader(ts.ReadFile(args[0])))
	ts.Check(err)
	e.server, err = gooddatatest.New(state, gooddatatest.Faults{})
	ts.Check(err)
	if len(args) > 1 {
		e.setFaults(ts, args[1:])
	}
	var address string
	address, e.stop = e.server.Start()
	e.seen = map[string]int{}
	ts.Defer(func() { e.end(ts, nil) })
	ts.Setenv("GDC_HOSTNAME", strings.TrimPrefix(address, "http://"))
	ts.Setenv("GDC_PROTOCOL", "http")
	for _, o := range state.Organizations {
		for _, u := range o.Users {
			if u.Password != "" {
				ts.Setenv("GDC_USERNAME", u.Login)
				ts.Setenv("GDC_PASSWORD", u.Password)
				return
			}
		}
	}
}

func (e *emulator) end(*testscript.TestScript, []string) {
	if e.server != nil {
		e.stop()
		e.server = nil
	}
}

func (e *emulator) setFaults(ts *testscript.TestScript, args []string) {
	faults, err := gooddatatest.ReadFaults("faults", strings.NewReader(args[0]))
	ts.Check(err)
	e.server.SetFaults(faults)
}

func (e *emulator) session(ts *testscript.TestScript, args []string) {
	sst := "sst-of-" + args[0]
	ts.Check(e.server.AllowSST(args[0], sst))
	ts.Setenv("GDC_SST", sst)
	ts.Setenv("GDC_USERNAME", "")
	ts.Setenv("GDC_PASSWORD", "")
}

func (e *emulator) dump(ts *testscript.TestScript, args []string) {
	var b strings.Builder
	line := func(scope string, one any) {
		text, err := json.Marshal(one)
		ts.Check(err)
		fmt.Fprintf(&b, "%s %s\n", scope, text)
	}
	for _, o := range e.server.State().Organizations {
		for _, u := range o.Users {
			u.Password = "" // some were made up by the run
			line(o.Name, u)
		}
		for _, p := range o.Projects {
			for _, m := range p.Members {
				line(p.ID, m)
			}
			for _, g := range p.Groups {
				line(p.ID+" group", g)
			}
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(b.String()), 0o600))
}

func (e *emulator) passwords(ts *testscript.TestScript, args []string) {
	var b strings.Builder
	for _, o := range e.server.State().Organizations {
		for _, u := range o.Users {
			if u.Password != "" {
				b.WriteString(u.Password + "\n")
			}
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(b.String()), 0o600))
}

func (e *emulator) writes(ts *testscript.TestScript, args []string) {
	e.counted(ts, "writes", e.server.Counts().Writes, args[0])
}

func (e *emulator) requests(ts *testscript.TestScript, args []string) {
	count := 0
	for _, r := range e.server.Requests() {
		where, _, _ := strings.Cut(r.Path, "?")
		like, err := path.Match(args[0], r.Method+" "+where)
		ts.Check(err)
		if like || args[0] == "*" {
			count++
		}
	}
	e.counted(ts, args[0], count, args[1])
}

// counted compares how many there are with how many there were when the same
// was asked last.
func (e *emulator) counted(ts *testscript.TestScript, what string, now int, want string) {
	n, err := strconv.Atoi(want)
	ts.Check(err)
	got := now - e.seen[what]
	e.seen[what] = now
	if got == n {
		return
	}
	for _, r := range e.server.Requests() {
		ts.Logf("%s %s %d", r.Method, r.Path, r.Status)
	}
	ts.Fatalf("%s: %d, want %d", what, got, n)
}
