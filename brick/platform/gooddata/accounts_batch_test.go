package gooddata_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform"
)

func TestEveryChangeOfABatchHasItsOwnResult(t *testing.T) {
	w := newTown(t)
	var batch []brick.Change
	for i := range 300 {
		login := brick.Login(fmt.Sprintf("u%d@x.com", i))
		if i%3 == 0 {
			w.elsewhere = append(w.elsewhere, string(login))
		}
		batch = append(batch, newcomer(login, brick.Profile{}))
	}
	errs := w.open().Apply(t.Context(), acme, batch)
	if len(errs) != len(batch) {
		t.Fatalf("%d results for %d changes", len(errs), len(batch))
	}
	for i, err := range errs {
		if taken := i%3 == 0; (err != nil) != taken {
			t.Errorf("change %d: %v", i, err)
		}
	}
	if len(w.accounts) != 200 {
		t.Errorf("%d accounts, want 200", len(w.accounts))
	}
}

func TestAccountsAreChangedSeveralAtOnce(t *testing.T) {
	const n = 8 // a Web begins with so many at once
	f := start(t)
	all := newGather(n)
	f.handle("PUT /gdc/account/profile/{id}", func(w http.ResponseWriter, _ *http.Request) {
		all.wait()
		say(w, 200, `{}`)
	})
	for _, err := range f.open().Apply(t.Context(), acme, accountUpdates(n)) {
		if err != nil {
			t.Error(err)
		}
	}
}

// accountUpdates are changes of listed accounts.
func accountUpdates(n int) []brick.Change {
	var batch []brick.Change
	for i := range n {
		login := brick.Login(fmt.Sprintf("u%d@x.com", i))
		before := &brick.Member{Login: login, Ref: fmt.Sprintf("id%d", i), Profile: brick.Profile{brick.FirstName: "A", brick.LastName: "B"}}
		batch = append(batch, accountChange(brick.Update, before, login, brick.Profile{brick.LastName: "C"}))
	}
	return batch
}

func TestWhatIsUnderWayIsFinishedAndTheRestNotBegun(t *testing.T) {
	f := start(t)
	ctx, cancel := context.WithCancel(t.Context())
	f.handle("PUT /gdc/account/profile/{id}", func(w http.ResponseWriter, _ *http.Request) {
		cancel()
		say(w, 200, `{}`)
	})
	d := f.open()
	f.clear()
	finished := 0
	for _, err := range d.Apply(ctx, acme, accountUpdates(500)) {
		if err == nil {
			finished++
			continue
		}
		if wants(t, err, brick.Interrupted); !errors.Is(err, platform.ErrNotBegun) {
			t.Errorf("it is not told as not begun: %v", err)
		}
	}
	if sent := len(f.all("PUT")); finished == 0 || finished != sent || sent > 100 {
		t.Errorf("%d requests, %d of them reported as done", sent, finished)
	}
}

func TestNothingIsBegunAfterTheEnd(t *testing.T) {
	f := start(t)
	d := f.open()
	f.clear()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range d.Apply(ctx, acme, accountUpdates(3)) {
		wants(t, err, brick.Interrupted)
	}
	f.came()
}

func TestWhoIsDeniedOnceIsNotAskedForMore(t *testing.T) {
	f := start(t)
	f.says("POST /gdc/account/domains/acme/users", 403, `{"error":{"message":"Can be accessed only by domain admin"}}`)
	d := f.open()
	f.clear()
	var batch []brick.Change
	for i := range 1000 {
		batch = append(batch, newcomer(brick.Login(fmt.Sprintf("u%d@x.com", i)), brick.Profile{}))
	}
	for _, err := range d.Apply(t.Context(), acme, batch) {
		wants(t, err, brick.Denied)
	}
	if n := len(f.all("POST")); n > 64 {
		t.Errorf("%d creations were tried after the first was denied", n)
	}
}

func TestABatchEndsWhereThePlatformIsDown(t *testing.T) {
	f := start(t)
	f.says("PUT /gdc/account/profile/{id}", 503, "")
	o := f.options()
	o.Web = noRetry(t)
	d := f.openWith(o)
	f.clear()
	for _, err := range d.Apply(t.Context(), acme, accountUpdates(2000)) {
		wants(t, err, brick.Unavailable)
	}
	if n := len(f.all("PUT")); n > 300 {
		t.Errorf("%d changes were tried of a platform that is down", n)
	}
}

func TestOneThatIsUnavailableNowAndThenDoesNotEndABatch(t *testing.T) {
	f := start(t)
	var mu sync.Mutex
	n := 0
	f.handle("PUT /gdc/account/profile/{id}", func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		n++
		bad := n%2 == 0
		mu.Unlock()
		if bad {
			w.WriteHeader(503)
			return
		}
		say(w, 200, `{}`)
	})
	o := f.options()
	o.Web = noRetry(t)
	failed := 0
	for _, err := range f.openWith(o).Apply(t.Context(), acme, accountUpdates(1000)) {
		if err != nil {
			failed++
		}
	}
	if n != 1000 || failed != 500 {
		t.Errorf("%d changes were tried, %d failed", n, failed)
	}
}
