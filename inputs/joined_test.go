package inputs_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"users-brick/brick"
	"users-brick/inputs"
)

// join returns a stream of files called f0.csv, f1.csv, … that ends with last.
func join(t testing.TB, last error, files ...string) *inputs.Stream {
	t.Helper()
	n := 0
	s, err := inputs.Join(inputs.Origin{Name: "f*.csv", Size: -1}, func() (io.ReadCloser, string, error) {
		if n == len(files) {
			return nil, "", last
		}
		n++
		return io.NopCloser(strings.NewReader(files[n-1])), fmt.Sprintf("f%d.csv", n-1), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// rowsOf returns the rows of a stream of files.
func rowsOf(t testing.TB, s *inputs.Stream, o inputs.Options) (*inputs.Reader, []brick.Row, error) {
	t.Helper()
	r := inputs.NewReader(s, s.Name, o)
	var rows []brick.Row
	for row, err := range r.Rows(t.Context()) {
		if err != nil {
			return r, rows, err
		}
		rows = append(rows, row)
	}
	return r, rows, nil
}

func zipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, text)
	w.Close()
	return b.String()
}

func TestSeveralFilesAreReadAsOne(t *testing.T) {
	files := []string{
		"login,role,user_groups\na@x.com,admin,g\n\nb@x.com,viewer,", // no line end
		zipped("\ufeff Role ;LOGIN;User_Groups;\r\nviewer;\"c@x.com\";\"h\r\ni\";\r\n"),
		"sep=|\r\nuser_groups|login|role\r\n|d@x.com|",
	}
	stream := join(t, io.EOF, files...)
	r, rows, err := rowsOf(t, stream, inputs.Options{Delimiter: inputs.AutoDelimiter})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "rows", rows, []brick.Row{
		{Line: 2, Login: "a@x.com", Roles: []string{"admin"}, Groups: []string{"g"}},
		{Line: 4, Login: "b@x.com", Roles: []string{"viewer"}, Groups: []string{}},
		{Line: 6, Login: "c@x.com", Roles: []string{"viewer"}, Groups: []string{"h\ni"}},
		{Line: 10, Login: "d@x.com", Roles: []string{}, Groups: []string{}},
	})
	same(t, "files", r.Files(), brick.Files{{Name: "f0.csv"}, {Name: "f1.csv", Before: 4}, {Name: "f2.csv", Before: 7}})
	all := strings.Join(files, "")
	if want := fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(all))); stream.Digest() != want || stream.Bytes() != int64(len(all)) {
		t.Errorf("digest %s of %d bytes, want %s", stream.Digest(), stream.Bytes(), want)
	}
	stats := r.Stats()
	if stats.Rows != 4 || stats.Bytes != int64(len(all)) || len(stats.Files) != 3 || stats.Files[2].Rows != 1 {
		t.Errorf("stats %+v", stats)
	}
	same(t, "format", stats.Files[1].Format, inputs.Format{Compression: "gzip", Encoding: "UTF-8", Delimiter: ";", Quote: `"`})
	same(t, "columns", stats.Matched, []string{"login", "role", "user_groups"})
}

func TestLinesAreCountedOnHoweverTheFileBeforeEnds(t *testing.T) {
	for _, last := range []string{"a@x.com,x", `a@x.com,"x"`, `a@x.com,"x""y"`, "a@x.com,\"x\ny\"", `a@x.com,x"y`, "a@x.com", "", " ", ",", "\n"} {
		for _, end := range []string{"", "\n", "\r\n", "\r"} {
			before := "login,role\n" + last + end
			lines := strings.Count(before, "\n")
			if !strings.HasSuffix(before, "\n") {
				lines++
			}
			r, rows, err := rowsOf(t, join(t, io.EOF, before, "login,role\nb@x.com,x\n"), inputs.Options{})
			if err != nil || len(rows) == 0 || rows[len(rows)-1].Line != lines+2 || r.Files()[1].Before != lines {
				t.Errorf("%q: error %v, rows %+v, files %+v; want %d lines", before, err, rows, r.Files(), lines)
			}
		}
	}
}

