package inputs_test

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"users-brick/brick"
	"users-brick/inputs"
)

func TestFileThatIsCutOffIsNeverTakenForWhole(t *testing.T) {
	refused := &brick.Error{Kind: brick.BadInput, Op: "get", Err: fmt.Errorf("cut off: %w", io.ErrUnexpectedEOF)}
	for _, file := range []string{"", "log", "login\n", "login\na@x.com\n", "login\na@x.com\nb@x"} {
		for _, cut := range []error{io.ErrUnexpectedEOF, refused} {
			source := io.MultiReader(strings.NewReader(file), iotest.ErrReader(cut))
			var last error
			for _, err := range inputs.NewReader(source, "users.csv", inputs.Options{}).Rows(t.Context()) {
				last = err
			}
			if !errors.Is(last, cut) || brick.KindOf(last) != brick.KindOf(cut) {
				t.Errorf("%q, then %v: the rows end with %v", file, cut, last)
			}
		}
	}
}

func TestLimitOfARowDoesNotDependOnWhereItStands(t *testing.T) {
	for _, cell := range []string{strings.Repeat("x", 1<<20-9), `"` + strings.Repeat("x\n", 1<<19-6) + `x"`} {
		for before := 0; before < 64<<10; before += 9973 {
			rest := "\nb@x.com," + strings.Repeat("y", before) + "\n"
			fits := read(t, "login,first_name"+rest+"a@x.com,"+cell+rest, inputs.Options{})
			if fits.err != nil || len(fits.rows) != 3 || fits.stats.Bad != 0 {
				t.Fatalf("%d rows, error %v", len(fits.rows), fits.err)
			}
			if e := refusal(t, read(t, "login,first_name"+rest+"aa@x.com,"+cell+rest, inputs.Options{}).err); e.Line != 3 {
				t.Fatalf("error %v", e)
			}
		}
	}
}

// People whom bad rows may mean are remembered while a file is read; the rows
// around them must not be.
func TestPeopleOfBadRowsKeepNothingElseInMemory(t *testing.T) {
	const rows, every = 400_000, 100 // a bad row in some kilobytes
	source := &lines{header: "login,first_name\n", rows: rows, line: func(i int) string {
		if i%every == 0 {
			return fmt.Sprintf("bob <a%d@x.com>,Bob\n", i)
		}
		return fmt.Sprintf("u%d@x.com,%s\n", i, strings.Repeat("x", 60))
	}}
	before := heap()
	var people []brick.Login
	var locals []string
	for row, err := range inputs.NewReader(source, "users.csv", inputs.Options{}).Rows(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if row.Bad != nil {
			people, locals = append(people, row.Bad.Suspects...), append(locals, row.Bad.Local)
		}
	}
	if used := heap() - before; len(people) != rows/every || used > 8<<20 {
		t.Errorf("%d people of bad rows, %d bytes in memory", len(people), used)
	}
	runtime.KeepAlive(people)
	runtime.KeepAlive(locals)
}

// heap returns how many bytes are in use.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// lines is a source of a header and many rows, which are made as they are read.
type lines struct {
	header string
	rows   int
	line   func(i int) string

	n    int
	rest string
}

// Read implements io.Reader.
func (l *lines) Read(p []byte) (int, error) {
	if l.rest == "" {
		var more strings.Builder
		if l.n == 0 {
			more.WriteString(l.header)
		}
		for until := min(l.n+10_000, l.rows); l.n < until; l.n++ {
			more.WriteString(l.line(l.n))
		}
		if l.rest = more.String(); l.rest == "" {
			return 0, io.EOF
		}
	}
	n := copy(p, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}
