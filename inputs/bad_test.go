package inputs_test

import (
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/inputs"
)

func TestBadRowsAreHeldAndNeverStopTheReading(t *testing.T) {
	const header = "project_id,login,first_name,email,authentication_modes,ip_whitelist\n"
	for name, tt := range map[string]struct {
		row    string
		reason string // must be part of the reason
		login  brick.Login
		scope  string
		want   brick.BadRow // Reason and Hint aside
	}{
		"login without @": {row: "p1,Jane,J,,,", reason: "login", scope: "p1", want: brick.BadRow{Column: 4, Local: "jane"}},
		"login with two domains": {row: "p1,jane@a@b.com,J,,,", reason: "more than one @", scope: "p1",
			want: brick.BadRow{Column: 4, Local: "jane", Nameless: true}},
		"login with the @ twice":             {row: "p1,jane@@b.com,J,,,", reason: "more than one @", scope: "p1", want: brick.BadRow{Column: 4, Local: "jane"}},
		"login without @, but with a domain": {row: "p1,jane.acme.com,J,,,", reason: "no @", scope: "p1", want: brick.BadRow{Column: 4, Local: "jane.acme.com"}},
		"login longer than any":              {row: "p1," + strings.Repeat("j", 300) + ",J,,,", reason: "300 bytes", scope: "p1", want: brick.BadRow{Column: 4, Nameless: true}},
		"login with a comma for a dot": {row: `p1,"jane,doe@x.com",J,,,`, reason: "','", scope: "p1",
			want: brick.BadRow{Column: 4, Local: "jane", Suspects: []brick.Login{"doe@x.com"}, Nameless: true}},
		"login with a mark of no width": {row: "p1,ja\u200bne@x.com,J,,,", reason: "200b", scope: "p1", want: brick.BadRow{Column: 4, Local: "ja", Nameless: true}},
		"login in apostrophes": {row: "p1,'jane@x.com',J,,,", reason: "its domain", scope: "p1",
			want: brick.BadRow{Column: 4, Local: "'jane", Suspects: []brick.Login{"jane@x.com"}}},
		"two logins in one cell": {row: `p1,"b@x.com, c@x.com",J,,,`, reason: "login", scope: "p1",
			want: brick.BadRow{Column: 4, Local: "b", Suspects: []brick.Login{"b@x.com", "c@x.com"}}},
		"login with a name": {row: "p1,Jane Doe <jane@x.com>,J,,,", reason: "login", scope: "p1",
			want: brick.BadRow{Column: 4, Local: "jane", Suspects: []brick.Login{"jane@x.com"}}},
		"login of several words": {row: "p1,jane doe@x.com,J,,,", reason: "login", scope: "p1",
			want: brick.BadRow{Column: 4, Local: "jane", Nameless: true}},
		"login without anything before the @": {row: "p1,@x.com,J,,,", reason: "login", scope: "p1",
			want: brick.BadRow{Column: 4, Nameless: true}},
		"no login": {row: "p1,,J,,,", reason: "names no login", scope: "p1", want: brick.BadRow{Column: 4, Nameless: true}},
		"no login and no project": {row: ",,J,,,", reason: "names no login",
			want: brick.BadRow{Column: 2, Nameless: true, Anywhere: true}},
		"no project": {row: ",b@x.com,J,,,", reason: "project_id", login: "b@x.com", want: brick.BadRow{Column: 1, Anywhere: true}},
		"unknown mode": {row: "p1,B@x.com,J,,\"sso,magic\",", reason: `authentication_modes: "magic"`, login: "b@x.com", scope: "p1",
			want: brick.BadRow{Column: 15}},
		"unknown mode and no project": {row: ",b@x.com,J,,magic,", reason: "project_id", login: "b@x.com",
			want: brick.BadRow{Column: 1, Anywhere: true}},
		"address that is none": {row: "p1,b@x.com,J,,,\"1.2.3.4,1.2.3\"", reason: `ip_whitelist: "1.2.3"`, login: "b@x.com", scope: "p1",
			want: brick.BadRow{Column: 16}},
		"email that is none": {row: "p1,b@x.com,Zoë,zoë,,", reason: `email "zoë"`, login: "b@x.com", scope: "p1",
			want: brick.BadRow{Column: 16}},
		"too few cells": {row: "p1,b@x.com,J,,", reason: "5 cells",
			want: brick.BadRow{Anywhere: true, Suspects: []brick.Login{"b@x.com"}, Local: "b"}},
		"login that has grown into the next cell": {row: "p1,b@x.comJane,,,", reason: "5 cells",
			want: brick.BadRow{Anywhere: true, Suspects: []brick.Login{"b@x.comjane"}, Local: "b"}},
		"login that has grown into the cell before": {row: "p1b@x.com,Jane,,,", reason: "5 cells",
			want: brick.BadRow{Anywhere: true, Suspects: []brick.Login{"p1b@x.com"}, Nameless: true}},
		"quote in a login": {row: `p1,ja"ne@x.com,J,,,`, reason: "quote",
			want: brick.BadRow{Column: 6, Anywhere: true, Suspects: []brick.Login{"ne@x.com"}, Nameless: true}},
		"too many cells": {row: "p1,b@x.com,J,C@x.com,,,9", reason: "7 cells",
			want: brick.BadRow{Anywhere: true, Suspects: []brick.Login{"b@x.com", "c@x.com"}}},
		"too many cells and nobody": {row: "p1,b,J,,,,9", reason: "7 cells", want: brick.BadRow{Anywhere: true, Nameless: true}},
		"swallowed lines": {row: "p1,b@x.com,\"J,,,\np1,c@x.com,K,,,\"", reason: "3 cells",
			want: brick.BadRow{Anywhere: true, Suspects: []brick.Login{"b@x.com", "c@x.com"}, Local: "b"}},
		"inch mark":    {row: `p1,b@x.com,5" disk,,,`, reason: "quote", want: brick.BadRow{Column: 13, Anywhere: true, Suspects: []brick.Login{"b@x.com"}}},
		"nested quote": {row: `p1,b@x.com,"Acme "Inc" Ltd",,,`, reason: "quote", want: brick.BadRow{Column: 18, Anywhere: true, Suspects: []brick.Login{"b@x.com"}}},
		"quote in a row of nobody": {row: `p1,b,5" disk,,,`, reason: "quote",
			want: brick.BadRow{Column: 7, Anywhere: true, Nameless: true}},
	} {
		t.Run(name, func(t *testing.T) {
			got := read(t, header+"p1,a@x.com,A,,,\n"+tt.row+"\np1,z@x.com,Z,,,\n", inputs.Options{NeedProject: true})
			if got.err != nil || len(got.rows) != 3 || got.rows[0].Bad != nil || got.rows[2].Bad != nil {
				t.Fatalf("rows %+v, error %v", got.rows, got.err)
			}
			row := got.rows[1]
			if row.Bad == nil || row.Bad.Hint == "" || !strings.Contains(row.Bad.Reason, tt.reason) {
				t.Fatalf("bad %+v, want a hint and the reason %q", row.Bad, tt.reason)
			}
			tt.want.Reason, tt.want.Hint = row.Bad.Reason, row.Bad.Hint
			same(t, "bad", *row.Bad, tt.want)
			same(t, "login", row.Login, tt.login)
			same(t, "project", row.Project, tt.scope)
			if row.Line != 3 || got.stats.Bad != 1 || got.stats.Rows != 3 {
				t.Errorf("line %d, stats %+v", row.Line, got.stats)
			}
		})
	}
}

