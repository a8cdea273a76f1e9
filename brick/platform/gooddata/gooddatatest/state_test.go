package gooddatatest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"users-brick/brick"
	"users-brick/brick/platform/directory"
	"users-brick/brick/platform/gooddata/gooddatatest"
)

// read returns the state of a document.
func read(t *testing.T, document string) gooddatatest.State {
	t.Helper()
	state, err := gooddatatest.Read("town.json", strings.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// held returns what a server holds that was given a state.
func held(t *testing.T, state gooddatatest.State) gooddatatest.State {
	t.Helper()
	server, err := gooddatatest.New(state, gooddatatest.Faults{})
	if err != nil {
		t.Fatal(err)
	}
	return server.State()
}

func written(t *testing.T, state gooddatatest.State) string {
	t.Helper()
	var b bytes.Buffer
	if err := state.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// same demands that two states are the same.
func same(t *testing.T, have, want gooddatatest.State) {
	t.Helper()
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("the state differs (-want +have):\n%s", diff)
	}
}

// everything uses every key of the format, in an order of its own.
const everything = `{"organizations": [
	{"name": "zeta", "admins": ["Ann@Example.com"]},
	{"projects": [
		{"id": "p2", "members": [{"login": "ghost@x.com"}, {"login": "deleted-1@x.com", "status": "disabled"}], "state": "ENABLED", "groups": [], "data_product": "default"},
		{"id": "p1", "title": "One", "custom_id": "c", "client_id": "k", "data_product": "dp", "segment": "s", "metadata": {"b": "2", "a": "1"},
		 "gone": true, "forbidden": true, "state": "LOADING",
		 "roles": [{"identifier": "own", "id": 40, "title": "Own", "summary": "of one's own"}, {"identifier": "adminRole", "title": "Admin"}, "other"],
		 "groups": [{"name": "Two", "id": "b2", "description": "d", "groups": ["ONE"], "members": ["GHOST@x.com", "deleted-2@x.com", "ann@example.com"]}, "One"],
		 "members": [{"login": "ANN@example.com", "roles": ["own", "adminRole"], "groups": ["one", "ONE"]}]}],
	 "users": [
		{"login": "ghost@x.com", "admin": true, "id": "g"},
		{"login": "Ann@example.com", "first_name": "A", "last_name": "B", "email": "e@x.com", "authentication_modes": ["sso", "password"],
		 "sso_provider": "s", "language": "xx", "company": "c", "position": "p", "country": "cz", "phone": "1", "timezone": "t", "password": "pw",
		 "ip_whitelist": []}],
	 "clients": [{"id": "k", "segment": "t"}, {"id": "a", "data_product": "dp"}],
	 "data_products": ["dp", "empty", {"id": "more", "segments": ["s", {"id": "m", "master_project": "p1"}]}],
	 "name": "acme"}
]}`

func TestAStateSurvivesTheServer(t *testing.T) {
	for name, document := range map[string]string{"town": town, "everything": everything, "nothing": `{"organizations": []}`} {
		t.Run(name, func(t *testing.T) {
			state := read(t, document)
			have := held(t, state)
			same(t, have, state.Normal())
			text := written(t, have)
			again := read(t, text)
			same(t, again.Normal(), have)
			if other := written(t, held(t, again)); other != text {
				t.Errorf("written once:\n%s\nand again:\n%s", text, other)
			}
		})
	}
}

func TestNormalHasOneForm(t *testing.T) {
	const want = `{"organizations":[{"clients":[{"id":"k","segment":"t"},{"data_product":"dp","id":"a"}],` +
		`"data_products":["empty",{"id":"more","segments":[{"id":"m","master_project":"p1"},"s"]}],"name":"acme","projects":[` +
		`{"client_id":"k","custom_id":"c","data_product":"dp","forbidden":true,"gone":true,"groups":["One",` +
		`{"description":"d","groups":["One"],"id":"b2","members":["deleted-2@x.com","ghost@x.com"],"name":"Two"}],"id":"p1",` +
		`"members":[{"groups":["One","Two"],"login":"ann@example.com","roles":["adminRole","own"],"status":"enabled"}],` +
		`"metadata":{"a":"1","b":"2"},"roles":["adminRole","other",{"id":40,"identifier":"own","summary":"of one's own","title":"Own"}],` +
		`"segment":"s","state":"LOADING","title":"One"},` +
		`{"id":"p2","members":[{"login":"deleted-1@x.com","status":"disabled"},{"login":"ghost@x.com","status":"enabled"}]}],` +
		`"users":[{"authentication_modes":["password","sso"],"company":"c","country":"cz","email":"e@x.com","first_name":"A","ip_whitelist":[],` +
		`"language":"xx","last_name":"B","login":"ann@example.com","password":"pw","phone":"1","position":"p","sso_provider":"s","timezone":"t"},` +
		`{"admin":true,"id":"g","login":"ghost@x.com"}]},{"admins":["ann@example.com"],"name":"zeta"}]}`
	text, err := json.Marshal(read(t, everything).Normal())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("normal form (-want +have):\n%s", diff)
	}
}

func TestStateIsACopy(t *testing.T) {
	state := read(t, everything)
	server, err := gooddatatest.New(state, gooddatatest.Faults{})
	if err != nil {
		t.Fatal(err)
	}
	before := written(t, server.State())
	spoil := func(s gooddatatest.State) {
		for i := range s.Organizations {
			o := &s.Organizations[i]
			for j := range o.Users {
				o.Users[j].Login = "x"
				clear(o.Users[j].AuthenticationModes)
			}
			for j := range o.Projects {
				p := &o.Projects[j]
				clear(p.Metadata)
				for k := range p.Members {
					clear(p.Members[k].Roles)
					clear(p.Members[k].Groups)
				}
				for k := range p.Groups {
					clear(p.Groups[k].Members)
				}
				clear(p.Members)
			}
			clear(o.Projects)
			clear(o.Clients)
		}
	}
	spoil(state)
	spoil(server.State())
	if after := written(t, server.State()); after != before {
		t.Errorf("the server held\n%s\nand holds\n%s", before, after)
	}
}

func TestADumpOfADirectoryLoadsAsItIs(t *testing.T) {
	files, err := filepath.Glob("../../../../testdata/tour/directory.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no document of a directory found: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		dump := dumped(t, file, text)
		state := read(t, dump)
		same(t, read(t, string(text)).Normal(), state.Normal())
		p := state.Organizations[0].Projects[0]
		if len(state.Organizations[0].Users) == 0 || len(p.Members) == 0 || p.Members[0].Status == 0 || len(p.Roles) == 0 {
			t.Errorf("the dump gives %+v", state)
		}
		back := dumped(t, "state.json", []byte(written(t, held(t, state))))
		if back != dump {
			t.Errorf("the directory dumps\n%s\nand after the platform\n%s", dump, back)
		}
	}
}

// dumped returns what a directory dumps that was made of a document.
func dumped(t *testing.T, source string, document []byte) string {
	t.Helper()
	ctx, path := context.Background(), filepath.Join(t.TempDir(), "users.db")
	if err := directory.Create(ctx, path, source, bytes.NewReader(document)); err != nil {
		t.Fatal(err)
	}
	d, err := directory.Open(ctx, directory.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var b bytes.Buffer
	if err := d.Dump(ctx, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWithAdminOpensADump(t *testing.T) {
	state := read(t, `{"organizations": [{"name": "a"}, {"name": "b", "users": [{"login": "c@x.com", "admin": true}]}, {"name": "c", "users": [{"login": "boss@example.com", "first_name": "B", "authentication_modes": ["sso"]}]}]}`)
	opened := state.WithAdmin("Boss@example.com", "boss-secret")
	w := open(t, written(t, opened), gooddatatest.Faults{}).as("boss")
	w.ask("GET", "/gdc/account/domains/a/users", "").has(200, `"count":0`)
	w.ask("GET", "/gdc/account/domains/b/users", "").has(200, `"count":1`)
	w.ask("GET", "/gdc/account/domains/c/users", "").has(200, `"firstName":"B"`)

	fresh := read(t, `{"organizations": [{"name": "a"}]}`).WithAdmin("boss@example.com", "boss-secret")
	open(t, written(t, fresh), gooddatatest.Faults{}).as("boss").ask("GET", "/gdc/account/domains/a/users", "").has(200, `"count":1`)
	same(t, gooddatatest.State{}.WithAdmin("a@x.com", "secret-1"), gooddatatest.State{})
}

func TestWrongDocumentsAreRefusedAtTheirPlace(t *testing.T) {
	for name, c := range map[string]struct{ document, want string }{
		"no JSON":           {"{\n nonsense", "town.json:2:2: invalid character 'n'"},
		"cut off":           {`{"organizations": [`, "town.json:1:20: the document ends early"},
		"two documents":     {`{"organizations": []} {}`, "town.json:1:23: something follows"},
		"unknown key":       {"{\"organizations\": [{\"name\": \"a\",\n  \"user\": []}]}", `town.json:2:3: unknown key "user"`},
		"key twice":         {`{"organizations": [], "organizations": []}`, `town.json:1:23: key "organizations" comes twice`},
		"null":              {`{"organizations": null}`, "town.json:1:19: a list is expected here"},
		"no text":           {`{"organizations": [{"name": 1}]}`, "town.json:1:29: a text is expected here"},
		"no truth":          {`{"organizations": [{"name": "a", "users": [{"login": "a@x.com", "admin": "yes"}]}]}`, "town.json:1:74: true or false is expected"},
		"no object":         {`{"organizations": ["acme"]}`, "town.json:1:20: an object is expected here"},
		"no UTF-8":          {"{\"organizations\": [{\"name\": \"a\xff\"}]}", "town.json:1:31: the text is not UTF-8"},
		"odd status":        {project(`"members": [{"login": "a@x.com", "status": "absent"}]`), `"absent" cannot be used here`},
		"unknown status":    {project(`"members": [{"login": "a@x.com", "status": "idle"}]`), `unknown status "idle"`},
		"no name":           {`{"organizations": [{}]}`, `town.json:1:20: "" cannot be the name of a organization`},
		"organization":      {`{"organizations": [{"name": "a"}, {"name": "A"}]}`, `town.json:1:44: organization "A" comes twice`},
		"login":             {users(`{"login": "ann"}`), `login "ann" is not an email address`},
		"login twice":       {users(`{"login": "a@x.com"}, {"login": "A@x.com"}`), `town.json:1:79: user "a@x.com" comes twice`},
		"id twice":          {users(`{"login": "a@x.com", "id": "1"}, {"login": "b@x.com", "id": "1"}`), `id "1" comes twice`},
		"id in path":        {users(`{"login": "a@x.com", "id": "1/2"}`), `"1/2" cannot be the id of a user`},
		"mode":              {users(`{"login": "a@x.com", "authentication_modes": ["PASSWORD"]}`), `unknown authentication mode "PASSWORD"`},
		"admin":             {`{"organizations": [{"name": "a", "admins": ["b@x.com"]}]}`, "town.json:1:45: b@x.com is an admin but has no account"},
		"project twice":     {`{"organizations": [{"name": "a", "projects": [{"id": "p"}]}, {"name": "b", "projects": [{"id": "p"}]}]}`, `project "p" comes twice`},
		"role twice":        {project(`"roles": ["viewer", "Viewer"]`), `role "Viewer" comes twice`},
		"role number twice": {project(`"roles": ["adminRole", {"identifier": "own", "id": 2}]`), "role 2 comes twice"},
		"role unknown":      {project(`"members": [{"login": "a@x.com", "roles": ["admin"]}]`), `unknown role "admin"`},
		"group twice":       {project(`"groups": ["a", {"name": "A"}]`), `group "A" comes twice`},
		"group unknown":     {project(`"members": [{"login": "a@x.com", "groups": ["g"]}]`), `unknown group "g"`},
		"group member":      {project(`"groups": [{"name": "g", "members": ["b@x.com"]}]`), "b@x.com is a member of group g but has no account"},
		"nested group":      {project(`"groups": [{"name": "g", "groups": ["h"]}]`), `unknown group "h"`},
		"member twice":      {project(`"members": [{"login": "a@x.com"}, {"login": "A@x.com"}]`), `member "A@x.com" comes twice`},
		"member unknown":    {project(`"members": [{"login": "b@x.com"}]`), "b@x.com is a member of project p but has no account"},
		"custom id twice":   {project(`"metadata": {"GOODOT_CUSTOM_PROJECT_ID": "1"}`), "the custom id is no other metadata"},
		"client twice":      {`{"organizations": [{"name": "a", "clients": [{"id": "c"}, {"id": "c", "data_product": "default"}]}]}`, `client "c" comes twice`},
		"product twice":     {`{"organizations": [{"name": "a", "data_products": ["c", {"id": "c"}]}]}`, `data product "c" comes twice`},
		"segment twice":     {`{"organizations": [{"name": "a", "data_products": [{"id": "c", "segments": ["s", "s"]}]}]}`, `segment "s" comes twice`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := gooddatatest.Read("town.json", strings.NewReader(c.document))
			e, ok := errors.AsType[*brick.Error](err)
			if !ok || e.Kind != brick.BadInput || e.Line == 0 || e.Column == 0 || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s is refused as %v, want %q", c.document, err, c.want)
			}
		})
	}
}

// users is a document with some accounts, and project one with a project.
func users(list string) string {
	return `{"organizations": [{"name": "acme", "users": [` + list + `]}]}`
}

func project(keys string) string {
	return `{"organizations": [{"name": "acme", "users": [{"login": "a@x.com"}], "projects": [{"id": "p", ` + keys + `}]}]}`
}

func TestNewRefusesWhatReadRefuses(t *testing.T) {
	_, err := gooddatatest.New(gooddatatest.State{Organizations: []gooddatatest.Organization{
		{Name: "acme", Projects: []gooddatatest.Project{{ID: "p", Members: []gooddatatest.Member{{Login: "a@x.com"}}}}},
	}}, gooddatatest.Faults{})
	if brick.KindOf(err) != brick.BadInput || !strings.Contains(err.Error(), "organizations[0].projects[0].members[0].login") {
		t.Errorf("the error is %v", err)
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{town, everything, `{"organizations": [{}]}`, `[`, "\xff", `{"organizations": [{"name": "a", "clients": [{"id": "c"}]}]}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, document string) {
		state, err := gooddatatest.Read("fuzz", strings.NewReader(document))
		if err != nil {
			if e, ok := errors.AsType[*brick.Error](err); !ok || e.Line == 0 {
				t.Errorf("an error without a place: %v", err)
			}
			return
		}
		have := held(t, state)
		same(t, have, state.Normal())
		same(t, held(t, have), have)
		same(t, read(t, written(t, have)).Normal(), have)
	})
}
