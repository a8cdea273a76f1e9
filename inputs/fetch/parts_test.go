package fetch_test

import (
	"bytes"
	"context"
	"io"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"users-brick/brick"
	"users-brick/inputs/fetch"
)

// inParts is how the tests read in parts.
var inParts = fetch.Options{Parallel: 4, PartSize: 1000, Retry: quick}

func exactServer(size int) *server {
	return &server{content: letters(size), nature: nature{version: "1", exact: true, ranges: true}}
}

func TestPartsComeInOrder(t *testing.T) {
	for _, size := range []int{2001, 2999, 3000, 3001, 100_000, 99_999} {
		s := exactServer(size)
		got, err := read(t, s, inParts)
		if err != nil || !bytes.Equal(got, s.content) {
			t.Errorf("%d bytes: read %d, error %v", size, len(got), err)
		}
		if want := (size + 999) / 1000; len(s.requests) != want {
			t.Errorf("%d bytes: %d requests, want %d", size, len(s.requests), want)
		}
		if s.most > 4 {
			t.Errorf("%d bytes: %d answers at once", size, s.most)
		}
	}
}

func TestPartsThatComeInAnyOrderAreHandedOutInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := exactServer(20_000)
		get := func(ctx context.Context, r fetch.Request) (*fetch.Answer, error) {
			time.Sleep(time.Duration((r.From/1000*7)%5) * time.Second)
			return s.get(ctx, r)
		}
		f, err := fetch.Open(t.Context(), get, inParts)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		got, err := io.ReadAll(f)
		if err != nil || !bytes.Equal(got, s.content) {
			t.Errorf("read %d bytes, error %v", len(got), err)
		}
	})
}

func TestPartsAreReadAheadNoFurtherThanAllowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := exactServer(100_000)
		f, err := fetch.Open(t.Context(), s.get, inParts)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for i := range 20 {
			if _, err := io.ReadFull(f, make([]byte, 1000)); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if len(s.requests) != 4+i {
				t.Fatalf("%d requests when %d parts were handed out", len(s.requests), i+1)
			}
		}
	})
}

func TestMemoryOfPartsIsUsedAgain(t *testing.T) {
	s := exactServer(64 << 20)
	f, err := fetch.Open(t.Context(), s.get, fetch.Options{Parallel: 4, PartSize: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := io.Copy(io.Discard, f); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 6<<20 {
		t.Errorf("%d bytes were allocated for 4 parts of 1 MiB", used)
	}
}

func TestSmallFilesAndThoseWithoutPartsAreReadInOne(t *testing.T) {
	for name, kind := range map[string]nature{
		"no parts":         {version: "1", exact: true},
		"no exact version": {version: "1", ranges: true},
		"no version":       {exact: true, ranges: true},
		"no size":          {version: "1", exact: true, ranges: true, endless: true},
	} {
		s := &server{content: letters(10_000), nature: kind}
		if got, err := read(t, s, inParts); err != nil || !bytes.Equal(got, s.content) || len(s.requests) != 1 {
			t.Errorf("%s: read %d bytes in %d requests, error %v", name, len(got), len(s.requests), err)
		}
	}
	s := exactServer(2000)
	if got, err := read(t, s, inParts); err != nil || !bytes.Equal(got, s.content) || len(s.requests) != 1 {
		t.Errorf("small: read %d bytes in %d requests, error %v", len(got), len(s.requests), err)
	}
}

func TestPartThatBreaksOffIsReadOn(t *testing.T) {
	s := exactServer(20_000)
	s.fault = func(n int, _ fetch.Request, a *fetch.Answer) error {
		if n%2 == 0 {
			a.Body = cutAfter(a.Body, 300, errReset)
		}
		return nil
	}
	if got, err := read(t, s, inParts); err != nil || !bytes.Equal(got, s.content) {
		t.Errorf("read %d bytes, error %v", len(got), err)
	}
}

func TestServerThatSendsNoPartsAfterAllIsReadWhole(t *testing.T) {
	s := exactServer(10_000)
	s.fault = func(_ int, r fetch.Request, a *fetch.Answer) error {
		if r.From > 0 {
			return fetch.ErrNoRange
		}
		return nil
	}
	if got, err := read(t, s, inParts); err != nil || !bytes.Equal(got, s.content) {
		t.Errorf("read %d bytes, error %v", len(got), err)
	}
}

func TestPartOfAnotherVersionEndsTheReading(t *testing.T) {
	s := exactServer(20_000)
	s.fault = func(_ int, r fetch.Request, a *fetch.Answer) error {
		if r.From >= 7000 {
			a.Version = "2"
		}
		return nil
	}
	got, err := read(t, s, inParts)
	wants(t, err, brick.BadInput, "the server names another version")
	if !bytes.Equal(got, s.content[:7000]) {
		t.Errorf("%d bytes before the error", len(got))
	}
}

func TestClosingEndsThePartsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := exactServer(20_000)
		var under atomic.Int32
		get := func(ctx context.Context, r fetch.Request) (*fetch.Answer, error) {
			if r.From > 0 {
				under.Add(1)
				<-ctx.Done()
				time.Sleep(time.Second)
				under.Add(-1)
				return nil, ctx.Err()
			}
			return s.get(ctx, r)
		}
		f, err := fetch.Open(t.Context(), get, fetch.Options{Op: "read it", Parallel: 4, PartSize: 1000, Retry: fetch.DefaultRetry})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(f, make([]byte, 1000)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		began := under.Load()
		f.Close()
		if left := under.Load(); s.open != 0 || began != 3 || left != 0 {
			t.Errorf("%d bodies are left open, %d parts of %d are under way", s.open, left, began)
		}
	})
}