func TestTroubleInOneOfSeveralFilesNamesItsFileAndLine(t *testing.T) {
	good := "login,role\na@x.com,admin\n"
	for name, tt := range map[string]struct {
		bad  string
		want string
	}{
		"another column":   {"login,role,firm\nb@x.com,x,y\n", `read f1.csv:1:12: the columns are not those of f0.csv: "firm" is only here; hint: `},
		"a column less":    {"login\nb@x.com\n", `read f1.csv:1:1: the columns are not those of f0.csv: there is no "role"; hint: `},
		"another name":     {"login,rolle\nb@x.com,x\n", `read f1.csv:1:7: the columns are not those of f0.csv: there is no "role", and "rolle" is only here; hint: `},
		"no header":        {"", "read f1.csv:1: the file is empty"},
		"no text":          {"login,role\n\nb@x.com,\xff\n", "read f1.csv:3:9: byte 0xff"},
		"an open quote":    {"login,role\nb@x.com,\"x\n", "read f1.csv:2:9: a quote opens here"},
		"no rows":          {"login,role\n", "read f1.csv: the file has no rows, and it is one of several; hint: "},
		"broken gzip":      {zipped(good)[:12], "read f1.csv:1:1: the gzip data end too early"},
		"too many columns": {"login,role,role\nb@x.com,x,y\n", `read f1.csv:1:12: the column "role" is there twice`},
	} {
		t.Run(name, func(t *testing.T) {
			_, rows, err := rowsOf(t, join(t, io.EOF, good, tt.bad, good), inputs.Options{NeedRows: true})
			if brick.KindOf(err) != brick.BadInput || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("error %v, want %s", err, tt.want)
			}
			if len(rows) != 1 {
				t.Errorf("rows %v", rows)
			}
		})
	}
}

func TestWarningsOfSeveralFilesNameThem(t *testing.T) {
	var warnings []string
	o := inputs.Options{Warn: func(f brick.Finding) { warnings = append(warnings, f.String()) }}
	_, _, err := rowsOf(t, join(t, io.EOF, "login,language\na@x.com,en-US\n", "login,language\nb@x.com,zz\n"), o)
	if err != nil || len(warnings) != 1 || !strings.HasPrefix(warnings[0], "f1.csv:2:9: warning: ") {
		t.Errorf("warnings %q, error %v", warnings, err)
	}
}

func TestFirstOfSeveralFilesMayHaveNoRowsWhenNobodyMinds(t *testing.T) {
	_, rows, err := rowsOf(t, join(t, io.EOF, "login\n", "login\nb@x.com\n"), inputs.Options{})
	if err != nil || len(rows) != 1 {
		t.Errorf("rows %v, error %v", rows, err)
	}
	_, _, err = rowsOf(t, join(t, io.EOF, "login\n", "login\nb@x.com\n"), inputs.Options{NeedRows: true})
	if brick.KindOf(err) != brick.BadInput || !strings.Contains(err.Error(), "f0.csv") {
		t.Errorf("error %v", err)
	}
}

func TestLastOfSeveralFilesDoesNotHideThatOthersChanged(t *testing.T) {
	changed := &brick.Error{Kind: brick.BadInput, Op: "read f0.csv", Err: errors.New("the file was changed")}
	for _, files := range [][]string{{"login\na@x.com\n"}, {"login\na@x.com\n", zipped("login\nb@x.com\n")}} {
		_, rows, err := rowsOf(t, join(t, changed, files...), inputs.Options{})
		if !errors.Is(err, changed) || len(rows) > len(files) {
			t.Errorf("rows %v, error %v", rows, err)
		}
	}
}

func TestWhoeverDoesNotKnowOfSeveralFilesReadsNoPartAsTheWhole(t *testing.T) {
	got, err := io.ReadAll(join(t, io.EOF, "login\na@x.com\n", "login\nb@x.com\n"))
	if err == nil {
		t.Errorf("read %q", got)
	}
	for row, err := range inputs.NewReader(struct{ io.Reader }{join(t, io.EOF, "login\n", "login\nb@x.com\n")}, "f*.csv", inputs.Options{}).Rows(t.Context()) {
		if err == nil {
			t.Errorf("row %+v", row)
		}
	}
}

