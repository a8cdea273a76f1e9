package directory_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"users-brick/brick"
	"users-brick/brick/platform/directory"
)

func TestDumpIsSortedAndLeavesOutWhatIsNotSet(t *testing.T) {
	d := openAt(t, create(t, `{"organizations":[
		{"name":"b"},
		{"name":"a","users":[{"phone":"+1","login":"Zoe@Example.com","ip_whitelist":["::1","10.0.0.1"]},{"login":"ann@example.com"}],
		 "projects":[{"title":"<P2>","id":"p2"},
			{"id":"p1","roles":["viewer","admin"],"groups":["sales","Board"],"data_product":"default",
			 "members":[{"login":"zoe@example.com","status":"disabled"},{"login":"ann@example.com","roles":["viewer","admin"],"groups":["SALES","board"]}]}]}]}`),
		directory.Options{})
	defer d.Close()
	want := `{"organizations":[
 {"name":"a","projects":[
  {"groups":["Board","sales"],"id":"p1","members":[
   {"groups":["Board","sales"],"login":"ann@example.com","roles":["admin","viewer"],"status":"enabled"},
   {"login":"zoe@example.com","status":"disabled"}
  ],"roles":["admin","viewer"]},
  {"id":"p2","members":[],"roles":[],"title":"<P2>"}
 ],"users":[
  {"login":"ann@example.com"},
  {"ip_whitelist":["10.0.0.1","::1"],"login":"zoe@example.com","phone":"+1"}
 ]},
 {"name":"b","projects":[],"users":[]}
]}
`
	if got := dump(t, d); got != want {
		t.Errorf("dump is\n%s\nwant\n%s", got, want)
	}
}

