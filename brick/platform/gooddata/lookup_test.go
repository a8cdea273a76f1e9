package gooddata_test

import (
	"net/http"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform"
)

const (
	aProject   = `{"project":{"content":{"environment":"TESTING","state":"ENABLED"},"links":{"self":"/gdc/projects/p1"},"meta":{"title":"My project","summary":"No summary"}}}`
	noMetadata = `{"error":{"errorClass":"GDC::Exception::NotFound","message":"Object ID %s not found","parameters":["GOODOT_CUSTOM_PROJECT_ID"]}}`
	clientsOf  = "GET /gdc/domains/acme/dataproducts/default/clients"
)

func TestAProjectHasATitleACustomIDAndAClient(t *testing.T) {
	f := start(t)
	f.says("GET /gdc/projects/p1", 200, aProject)
	f.says("GET /gdc/projects/p1/dataload/metadata/GOODOT_CUSTOM_PROJECT_ID", 200, `{"metadataItem":{"key":"GOODOT_CUSTOM_PROJECT_ID","value":"client_1"}}`)
	f.says(clientsOf, 200, `{"clients":{"items":[
		{"client":{"id":"c0","segment":"/gdc/domains/acme/dataproducts/default/segments/s","project":null}},
		{"client":{"id":"c1","segment":"/gdc/domains/acme/dataproducts/default/segments/s","project":"/gdc/projects/p1"}}],"paging":{"next":"/gdc/domains/acme/dataproducts/default/clients?offset=never"}}}`)
	d := f.open()
	f.clear()
	have, err := d.Project(t.Context(), "acme", "default", "p1")
	if want := (platform.Project{ID: "p1", Title: "My project", CustomID: "client_1", ClientID: "c1"}); have != want || err != nil {
		t.Errorf("have %+v, %v; want %+v", have, err, want)
	}
	f.came("GET /gdc/projects/p1", "GET /gdc/projects/p1/dataload/metadata/GOODOT_CUSTOM_PROJECT_ID", clientsOf+"?limit=1000")
}

func TestAProjectWithoutMetadataHasNoCustomID(t *testing.T) {
	f := start(t)
	f.says("GET /gdc/projects/p1", 200, aProject)
	f.says("GET /gdc/projects/p1/dataload/metadata/{key}", 404, noMetadata)
	d := f.open()
	f.clear()
	have, err := d.Project(t.Context(), "", "", "p1")
	if want := (platform.Project{ID: "p1", Title: "My project"}); have != want || err != nil {
		t.Errorf("have %+v, %v; want %+v", have, err, want)
	}
	if n := len(f.all("GET /gdc/domains")); n != 0 {
		t.Errorf("%d requests about clients of no organization", n)
	}
}

func TestMetadataThatCannotBeReadAreNotTakenForNone(t *testing.T) {
	f := start(t)
	f.says("GET /gdc/projects/p1", 200, aProject)
	f.says("GET /gdc/projects/p1/dataload/metadata/{key}", 403, `{"error":{"message":"not yours"}}`)
	_, err := f.open().Project(t.Context(), "", "", "p1")
	wants(t, err, brick.Forbidden, "not yours")
}

func TestProjectsThatCannotBeHad(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		kind   brick.Kind
	}{
		{404, `{"error":{"message":"no"}}`, brick.NotFound},
		{400, `{"error":{"message":"bad id"}}`, brick.NotFound},
		{403, `{"error":{"message":"no"}}`, brick.Forbidden},
		{410, ``, brick.Gone},
		{200, strings.Replace(aProject, "ENABLED", "DELETED", 1), brick.Gone},
		{200, `{}`, brick.Unavailable},
	} {
		f := start(t)
		f.says("GET /gdc/projects/{id}", c.status, c.body)
		_, err := f.open().Project(t.Context(), "", "", "../p 1")
		wants(t, err, c.kind, ":SERVER") // the id under which the platform knows the request
		if len(f.all("GET /gdc/projects/..%2Fp%201")) != 1 {
			t.Errorf("asked for %v", f.all("GET"))
		}
	}
}

