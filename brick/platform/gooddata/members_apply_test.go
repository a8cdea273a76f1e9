package gooddata_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform/gooddata"
)

// to is a change of a member of the project to what is given: "-" leaves
// roles or groups, otherwise they are separated by commas.
func to(action brick.Action, before *brick.Member, login, roles, groups string) brick.Change {
	c := brick.Change{Scope: p1, Action: action, Before: before}
	if action != brick.Remove {
		c.After = &brick.Member{Login: brick.Login(login), Roles: names(roles), Groups: names(groups)}
	} else if before == nil {
		c.Before = &brick.Member{Login: brick.Login(login)}
	}
	return c
}

func names(text string) []string {
	if text == "-" {
		return nil
	}
	return append([]string{}, brick.Set(strings.Split(text, ","))...)
}

// apply does changes, all of which must succeed.
func (v *village) apply(d *gooddata.Driver, changes ...brick.Change) {
	v.Helper()
	for i, err := range d.Apply(v.Context(), p1, changes) {
		if err != nil {
			v.Errorf("%v %s: %v", changes[i].Action, changes[i].Login(), err)
		}
	}
}

// wrote returns the requests that change something, as they were sent, the
// login aside.
func (v *village) wrote() (all []string) {
	for _, s := range v.all("") {
		if !strings.HasPrefix(s.what, "GET ") && !strings.Contains(s.what, "/gdc/account/login") {
			all = append(all, strings.TrimSpace(s.what+" "+s.body))
		}
	}
	return all
}

func TestAllKindsOfChangesGoInOneRequest(t *testing.T) {
	v := newVillage(t)
	ann, ben := v.settle("ann@example.com", "ENABLED", "adminRole"), v.settle("ben@example.com", "DISABLED", "editorRole")
	cem, dora := v.settle("cem@example.com", "ENABLED", "adminRole"), v.settle("dora@example.com", "DISABLED", "adminRole")
	v.settle("eve@example.com", "")
	d := v.open()
	have := v.listing(d)
	v.clear()
	v.apply(d,
		to(brick.Add, nil, "eve@example.com", "readOnlyUserRole", "-"),
		to(brick.Update, have["ann@example.com"], "ann@example.com", "editorRole,adminRole", "-"),
		to(brick.Enable, have["ben@example.com"], "ben@example.com", "-", "-"),
		to(brick.Disable, have["cem@example.com"], "cem@example.com", "-", "-"),
		to(brick.Update, have["dora@example.com"], "dora@example.com", "editorRole", "-"))
	user := func(status, roles, who string) string {
		if roles != "" {
			roles = `,"userRoles":["/gdc/projects/p1/roles/` + strings.ReplaceAll(roles, "+", `","/gdc/projects/p1/roles/`) + `"]`
		}
		return `{"user":{"content":{"status":"` + status + `"` + roles + `},"links":{"self":"/gdc/account/profile/` + who + `"}}}`
	}
	want := "POST /gdc/projects/p1/users " + `{"users":[` + strings.Join([]string{
		user("ENABLED", "4", "eve@example.com"), user("ENABLED", "2+5", ann.id), user("ENABLED", "5", ben.id),
		user("DISABLED", "", cem.id), user("DISABLED", "5", dora.id),
	}, ",") + "]}"
	if wrote := v.wrote(); !slices.Equal(wrote, []string{want}) {
		t.Errorf("sent\n%s\nwant\n%s", strings.Join(wrote, "\n"), want)
	}
	v.holds("eve@example.com enabled readOnlyUserRole", "ann@example.com enabled adminRole+editorRole",
		"ben@example.com enabled editorRole", "cem@example.com disabled adminRole", "dora@example.com disabled editorRole")
}