func TestWrongDocumentsSayWhereAndLeaveEveryByteAsItWas(t *testing.T) {
	path := create(t, acme)
	frozen(t, filepath.Dir(path))
	d := openAt(t, path, directory.Options{})
	defer d.Close()
	const head, tail = "{\"organizations\":[{\"name\":\"a\",\n", "}]}"
	const user = `"users":[{"login":"a@x.y"}],` + "\n"
	for _, c := range []struct{ name, document, at, text string }{
		{"no JSON", "login,role", "1:1", "invalid character"},
		{"nothing", "", "1:1", "ends early"},
		{"cut off", "{\"organizations\":[\n{\"name\":\"a\"", "2:12", "ends early"},
		{"two documents", "{}\n {}", "2:2", "follows"},
		{"unknown key", "{\n  \"orgs\": []}", "2:3", `unknown key "orgs"`},
		{"unknown user key", head + ` "users":[{"login":"a@x.y","Ženy":1,"age":3}]` + tail, "2:28", `unknown key "Ženy"`},
		{"key twice", head + `"name":"b"` + tail, "2:1", `"name" comes twice`},
		{"number for text", head + `"users":[{"login":7}]` + tail, "2:19", "a text is expected"},
		{"huge number for text", head + `"users":[{"login":1e999}]` + tail, "2:19", "a text is expected"},
		{"text for list", head + `"users":"all"` + tail, "2:9", "a list is expected"},
		{"list for object", head + `"users":[[]]` + tail, "2:10", "an object is expected"},
		{"bad login", head + `"users":[{"login":"ann"}]` + tail, "2:19", "it has no @"},
		{"no login", head + `"users":[{"phone":"1"}]` + tail, "2:10", "no login"},
		{"empty user", head + `"users":[{}]` + tail, "2:10", "no login"},
		{"login twice", head + "\"users\":[{\"login\":\"a@x.y\"},\n{\"login\":\"A@X.Y\"}]" + tail, "3:10", "a@x.y comes twice"},
		{"unknown mode", head + `"users":[{"login":"a@x.y","authentication_modes":["sso","pin"]}]` + tail, "2:57", `mode "pin"`},
		{"project twice", head + "\"projects\":[{\"id\":\"p\"},\n{\"id\":\"p\"}]" + tail, "3:7", `"p" comes twice`},
		{"project without id", head + `"projects":[{"title":"t"}]` + tail, "2:13", "no id"},
		{"client twice", head + "\"projects\":[{\"id\":\"p\",\"client_id\":\"c\"},\n{\"id\":\"q\",\"client_id\":\"c\"}]" + tail, "3:23", `"c" comes twice`},
		{"group twice", head + `"projects":[{"id":"p","groups":["Sales","SALES"]}]` + tail, "2:41", `"SALES" comes twice`},
		{"role twice", head + `"projects":[{"id":"p","roles":["admin","Admin"]}]` + tail, "2:40", `"Admin" comes twice`},
		{"member without account", head + "\"projects\":[{\"id\":\"p\",\"members\":[\n{\"login\":\"b@x.y\"}]}]" + tail, "3:10", "has no account"},
		{"member twice", head + user + `"projects":[{"id":"p","members":[{"login":"a@x.y"},{"login":"a@x.y"}]}]` + tail, "3:61", "comes twice"},
		{"unknown role", head + user + `"projects":[{"id":"p","members":[{"login":"a@x.y","roles":["boss"]}]}]` + tail, "3:60", `role "boss"`},
		{"unknown group", head + user + `"projects":[{"id":"p","members":[{"login":"a@x.y","groups":["Nine"]}]}]` + tail, "3:61", `group "Nine"`},
		{"bad status", head + user + `"projects":[{"id":"p","members":[{"login":"a@x.y","status":"absent"}]}]` + tail, "3:60", `status "absent"`},
		{"organization twice", head + "\"users\":[]},\n{\"name\":\"a\"" + tail, "3:9", `"a" comes twice`},
		{"organization in spaces", "{\"organizations\":[\n{\"name\":\" a\"}]}", "2:9", "spaces around"},
		{"role in spaces", head + `"projects":[{"id":"p","roles":["admin "]}]` + tail, "2:32", "spaces around"},
		{"group in spaces", head + `"projects":[{"id":"p","groups":[" Sales"]}]` + tail, "2:33", "spaces around"},
		{"project in spaces", head + `"projects":[{"roles":[],"id":" p"}]` + tail, "2:30", "spaces around"},
		{"another encoding", head + "\"users\":[{\"login\":\"a@x.y\",\"country\":\"\xc8esko\"}]" + tail, "2:37", "not UTF-8"},
		{"organization without name", `{"organizations":[{"users":[]}]}`, "1:19", "no name"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := d.Load(context.Background(), "users.json", strings.NewReader(c.document))
			if brick.KindOf(err) != brick.BadInput {
				t.Fatalf("error is %v", err)
			}
			text := err.Error()
			if !strings.HasPrefix(text, "users.json:"+c.at) || !strings.Contains(text, c.text) || !strings.Contains(text, "hint: ") {
				t.Errorf("error is %q, want it at %s with %q and a hint", text, c.at, c.text)
			}
		})
	}
}

func TestLoadReplacesTheContentsAndKeepsTheAudit(t *testing.T) {
	path := create(t, acme)
	d := openAt(t, path, directory.Options{RunID: "first"})
	if err := apply(d, brick.Disable, brick.Member{Login: ann}); err != nil {
		t.Fatal(err)
	}
	if err := d.Load(context.Background(), "users.json", strings.NewReader(`{"organizations":[{"name":"new"}]}`)); err != nil {
		t.Fatal(err)
	}
	if got := dump(t, d); strings.Contains(got, "acme") || !strings.Contains(got, "new") {
		t.Errorf("contents are %s", got)
	}
	d.Close()
	lines := auditOf(t, path)
	if len(lines) != 2 || !strings.Contains(lines[0], "disable") || !strings.Contains(lines[1], "load") {
		t.Errorf("audit is %q", lines)
	}
	if files := snapshot(t, filepath.Dir(path)); len(files) != 1 {
		t.Errorf("%d files are left", len(files))
	}
}

// applier changes the directory whenever something is written to it.
type applier struct {
	d      *directory.Directory
	errors []error
}