func TestClientsAreListedPageByPageEachOnce(t *testing.T) {
	f := start(t)
	f.handle(clientsOf, func(w http.ResponseWriter, r *http.Request) {
		switch r.FormValue("offset") {
		case "":
			say(w, 200, `{"clients":{"items":[{"client":{"id":"tenant_1","segment":"/gdc/domains/acme/dataproducts/default/segments/gold%20%2F1","project":"/gdc/projects/p1","links":{"self":"/x"}}},
				{"client":{"id":17,"segment":"/gdc/domains/acme/segments/silver","project":null}}],"paging":{"next":"/gdc/domains/acme/dataproducts/default/clients?limit=1000&offset=2"}}}`)
		case "2":
			say(w, 200, `{"clients":{"items":[{"client":{"id":"tenant_1","segment":null,"project":"/gdc/projects/other"}},{"client":{"id":"a/ä","project":"/gdc/projects/p3/"}}],"paging":{"next":null}}}`)
		}
	})
	have, err := clientsListed(t, f)
	if err != nil {
		t.Fatal(err)
	}
	want := []platform.Client{{ID: "tenant_1", Segment: "gold /1", Project: "p1"}, {ID: "17", Segment: "silver"}, {ID: "a/ä", Project: "p3"}}
	if len(have) != len(want) {
		t.Fatalf("have %+v, want %+v", have, want)
	}
	for i := range want {
		if have[i] != want[i] {
			t.Errorf("have %+v, want %+v", have[i], want[i])
		}
	}
}

func clientsListed(t *testing.T, f *fake) (clients []platform.Client, err error) {
	var last error
	for c, err := range f.open().Clients(t.Context(), "acme", "default") {
		if last != nil {
			t.Error("the list goes on after an error")
		}
		if last = err; err == nil {
			clients = append(clients, c)
		}
	}
	return clients, last
}

func TestPagesThatLeadInACircleAreAnError(t *testing.T) {
	for _, next := range []string{"/gdc/domains/acme/dataproducts/default/clients?limit=1000", "/gdc/domains/acme/dataproducts/default/clients?x"} {
		f := start(t)
		f.says(clientsOf, 200, `{"clients":{"items":[{"client":{"id":"a"}}],"paging":{"next":"`+next+`"}}}`)
		_, err := clientsListed(t, f)
		wants(t, err, brick.Failed, "in a circle")
	}
}

func TestPagesThatLeadElsewhereAreAnError(t *testing.T) {
	f := start(t)
	f.says(clientsOf, 200, `{"clients":{"items":[{"client":{"id":"a"}}],"paging":{"next":"https://evil.example.com/gdc/x"}}}`)
	_, err := clientsListed(t, f)
	wants(t, err, brick.Failed, "leads elsewhere")
}

func TestAnAnswerWithoutAListIsNotTakenForAnEmptyOne(t *testing.T) {
	f := start(t)
	f.says(clientsOf, 200, `{}`)
	f.says("GET /gdc/domains/acme/dataproducts/default/segments", 200, `{"segments":null}`)
	_, err := clientsListed(t, f)
	wants(t, err, brick.Unavailable)
	_, err = f.open().Segments(t.Context(), "acme", "default")
	wants(t, err, brick.Unavailable)
}

func TestAnUnknownDataProductIsToldFromAnUnknownOrganization(t *testing.T) {
	for _, empty := range []bool{false, true} { // where it is unknown, or its list is empty
		f := start(t)
		status, list := 404, `{"error":{"message":"no such data product"}}`
		if empty {
			status, list = 200, `{"clients":{"items":[],"paging":{"next":null}},"segments":{"items":[]}}`
		}
		f.says("GET /gdc/domains/acme/dataproducts/{product}", 404, `{"error":{"message":"no such data product"}}`)
		f.says("GET /gdc/domains/acme/dataproducts/{product}/{list}", status, list)
		f.says("GET /gdc/domains/acme/dataproducts", 200, `{"dataProducts":{"items":[{"dataProduct":{"id":"silver"}},{"dataProduct":{"id":"gold"}}]}}`)
		f.says("GET /gdc/domains/nobody/", 404, `{"error":{"message":"no such domain"}}`)
		d := f.open()
		for organization, kind := range map[string]brick.Kind{"acme": brick.BadInput, "nobody": brick.NotFound} {
			_, err := d.Segments(t.Context(), organization, "defualt")
			text := wants(t, err, kind, "hint:")
			for _, err := range d.Clients(t.Context(), organization, "defualt") {
				wants(t, err, kind, "hint:")
			}
			if kind == brick.BadInput && !strings.Contains(text, `no data product "defualt"`) || kind == brick.BadInput && !strings.Contains(text, "gold, silver") {
				t.Error(text)
			}
		}
		if n := len(f.all("POST /gdc/domains")) + len(f.all("PUT")); n != 0 {
			t.Error("something was made")
		}
	}
}

