package gooddatatest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"users-brick/brick/platform/gooddata/gooddatatest"
)

func TestHooksStopAtEveryRequest(t *testing.T) {
	for _, after := range []bool{false, true} {
		w := visit(t, gooddatatest.Faults{})
		cut := func(n int, r *http.Request) {
			if n == 3 {
				gooddatatest.Cut()
			}
		}
		hooks := gooddatatest.Hooks{Before: cut}
		if after {
			hooks = gooddatatest.Hooks{After: cut}
		}
		w.server.SetHooks(hooks)
		w.ask("POST", "/gdc/userGroups", group("First")).has(201)
		if r, err := w.try("POST", "/gdc/userGroups", group("Second")); !errors.Is(err, io.EOF) {
			t.Errorf("the cut request ends as %+v, %v", r, err)
		}
		want := 201
		if after {
			want = 409
		}
		w.ask("POST", "/gdc/userGroups", group("Second")).has(want)
		if requests := w.server.Requests(); requests[2].Status != 0 || requests[2].N != 3 {
			t.Errorf("the cut request is remembered as %+v", requests[2])
		}
	}
}

func TestRequestsAreRemembered(t *testing.T) {
	w := visit(t, gooddatatest.Faults{})
	body := entry("d0a", "ENABLED", 4)
	answered := w.ask("POST", p1Users, body)
	w.ask("GET", groupsOfP1, "", "X-GDC-AuthSST", "leaked").has(200)
	have := w.server.Requests()
	want := gooddatatest.Request{
		N: 2, Method: "POST", Path: p1Users, Endpoint: "POST /gdc/projects/{project}/users",
		Sent: len(body), Status: 200, Received: len(answered.body),
	}
	if len(have) != 3 || have[1] != want {
		t.Errorf("requests are %+v, want %+v", have, want)
	}
	if have[1].SST || !have[2].SST || have[2].Path != groupsOfP1 {
		t.Errorf("the last request is %+v", have[2])
	}
	counts := w.server.Counts()
	if counts.Requests != 3 || counts.Writes != 1 || counts.MostAtOnce != 1 ||
		counts.Connections < 1 || counts.Connections > 3 || // net/http gives up a connection that has been busy for too long
		counts.Endpoints["POST /gdc/account/login"] != 1 || counts.Endpoints["GET /gdc/userGroups"] != 1 || len(counts.Endpoints) != 3 {
		t.Errorf("counts are %+v", counts)
	}
}

func TestATooLargeBodyIsRefused(t *testing.T) {
	w := visit(t, gooddatatest.Faults{})
	const most = 16 << 20
	w.ask("POST", p1Users, strings.Repeat(" ", most)).has(http.StatusBadRequest)
	// By one byte: what the platform leaves unread may cost the client the answer.
	w.ask("POST", p1Users, strings.Repeat(" ", most+1)).has(http.StatusRequestEntityTooLarge)
}

func TestServeEndsWithItsContext(t *testing.T) {
	server := platform(t, gooddatatest.Faults{})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- gooddatatest.Serve(ctx, l, server) }()
	unused, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer unused.Close()
	server.SetHooks(gooddatatest.Hooks{Before: func(_ int, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}})
	response, err := http.Get("http://" + l.Addr().String() + "/gdc/ping")
	if err != nil {
		t.Fatalf("what was under way ends as %v", err)
	}
	response.Body.Close()
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if _, err := unused.Read(make([]byte, 1)); err == nil {
		t.Error("an unused connection stays open")
	}
}

func TestServeTellsWhyItCannot(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := gooddatatest.Serve(context.Background(), l, platform(t, gooddatatest.Faults{})); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Serve on a closed listener: %v", err)
	}
}

func TestManyClientsAtOnceLoseNothing(t *testing.T) {
	const clients, rounds = 8, 20
	w := open(t, crowd(clients*rounds), gooddatatest.Faults{Jitter: time.Millisecond, TTUses: 1000}).as("boss")
	var wait sync.WaitGroup
	for i := range clients {
		wait.Go(func() {
			me := w.as("boss")
			for j := range rounds {
				login := fmt.Sprintf("user%06d@example.com", i*rounds+j)
				me.ask("POST", p1Users, entry(login, "DISABLED", 5)).has(200)
				me.ask("GET", p1Users+"?limit=1000", "").has(200)
				me.ask("POST", "/gdc/userGroups", group(fmt.Sprintf("group %d", j))) // one of them makes it
				me.ask("POST", acmeUsers, setting(fmt.Sprintf(`"login":"new%d-%d@example.com","firstName":"N","lastName":"N"`, i, j))).has(201)
				me.ask("GET", acmeUsers+"?limit=1000", "").has(200)
				w.server.State()
			}
		})
	}
	wait.Wait()
	acme := w.server.State().Organizations[0]
	p := acme.Projects[0]
	disabled := slices.DeleteFunc(p.Members, func(m gooddatatest.Member) bool { return m.Roles[0] != "editorRole" || m.Status.String() != "disabled" })
	if len(disabled) != clients*rounds || len(p.Groups) != rounds || len(acme.Users) != 1+2*clients*rounds {
		t.Errorf("there are %d disabled editors, %d groups and %d accounts", len(disabled), len(p.Groups), len(acme.Users))
	}
	if c := w.server.Counts(); c.Writes != 3*clients*rounds || c.MostAtOnce < 2 || c.MostAtOnce > clients {
		t.Errorf("counts are %+v", c)
	}
}

func TestTheTransportIsLikeAConnection(t *testing.T) {
	server := platform(t, gooddatatest.Faults{CutAfterEvery: 2, Only: []string{"GET /gdc"}})
	client := &http.Client{Transport: server.Transport()}
	response, err := client.Get("http://platform/gdc?x=y")
	if err != nil || response.StatusCode != 200 || response.Header.Get("Content-Type") != javaType {
		t.Fatalf("the answer is %+v, %v", response, err)
	}
	whole, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response, err = client.Get("http://platform/gdc"); err != nil {
		t.Fatal(err)
	}
	half, err := io.ReadAll(response.Body)
	if !errors.Is(err, io.ErrUnexpectedEOF) || !bytes.HasPrefix(whole, half) || len(half) == 0 || len(half) == len(whole) {
		t.Errorf("of %q comes %q, %v", whole, half, err)
	}
	server.SetFaults(gooddatatest.Faults{CutBeforeEvery: 1})
	if _, err := client.Get("http://platform/gdc"); !errors.Is(err, io.EOF) {
		t.Errorf("a cut request ends as %v", err)
	}
	requests := server.Requests()
	if requests[0].Path != "/gdc?x=y" {
		t.Errorf("requests are %+v", requests)
	}
}
