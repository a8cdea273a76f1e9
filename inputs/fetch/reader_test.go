package fetch_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"

	"users-brick/brick"
	"users-brick/inputs/fetch"
)

func TestFileIsReadWhole(t *testing.T) {
	for name, s := range map[string]*server{
		"empty":           {},
		"short":           {content: letters(100)},
		"long":            {content: letters(100_000)},
		"of unknown size": {content: letters(100_000), nature: nature{endless: true}},
		"empty, unknown":  {nature: nature{endless: true}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := read(t, s, fetch.Options{})
			if err != nil || !bytes.Equal(got, s.content) || len(s.requests) != 1 {
				t.Errorf("read %d bytes of %d in %d requests, error %v", len(got), len(s.content), len(s.requests), err)
			}
		})
	}
}

// Wherever the body breaks off, the rest is read from there, or from the
// beginning where there are no parts.
func TestBodyThatBreaksOffIsReadOn(t *testing.T) {
	content := letters(1500)
	for name, kind := range map[string]nature{
		"exact, in parts": {version: "1", exact: true, ranges: true},
		"proven, parts":   {version: "1", ranges: true},
		"proven, whole":   {version: "1"},
		"exact, whole":    {version: "1", exact: true},
		"no version":      {},
		"unknown size":    {endless: true},
		"unknown, parts":  {endless: true, version: "1", ranges: true},
	} {
		for _, why := range []error{errReset, io.ErrUnexpectedEOF} {
			t.Run(name+", "+why.Error(), func(t *testing.T) {
				for at := range int64(len(content)) {
					s := server{content: content, nature: kind}
					s.fault = func(n int, _ fetch.Request, a *fetch.Answer) error {
						if n == 0 {
							a.Body = cutAfter(a.Body, at, why)
						}
						return nil
					}
					got, err := read(t, &s, fetch.Options{Retry: quick})
					if err != nil || !bytes.Equal(got, content) {
						t.Fatalf("cut at %d: read %d bytes, error %v", at, len(got), err)
					}
					want := int64(0)
					if s.ranges {
						want = at
					}
					if len(s.requests) != 2 || s.requests[1].From != want {
						t.Fatalf("cut at %d: requests %+v", at, s.requests)
					}
				}
			})
		}
	}
}

func TestShortBodyIsReadOnAndInTheEndRefused(t *testing.T) {
	for name, o := range map[string]fetch.Options{"at once": {}, "after trying again": {Retry: fetch.DefaultRetry}} {
		synctest.Test(t, func(t *testing.T) {
			s := server{content: letters(1000), nature: nature{version: "1", ranges: true}}
			s.fault = func(_ int, r fetch.Request, a *fetch.Answer) error {
				a.Body = io.NopCloser(io.LimitReader(a.Body, max(0, 700-r.From)))
				return nil
			}
			got, err := read(t, &s, o)
			wants(t, err, brick.BadInput, "read it: the server ended the file too early; hint: ")
			if !bytes.Equal(got, s.content[:700]) {
				t.Errorf("%s: %d bytes before the error", name, len(got))
			}
			if again := len(s.requests) > 1; again != (o.Retry.First > 0) {
				t.Errorf("%s: %d requests", name, len(s.requests))
			}
		})
	}
}

func TestServerThatIsGoneIsUnavailable(t *testing.T) {
	s := server{content: letters(1000), nature: nature{version: "1", ranges: true}}
	s.fault = func(_ int, _ fetch.Request, a *fetch.Answer) error {
		a.Body = cutAfter(a.Body, 700, errReset)
		return nil
	}
	_, err := read(t, &s, fetch.Options{})
	wants(t, err, brick.Unavailable, "read it: the connection broke: connection reset by peer")
}

func TestRefusalIsNotTriedAgain(t *testing.T) {
	s := server{fault: func(int, fetch.Request, *fetch.Answer) error {
		return brick.Errorf(brick.BadInput, "there is no such file")
	}}
	_, err := read(t, &s, fetch.Options{Retry: quick})
	wants(t, err, brick.BadInput, "read it: there is no such file")
	if len(s.requests) != 1 {
		t.Errorf("%d requests", len(s.requests))
	}
}

// second makes the answers from the second on those of another version.
func second(change func(*fetch.Answer)) func(int, fetch.Request, *fetch.Answer) error {
	return func(n int, _ fetch.Request, a *fetch.Answer) error {
		if n == 0 {
			a.Body = cutAfter(a.Body, 700, errReset)
		} else {
			change(a)
		}
		return nil
	}
}