func TestNothingIsSentForWhoIsAsWanted(t *testing.T) {
	v := newVillage(t)
	ann := v.settle("ann@example.com", "ENABLED", "adminRole", "editorRole")
	v.settle("ben@example.com", "DISABLED", "editorRole")
	v.group("Sales", ann)
	d := v.open()
	have := v.listing(d)
	changes := []brick.Change{
		to(brick.Update, have["ann@example.com"], "ann@example.com", "adminRole,editorRole", "SALES"),
		to(brick.Disable, have["ben@example.com"], "ben@example.com", "-", ""),
	}
	v.apply(d, changes...)
	changes[0].Action = brick.Enable
	v.apply(d, changes...)
	changes[0].Action = brick.Add
	v.apply(d, changes...)
	for i := range changes { // and now it must look
		changes[i].Before = nil
	}
	changes[0].Action = brick.Update
	v.apply(d, changes...)
	if wrote := v.wrote(); len(wrote) > 0 {
		t.Errorf("sent %q", wrote)
	}
}

func TestManyPeopleGoAHundredAtATime(t *testing.T) {
	v := newVillage(t)
	var changes []brick.Change
	var want []string
	for i := range 250 {
		login := fmt.Sprintf("u%03d@example.com", i)
		v.settle(login, "")
		changes = append(changes, to(brick.Add, nil, login, "editorRole", "-"))
		want = append(want, login+" enabled editorRole")
	}
	v.apply(v.open(), changes...)
	v.holds(want...)
	if sizes := v.posts(); !slices.Equal(sizes, []int{50, 100, 100}) {
		t.Errorf("requests name %v people", sizes)
	}
}

func TestSlicesGoAtOnce(t *testing.T) {
	v := start(t)
	v.says("GET /gdc/projects/p1", 200, projectDocument)
	v.says("GET /gdc/internal/projects/p1/roles", 200, rolesOf("p1"))
	together := newGather(5)
	v.handle("POST /gdc/projects/p1/users", func(w http.ResponseWriter, _ *http.Request) {
		together.wait()
		say(w, 403, `{"error":{"message":"not for you"}}`)
	})
	var changes []brick.Change
	for i := range 500 {
		changes = append(changes, to(brick.Add, nil, fmt.Sprintf("u%d@example.com", i), "editorRole", "-"))
	}
	for _, err := range v.open().Apply(t.Context(), p1, changes) {
		wants(t, err, brick.Forbidden, "not for you")
	}
}

func TestResultsAreToldApartHoweverTheyAreWritten(t *testing.T) {
	for name, form := range map[string]func(v *village, link string) string{
		"as sent": func(_ *village, link string) string { return link },
		"capitals": func(_ *village, link string) string {
			return "/gdc/account/profile/" + strings.ToUpper(strings.TrimPrefix(link, "/gdc/account/profile/"))
		},
		"escaped": func(_ *village, link string) string {
			return strings.NewReplacer("@", "%40", "+", "%2B").Replace(link)
		},
		"by login":    func(v *village, link string) string { return "/gdc/account/profile/" + v.named(link).login },
		"by id":       func(v *village, link string) string { return "/gdc/account/profile/" + v.named(link).id },
		"with a host": func(v *village, link string) string { return v.URL + link },
	} {
		t.Run(name, func(t *testing.T) {
			v := newVillage(t)
			v.refuse = map[string]string{"bad+1@example.com": "is a technical user"}
			for _, login := range []string{"ann@example.com", "bad+1@example.com", "cem+x@example.com"} {
				v.settle(login, "ENABLED", "adminRole")
			}
			v.tell = func(done []string, failed []any) string {
				slices.Reverse(done)
				for i := range done {
					done[i] = form(v, done[i])
				}
				for _, f := range failed {
					object := f.(map[string]string)
					object["user"] = form(v, object["user"])
				}
				return v.result(done, failed)
			}
			d := v.open()
			var changes []brick.Change
			for _, m := range v.listing(d) {
				c := to(brick.Update, m, string(m.Login), "editorRole", "-")
				if m.Login == "cem+x@example.com" {
					c = to(brick.Add, nil, string(m.Login), "editorRole", "-") // goes by login, without an id that is known
				}
				changes = append(changes, c)
			}
			for i, err := range d.Apply(t.Context(), p1, changes) {
				if changes[i].Login() == "bad+1@example.com" {
					wants(t, err, brick.Invalid, "is a technical user", "SERVER")
				} else if err != nil && !(name == "by id" && changes[i].Login() == "cem+x@example.com") {
					t.Errorf("%s: %v", changes[i].Login(), err)
				}
			}
		})
	}
}

