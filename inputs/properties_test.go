package inputs_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"users-brick/brick"
	"users-brick/inputs"
)

var fields = []string{"login", "first_name", "company", "role", "user_groups", "project_id", "something else"}

// anyCase returns the name with some letters in upper case.
func anyCase(t *rapid.T, name string) string {
	return strings.Map(func(r rune) rune {
		if rapid.Bool().Draw(t, "upper") {
			return unicode.ToUpper(r)
		}
		return r
	}, name)
}

func TestRowsComeBackAsTheyWereWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		order := rapid.Permutation(fields).Draw(t, "order")
		// A cell that begins and ends with a letter is not trimmed.
		cell := rapid.StringMatching(`[a-zé]([a-zé ,;"\n]{0,9}[a-z0-9ř])?`)
		name := rapid.StringMatching(`[a-z]{1,9}`)
		var file bytes.Buffer
		w := csv.NewWriter(&file)
		w.UseCRLF = rapid.Bool().Draw(t, "CRLF")
		header := make([]string, len(order))
		for i, field := range order {
			header[i] = anyCase(t, field)
		}
		if err := w.Write(header); err != nil {
			t.Fatal(err)
		}
		var want []brick.Row
		for range rapid.IntRange(0, 20).Draw(t, "rows") {
			values := map[string]string{
				"login": name.Draw(t, "login") + "@x.com", "first_name": cell.Draw(t, "first"), "company": cell.Draw(t, "company"),
				"role": name.Draw(t, "role"), "user_groups": name.Draw(t, "groups"), "project_id": cell.Draw(t, "project"),
				"something else": cell.Draw(t, "else"),
			}
			record := make([]string, len(order))
			for i, field := range order {
				record[i] = values[field]
			}
			if err := w.Write(record); err != nil {
				t.Fatal(err)
			}
			row := brick.Row{Login: brick.Login(values["login"]), Project: values["project_id"], Roles: []string{values["role"]}, Groups: []string{values["user_groups"]}}
			row.Profile[brick.FirstName], row.Profile[brick.Company] = values["first_name"], values["company"]
			want = append(want, row)
		}
		w.Flush()
		var got []brick.Row
		for row, err := range inputs.NewReader(&file, "users.csv", inputs.Options{NeedProject: true}).Rows(context.Background()) {
			if err != nil {
				t.Fatal(err)
			}
			row.Line = 0
			got = append(got, row)
		}
		if len(got) != len(want) {
			t.Fatalf("%d rows, want %d", len(got), len(want))
		}
		for i := range want {
			if g, w := got[i], want[i]; g.Bad != nil || g.Login != w.Login || g.Project != w.Project || g.Profile != w.Profile ||
				!brick.SameFolded(g.Roles, w.Roles) || !brick.SameFolded(g.Groups, w.Groups) {
				t.Fatalf("row %d: got %+v, want %+v", i, g, w)
			}
		}
	})
}

