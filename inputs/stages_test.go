package inputs_test

import (
	"context"
	"errors"
	"io"
	"iter"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"users-brick/brick"
	"users-brick/inputs"
)

// scripted is a source whose reads are functions, one after the other.
type scripted []func(p []byte) (int, error)

func (s *scripted) Read(p []byte) (int, error) {
	if len(*s) == 0 {
		return 0, io.EOF
	}
	next := (*s)[0]
	*s = (*s)[1:]
	return next(p)
}

func says(text string) func([]byte) (int, error) {
	return func(p []byte) (int, error) { return copy(p, text), nil }
}

// While a row is in use, the source is read on: a caller who waits for that
// would wait for ever if it were not.
func TestSourceIsReadWhileRowsAreUsed(t *testing.T) {
	for name, format := range map[string]func(string) string{
		"plain": func(s string) string { return s },
		"gzip":  func(s string) string { return gzipped(t, s) },
		"zstd":  func(s string) string { return zstandard(t, s) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				readOn := make(chan struct{})
				source := &scripted{says(format("login\na@x.com\nb@x.com\n")), func(p []byte) (int, error) {
					close(readOn)
					return copy(p, format("c@x.com\n")), nil
				}}
				stream := inputs.NewStream(io.NopCloser(source), inputs.Origin{})
				r := inputs.NewReader(stream, "users.csv", inputs.Options{})
				rows := 0
				for _, err := range r.Rows(t.Context()) {
					if err != nil {
						t.Fatal(err)
					}
					if read := r.Stats().Bytes; read == 0 || read > stream.Bytes() { // at any time
						t.Errorf("%d bytes read, of %d", read, stream.Bytes())
					}
					<-readOn
					rows++
				}
				if rows != 3 {
					t.Errorf("%d rows", rows)
				}
			})
		})
	}
}

// What has come is used, even if more is slow to come.
func TestRowsDoNotWaitForABlockToBecomeFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		goOn := make(chan struct{})
		source := &scripted{says("login\naaaa@x.com\n"), func(p []byte) (int, error) {
			<-goOn
			return copy(p, "b@x.com\n"), nil
		}}
		rows := 0
		for _, err := range inputs.NewReader(source, "users.csv", inputs.Options{}).Rows(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if rows++; rows == 1 {
				close(goOn)
			}
		}
		if rows != 2 {
			t.Errorf("%d rows", rows)
		}
	})
}

// endless is a source without an end; it notes whether somebody reads it when
// nobody should.
type endless struct {
	text  string
	ended atomic.Bool
	after atomic.Bool // read when it should not be
}

func (e *endless) Read(p []byte) (int, error) {
	if e.ended.Load() {
		e.after.Store(true)
	}
	n := 0
	for n+len(e.text) <= len(p) {
		n += copy(p[n:], e.text)
	}
	return n, nil
}

// A test of synctest fails when a goroutine is left behind.
func TestNobodyReadsTheSourceWhenTheRowsHaveEnded(t *testing.T) {
	for name, tt := range map[string]struct {
		header string
		most   int // rows that are wanted
		fails  bool
	}{
		"rows given up":        {"login,first_name\n", 5000, false},
		"the first given up":   {"login,first_name\n", 1, false},
		"a header that is bad": {"logn,first_name\n", 1, true},
		"a bad row of bytes":   {"login,first_name\n\xff", 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rest := &endless{text: "a@x.com,A\n"}
				rows := 0
				var last error
				for _, err := range inputs.NewReader(io.MultiReader(strings.NewReader(tt.header), rest), "users.csv", inputs.Options{}).Rows(t.Context()) {
					if last = err; err != nil {
						break
					}
					if rows++; rows == tt.most {
						break
					}
				}
				rest.ended.Store(true)
				synctest.Wait()
				if rest.after.Load() || (last != nil) != tt.fails {
					t.Errorf("read on: %v, error %v", rest.after.Load(), last)
				}
			})
		})
	}
}

func TestSequenceThatIsPulledEndsItsStages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		header := gzipped(t, "login\n"+strings.Repeat("a@x.com\n", 100_000))
		next, stop := pull(inputs.NewReader(strings.NewReader(header), "users.csv", inputs.Options{}), t.Context())
		if _, err, ok := next(); err != nil || !ok {
			t.Fatal(err)
		}
		stop()
	})
}

func TestCancelledReadingDoesNotWaitForMore(t *testing.T) {
	for name, compression := range map[string]string{"plain": "", "gzip": "gzip"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				why := errors.New("enough")
				source := &scripted{says("lo"), func([]byte) (int, error) {
					cancel(why)
					<-ctx.Done() // as the body of a request does
					return 0, ctx.Err()
				}}
				if compression != "" {
					*source = (*source)[1:]
				}
				var last error
				for _, err := range inputs.NewReader(source, "users.csv", inputs.Options{Compression: compression}).Rows(ctx) {
					last = err
				}
				if !errors.Is(last, why) && !errors.Is(last, context.Canceled) {
					t.Errorf("error %v", last)
				}
				if errors.Is(last, why) && brick.KindOf(last) != brick.Interrupted {
					t.Errorf("kind of %v", last)
				}
			})
		})
	}
}

// pull is iter.Pull2 of the rows.
func pull(r *inputs.Reader, ctx context.Context) (func() (brick.Row, error, bool), func()) {
	return iter.Pull2(r.Rows(ctx))
}
