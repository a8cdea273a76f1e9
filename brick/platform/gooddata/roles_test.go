package gooddata_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform/gooddata"
)

func TestRolesAreNamedByIdentifierTitleAndSummary(t *testing.T) {
	v := newVillage(t)
	roles, err := v.open().Roles(t.Context(), p1)
	if err != nil {
		t.Fatal(err)
	}
	want := []brick.Role{
		{ID: "adminRole", Title: "Title 2", Summary: "role 2", URI: "/gdc/projects/p1/roles/2", Admin: true},
		{ID: "dashboardOnlyRole", Title: "Title 3", Summary: "role 3", URI: "/gdc/projects/p1/roles/3"},
		{ID: "editorRole", Title: "Title 5", Summary: "role 5", URI: "/gdc/projects/p1/roles/5"},
		{ID: "readOnlyUserRole", Title: "Title 4", Summary: "role 4", URI: "/gdc/projects/p1/roles/4", ReadOnly: true},
	}
	if !slices.Equal(roles, want) {
		t.Errorf("have %+v\nwant %+v", roles, want)
	}
	if n := len(v.all("GET /gdc/internal")); n != 1 {
		t.Errorf("%d requests for roles", n)
	}
}

// publicRoles answers with the list of links and one document for each role.
func publicRoles(f *fake) {
	f.handle("GET /gdc/projects/{p}", func(w http.ResponseWriter, _ *http.Request) { say(w, 200, projectDocument) })
	f.handle("GET /gdc/projects/{p}/roles", func(w http.ResponseWriter, r *http.Request) {
		p := "/gdc/projects/" + r.PathValue("p") + "/roles/"
		say(w, 200, `{"projectRoles":{"roles":["`+p+`2","`+p+`4"],"links":{"project":"/gdc/projects/`+r.PathValue("p")+`/"}}}`)
	})
	f.handle("GET /gdc/projects/{p}/roles/{n}", func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.PathValue("n"))
		say(w, 200, fmt.Sprintf(`{"projectRole":{"permissions":{"canAccessIntegration":"1"},"links":{"roleUsers":"%s/users"},"meta":{"identifier":%q,"summary":"project master","title":"Admin"}}}`,
			r.URL.Path, map[int]string{2: "adminRole", 4: "readOnlyUserRole"}[n]))
	})
}

func TestRolesAreReadOneByOneWhereThereIsNoInternalList(t *testing.T) {
	for _, status := range []int{403, 404, 405} {
		f := start(t)
		publicRoles(f)
		f.says("GET /gdc/internal/", status, "")
		d := f.open()
		for _, project := range []string{"p1", "p2", "p3"} {
			roles, err := d.Roles(t.Context(), brick.Project(project))
			if err != nil {
				t.Fatal(err)
			}
			want := []brick.Role{
				{ID: "adminRole", Title: "Admin", Summary: "project master", URI: "/gdc/projects/" + project + "/roles/2", Admin: true},
				{ID: "readOnlyUserRole", Title: "Admin", Summary: "project master", URI: "/gdc/projects/" + project + "/roles/4", ReadOnly: true},
			}
			if !slices.Equal(roles, want) {
				t.Errorf("have %+v\nwant %+v", roles, want)
			}
		}
		if n := len(f.all("GET /gdc/internal")); n != 1 {
			t.Errorf("the internal list is asked for %d times after it answered %d", n, status)
		}
	}
}

func TestAProjectThatIsNotThereSaysNothingOfTheInternalList(t *testing.T) {
	f := start(t)
	f.says("GET /gdc/internal/projects/none/roles", 404, "")
	f.says("GET /gdc/internal/projects/p1/roles", 200, rolesOf("p1"))
	f.says("GET /gdc/projects/none", 404, "")
	f.says("GET /gdc/projects/none/roles", 404, "")
	f.says("GET /gdc/projects/p1", 200, projectDocument)
	d := f.open()
	_, err := d.Roles(t.Context(), brick.Project("none"))
	wants(t, err, brick.NotFound)
	if roles, err := d.Roles(t.Context(), p1); err != nil || len(roles) != 4 {
		t.Errorf("%v, %v", roles, err)
	}
}

func TestRolesOfAFailureAreNotRemembered(t *testing.T) {
	f := start(t)
	f.says("GET /gdc/projects/p1", 200, projectDocument)
	broken := true
	f.handle("GET /gdc/internal/projects/p1/roles", func(w http.ResponseWriter, _ *http.Request) {
		if broken {
			say(w, 400, "")
			return
		}
		say(w, 200, rolesOf("p1"))
	})
	d := f.open()
	_, err := d.Roles(t.Context(), p1)
	wants(t, err, brick.Invalid)
	broken = false
	if roles, err := d.Roles(t.Context(), p1); err != nil || len(roles) != 4 {
		t.Errorf("%v, %v", roles, err)
	}
}

func TestProjectsAreRememberedWithinBounds(t *testing.T) {
	names := make([]string, gooddata.MostKnown/2)
	for i := range names {
		names[i] = "p" + strconv.Itoa(i)
	}
	for _, groups := range []int{0, 4} {
		if size, last := gooddata.KnowProjects(names, groups); size > gooddata.MostKnown || !last {
			t.Errorf("with %d groups each: size %d, the last is known: %v", groups, size, last)
		}
	}
}

func TestLinksOfRolesMustStayOnThePlatform(t *testing.T) {
	f := start(t)
	f.says("GET /gdc/projects/p1", 200, projectDocument)
	f.says("GET /gdc/internal/", 404, "")
	f.says("GET /gdc/projects/p1/roles", 200, `{"projectRoles":{"roles":["https://evil.example.com/gdc/projects/p1/roles/2"]}}`)
	_, err := f.open().Roles(t.Context(), p1)
	if text := wants(t, err, brick.Failed); !strings.Contains(text, "evil") {
		t.Error(text)
	}
}