func TestAllReasonsOfABadRowAreTold(t *testing.T) {
	bad := one(t, "login,email,ip_whitelist\nb@x,zz,10.0.0.0/33\n", inputs.Options{}).Bad
	if bad == nil || bad.Column != 5 || !strings.Contains(bad.Reason, `email "zz"`) || !strings.Contains(bad.Reason, `"10.0.0.0/33"`) {
		t.Errorf("bad %+v", bad)
	}
}

func TestPasswordNeverShowsInABadRow(t *testing.T) {
	for _, row := range []string{"a@x.com,s3cret,x,y", "s3cret\n", "nobody,s3cret,", "a@x.com,s3cret,5\" x"} {
		got := read(t, "login,password,email\n"+row+"\n", inputs.Options{})
		if got.err != nil || len(got.rows) != 1 || got.rows[0].Bad == nil {
			t.Fatalf("%q: rows %v, error %v", row, got.rows, got.err)
		}
		if bad := got.rows[0].Bad; strings.Contains(bad.Reason+bad.Hint, "s3cret") {
			t.Errorf("%q: %+v", row, bad)
		}
	}
}

func TestFileInDoubtIsRefused(t *testing.T) {
	long := strings.Repeat("x", 2<<20)
	for name, tt := range map[string]struct {
		file         string
		line, column int
		text         string // must be part of the message
	}{
		"nothing":                  {"", 1, 0, "no header line"},
		"only blank lines":         {"\n , \n\n", 1, 0, "no header line"},
		"only a byte order mark":   {"\ufeff", 1, 0, "no header line"},
		"UTF-32":                   {"\xff\xfe\x00\x00l\x00\x00\x00", 1, 1, "UTF-32"},
		"UTF-16 without a mark":    {"l\x00o\x00", 1, 2, "UTF-16LE"},
		"gzip cut off":             {"\x1f\x8b\x08\x00", 1, 1, "gzip data end too early"},
		"zstd cut off":             {"\x28\xb5\x2f\xfd\x00", 1, 1, "zstd data end too early"},
		"xz":                       {"\xfd7zXZ\x00", 1, 1, "xz"},
		"bzip2":                    {"BZh61AY&SY", 1, 1, "bzip2"},
		"old workbook":             {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", 1, 1, "workbook"},
		"workbook":                 {"PK\x03\x04\x14", 1, 1, "workbook"},
		"NUL":                      {"login\na@x.com\nb\x00@x.com\n", 3, 2, "NUL"},
		"bytes that are no text":   {"login,first_name\na@x.com,Zoë\nb@x.com,Ré\xe9\n", 3, 11, "windows-1252, where the byte is é"},
		"bytes of central Europe":  {"login\n\xf8@x.com\n", 2, 1, "windows-1252, where the byte is ø, or windows-1250, where it is ř"},
		"character cut off":        {"login,first_name\na@x.com,Zo\xc3", 2, 11, "0xc3"},
		"quote never closed":       {"login,first_name\nz@x.com,Z\na@x.com,\"A\nb@x.com,B\nc@x.com,C\n", 3, 9, "a quote opens here"},
		"quote closed too late":    {"login,first_name\na@x.com,\"A\nb@x.com,\"B\"\nc@x.com,C\n", 2, 9, "a quote opens here"},
		"quote opened behind one":  {"login,first_name,phone\na@x.com,5\" x,\"y\nb@x.com,B,1\n", 2, 10, "a quote stands"},
		"quote behind a space":     {"login,first_name\na@x.com, \"A\nb@x.com,B\"\n", 2, 10, "a quote stands"},
		"quote open in the header": {"login,\"first_name\na@x.com,A\n", 1, 7, "a quote opens here"},
		"quote open for a MiB":     {"login,first_name\na@x.com,\"A\n" + strings.Repeat("b@x.com,B\n", 2<<17), 2, 9, "1 MiB"},
		"line of a MiB":            {"login,first_name\na@x.com,A\n" + long, 3, 1, "1 MiB"},
		"old Mac line ends":        {"login,first_name\ra@x.com,A\r", 1, 7, "line feeds"},
	} {
		t.Run(name, func(t *testing.T) {
			got := read(t, tt.file, inputs.Options{})
			e := refusal(t, got.err)
			if e.Line != tt.line || e.Column != tt.column || !strings.Contains(e.Error(), tt.text) || e.Hint == "" {
				t.Errorf("error %v\nwant line %d, column %d, %q and a hint", e, tt.line, tt.column, tt.text)
			}
		})
	}
}

func TestDelimiterThatCannotBeIsRefused(t *testing.T) {
	for _, delimiter := range []rune{'"', '\n', '\r', 0xfffd} {
		if e := refusal(t, read(t, "login\na@x.com\n", inputs.Options{Delimiter: delimiter}).err); !strings.Contains(e.Hint, "delimiter") {
			t.Errorf("%q: %v", delimiter, e)
		}
	}
}

func TestManyBlankLinesAreNoLongRow(t *testing.T) {
	got := read(t, "login\n"+strings.Repeat("\r\n", 1<<20)+"a@x.com\n", inputs.Options{})
	if got.err != nil || len(got.rows) != 1 || got.rows[0].Line != 1<<20+2 {
		t.Errorf("rows %v, error %v", got.rows, got.err)
	}
}

func TestLongRowsBelowTheLimitAreRead(t *testing.T) {
	for _, cell := range []string{strings.Repeat("x", 1_000_000), `"` + strings.Repeat("x\n", 480_000) + `x"`} {
		got := read(t, "login,first_name\n"+strings.Repeat("a@x.com,"+cell+"\n", 3)+strings.Repeat("b@x.com,B\n", 30_000), inputs.Options{})
		if got.err != nil || got.stats.Rows != 30_003 || got.stats.Bad != 0 {
			t.Errorf("stats %+v, error %v", got.stats, got.err)
		}
	}
}