func TestFailuresOfAllForms(t *testing.T) {
	v := newVillage(t)
	v.settle("plain@example.com", "")
	v.settle("silent@example.com", "")
	v.tell = func(_ []string, _ []any) string {
		const who = "/gdc/account/profile/"
		return `{"projectUsersUpdateResult":{"failed":["` + who + `plain@example.com",{"user":"` + who + `nobody@example.com","message":"Cannot add user to project. User doesn't exist"},` +
			`{"user":"` + who + `filled@example.com","message":"%s is %s","parameters":["he","odd"]},{"user":null,"message":null},{}],"successful":["` + who + `filled@example.com"]}}`
	}
	d := v.open()
	errs := d.Apply(t.Context(), p1, []brick.Change{
		to(brick.Add, nil, "plain@example.com", "editorRole", "-"),
		to(brick.Add, nil, "nobody@example.com", "editorRole", "-"),
		to(brick.Add, nil, "filled@example.com", "editorRole", "-"),
		to(brick.Add, nil, "silent@example.com", "editorRole", "-"),
	})
	wants(t, errs[0], brick.Invalid)
	wants(t, errs[1], brick.NotFound, "User doesn't exist")
	wants(t, errs[2], brick.Invalid, "he is odd")
	wants(t, errs[3], brick.Failed, "does not say")
	if sizes := v.posts(); !slices.Equal(sizes, []int{1, 4}) {
		t.Errorf("requests name %v people", sizes)
	}
}

func TestWhoIsNotMentionedIsSentOnceMore(t *testing.T) {
	v := newVillage(t)
	v.once = map[string]bool{"ben@example.com": true}
	v.settle("ann@example.com", "")
	v.settle("ben@example.com", "")
	v.apply(v.open(), to(brick.Add, nil, "ann@example.com", "editorRole", "-"), to(brick.Add, nil, "ben@example.com", "editorRole", "-"))
	if sizes := v.posts(); !slices.Equal(sizes, []int{1, 2}) {
		t.Errorf("requests name %v people", sizes)
	}
}

func TestABadPersonIsFoundAndKeepsNobodyElse(t *testing.T) {
	for _, status := range []int{400, 413} {
		v := newVillage(t)
		v.breaks = map[string]int{"u042@example.com": status}
		var changes []brick.Change
		for i := range 100 {
			login := fmt.Sprintf("u%03d@example.com", i)
			v.settle(login, "")
			changes = append(changes, to(brick.Add, nil, login, "editorRole", "-"))
		}
		for i, err := range v.open().Apply(t.Context(), p1, changes) {
			if i == 42 {
				wants(t, err, brick.Invalid, "bad person u042@example.com")
			} else if err != nil {
				t.Errorf("%s: %v", changes[i].Login(), err)
			}
		}
		if n := len(v.posts()); n > 2*8 {
			t.Errorf("%d requests to find one of a hundred", n)
		}
	}
}

func TestAPlatformThatTakesFewPeopleAtOnceGetsThemSo(t *testing.T) {
	v := newVillage(t)
	v.most = 7
	var changes []brick.Change
	for i := range 100 {
		login := fmt.Sprintf("u%03d@example.com", i)
		v.settle(login, "")
		changes = append(changes, to(brick.Add, nil, login, "editorRole", "-"))
	}
	v.apply(v.open(), changes...)
}

func TestAClosedProjectIsNotAskedOverAndOver(t *testing.T) {
	for status, kind := range map[int]brick.Kind{403: brick.Forbidden, 404: brick.NotFound, 410: brick.Gone} {
		f := start(t)
		f.says("GET /gdc/projects/p1", 200, projectDocument)
		f.says("GET /gdc/internal/projects/p1/roles", 200, rolesOf("p1"))
		f.says("POST /gdc/projects/p1/users", status, "")
		var changes []brick.Change
		for i := range 10_000 {
			changes = append(changes, to(brick.Add, nil, fmt.Sprintf("u%04d@example.com", i), "editorRole", "-"))
		}
		for _, err := range f.open().Apply(t.Context(), p1, changes) {
			wants(t, err, kind)
		}
		if n := len(f.all("POST /gdc/projects")); n > 64 { // of a hundred
			t.Errorf("%d requests after the first %d", n, status)
		}
	}
}

