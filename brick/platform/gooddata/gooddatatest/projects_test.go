package gooddatatest_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"users-brick/brick/platform/gooddata/gooddatatest"
)

func TestAProjectHasTheRecordedShape(t *testing.T) {
	w := still(t, gooddatatest.Faults{})
	w.ask("GET", "/gdc/projects/p1", "").heads("Content-Type", javaType).is(200, `{"project":{
		"content":{"environment":"TESTING","cluster":"","guidedNavigation":"1","isPublic":"0","driver":"Pg","state":"ENABLED"},
		"links":{"self":"/gdc/projects/p1","invitations":"/gdc/projects/p1/invitations","users":"/gdc/projects/p1/users?link=1&offset=0&limit=100",
			"uploads":"/gdc/projects/p1/uploads/","metadata":"/gdc/md/p1","roles":"/gdc/projects/p1/roles","userRoles":"/gdc/projects/p1/users/b055/roles",
			"userPermissions":"/gdc/projects/p1/users/b055/permissions","dataload":"/gdc/projects/p1/dataload"},
		"meta":{"created":"`+begun(w)+`","summary":"No summary","updated":"`+begun(w)+`","author":"/gdc/account/profile/b055","title":"First",
			"contributor":"/gdc/account/profile/b055"}}}`)
	w.ask("GET", "/gdc/projects/p2", "").has(200, `"state":"DELETED"`)
}

// begun is when the platform was made.
func begun(w *world) string {
	_, created, _ := strings.Cut(w.ask("GET", "/gdc/account/profile/b055", "").body, `"created":"`)
	return created[:len("2020-05-07 10:51:12")]
}

func TestProjectsAreOpenToWhomTheyConcern(t *testing.T) {
	w := open(t, town, gooddatatest.Faults{})
	boss, ann, cem, olga := w.as("boss"), w.as("ann"), w.as("cem"), w.as("olga")
	for _, c := range []struct {
		who    *world
		path   string
		status int
	}{
		{boss, "p1", 200}, {boss, "p3", 410}, {boss, "p4", 403}, {boss, "none", 404},
		{ann, "p1", 200}, {ann, "p2", 403}, {ann, "p1/users", 200},
		{cem, "p1", 200}, {cem, "p1/roles", 200}, {cem, "p1/users", 403}, {cem, "p1/dataload/metadata", 403},
		{olga, "p1", 403}, {olga, "p1/users", 403},
	} {
		if r := c.who.ask("GET", "/gdc/projects/"+c.path, ""); r.status != c.status {
			t.Errorf("%s answers %d, want %d: %s", c.path, r.status, c.status, r.body)
		}
	}
	cem.ask("GET", "/gdc/userGroups?project=p1", "").has(403)
	boss.ask("GET", "/gdc/projects/none", "", "X-GDC-Request", "a:b").has(404, `"errorClass":"GDC::Exception::NotFound"`,
		`"message":"Object ID %s not found"`, `"parameters":["none"]`, `"requestId":"a:b:`)
	w.server.SetFaults(gooddatatest.Faults{MembersOnly: true})
	boss.ask("GET", "/gdc/projects/p1", "").has(403)
	ann.ask("GET", "/gdc/projects/p1/users", "").has(200)
}

// roleDoc is a role on the wire.
type roleDoc struct {
	ProjectRole struct {
		Permissions map[string]string
		Links       map[string]string
		Meta        struct{ URI, Identifier, Title, Summary string }
	}
}

func TestBothResourcesOfRolesTellTheSame(t *testing.T) {
	w := visit(t, gooddatatest.Faults{})
	for _, project := range []string{"/gdc/projects/p1", "/gdc/projects/p2"} {
		internal := decoded[struct {
			InternalProjectRoles struct {
				Roles []roleDoc
				Links struct{ Project string }
			}
		}](w.ask("GET", strings.Replace(project, "/gdc/", "/gdc/internal/", 1)+"/roles", "").has(200)).InternalProjectRoles
		public := decoded[struct {
			ProjectRoles struct {
				Roles []string
				Links struct{ Project string }
			}
		}](w.ask("GET", project+"/roles", "").has(200)).ProjectRoles
		if internal.Links.Project != project || public.Links.Project != project+"/" {
			t.Errorf("links are %q and %q", internal.Links.Project, public.Links.Project)
		}
		if len(internal.Roles) != len(public.Roles) {
			t.Errorf("%d roles and %d", len(internal.Roles), len(public.Roles))
		}
		for _, r := range internal.Roles {
			have := decoded[roleDoc](w.ask("GET", r.ProjectRole.Meta.URI, "").has(200)).ProjectRole
			if !slices.Contains(public.Roles, r.ProjectRole.Meta.URI) || have.Meta.URI != "" || have.Links["roleUsers"] != r.ProjectRole.Meta.URI+"/users" {
				t.Errorf("role %+v is by itself %+v", r.ProjectRole, have)
			}
			r.ProjectRole.Meta.URI = ""
			if have.Meta != r.ProjectRole.Meta || len(have.Permissions) == 0 || len(r.ProjectRole.Links) != 0 {
				t.Errorf("role %+v is by itself %+v", r.ProjectRole, have)
			}
		}
	}
}

