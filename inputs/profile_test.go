package inputs_test

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/inputs"
)

// profileOfFile returns the profile of a file, and the error that ended it.
func profileOfFile(t testing.TB, file string, o inputs.Options) (inputs.Profile, error) {
	t.Helper()
	o.Profile = true
	r := inputs.NewReader(strings.NewReader(file), "users.csv", o)
	for _, err := range r.Rows(t.Context()) {
		if err != nil {
			return r.Profile(), err
		}
	}
	return r.Profile(), nil
}

func TestProfileTellsWhatAFileIsMadeOf(t *testing.T) {
	file := "\ufeffLogin;Firstname;password;Shoe size;;project_id\n" +
		"a@x.com;Zoë;s3cret;42;;p1\n" +
		"b@x.com;\" Řehoř\n\";x;;;p2\n" +
		"a@x.com;;;;;p1\n" + // twice in p1
		"a@x.com;Zoë;;43;;p2\n" + // once in p2
		"nobody;Nob;;;;p2\n" + // bad
		"c@x.com;x\n" // ragged
	got, err := profileOfFile(t, file, inputs.Options{Delimiter: inputs.AutoDelimiter, NeedProject: true})
	if err != nil {
		t.Fatal(err)
	}
	want := inputs.Profile{
		Rows: 6, Bad: 2, Bytes: int64(len(file)), Plain: int64(len(file)),
		Format: inputs.Format{Compression: "none", Encoding: "UTF-8", Delimiter: ";", Quote: `"`},
		Columns: []inputs.ColumnProfile{
			{Name: "Login", Cell: 1, Means: []string{"login"}, Longest: 7, LongestLine: 2},
			{Name: "Firstname", Cell: 2, Means: []string{}, Meant: []string{"first_name_column"}, Empty: 1, Longest: 5, LongestLine: 3},
			{Name: "password", Cell: 3, Means: []string{"password"}, Empty: 3},
			{Name: "Shoe size", Cell: 4, Means: []string{}, Empty: 3, Longest: 2, LongestLine: 2},
			{Name: "", Cell: 5, Means: []string{}, Empty: 5},
			{Name: "project_id", Cell: 6, Means: []string{"multiple_projects"}, Longest: 2, LongestLine: 2},
		},
		Missing: []string{"first_name", "last_name", "email", "authentication_modes", "sso_provider", "language", "company", "position",
			"country", "phone", "ip_whitelist", "role", "user_groups"},
		Repeated: inputs.Repeated{People: 1, Rows: 1, First: []inputs.Repeat{{Login: "a@x.com", Project: "p1", Rows: 2, Lines: []int{2, 5}}}},
		Projects: inputs.Projects{Number: 2, Most: []inputs.ProjectRows{{Project: "p2", Rows: 3}, {Project: "p1", Rows: 2}}},
	}
	same(t, "profile", got, want)
}

