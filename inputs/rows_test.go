package inputs_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"users-brick/brick"
	"users-brick/inputs"
)

// reading is all that came out of a file.
type reading struct {
	rows     []brick.Row
	warnings brick.Findings
	stats    inputs.Stats
	err      error
}

func read(t interface{ Helper() }, file string, o inputs.Options) reading {
	t.Helper()
	var got reading
	o.Warn = func(f brick.Finding) { got.warnings = append(got.warnings, f) }
	r := inputs.NewReader(strings.NewReader(file), "users.csv", o)
	for row, err := range r.Rows(context.Background()) {
		if err != nil {
			got.err = err
			break
		}
		got.rows = append(got.rows, row)
	}
	got.stats = r.Stats()
	return got
}

// one reads a file of one row.
func one(t *testing.T, file string, o inputs.Options) brick.Row {
	t.Helper()
	got := read(t, file, o)
	if got.err != nil || len(got.rows) != 1 {
		t.Fatalf("got %d rows and error %v, want one row", len(got.rows), got.err)
	}
	return got.rows[0]
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b brick.Secret) bool { return a == b })); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestRowTakesEveryColumn(t *testing.T) {
	file := "login,first_name,last_name,password,email,role,sso_provider,authentication_modes,user_groups,language,company,position,country,phone,ip_whitelist,project_id\n" +
		"Jane@Acme.com,Jane,Doe,pa ss,Jane.Doe@Acme.com,\"Admin, Editor ,ADMIN\",okta,\"SSO, password\",\"Sales,Ops , sales\",DE-de,Acme,CEO,CZ,+420 1,\"10.0.0.0/8, 1.2.3.4\",p1\n"
	want := brick.Row{
		Line: 2, Project: "p1", Login: "jane@acme.com", Password: brick.NewSecret("pa ss"),
		Roles: []string{"Admin", "Editor"}, Groups: []string{"Ops", "Sales"},
		Profile: brick.Profile{"Jane", "Doe", "Jane.Doe@Acme.com", "password,sso", "okta", "de-DE", "Acme", "CEO", "CZ", "+420 1", "1.2.3.4,10.0.0.0/8"},
	}
	same(t, "row", one(t, file, inputs.Options{}), want)
}

func TestCellsAreTrimmedAndEmptyOnesAreNotGiven(t *testing.T) {
	for name, cell := range map[string]string{
		"spaces and tabs":     " \tJane \t",
		"no-break space":      "\u00a0Jane\u00a0",
		"byte order mark":     "\ufeffJane",
		"zero width space":    "Jane\u200b",
		"quoted spaces":       `" Jane "`,
		"quoted line breaks":  "\"\nJane\r\n\"",
		"spaces inside count": "Jane",
	} {
		t.Run(name, func(t *testing.T) {
			row := one(t, "login,first_name,phone\na@x.com,"+cell+",\"  \"\n", inputs.Options{})
			same(t, "profile", row.Profile, brick.Profile{brick.FirstName: "Jane"})
		})
	}
}

func TestGroupsAndRolesTellAbsentFromEmpty(t *testing.T) {
	for name, tt := range map[string]struct {
		file          string
		roles, groups []string
	}{
		"no such column": {"login\na@x.com\n", nil, nil},
		"empty cell":     {"login,role,user_groups\na@x.com,,\n", []string{}, []string{}},
		"quoted empty":   {"login,role,user_groups\na@x.com,\"\",\" \"\n", []string{}, []string{}},
		"only commas":    {"login,role,user_groups\na@x.com,\",\",\", ,\"\n", []string{}, []string{}},
		"several":        {"login,role,user_groups\na@x.com,\"b,a,B\",\"y, x,Y\"\n", []string{"b", "a"}, []string{"x", "Y"}},
	} {
		t.Run(name, func(t *testing.T) {
			row := one(t, tt.file, inputs.Options{})
			same(t, "roles", row.Roles, tt.roles)
			same(t, "groups", row.Groups, tt.groups)
		})
	}
}

func TestParamsWinOverTheCells(t *testing.T) {
	row := one(t, "login,authentication_modes,sso_provider\na@x.com,telepathy,okta\n",
		inputs.Options{AuthenticationModes: []string{" SSO", "password"}, SSOProvider: " azure "})
	same(t, "bad", row.Bad, (*brick.BadRow)(nil))
	same(t, "profile", row.Profile, brick.Profile{brick.AuthenticationModes: "password,sso", brick.SSOProvider: "azure"})
}