func TestRolesAreTheRecordedOnesUnlessTheProjectHasItsOwn(t *testing.T) {
	w := visit(t, gooddatatest.Faults{})
	for path, want := range map[string]string{
		"p1/roles/2":  `"identifier":"adminRole","summary":"project master","title":"Admin"`,
		"p1/roles/4":  `"identifier":"readOnlyUserRole","summary":"read only user role","title":"Viewer"`,
		"p2/roles/13": `"identifier":"admin","summary":"","title":"admin"`,
		"p2/roles/14": `"identifier":"viewer","summary":"only looks","title":"Looks on"`,
	} {
		w.ask("GET", "/gdc/projects/"+path, "").has(200, want)
	}
	w.ask("GET", "/gdc/projects/p1/roles/13", "").has(404)
	w.ask("GET", "/gdc/projects/p1/roles/4/users", "").is(200, `{"associatedUsers":{"users":["/gdc/account/profile/be1","/gdc/account/profile/ce1"],
		"links":{"project":"/gdc/projects/p1","role":"/gdc/projects/p1/roles/4"}}}`)
	w.ask("GET", "/gdc/projects/p1/users/ce1/roles", "").is(200, `{"associatedRoles":{"roles":["/gdc/projects/p1/roles/4"],
		"links":{"project":"/gdc/projects/p1","user":"/gdc/account/profile/ce1"}}}`)
}

func TestTheInternalListOfRolesCanBeOff(t *testing.T) {
	w := visit(t, gooddatatest.Faults{NoInternalRoles: 403})
	w.ask("GET", "/gdc/internal/projects/p1/roles", "").has(403)
	w.ask("GET", "/gdc/projects/p1/roles", "").has(200)
}

func TestMetadataIsKept(t *testing.T) {
	w := visit(t, gooddatatest.Faults{})
	const path, item = "/gdc/projects/p1/dataload/metadata", `{"metadataItem":{"key":"GOODOT_CUSTOM_PROJECT_ID","value":"custom-1"}}`
	for _, list := range []string{path, path + "/"} {
		w.ask("GET", list, "").is(200, `{"metadataItems":{"items":[`+item+`]}}`)
	}
	w.ask("GET", path+"/GOODOT_CUSTOM_PROJECT_ID", "").is(200, item)
	w.ask("GET", path+"/other", "").has(404, "errorClass")
	w.ask("PUT", path+"/other", `{"metadataItem":{"key":"other","value":"1"}}`).has(404)
	w.ask("POST", path+"/", `{"metadataItem":{"key":"other","value":"1"}}`).has(201)
	w.ask("POST", path, `{"metadataItem":{"key":"other","value":"1"}}`).has(409)
	w.ask("PUT", path+"/other", `{"metadataItem":{"key":"other","value":"2"}}`).is(204, "")
	w.ask("POST", path, `{"metadataItem":{}}`).has(400)
	want := read(t, town).Normal()
	want.Organizations[0].Projects[0].Metadata = map[string]string{"other": "2"}
	same(t, w.server.State(), want)
}

