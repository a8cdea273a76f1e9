package gooddata_test

import (
	"fmt"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform"
)

func TestAccountsAreListedPageByPage(t *testing.T) {
	w := newTown(t)
	for i := range 2500 {
		w.settle(fmt.Sprintf("User%d@x.com", i), nil)
	}
	members := accountsIn(t, w.open(), platform.Need{Members: 2500})
	if len(members) != 2500 {
		t.Errorf("%d accounts, want 2500", len(members))
	}
	if m := members["user7@x.com"]; m == nil || m.Status != brick.Enabled || m.Ref != "id8" {
		t.Errorf("one account is %+v", m)
	}
}

func TestAccountsThatNoFileCanNameAreLeftOutWithAWarning(t *testing.T) {
	w := newTown(t)
	w.settle("bootstrap", nil)
	w.settle("a@x.com", nil)
	if members := accountsIn(t, w.open(), platform.Need{}); len(members) != 1 {
		t.Errorf("%v", members)
	}
	if have := w.notices(); len(have) != 1 || !strings.Contains(have[0], "1 accounts are left out") {
		t.Errorf("warnings: %q", have)
	}
}

func TestAListingForGroupsRemembersProfiles(t *testing.T) {
	for _, groups := range []bool{true, false} {
		w := newTown(t)
		w.settle("A@x.com", nil)
		d := w.open()
		accountsIn(t, d, platform.Need{Groups: groups})
		if id, known := d.KnownID("a@x.com"); known != groups || groups && id != "id1" {
			t.Errorf("groups %t: remembered %t as %q", groups, known, id)
		}
	}
}

func TestTheNameOfAnOrganizationIsEscaped(t *testing.T) {
	f := start(t)
	f.says("GET /gdc/account/domains/{name}/users", 200, `{"accountSettings":{"paging":{"offset":0,"count":0},"items":[]}}`)
	d := f.open()
	for _, err := range d.List(t.Context(), brick.Organization("a/b?c d%")) {
		t.Fatal(err)
	}
	if have := f.all("GET")[0].what; !strings.HasPrefix(have, "GET /gdc/account/domains/a%2Fb%3Fc%20d%25/users?") {
		t.Error(have)
	}
}

func TestWhoMayNotSeeTheAccountsIsDenied(t *testing.T) {
	f := start(t)
	f.says("GET /gdc/account/domains/acme/users", 403, `{"error":{"errorClass":"com.gooddata.security.authorization.AuthorizationFailedException","message":"Can be accessed only by domain admin","errorCode":"gdc.security.authorization","parameters":[]}}`)
	f.says("POST /gdc/account/domains/acme/users", 403, `{"error":{"message":"Can be accessed only by domain admin"}}`)
	d := f.open()
	for _, err := range d.List(t.Context(), acme) {
		wants(t, err, brick.Denied, "not an administrator of the organization", "only by domain admin", "hint:")
	}
	wants(t, applyAccount(t, d, accountChange(brick.Add, nil, "a@x.com", brick.Profile{})), brick.Denied, "not an administrator")
	wants(t, applyAccount(t, d, accountChange(brick.Remove, nil, "a@x.com", brick.Profile{})), brick.Denied, "not an administrator")
	if n := len(f.all("POST /gdc/account/domains")); n != 1 {
		t.Errorf("%d creations were tried, want 1", n)
	}
}

func TestAnUnknownOrganizationIsNotFound(t *testing.T) {
	w := newTown(t)
	d := w.open()
	nobody := brick.Organization("nobody")
	for _, err := range d.List(t.Context(), nobody) {
		wants(t, err, brick.NotFound, "hint: check the name")
	}
	for _, err := range d.Apply(t.Context(), nobody, []brick.Change{
		accountChange(brick.Add, nil, "a@x.com", brick.Profile{}), accountChange(brick.Update, nil, "b@x.com", brick.Profile{}), accountChange(brick.Remove, nil, "c@x.com", brick.Profile{}),
	}) {
		wants(t, err, brick.NotFound)
	}
}

func TestAScopeWithoutALevelIsNotFound(t *testing.T) {
	d := start(t).open()
	for _, err := range d.List(t.Context(), brick.Scope{ID: "acme"}) {
		wants(t, err, brick.NotFound)
	}
	for _, err := range d.Apply(t.Context(), brick.Scope{}, make([]brick.Change, 2)) {
		wants(t, err, brick.NotFound)
	}
}

func TestAPageThatIsNoPageIsUnavailable(t *testing.T) {
	f := start(t)
	f.says("GET /gdc/account/domains/acme/users", 200, `{"something":"else"}`)
	for _, err := range f.open().List(t.Context(), acme) {
		wants(t, err, brick.Unavailable, "cannot be understood")
	}
}