func TestADataProductWithoutClientsAndSegmentsIsKnown(t *testing.T) {
	f := start(t)
	f.says("GET /gdc/domains/acme/dataproducts/default", 200, `{"dataProduct":{"id":"default"}}`)
	f.says("GET /gdc/domains/acme/dataproducts/default/{list}", 200, `{"clients":{"items":[],"paging":{"next":null}},"segments":{"items":[]}}`)
	if clients, err := clientsListed(t, f); err != nil || clients != nil {
		t.Error(clients, err)
	}
	if segments, err := f.open().Segments(t.Context(), "acme", "default"); err != nil || segments != nil {
		t.Error(segments, err)
	}
}

func TestClientsThatMayNotBeSeenAreDenied(t *testing.T) {
	f := start(t)
	f.says(clientsOf, 403, `{"error":{"message":"no"}}`)
	_, err := clientsListed(t, f)
	wants(t, err, brick.Denied, "not an administrator")
}

func TestSegmentsAreListed(t *testing.T) {
	f := start(t)
	f.says("GET /gdc/domains/a%20b/dataproducts/x%2Fy/segments", 200, `{"segments":{"items":[{"segment":{"id":"silver","masterProject":"/gdc/projects/m"}},{"segment":{"id":"gold"}}]}}`)
	have, err := f.open().Segments(t.Context(), "a b", "x/y")
	if err != nil || strings.Join(have, ",") != "gold,silver" {
		t.Error(have, err)
	}
}

func TestTheLoginOfThePasswordIsOnesOwn(t *testing.T) {
	f := start(t)
	d := f.open()
	f.clear()
	if login, err := d.Self(t.Context()); login != "admin@example.com" || err != nil {
		t.Error(login, err)
	}
	f.came()
}

func TestASessionTellsWhoseItIs(t *testing.T) {
	profile := `{"accountSetting":{"login":"Robot@Example.com","links":{"self":"/gdc/account/profile/5ad80b"}}}`
	for name, answer := range map[string]http.HandlerFunc{
		"by a redirect": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "/gdc/account/profile/5ad80b")
			w.WriteHeader(307)
		},
		"by a redirect with a host": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "http://"+r.Host+"/gdc/account/profile/5ad80b")
			w.WriteHeader(307)
		},
		"at once": func(w http.ResponseWriter, _ *http.Request) { say(w, 200, profile) },
	} {
		t.Run(name, func(t *testing.T) {
			f := start(t)
			f.handle("GET /gdc/account/profile/current", answer)
			f.says("GET /gdc/account/profile/5ad80b", 200, profile)
			d := f.openBySession()
			for range 2 {
				if login, err := d.Self(t.Context()); login != "robot@example.com" || err != nil {
					t.Error(login, err)
				}
			}
			if n := len(f.all("GET /gdc/account/profile/current")); n != 1 {
				t.Errorf("asked %d times", n)
			}
		})
	}
}

func TestASessionThatDoesNotTellWhoseItIsIsAnError(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		kind   brick.Kind
	}{
		"it leads elsewhere": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://evil.example.com/gdc/account/profile/1")
			w.WriteHeader(307)
		}, brick.Failed},
		"no login": {func(w http.ResponseWriter, _ *http.Request) { say(w, 200, `{"accountSetting":{"login":" "}}`) }, brick.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			f := start(t)
			f.handle("GET /gdc/account/profile/current", c.answer)
			login, err := f.openBySession().Self(t.Context())
			wants(t, err, c.kind)
			if login != "" {
				t.Errorf("it is %q", login)
			}
		})
	}
}