func TestTwoVersionsAreNeverMixed(t *testing.T) {
	other := letters(1000)
	other[10]++
	for name, tt := range map[string]struct {
		kind   nature
		change func(*fetch.Answer)
		text   string
	}{
		"another version, in parts":         {nature{version: "1", ranges: true}, func(a *fetch.Answer) { a.Version = "2" }, "the server names another version"},
		"another version, exact":            {nature{version: "1", ranges: true, exact: true}, func(a *fetch.Answer) { a.Version = "2" }, "the server names another version"},
		"another version, whole":            {nature{version: "1"}, func(a *fetch.Answer) { a.Version = "2" }, "the server names another version"},
		"another size":                      {nature{}, func(a *fetch.Answer) { a.Size++ }, "its size is another"},
		"shorter, as it says now":           {nature{endless: true}, func(a *fetch.Answer) { a.Size = 600 }, "it is shorter now"},
		"shorter, as it turns out":          {nature{endless: true}, func(a *fetch.Answer) { a.Body = io.NopCloser(bytes.NewReader(other[:600])) }, "it is shorter now"},
		"another beginning":                 {nature{}, func(a *fetch.Answer) { a.Body = io.NopCloser(bytes.NewReader(other)) }, "it begins differently now"},
		"another beginning, version equal":  {nature{version: "1"}, func(a *fetch.Answer) { a.Body = io.NopCloser(bytes.NewReader(other)) }, "it begins differently now"},
		"another beginning, version gone":   {nature{version: "1"}, func(a *fetch.Answer) { a.Version, a.Body = "", io.NopCloser(bytes.NewReader(other)) }, "it begins differently now"},
		"no version any more, in parts":     {nature{version: "1", ranges: true}, func(a *fetch.Answer) { a.Version = "" }, "the server names no version any more"},
		"no version any more, exact, whole": {nature{version: "1", exact: true}, func(a *fetch.Answer) { a.Version = "" }, "the server names no version any more"},
	} {
		t.Run(name, func(t *testing.T) {
			s := server{content: letters(1000), nature: tt.kind, fault: second(tt.change)}
			got, err := read(t, &s, fetch.Options{Retry: quick})
			wants(t, err, brick.BadInput, "the file was changed while it was read: "+tt.text)
			if !bytes.Equal(got, s.content[:700]) {
				t.Errorf("%d bytes before the error", len(got))
			}
		})
	}
}

func TestVersionMayStillChangeBeforeTheFirstByte(t *testing.T) {
	s := server{content: letters(1000), nature: nature{version: "1"}}
	s.fault = func(n int, _ fetch.Request, a *fetch.Answer) error {
		if n == 0 {
			a.Version, a.Size, a.Body = "0", 5, cutAfter(a.Body, 0, errReset)
		}
		return nil
	}
	f, err := fetch.Open(t.Context(), s.get, fetch.Options{Retry: quick})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got, err := io.ReadAll(f)
	if err != nil || !bytes.Equal(got, s.content) || f.Version != "1" || f.Size != 1000 {
		t.Errorf("read %d bytes of version %q with %d, error %v", len(got), f.Version, f.Size, err)
	}
}

func TestSizeThatIsToldLaterCounts(t *testing.T) {
	s := server{content: letters(1000), nature: nature{version: "1", ranges: true, endless: true}}
	s.fault = func(n int, _ fetch.Request, a *fetch.Answer) error {
		switch n {
		case 0:
			a.Body = cutAfter(a.Body, 700, errReset)
		case 1: // a part of the part
			a.Size, a.Body = 1000, io.NopCloser(io.LimitReader(a.Body, 100))
		}
		return nil
	}
	got, err := read(t, &s, fetch.Options{Retry: quick})
	if err != nil || !bytes.Equal(got, s.content) || len(s.requests) != 3 {
		t.Errorf("read %d bytes in %d requests, error %v", len(got), len(s.requests), err)
	}
}

func TestServerThatCannotProveAPartSendsTheWhole(t *testing.T) {
	s := server{content: letters(1000), nature: nature{version: "1", ranges: true}}
	s.fault = func(n int, r fetch.Request, a *fetch.Answer) error {
		if n == 0 {
			a.Body = cutAfter(a.Body, 700, errReset)
		}
		if r.From > 0 {
			return fetch.ErrNoRange
		}
		return nil
	}
	got, err := read(t, &s, fetch.Options{Retry: quick})
	if err != nil || !bytes.Equal(got, s.content) || len(s.requests) != 3 {
		t.Errorf("read %d bytes in %d requests, error %v", len(got), len(s.requests), err)
	}
}

func TestWrongPlaceIsNotTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := server{content: letters(1000), nature: nature{version: "1", ranges: true}, fault: second(func(a *fetch.Answer) { a.From = 10 })}
		got, err := read(t, &s, fetch.Options{Retry: fetch.DefaultRetry})
		wants(t, err, brick.Unavailable, "other bytes than those asked for")
		if len(got) != 700 || len(s.requests) < 3 {
			t.Errorf("%d bytes in %d requests", len(got), len(s.requests))
		}
	})
}

func TestStopIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	s := server{content: letters(1000)}
	f, err := fetch.Open(ctx, s.get, fetch.Options{Op: "read it", Retry: quick})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cancel(errors.New("the operator said so"))
	_, err = io.ReadAll(f)
	wants(t, err, brick.Interrupted, "read it: stopped: the operator said so")
}

func TestCauseOfTheEndIsTheError(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(brick.Errorf(brick.Unavailable, "time is up"))
	s := server{content: letters(1000)}
	_, err := fetch.Open(ctx, s.get, fetch.Options{Op: "read it", Retry: quick})
	wants(t, err, brick.Unavailable, "read it: time is up")
	if len(s.requests) != 0 {
		t.Errorf("%d requests after the end", len(s.requests))
	}
}

func TestReadingAfterCloseIsAnError(t *testing.T) {
	for name, o := range map[string]fetch.Options{"in one": {}, "in parts": {Parallel: 3, PartSize: 100}} {
		t.Run(name, func(t *testing.T) {
			s := server{content: letters(5000), nature: nature{version: "1", exact: true, ranges: true}}
			f, err := fetch.Open(t.Context(), s.get, o)
			if err != nil {
				t.Fatal(err)
			}
			f.Close()
			if n, err := io.ReadAll(f); err == nil || len(n) > 512 {
				t.Errorf("read %d bytes, error %v", len(n), err)
			}
			if s.open != 0 {
				t.Errorf("%d bodies are left open", s.open)
			}
		})
	}
}