// records returns the lines at which encoding/csv sees records that are not
// blank, the header left out; ok is false when it refuses the file. A first
// line that only names the delimiter is no record.
func records(file string, delimiter string) (lines []int, ok bool) {
	text, before := strings.TrimPrefix(file, "\ufeff"), 0
	if first, rest, _ := strings.Cut(text, "\n"); namesDelimiter(first) {
		text, before = rest, 1
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, _ = utf8.DecodeRuneInString(delimiter)
	r.FieldsPerRecord = -1
	for {
		record, err := r.Read()
		if err == io.EOF {
			return lines[min(1, len(lines)):], true
		}
		if err != nil {
			return nil, false
		}
		if strings.ContainsFunc(strings.Join(record, ""), visible) {
			line, _ := r.FieldPos(0)
			lines = append(lines, before+line)
		}
	}
}

// namesDelimiter reports whether a line is such as sep=; or, saved again by a
// spreadsheet, sep=;;; or "sep=;".
func namesDelimiter(line string) bool {
	said := strings.Trim(line, "\"\r")
	if len(said) <= 4 || !strings.EqualFold(said[:4], "sep=") {
		return false
	}
	_, size := utf8.DecodeRuneInString(said[4:])
	return strings.Trim(said[4+size:], said[4:4+size]+" ") == ""
}

func visible(r rune) bool {
	return !unicode.IsSpace(r) && !strings.ContainsRune("\ufeff\u200b\u2060", r)
}

// checkReading fails unless the rows of a file are what any file must give:
// each record that is not blank one row, in order, and usable unless bad.
func checkReading(t testing.TB, file string) {
	got := read(t, file, inputs.Options{NeedProject: true})
	last := 0
	for _, row := range got.rows {
		if row.Line <= last {
			t.Fatalf("line %d after line %d", row.Line, last)
		}
		last = row.Line
		if login, err := brick.ParseLogin(string(row.Login)); row.Bad == nil && (err != nil || login != row.Login || row.Project == "") {
			t.Fatalf("row %+v is not bad", row)
		}
		if row.Bad != nil && row.Login == "" && row.Bad.Local == "" && len(row.Bad.Suspects) == 0 && !row.Bad.Nameless {
			t.Fatalf("nobody is held for row %+v", row)
		}
	}
	if got.err != nil {
		if brick.KindOf(got.err) != brick.BadInput {
			t.Fatalf("error %v is no refusal", got.err)
		}
		return
	}
	if f := got.stats.Format; f.Compression != "none" || f.Encoding != "UTF-8" {
		return // what was read does not stand in the file itself
	}
	if !utf8.ValidString(file) || strings.ContainsRune(file, 0) {
		t.Fatal("bytes that are no text were read")
	}
	lines, ok := records(file, got.stats.Format.Delimiter)
	if !ok {
		return // encoding/csv stops at quotes that make a bad row here
	}
	if len(lines) != len(got.rows) {
		t.Fatalf("%d rows, but %d records", len(got.rows), len(lines))
	}
	for i, line := range lines {
		if got.rows[i].Line != line {
			t.Fatalf("row %d is of line %d, the record of line %d", i, got.rows[i].Line, line)
		}
	}
}

func TestEveryRecordIsOneRow(t *testing.T) {
	piece := rapid.SampledFrom([]string{",", ",", "\n", "\r\n", "\r", `"`, `"`, `""`, " ", "\t", "a@x.com", "b@x.com", "p1", "é", "\u00a0"})
	rapid.Check(t, func(rt *rapid.T) {
		checkReading(t, "login,project_id,first_name\n"+strings.Join(rapid.SliceOfN(piece, 0, 60).Draw(rt, "file"), ""))
	})
}

func TestRowsDoNotDependOnHowTheBytesArrive(t *testing.T) {
	file := "\ufefflogin,first_name,phone\r\n" + strings.Repeat("a@x.com,\"Zoë\r\n\"\"ř\"\"\",1\r\nb@x.com,5\" €,\n\r\n", 4000)
	want := read(t, file, inputs.Options{})
	for _, size := range []int{1, 3, 4095, 4096, 4097, 65535} {
		var rows []brick.Row
		for row, err := range inputs.NewReader(&chunks{strings.NewReader(file), size}, "users.csv", inputs.Options{}).Rows(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			rows = append(rows, row)
		}
		same(t, "rows", rows, want.rows)
	}
}

// chunks reads at most size bytes at once.
type chunks struct {
	io.Reader
	size int
}

func (c *chunks) Read(p []byte) (int, error) { return c.Reader.Read(p[:min(len(p), c.size)]) }

func FuzzRows(f *testing.F) {
	for _, seed := range []string{
		"", "login", "\ufeff\"login\",role\r\na@x.com,admin\r\n", "login,project_id\na@x.com,p1\n,\n\nb,p2\nc@x.com,\"p\n1\"\n",
		"login,project_id\na@x.com,5\" disk\n", "login,project_id\na@x.com,\"p1\nb@x.com,p2\n", "login\n\xff\n", "login\na\x00\n",
		"login,project_id,,language\na@x.com,p,1,xx\n", "login;role\n", "login,project_id\r\"a@x.com\", \"p\"\r\n",
		"login,project_id,user_groups,ip_whitelist,authentication_modes,email\na@x.com,p,\"x,X\",\"10.0.0.0/8,1\",sso,b\n",
		"login,project_id\na@x.com,\x00\n", "\x00l\x00o", "\ufeff\"Login\";\"Project_ID\"\r\n\"a@x.com\";\"p\"\r\n", "\"login\"\t\"project_id\"\n",
		"sep=,\nlogin,project_id\na@x.com,p\n", "\ufeff\"SEP=;\"\r\n\nlogin;project_id\r\na@x.com;\"p\r\n,\"\r\n", "sep=|||\nlogin|project_id\na@x.com|p\n",
		"sep=¦\nlogin¦project_id\na@x.com¦p\n", "sep=;,login,project_id\n1,a@x.com,p\n", "sep=,\"\n\",login,project_id\n,,a@x.com,p\n",
		wide("\ufefflogin,project_id\na@x.com,p\n", false), gzipped(f, "login,project_id\na@x.com,p\n"), zstandard(f, "login,project_id\na@x.com,p\n"),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, file string) { checkReading(t, file) })
}