func TestProfileOfSeveralFilesIsOfThemAll(t *testing.T) {
	stream := join(t, io.EOF, "login,first_name,,\na@x.com,Ann,,\nb@x.com\n", "First_Name;;Login\nBarbara;;b@x.com\n;;a@x.com\n")
	r, _, err := rowsOf(t, stream, inputs.Options{Profile: true, Delimiter: inputs.AutoDelimiter})
	if err != nil {
		t.Fatal(err)
	}
	p := r.Profile()
	same(t, "columns", p.Columns, []inputs.ColumnProfile{
		{Name: "login", Cell: 1, Means: []string{"login"}, Longest: 7, LongestLine: 2, LongestPlace: "f0.csv:2"},
		{Name: "first_name", Cell: 2, Means: []string{"first_name"}, Empty: 1, Longest: 7, LongestLine: 5, LongestPlace: "f1.csv:2"},
		{Cell: 3, Means: []string{}, Empty: 3}, {Cell: 4, Means: []string{}, Empty: 1},
	})
	same(t, "repeated", p.Repeated, inputs.Repeated{People: 1, Rows: 1, First: []inputs.Repeat{
		{Login: "a@x.com", Rows: 2, Lines: []int{2, 6}, Places: []string{"f0.csv:2", "f1.csv:3"}}}})
	if len(p.Files) != 2 || p.Files[0].Rows != 2 || p.Files[0].Bad != 1 || p.Files[1].Bad != 0 || p.Files[1].Before != 3 {
		t.Errorf("files %+v", p.Files)
	}
}

// FuzzJoined holds several files to what the same files give one by one.
func FuzzJoined(f *testing.F) {
	for _, seed := range [][2]string{
		{"login,role\na@x.com,x\n", "ROLE,login\ny,b@x.com"}, {"sep=;\nlogin;role\na@x.com;x", "\ufefflogin,role\r\nb@x.com,\"y\r\nz\"\r\n"},
		{"login,role\na@x.com,x\n", zipped("role,login\ny,b@x.com\n")}, {"login\n", "login,role\n"}, {"login\na", ""},
		{"login,,\na@x.com,,1\n", ",login\n2,b@x.com\n"}, {"\xff\xfel\x00o\x00g\x00i\x00n\x00\n\x00a\x00@\x00b\x00", "login\nb@x.com\n"},
		{gzipped(f, "login\na@x.com\n", "b@x.com\n", "c@x.com\n", "d@x.com\n", "e@x.com\n\xff\n"), "login\nf@x.com\n"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		first, second := read(t, a, inputs.Options{}), read(t, b, inputs.Options{})
		r, rows, err := rowsOf(t, join(t, io.EOF, a, b), inputs.Options{Profile: true})
		if brick.KindOf(err) != brick.BadInput && err != nil {
			t.Fatalf("error %v", err)
		}
		if err == nil && (first.err != nil || second.err != nil) {
			t.Fatalf("read, though alone they are refused: %v, %v", first.err, second.err)
		}
		if n := len(first.rows) + len(second.rows); err == nil && len(rows) != n {
			t.Fatalf("%d rows, want %d", len(rows), n)
		}
		for i, row := range rows {
			file, alone := "f0.csv", first
			if first.err == nil && i >= len(first.rows) {
				file, alone, i = "f1.csv", second, i-len(first.rows)
			}
			name, line := r.Files().At(row.Line)
			if i >= len(alone.rows) && alone.err != nil && name == file {
				continue // how many rows come before an error is a matter of how the bytes arrive
			}
			if i >= len(alone.rows) || name != file || line != alone.rows[i].Line || row.Login != alone.rows[i].Login {
				t.Fatalf("row %d is %+v at %s:%d, want that of %s in %+v", i, row, name, line, file, alone.rows)
			}
		}
		r.Profile()
	})
}