func TestLifecycleResourcesHaveTheRecordedShapes(t *testing.T) {
	w := visit(t, gooddatatest.Faults{})
	const d, dp = "/gdc/domains/acme", "/gdc/domains/acme/dataproducts/default"
	product := `{"dataProduct":{"id":"default","links":{"self":"` + dp + `","domain":"` + d + `","segments":"` + dp + `/segments","clients":"` + dp + `/clients"}}}`
	w.ask("GET", dp, "").is(200, product)
	w.ask("GET", d+"/dataproducts", "").is(200, `{"dataProducts":{"items":[`+product+`,`+strings.ReplaceAll(product, "default", "other")+`]}}`)
	segment := `{"segment":{"id":"gold","masterProject":null,"links":{"self":"` + dp + `/segments/gold","domain":"` + d + `","dataProduct":"` + dp + `",
		"clients":"` + dp + `/clients?segment=gold&limit=1000"}}}`
	w.ask("GET", dp+"/segments", "").is(200, `{"segments":{"items":[`+segment+`]}}`)
	w.ask("GET", dp+"/segments/gold", "").is(200, segment)
	w.ask("GET", d+"/dataproducts/other/segments", "").is(200, `{"segments":{"items":[]}}`)
	client := `{"client":{"id":"client-1","segment":"` + dp + `/segments/gold","project":"/gdc/projects/p1","links":{"self":"` + dp + `/clients/client-1"}}}`
	other := `{"client":{"id":"client-2","segment":"` + dp + `/segments/gold","project":null,"links":{"self":"` + dp + `/clients/client-2"}}}`
	w.ask("GET", dp+"/clients/client-1", "").is(200, client)
	w.ask("GET", dp+"/clients", "").is(200, `{"clients":{"items":[`+client+`,`+other+`],"paging":{"next":null}}}`)
	w.ask("GET", dp+"/clients?segment=silver", "").is(200, `{"clients":{"items":[],"paging":{"next":null}}}`)
	w.ask("GET", d+"/dataproducts/other/clients/cl%2F3", "").has(200, `"id":"cl/3","segment":null`, `/dataproducts/other/clients/cl%2F3"`)
	w.ask("GET", d+"/clients/client-1", "").is(200, strings.ReplaceAll(client, "/dataproducts/default", ""))
	w.ask("GET", d+"/segments", "").has(200, `"self":"`+d+`/segments/gold"`)
	for _, path := range []string{d + "/dataproducts/none", dp + "/clients/none", dp + "/segments/none", d + "/dataproducts/none/clients", "/gdc/domains/none/dataproducts"} {
		w.ask("GET", path, "").has(404, "gdc.http.client.status.404")
	}
	w.as("ann").ask("GET", dp, "").has(403, "Can be accessed only by domain admin")
}

func TestClientsComeInPages(t *testing.T) {
	w := visit(t, gooddatatest.Faults{Pages: gooddatatest.Pages{Clients: 1}})
	type page struct {
		Clients struct {
			Items  []struct{ Client struct{ ID string } }
			Paging struct{ Next string }
		}
	}
	var ids []string
	for path := "/gdc/domains/acme/dataproducts/default/clients?segment=gold"; path != ""; {
		p := decoded[page](w.ask("GET", path, "").has(200)).Clients
		for _, item := range p.Items {
			ids = append(ids, item.Client.ID)
		}
		path = p.Paging.Next
	}
	if !slices.Equal(ids, []string{"client-1", "client-2"}) {
		t.Errorf("the pages have %q", ids)
	}
}

func TestNamesThatNeedEscapesWork(t *testing.T) {
	const document = `{"organizations": [{"name": "Acme & \"Sons\"", "users": [{"login": "boss@example.com", "password": "boss-secret", "admin": true}],
		"projects": [{"id": "a/b ü", "client_id": "c/1", "segment": "s/1", "data_product": "d/1", "groups": ["G"]}]}]}`
	w := open(t, document, gooddatatest.Faults{}).as("boss")
	domain := "/gdc/domains/" + url.PathEscape(`Acme & "Sons"`)
	client := decoded[struct {
		Client struct {
			Project, Segment string
			Links            struct{ Self string }
		}
	}](w.ask("GET", domain+"/dataproducts/d%2F1/clients/c%2F1", "").has(200)).Client
	for _, link := range []string{client.Project, client.Segment, client.Links.Self, client.Project + "/users", client.Project + "/roles/2"} {
		w.ask("GET", link, "").has(200)
	}
	w.ask("GET", "/gdc/userGroups?project="+url.QueryEscape("a/b ü"), "").has(200, `"project":"`+client.Project+`"`)
	w.ask("POST", "/gdc/userGroups", strings.Replace(group("H"), "/gdc/projects/p1", client.Project, 1)).has(201)
	w.ask("GET", strings.Replace(domain, "domains", "account/domains", 1)+"/users", "").has(200, `"domain":"`+domain+`"`)
}

func TestRootAndPingNeedNoToken(t *testing.T) {
	w := open(t, town, gooddatatest.Faults{})
	w.ask("GET", "/gdc", "").has(200, `"about"`, `"link":"/gdc/account/login"`)
	w.ask("GET", "/gdc/ping", "").is(204, "")
	for _, path := range []string{"/", "/gdc/nothing", "/gdc//projects", "/gdc/projects/p1/users/a11/nothing"} {
		w.ask("GET", path, "").has(404, "gdc.http.client.status.404")
	}
}