func TestAnUnknownRoleSendsNothing(t *testing.T) {
	v := newVillage(t)
	v.settle("ann@example.com", "")
	v.settle("ben@example.com", "")
	errs := v.open().Apply(t.Context(), p1, []brick.Change{
		to(brick.Add, nil, "ann@example.com", "editorRole,nonsense", "-"),
		to(brick.Add, nil, "ben@example.com", "EDITORROLE", "-"),
	})
	wants(t, errs[0], brick.NotFound, "nonsense")
	if errs[1] != nil {
		t.Error(errs[1])
	}
	v.holds("ben@example.com enabled editorRole")
}

func TestWhoIsNoMemberIsNeitherUpdatedNorDisabled(t *testing.T) {
	v := newVillage(t)
	v.settle("ann@example.com", "")
	d := v.open()
	for _, action := range []brick.Action{brick.Update, brick.Disable} {
		wants(t, d.Apply(t.Context(), p1, []brick.Change{to(action, nil, "ann@example.com", "editorRole", "-")})[0], brick.NotFound, "not a member")
	}
	if wrote := v.wrote(); len(wrote) > 0 {
		t.Errorf("sent %q", wrote)
	}
}

func TestWhoMustBeLookedForIsLookedForOnce(t *testing.T) {
	v := newVillage(t)
	var changes []brick.Change
	var want []string
	for i := range 50 {
		login := fmt.Sprintf("u%03d@example.com", i)
		v.settle(login, []string{"ENABLED", "DISABLED"}[i%2], "adminRole")
		changes = append(changes, to(brick.Update, nil, strings.ToUpper(login), "editorRole", "-"))
		want = append(want, login+" "+[]string{"enabled", "disabled"}[i%2]+" editorRole")
	}
	v.apply(v.open(), changes...)
	v.holds(want...)
	if n := len(v.all("GET /gdc/projects/p1/users")); n > 1 {
		t.Errorf("%d requests look for members", n)
	}
}

func TestAMemberIsRemoved(t *testing.T) {
	v := newVillage(t)
	ann, ben := v.settle("ann@example.com", "ENABLED", "adminRole"), v.settle("ben@example.com", "DISABLED", "adminRole")
	v.settle("cem@example.com", "ENABLED", "adminRole")
	v.group("Sales", ann, ben)
	v.group("Support", ben)
	d := v.open()
	have := v.listing(d)
	v.clear()
	v.apply(d,
		to(brick.Remove, have["ann@example.com"], "", "", ""),
		to(brick.Remove, nil, "ben@example.com", "", ""), // of whom nothing is known
		to(brick.Remove, nil, "nobody@example.com", "", ""))
	v.holds("cem@example.com enabled adminRole")
	wrote := v.wrote()
	if len(wrote) != 4 || !strings.Contains(wrote[0]+wrote[1], `"REMOVE"`) || strings.Contains(strings.Join(wrote[:2], ""), "DELETE") {
		t.Errorf("sent %q, want two groups to be left and then two members to go", wrote)
	}
	v.apply(d, to(brick.Remove, have["ann@example.com"], "", "", "")) // once more
}