func TestProfileNamesTheParamThatMayHaveBeenMeant(t *testing.T) {
	got, err := profileOfFile(t, "login,e-mail,Lastname,IP Whitelist,Sprache,Tel.,Telephone,Auth Modes\na@x.com\n", inputs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	meant := map[string][]string{}
	for _, c := range got.Columns {
		if c.Meant != nil {
			meant[c.Name] = c.Meant
		}
	}
	same(t, "meant", meant, map[string][]string{"e-mail": {"email_column"}, "Lastname": {"last_name_column"}, "IP Whitelist": {"ip_whitelist_column"},
		"Telephone": {"phone_column"}})
}

func TestProfileWithoutProjectsCountsPeopleOverAllRows(t *testing.T) {
	var file strings.Builder
	file.WriteString("login\n")
	for i := range 30 {
		for range i + 1 { // u0 once, u1 twice, …
			fmt.Fprintf(&file, "U%d@x.com\n", i)
		}
	}
	got, err := profileOfFile(t, file.String(), inputs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := got.Repeated
	if r.People != 29 || r.Rows != 30*31/2-30 || len(r.First) != 20 || r.UnknownFrom != 0 {
		t.Fatalf("repeated %+v", r)
	}
	same(t, "first", r.First[0], inputs.Repeat{Login: "u1@x.com", Rows: 2, Lines: []int{3, 4}})
	if last := r.First[19]; last.Login != "u20@x.com" || last.Rows != 21 || len(last.Lines) != 20 {
		t.Errorf("last %+v", last)
	}
	same(t, "projects", got.Projects, inputs.Projects{Most: []inputs.ProjectRows{}})
}

func TestProfileListsTheLargestProjects(t *testing.T) {
	var file strings.Builder
	file.WriteString("login,project_id\n")
	for round := range 3 {
		for i := range 50 {
			if i%10 >= round*4 {
				fmt.Fprintf(&file, "u%d@x.com,p%02d\n", i, i)
			}
		}
	}
	got, err := profileOfFile(t, file.String(), inputs.Options{NeedProject: true})
	if err != nil || got.Projects.Number != 50 || len(got.Projects.Most) != 20 {
		t.Fatalf("projects %+v, error %v", got.Projects, err)
	}
	var names []string
	for _, p := range got.Projects.Most {
		names = append(names, fmt.Sprint(p.Project, p.Rows))
	}
	same(t, "most", strings.Join(names, " "), "p083 p093 p183 p193 p283 p293 p383 p393 p483 p493 p042 p052 p062 p072 p142 p152 p162 p172 p242 p252")
}

func TestProfileSaysWhenItGaveUpRemembering(t *testing.T) {
	const known = 1 << 20
	many := &lines{header: "login,project_id\n", rows: known + 11, line: func(i int) string { return fmt.Sprintf("u%d@x.com,p%d\n", i, i) }}
	source := io.MultiReader(many, strings.NewReader("u5@x.com,p5\nnew@x.com,p5\nnew@x.com,p5\n"))
	r := inputs.NewReader(source, "users.csv", inputs.Options{Profile: true})
	for _, err := range r.Rows(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
	}
	got := r.Profile()
	same(t, "repeated", got.Repeated, inputs.Repeated{People: 1, Rows: 1, UnknownFrom: known + 2,
		First: []inputs.Repeat{{Login: "u5@x.com", Rows: 2, Lines: []int{7, known + 13}}}})
	if p := got.Projects; p.Number != 100_000 || p.Uncounted != known+11-100_000 || p.Most[0] != (inputs.ProjectRows{Project: "p5", Rows: 4}) {
		t.Errorf("projects: %d, uncounted %d, most %v", p.Number, p.Uncounted, p.Most[0])
	}
}

func TestProfileIsTheSameDocumentEveryTime(t *testing.T) {
	file := "login,project_id,mail\n" + strings.Repeat("a@x.com,p1,\nb@x.com,p2,x\nc@x.com,p3,y\n", 40)
	document := func() string {
		got, err := profileOfFile(t, file, inputs.Options{NeedProject: true})
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	first := document()
	for range 5 {
		same(t, "document", document(), first)
	}
	for _, key := range []string{`"rows":120`, `"bad_rows":0`, `"compression":"none"`, `"delimiter":","`, `"did_you_mean":["email_column"]`, `"repeated":{"people":3,`, `"projects":{"number":3,`} {
		if !strings.Contains(first, key) {
			t.Errorf("%s is not in %s", key, first)
		}
	}
}

func TestProfileOfAFileThatIsRefusedTellsHowFarItGot(t *testing.T) {
	for file, columns := range map[string]int{"": 0, "logn,first_name\n": 2, "login\na@x.com\n\xff": 1} {
		got, err := profileOfFile(t, file, inputs.Options{})
		if brick.KindOf(err) != brick.BadInput || len(got.Columns) != columns || got.Bytes != int64(len(file)) {
			t.Errorf("%q: profile %+v, error %v", file, got, err)
		}
		text, err := json.Marshal(got)
		if err != nil || strings.Contains(string(text), "null") {
			t.Errorf("%s, error %v", text, err)
		}
	}
}

// A file that is no CSV may have a line of any number of columns.
func TestProfileOfVeryManyColumnsIsMade(t *testing.T) {
	const n = 50_000
	var header strings.Builder
	header.WriteString("login")
	for i := range n {
		fmt.Fprintf(&header, ",c%d", i)
	}
	stream := join(t, io.EOF, header.String()+"\na@x.com"+strings.Repeat(",", n)+"\n", header.String()+"\nb@x.com"+strings.Repeat(",", n-1)+",last\n")
	r, rows, err := rowsOf(t, stream, inputs.Options{Profile: true})
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d rows, error %v", len(rows), err)
	}
	columns := r.Profile().Columns
	same(t, "last column", columns[n], inputs.ColumnProfile{Name: "c49999", Cell: n + 1, Means: []string{}, Empty: 1, Longest: 4, LongestLine: 4, LongestPlace: "f1.csv:2"})
	if len(columns) != n+1 {
		t.Errorf("%d columns", len(columns))
	}
}

func TestProfileIsOnlyMadeWhenAsked(t *testing.T) {
	r := inputs.NewReader(strings.NewReader("login\na@x.com\na@x.com\n"), "users.csv", inputs.Options{})
	for _, err := range r.Rows(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := r.Profile(); got.Rows != 2 || got.Repeated.People != 0 || len(got.Columns) != 0 {
		t.Errorf("profile %+v", got)
	}
}