func TestUnknownLanguageIsWarnedOfOnceAndNotGiven(t *testing.T) {
	got := read(t, "login,language\na@x.com,čeština\nb@x.com,xx\nc@x.com,čeština\n", inputs.Options{})
	if got.err != nil || len(got.rows) != 3 || len(got.warnings) != 2 {
		t.Fatalf("got %d rows, warnings %v, error %v", len(got.rows), got.warnings, got.err)
	}
	for _, row := range got.rows {
		same(t, "profile", row.Profile, brick.Profile{})
		same(t, "bad", row.Bad, (*brick.BadRow)(nil))
	}
	if w := got.warnings[0]; !w.Warning || w.Line != 2 || w.Column != 9 || w.Source != "users.csv" || !strings.Contains(w.Text, "čeština") {
		t.Errorf("warning %v", w)
	}
}

func TestColumnFullOfUnknownLanguagesIsNotListedInFull(t *testing.T) {
	file := "login,language\n"
	for i := range 1000 {
		file += fmt.Sprintf("u%d@x.com,l%d\n", i, i)
	}
	got := read(t, file, inputs.Options{})
	if n := len(got.warnings); n != 101 || !strings.Contains(got.warnings[n-1].Text, "nor are others") {
		t.Errorf("%d warnings, the last %v", n, got.warnings[n-1])
	}
}

func TestBlankLinesArePassedOver(t *testing.T) {
	file := "\r\n , ,\r\nlogin,first_name,phone\r\n\r\n,,\n  \n\"\",\" \",\n,,,,,\na@x.com,A,1\n\n\t\nb@x.com,B,2,,\n\n"
	got := read(t, file, inputs.Options{})
	if got.err != nil || len(got.rows) != 2 {
		t.Fatalf("got %d rows, error %v", len(got.rows), got.err)
	}
	for i, line := range []int{9, 12} {
		if row := got.rows[i]; row.Line != line || row.Bad != nil {
			t.Errorf("row %d: line %d, bad %v; want line %d", i, row.Line, row.Bad, line)
		}
	}
}

func TestLineIsWhereTheRowStarts(t *testing.T) {
	got := read(t, "login,first_name\r\na@x.com,\"one\r\ntwo\nthree\"\r\nb@x.com,B", inputs.Options{})
	if got.err != nil || len(got.rows) != 2 {
		t.Fatalf("got %d rows, error %v", len(got.rows), got.err)
	}
	same(t, "first name", got.rows[0].Profile[brick.FirstName], "one\ntwo\nthree")
	if a, b := got.rows[0].Line, got.rows[1].Line; a != 2 || b != 5 {
		t.Errorf("lines %d and %d, want 2 and 5", a, b)
	}
}

func TestStatsTellWhatTheFileWasMadeOf(t *testing.T) {
	file := "\ufeff\"LOGIN\",Shoe size, First_Name \na@x.com,42,A\nnobody,43,B\n\n"
	got := read(t, file, inputs.Options{})
	want := inputs.Stats{Rows: 2, Bad: 1, Bytes: int64(len(file)), Plain: int64(len(file)),
		Format: inputs.Format{Compression: "none", Encoding: "UTF-8", Delimiter: ",", Quote: `"`}, Matched: []string{"LOGIN", "First_Name"}, Unused: []string{"Shoe size"}}
	same(t, "stats", got.stats, want)
}

func TestOtherDelimiter(t *testing.T) {
	for _, delimiter := range []rune{';', '\t', '|', '¦'} {
		file := strings.ReplaceAll("login;user_groups\na@x.com;x,y\n", ";", string(delimiter))
		same(t, "groups", one(t, file, inputs.Options{Delimiter: delimiter}).Groups, []string{"x", "y"})
	}
}

func TestHeaderWithoutRowsIsNoError(t *testing.T) {
	for _, file := range []string{"login", "login\n", "login,role\r\n\r\n"} {
		if got := read(t, file, inputs.Options{}); got.err != nil || len(got.rows) != 0 {
			t.Errorf("%q: %d rows, error %v", file, len(got.rows), got.err)
		}
	}
}

func TestCancelledReadingIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	file := "login\n" + strings.Repeat("a@x.com\n", 20_000)
	rows := 0
	var last error
	for _, err := range inputs.NewReader(strings.NewReader(file), "users.csv", inputs.Options{}).Rows(ctx) {
		if err != nil {
			last = err
			break
		}
		rows++
		cancel()
	}
	if brick.KindOf(last) != brick.Interrupted || rows > 5000 {
		t.Errorf("after %d rows: %v", rows, last)
	}
}

func TestCellMayHoldVeryManyValues(t *testing.T) {
	var names []string
	for i := range 50_000 {
		names = append(names, fmt.Sprintf("n%06d", i))
	}
	cell := `"` + strings.Join(names, ",") + `"`
	row := one(t, "login,role,user_groups\na@x.com,"+cell+","+cell+"\n", inputs.Options{})
	same(t, "roles", row.Roles, names)
	same(t, "groups", row.Groups, names)
}
