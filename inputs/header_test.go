package inputs_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/inputs"
)

// refusal returns the first error of kind BadInput.
func refusal(t *testing.T, err error) *brick.Error {
	t.Helper()
	e, ok := errors.AsType[*brick.Error](err)
	if !ok || e.Kind != brick.BadInput || !strings.HasPrefix(e.Error(), "read users.csv") {
		t.Fatalf("error %v, want a refusal of users.csv", err)
	}
	return e
}

func TestHeaderIsFoundHoweverItIsWritten(t *testing.T) {
	for name, tt := range map[string]struct {
		header  string
		columns inputs.Columns
	}{
		"letter case":                   {"LogIn,FIRST_NAME", inputs.Columns{}},
		"outer spaces":                  {" login ,\tfirst_name", inputs.Columns{}},
		"quoted":                        {`"login","first_name"`, inputs.Columns{}},
		"byte order mark":               {"\ufefflogin,first_name", inputs.Columns{}},
		"byte order mark before quotes": {"\ufeff\"login\",first_name", inputs.Columns{}},
		"names of the params":           {"E-Mail,Vorname", inputs.Columns{Login: " e-mail", FirstName: "VORNAME "}},
		"beyond ASCII":                  {"login,JMÉNO", inputs.Columns{FirstName: "jméno"}},
	} {
		t.Run(name, func(t *testing.T) {
			row := one(t, tt.header+"\na@x.com,A\n", inputs.Options{Columns: tt.columns})
			if row.Login != "a@x.com" || row.Profile[brick.FirstName] != "A" || row.Bad != nil {
				t.Errorf("row %+v", row)
			}
		})
	}
}

func TestOneColumnMayServeTwice(t *testing.T) {
	row := one(t, "email\nJane@x.com\n", inputs.Options{Columns: inputs.Columns{Login: "email"}})
	if row.Login != "jane@x.com" || row.Profile[brick.Email] != "Jane@x.com" {
		t.Errorf("row %+v", row)
	}
}

func TestProjectColumnFollowsItsDefault(t *testing.T) {
	row := one(t, "login,client_id\na@x.com,c1\n", inputs.Options{NeedProject: true, Columns: inputs.Columns{ProjectDefault: "client_id"}})
	same(t, "project", row.Project, "c1")
}

func TestHeaderThatDoesNotFitIsRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		file    string
		options inputs.Options
		column  int
		texts   []string // must be part of the message
	}{
		"no login": {"logn,first_name\na,b\n", inputs.Options{}, 1, []string{"no login column", `did you mean "logn"`, "login_column", "logn, first_name"}},
		"no login, another name": {"user,First Name\na,b\n", inputs.Options{Columns: inputs.Columns{FirstName: "first_name", Login: "LoginName"}}, 1,
			[]string{`"LoginName"`, "login_column", "user, First Name", `did you mean "First Name"`}},
		"other delimiter":       {"login;first_name\na@x.com;A\n", inputs.Options{}, 1, []string{`";"`, "`delimiter`"}},
		"control characters":    {"login\x1b[2J,a\nb,c\n", inputs.Options{Columns: inputs.Columns{Login: "user"}}, 1, []string{`the file has "login\x1b[2J", a`}},
		"tabs":                  {"login\tfirst_name\na@x.com\tA\n", inputs.Options{}, 1, []string{`"\t"`, "`delimiter`"}},
		"column named, absent":  {"login,phone\na@x.com,1\n", inputs.Options{Columns: inputs.Columns{Phone: "Telefon"}}, 1, []string{`"Telefon"`, "phone_column"}},
		"project column absent": {"login,project\na@x.com,p\n", inputs.Options{NeedProject: true}, 1, []string{`"project_id"`, "sync_mode", `did you mean "project"`}},
		"project column named, absent": {"login,project\na@x.com,p\n", inputs.Options{Columns: inputs.Columns{Project: "pid"}}, 1,
			[]string{`"pid"`, "multiple_projects_column"}},
		"a name twice":           {"login,Größe,ignored,GRÖSSE,größe\n,,,,\n", inputs.Options{}, 28, []string{`"größe" is there twice`, "cells 2 and 5"}},
		"a column's name twice":  {"login,phone, Login\n", inputs.Options{}, 13, []string{`"Login" is there twice`}},
		"behind leading blanks":  {"\n\nlogin,login\n", inputs.Options{}, 7, []string{"users.csv:3:7"}},
		"several things at once": {"a,a\n", inputs.Options{}, 3, []string{"twice", "no login column"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := read(t, tt.file, tt.options)
			e := refusal(t, got.err)
			if len(got.rows) != 0 || e.Column != tt.column || e.Line == 0 {
				t.Errorf("%d rows, error %v; want column %d", len(got.rows), e, tt.column)
			}
			for _, text := range tt.texts {
				if !strings.Contains(got.err.Error(), text) {
					t.Errorf("error %v does not say %q", got.err, text)
				}
			}
		})
	}
}

func TestVeryWideHeaderIsRefusedInFewWords(t *testing.T) {
	for _, cell := range []string{"a,", "\"a\nb\","} {
		got := read(t, strings.Repeat(cell, 150_000)+"a\n", inputs.Options{})
		if refusal(t, got.err); len(got.err.Error()) > 10_000 {
			t.Errorf("the message has %d bytes", len(got.err.Error()))
		}
	}
	wide := read(t, strings.Join(numbers(150_000), ",")+"\n", inputs.Options{})
	if refusal(t, wide.err); len(wide.err.Error()) > 1_000 {
		t.Errorf("the message has %d bytes", len(wide.err.Error()))
	}
}

func numbers(n int) []string {
	var all []string
	for i := range n {
		all = append(all, strconv.Itoa(i))
	}
	return all
}

func TestOptionalColumnsMayBeAbsent(t *testing.T) {
	if row := one(t, "login\na@x.com\n", inputs.Options{}); row.Bad != nil || row.Profile != (brick.Profile{}) {
		t.Errorf("row %+v", row)
	}
}

func TestColumnWithoutANameIsWarnedOfWhenItHasValues(t *testing.T) {
	got := read(t, "login,,phone,\na@x.com,,1,\nb@x.com,,2,\"x\"\nc@x.com,y,3\n", inputs.Options{})
	if got.err != nil || len(got.rows) != 3 || len(got.warnings) != 1 {
		t.Fatalf("rows %v, warnings %v, error %v", got.rows, got.warnings, got.err)
	}
	if w := got.warnings[0]; w.Line != 3 || w.Column != 12 || !w.Warning {
		t.Errorf("warning %v", w)
	}
	for _, row := range got.rows {
		if row.Bad != nil {
			t.Errorf("row %+v", row)
		}
	}
}
