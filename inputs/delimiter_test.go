package inputs_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"users-brick/brick"
	"users-brick/inputs"
)

func TestDelimiterIsFoundInFilesAsPeopleHaveThem(t *testing.T) {
	for name, tt := range map[string]struct {
		file  string
		want  string
		first string // the first name in the first row
	}{
		"commas":                              {"login,first_name\na@x.com,Ann\n", ",", "Ann"},
		"semicolons, of a European Excel":     {"\ufefflogin;first_name;phone\r\na@x.com;Ann;+420 1,5\r\n", ";", "Ann"},
		"tabs, pasted from a sheet":           {"login\tfirst_name\tcompany\na@x.com\tAnn\tAcme, Inc; Co|KG\n", "\t", "Ann"},
		"bars, of a mainframe":                {"LOGIN|FIRST_NAME|PHONE|\na@x.com|Ann|1|\n", "|", "Ann"},
		"semicolons, and lists with commas":   {"login;role;user_groups;first_name\na@x.com;\"admin,editor\";a,b,c;Ann\nb@x.com;viewer;a,b;Bob\n", ";", "Ann"},
		"commas, and semicolons in all cells": {"login,first_name,company\na@x.com,Ann,a;b;c\nb@x.com,Bob,d;e;f\n", ",", "Ann"},
		"commas in the names of columns":      {"Login;\"Name, first\";first_name;Address, Street, City\na@x.com;x;Ann;1,2,3\n", ";", "Ann"},
		"quoted names with other delimiters":  {`"login","a;b;c;d","first_name"` + "\n" + `"a@x.com","1;2;3;4","Ann"` + "\n", ",", "Ann"},
		"line breaks in quotes":               {"login;first_name;company\na@x.com;Ann;\"one,\ntwo,\nthree,\n\"\nb@x.com;Bob;x\n", ";", "Ann"},
		"spaces behind commas":                {"login, first_name, phone\na@x.com, Ann, 1\n", ",", "Ann"},
		"tabs around commas":                  {"login\t,first_name\t,phone\na@x.com\t,Ann\t,1\n", ",", "Ann"},
		"a table":                             {"| login | first_name |\n| a@x.com | Ann |\n", "|", "Ann"},
		"blank lines before":                  {"\n;;\n\nlogin;first_name\na@x.com;Ann\n", ";", "Ann"},
		"no rows":                             {"first_name|login\n", "|", ""},
		"the login alone":                     {"login\na@x.com\nb@x.com\n", ",", ""},
		"the login alone, and empty columns":  {"login;;\na@x.com;;\n", ";", ""},
		"empty columns in the header only":    {"login;;\na@x.com\n", ";", ""},
		"cells behind the header's":           {"login;first_name\na@x.com;Ann;;\nb@x.com;Bob;;\n", ";", "Ann"},
		"a row that is ragged":                {"login;first_name\na@x.com;Ann\nb@x.com\nc@x.com;C;3\n", ";", "Ann"},
		"a bad quote in the first row":        {"login;first_name\na@x.com;Ann\nb@x.com;5\" disk\n", ";", "Ann"},
		"the first line says so":              {"sep=;\r\nlogin;first_name\r\na@x.com;Ann\r\n", ";", "Ann"},
	} {
		t.Run(name, func(t *testing.T) {
			got := read(t, tt.file, inputs.Options{Delimiter: inputs.AutoDelimiter})
			if got.err != nil || got.stats.Format.Delimiter != tt.want {
				t.Fatalf("found %q, error %v; want %q", got.stats.Format.Delimiter, got.err, tt.want)
			}
			if tt.first != "" && got.rows[0].Profile[brick.FirstName] != tt.first {
				t.Errorf("row %+v", got.rows[0])
			}
		})
	}
}

func TestDelimiterIsFoundByColumnsUnderOtherNames(t *testing.T) {
	got := read(t, "E-Mail;Vorname, Rufname\na@x.com;Ann, Anni\n", inputs.Options{
		Delimiter: inputs.AutoDelimiter, Columns: inputs.Columns{Login: "e-mail", FirstName: "Vorname, Rufname"},
	})
	if got.err != nil || len(got.rows) != 1 || got.rows[0].Profile[brick.FirstName] != "Ann, Anni" {
		t.Errorf("rows %+v, error %v", got.rows, got.err)
	}
}