func (a *applier) Write(p []byte) (int, error) {
	a.errors = append(a.errors, apply(a.d, brick.Disable, brick.Member{Login: ann}))
	return len(p), nil
}

func TestWhoReadsADumpSlowlyKeepsNoWriterWaiting(t *testing.T) {
	path := create(t, acme)
	d := openAt(t, path, directory.Options{ReadOnly: true})
	defer d.Close()
	other := openAt(t, path, directory.Options{Wait: time.Millisecond})
	defer other.Close()
	writer := &applier{d: other}
	if err := d.Dump(context.Background(), writer); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(writer.errors...); err != nil || len(writer.errors) == 0 {
		t.Errorf("%d changes made during the dump end with %v", len(writer.errors), err)
	}
}

func TestLargeDumpGoesThroughTheTemporaryFolder(t *testing.T) {
	document := `{"organizations":[{"name":"acme","projects":[{"id":"p1","title":"` + strings.Repeat("long ", 2<<20) + `"}]}]}`
	path := create(t, document)
	temp := t.TempDir()
	frozen(t, temp)
	d := openAt(t, path, directory.Options{ReadOnly: true, TempDir: temp})
	defer d.Close()
	again := openAt(t, create(t, dump(t, d)), directory.Options{ReadOnly: true})
	defer again.Close()
	if dump(t, again) != dump(t, d) {
		t.Error("the dump loads as something else")
	}
	nowhere := openAt(t, path, directory.Options{ReadOnly: true, TempDir: filepath.Join(temp, "nowhere")})
	defer nowhere.Close()
	var b strings.Builder
	if err := nowhere.Dump(context.Background(), &b); err == nil || b.Len() > 0 {
		t.Errorf("without a folder %d bytes are written, and the error is %v", b.Len(), err)
	}
}

func TestListingDoesNotGoOnInAnotherProjectAfterALoad(t *testing.T) {
	path := create(t, town(1, 2500, true))
	d := openAt(t, path, directory.Options{ReadOnly: true})
	defer d.Close()
	other := openAt(t, path, directory.Options{})
	defer other.Close()
	without := strings.Replace(town(1, 2500, true), `"id":"p0"`, `"id":"another"`, 1)
	var last error
	n := 0
	for _, err := range d.List(context.Background(), brick.Project("p0")) {
		if n++; n == 1 {
			if err := other.Load(context.Background(), "users.json", strings.NewReader(without)); err != nil {
				t.Fatal(err)
			}
		}
		last = err
	}
	if brick.KindOf(last) != brick.NotFound || last == nil {
		t.Errorf("after %d members of a project that is gone the listing ends with %v", n, last)
	}
}