func TestAMemberWhomThePlatformKeeps(t *testing.T) {
	for status, kind := range map[int]brick.Kind{403: brick.Forbidden, 405: brick.Invalid} {
		v := newVillage(t)
		v.breaks = map[string]int{"ann@example.com": status}
		v.settle("ann@example.com", "ENABLED", "adminRole")
		gone := v.settle("ben@example.com", "ENABLED", "adminRole")
		d := v.open()
		have := v.listing(d)
		v.handle("DELETE /gdc/projects/p1/users/"+gone.id, func(w http.ResponseWriter, _ *http.Request) { say(w, status, "") })
		v.mu.Lock()
		gone.status = ""
		v.mu.Unlock()
		errs := d.Apply(t.Context(), p1, []brick.Change{
			to(brick.Remove, have["ann@example.com"], "", "", ""),
			to(brick.Remove, have["ben@example.com"], "", "", ""),
		})
		wants(t, errs[0], kind, "cannot remove ann@example.com", "hint:")
		if errs[1] != nil {
			t.Errorf("who is gone already: %v", errs[1])
		}
	}
}

func TestNoMemberIsChangedAfterTheEnd(t *testing.T) {
	v := newVillage(t)
	ann := v.settle("ann@example.com", "ENABLED", "adminRole")
	v.settle("ben@example.com", "")
	v.group("Sales", ann)
	d := v.open()
	have := v.listing(d)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range d.Apply(ctx, p1, []brick.Change{
		to(brick.Remove, have["ann@example.com"], "", "", ""),
		to(brick.Add, nil, "ben@example.com", "editorRole", "-"),
		to(brick.Update, nil, "cem@example.com", "editorRole", "-"),
	}) {
		wants(t, err, brick.Interrupted)
	}
	if wrote := v.wrote(); len(wrote) > 0 {
		t.Errorf("sent %q", wrote)
	}
}

func TestWhatIsUnderWayAtTheEndIsFinished(t *testing.T) {
	v := newVillage(t)
	v.settle("ann@example.com", "")
	v.group("Sales")
	ctx, cancel := context.WithCancel(t.Context())
	v.tell = func(done []string, failed []any) string {
		cancel()
		return v.result(done, failed)
	}
	d := v.open()
	err := d.Apply(ctx, p1, []brick.Change{to(brick.Add, nil, "ann@example.com", "editorRole", "Sales")})[0]
	wants(t, err, brick.Interrupted) // the group is still to come
	v.holds("ann@example.com enabled editorRole")
	v.tell = nil
	v.apply(d, to(brick.Add, nil, "ann@example.com", "editorRole", "Sales"))
	v.holds("ann@example.com enabled editorRole: Sales")
}

func TestAnAnswerThatTellsNothingIsAskedForAgain(t *testing.T) {
	for _, body := range []string{"{}", `{"projectUsersUpdateResult":null}`, "[]", `{"projectUsersUpdateResult":{"successful":7}}`} {
		v := newVillage(t)
		v.settle("ann@example.com", "")
		v.tell = func([]string, []any) string { return body }
		err := v.open().Apply(t.Context(), p1, []brick.Change{to(brick.Add, nil, "ann@example.com", "editorRole", "-")})[0]
		if k := brick.KindOf(err); err == nil || !k.Temporary() && k != brick.Failed {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestLoginsThatAreOddInAPathAreSentAsTheyAre(t *testing.T) {
	v := newVillage(t)
	var changes []brick.Change
	var want []string
	for _, login := range []string{"a+b@example.com", "a/b@example.com", "a?b=c@example.com", "a%41@example.com", "a'b&c@example.com", "a#b@example.com", "žofie@example.com"} {
		v.settle(login, "")
		changes = append(changes, to(brick.Add, nil, login, "editorRole", "-"))
		want = append(want, login+" enabled editorRole")
	}
	v.apply(v.open(), changes...)
	v.holds(want...)
}

func TestABeforeThatTellsNothingIsNotTrusted(t *testing.T) {
	v := newVillage(t)
	v.settle("ann@example.com", "DISABLED", "adminRole")
	d := v.open()
	nothing := &brick.Member{Login: "ann@example.com"}
	v.apply(d, to(brick.Update, nothing, "ann@example.com", "editorRole", "-"))
	v.holds("ann@example.com disabled editorRole")
	v.apply(d, to(brick.Disable, nothing, "ann@example.com", "-", "-"))
	if n := len(v.posts()); n != 1 {
		t.Errorf("%d requests", n)
	}
}