func TestDelimiterIsFoundWhereTheLoginIsTheEmail(t *testing.T) {
	for _, file := range []string{"email|name|x\na@x.com|Ann|1\n", "email;first_name|x,y\na@x.com;Ann|1,2\n"} {
		got := read(t, file, inputs.Options{Delimiter: inputs.AutoDelimiter, Columns: inputs.Columns{Login: "Email"}})
		if got.err != nil || len(got.rows) != 1 || got.rows[0].Login != "a@x.com" || got.rows[0].Bad != nil {
			t.Errorf("rows %+v, error %v", got.rows, got.err)
		}
	}
}

func TestDelimiterThatCannotBeToldIsRefused(t *testing.T) {
	for name, tt := range map[string]struct{ file, text, hint string }{
		"another one":              {"login^first_name\na@x.com^Ann\n", "no comma, semicolon, tab or bar", "`delimiter`"},
		"one column, not a login":  {"name\nAnn\n", "no comma, semicolon, tab or bar", "must be the login"},
		"two that fit as well":     {"mail;first,last\na@x.com;Ann,Bob\n", "whether a comma or a semicolon", "name it in `delimiter`"},
		"rows unlike the header":   {"login,first_name\na@x.com;Ann\nb@x.com;Bob\n", "header is separated by the comma, but no row is", "same delimiter"},
		"no login under that name": {"mail;first_name\na@x.com;Ann\n", "no login column", "login_column"},
	} {
		t.Run(name, func(t *testing.T) {
			e := refusal(t, read(t, tt.file, inputs.Options{Delimiter: inputs.AutoDelimiter}).err)
			if e.Line != 1 || !strings.Contains(e.Err.Error(), tt.text) || !strings.Contains(e.Hint, tt.hint) {
				t.Errorf("error %v\nwant %q and %q", e, tt.text, tt.hint)
			}
		})
	}
}

func TestFirstLineThatNamesTheDelimiterIsObeyed(t *testing.T) {
	for name, tt := range map[string]struct {
		line  string
		given rune
		cell  string
	}{
		"none given":         {"sep=;\r\n", 0, ";"},
		"to be found":        {"sep=;\n", inputs.AutoDelimiter, ";"},
		"the same one":       {"sep=;\n", ';', ";"},
		"a tab":              {"sep=\t\n", 0, "\t"},
		"an unusual one":     {"sep=^\n", inputs.AutoDelimiter, "^"},
		"beyond ASCII":       {"SEP=¦\n", 0, "¦"},
		"in quotes":          {"\"sep=;\"\n", 0, ";"},
		"with a mark":        {"\ufeffsep=;\r\n", 0, ";"},
		"saved again":        {"sep=;;;;\r\n", 0, ";"},
		"a comma, with none": {"sep=,\n", 0, ","},
	} {
		t.Run(name, func(t *testing.T) {
			file := tt.line + strings.ReplaceAll("login;first_name;company\na@x.com;Ann;\"b\n;x\"\nnobody;x;y\n", ";", tt.cell)
			got := read(t, file, inputs.Options{Delimiter: tt.given})
			if got.err != nil || len(got.rows) != 2 {
				t.Fatalf("rows %+v, error %v", got.rows, got.err)
			}
			same(t, "company", got.rows[0].Profile[brick.Company], "b\n"+tt.cell+"x")
			same(t, "delimiter", got.stats.Format.Delimiter, tt.cell)
			if a, b := got.rows[0].Line, got.rows[1].Line; a != 3 || b != 5 || got.rows[1].Bad.Column != 1 {
				t.Errorf("lines %d and %d, want those of the file: 3 and 5", a, b)
			}
		})
	}
}

func TestFirstLineThatContradictsIsRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		file   string
		given  rune
		column int
		text   string
	}{
		"another delimiter":  {"sep=;\nlogin;first_name\n", ',', 5, "a semicolon separates the cells, but `delimiter` is a comma"},
		"in quotes":          {"\"sep=\t\"\nlogin,first_name\n", '|', 6, "a tab separates the cells, but `delimiter` is a bar"},
		"the quote":          {"sep=\"\nlogin,first_name\n", 0, 5, "cannot separate"},
		"a line in the rows": {"login;first_name\nsep=;\n", ';', 0, ""},
		"nothing named":      {"sep=\nlogin,first_name\n", 0, 1, "no login column"},
		"more than one":      {"sep=;,\nlogin,first_name\n", 0, 1, "no login column"},
	} {
		t.Run(name, func(t *testing.T) {
			got := read(t, tt.file, inputs.Options{Delimiter: tt.given})
			if tt.text == "" {
				if got.err != nil || len(got.rows) != 1 || got.rows[0].Bad == nil {
					t.Errorf("rows %+v, error %v", got.rows, got.err)
				}
				return
			}
			if e := refusal(t, got.err); e.Line != 1 || e.Column != tt.column || !strings.Contains(e.Error(), tt.text) || e.Hint == "" {
				t.Errorf("error %v, want %q at column %d", e, tt.text, tt.column)
			}
		})
	}
}

func TestErrorBehindAFirstLineNamesTheLineOfTheFile(t *testing.T) {
	e := refusal(t, read(t, "sep=;\nlogin;login\n", inputs.Options{}).err)
	if e.Line != 2 || e.Column != 7 {
		t.Errorf("error %v", e)
	}
}

// The login column decides, whatever stands in the cells.
func TestDelimiterOfAnyWellFormedFileIsFound(t *testing.T) {
	const others = ",;\t|"
	rapid.Check(t, func(t *rapid.T) {
		delimiter := rapid.SampledFrom([]rune(others)).Draw(t, "delimiter")
		cell := rapid.StringMatching(`[a-z,;\t| \n"]{0,12}`)
		columns := rapid.SliceOfN(cell, 1, 5).Draw(t, "columns")
		at := rapid.IntRange(0, len(columns)-1).Draw(t, "place of the login")
		header := append([]string{}, columns[:at]...)
		for i := range header {
			header[i] = strings.ReplaceAll(header[i], "\n", "") + "x"
		}
		header = append(append(header, "login"), "tail")
		write := rapid.SampledFrom([]func([]string, rune) string{joined, joinedSparingly}).Draw(t, "quotes")
		file := write(header, delimiter)
		for range rapid.IntRange(0, 8).Draw(t, "rows") {
			row := make([]string, len(header))
			for i := range row {
				row[i] = cell.Draw(t, "cell")
			}
			file += write(row, delimiter)
		}
		got := read(t, file, inputs.Options{Delimiter: inputs.AutoDelimiter})
		if got.stats.Format.Delimiter != string(delimiter) {
			t.Fatalf("found %q in %q: error %v", got.stats.Format.Delimiter, file, got.err)
		}
	})
}

// joined returns a line of cells in quotes.
func joined(cells []string, delimiter rune) string {
	quoted := make([]string, len(cells))
	for i, cell := range cells {
		quoted[i] = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
	}
	return strings.Join(quoted, string(delimiter)) + "\n"
}

// joinedSparingly is joined with quotes only where they must be.
func joinedSparingly(cells []string, delimiter rune) string {
	var line strings.Builder
	w := csv.NewWriter(&line)
	w.Comma = delimiter
	w.Write(cells)
	w.Flush()
	return line.String()
}

func TestQuotedHeaderOfAnotherDelimiterSaysWhich(t *testing.T) {
	for file, want := range map[string]string{
		"\ufeff\"Login\";\"First_Name\"\r\n": `separated by ";"`, "\"login\"\t\"role\"\n": `separated by "\t"`, "\"login\"|\"role\"": `separated by "|"`,
		"\"login\"x\"role\"\n": "close the quote", "login,role\na@x.com,\"x\"; \"y\nz": "close the quote",
	} {
		if e := refusal(t, read(t, file, inputs.Options{}).err); !strings.Contains(e.Hint, want) {
			t.Errorf("%q: error %v, want the hint %q", file, e, want)
		}
	}
	e := refusal(t, read(t, "'login';'role'\n", inputs.Options{Quote: '\''}).err)
	if !strings.Contains(e.Hint, `separated by ";"`) {
		t.Errorf("error %v", e)
	}
}