func TestWhatWasDumpedLoadsAsTheSame(t *testing.T) {
	d := openAt(t, create(t, `{}`), directory.Options{})
	defer d.Close()
	load := func(t *rapid.T, text string) string {
		if err := d.Load(context.Background(), "users.json", strings.NewReader(text)); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		var b strings.Builder
		if err := d.Dump(context.Background(), &b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	rapid.Check(t, func(t *rapid.T) {
		text, shuffled := anyDocument(t)
		first := load(t, text)
		if again := load(t, first); again != first {
			t.Fatalf("dumps differ:\n%s\n%s", first, again)
		}
		if other := load(t, shuffled); other != first {
			t.Fatalf("the order of lists matters:\n%s\n%s", first, other)
		}
	})
}

// anyDocument draws a document and the same one with its lists in another
// order.
func anyDocument(t *rapid.T) (text, shuffled string) {
	words := rapid.SampledFrom([]string{"", "Plain", "two words", `"quoted" \ back`, "<b>&", "Žluťoučký", "line\nend", "\u2028"})
	var users, members []any
	for i := range rapid.IntRange(0, 6).Draw(t, "users") {
		login := fmt.Sprintf("u%d@example.com", i)
		user := map[string]any{"login": login, "first_name": words.Draw(t, "first"), "country": words.Draw(t, "country")}
		if rapid.Bool().Draw(t, "modes") {
			user["authentication_modes"] = []string{"sso", "password"}
		}
		users = append(users, user)
		if rapid.Bool().Draw(t, "member") {
			members = append(members, map[string]any{
				"login":  login,
				"roles":  rapid.SliceOfDistinct(rapid.SampledFrom([]string{"admin", "viewer"}), rapid.ID).Draw(t, "roles"),
				"groups": rapid.SliceOfDistinct(rapid.SampledFrom([]string{"sales", "BOARD"}), rapid.ID).Draw(t, "groups"),
				"status": rapid.SampledFrom([]string{"enabled", "disabled"}).Draw(t, "status"),
			})
		}
	}
	title := words.Draw(t, "title")
	write := func(users, members []any) string {
		project := map[string]any{
			"id": "p", "title": title, "segment": "s", "data_product": "gold",
			"roles": []string{"viewer", "admin"}, "groups": []string{"Sales", "Board"}, "members": append([]any{}, members...),
		}
		organization := map[string]any{"name": "acme", "users": append([]any{}, users...), "projects": []any{project}}
		text, err := json.Marshal(map[string]any{"organizations": []any{organization}})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	return write(users, members), write(rapid.Permutation(users).Draw(t, "order"), rapid.Permutation(members).Draw(t, "order"))
}

func TestOverviewCounts(t *testing.T) {
	d := openAt(t, create(t, acme), directory.Options{})
	defer d.Close()
	if err := apply(d, brick.Add, brick.Member{Login: "ben@example.com"}); err != nil {
		t.Fatal(err)
	}
	if err := apply(d, brick.Disable, brick.Member{Login: "ben@example.com"}); err != nil {
		t.Fatal(err)
	}
	have, err := d.Overview(context.Background())
	if err != nil || len(have.Organizations) != 1 {
		t.Fatalf("overview is %+v, %v", have, err)
	}
	o := have.Organizations[0]
	want := directory.ProjectOverview{ID: "p1", Enabled: 1, Disabled: 1, Groups: 1}
	if o.Name != "acme" || o.Users != 2 || len(o.Projects) != 1 || o.Projects[0] != want {
		t.Errorf("overview is %+v", o)
	}
}

func TestReadOnlyRoleIsTheBestName(t *testing.T) {
	for roles, want := range map[string]string{
		`["admin","readOnly","VIEWER"]`:               "VIEWER",
		`["admin","read_only","readOnlyUserRole"]`:    "readOnlyUserRole",
		`["admin","Read-Only"]`:                       "Read-Only",
		`["admin","editor"]`:                          "",
		`["reader","overviewer","readonlyadminrole"]`: "",
	} {
		d := openAt(t, create(t, `{"organizations":[{"name":"a","projects":[{"id":"p1","roles":`+roles+`}]}]}`), directory.Options{})
		have, err := d.Roles(context.Background(), p1)
		if err != nil {
			t.Fatal(err)
		}
		if role, _ := brick.ReadOnlyRole(have); role.ID != want {
			t.Errorf("of %s %q is read-only, want %q", roles, role.ID, want)
		}
		d.Close()
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(acme)
	f.Add(`{"organizations":[{"name":"a","users":[{"login":"a@x.y"}],"projects":[{"id":"p","members":[{"login":"b@x.y"}]}]}]}`)
	f.Add("{\"organizations\": [\n{\"name\": 1}")
	f.Add(`[[[{"a":`)
	f.Add(`{"organizations": 1e999}`)
	f.Fuzz(func(t *testing.T, text string) {
		d, err := directory.Open(context.Background(), directory.Options{
			Path: filepath.Join(t.TempDir(), "users.db"), Seed: seedFile(t, text), ReadOnly: true,
		})
		if err != nil {
			if brick.KindOf(err) != brick.BadInput {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		defer d.Close()
		again := openAt(t, create(t, dump(t, d)), directory.Options{ReadOnly: true})
		defer again.Close()
		if dump(t, again) != dump(t, d) {
			t.Errorf("%q does not come back", text)
		}
	})
}
