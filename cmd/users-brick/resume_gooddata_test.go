package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"users-brick/brick"
	"users-brick/brick/plan"
	"users-brick/brick/platform"
	"users-brick/brick/platform/gooddata"
	"users-brick/brick/platform/gooddata/gooddatatest"
)

// smallBatches is a GoodData platform whose batches are so small that a run
// has several of a kind.
type smallBatches struct{ *gooddata.Driver }

func (d *smallBatches) Features() platform.Features {
	return platform.Features{Batch: 60, Concurrency: 4}
}

// farStage is a stage whose platform is a GoodData platform.
type farStage struct {
	*stage
	server atomic.Pointer[gooddatatest.Server]
	loses  atomic.Pointer[func(*http.Request) bool] // whose answers are lost
}

// What becomes of the people of a far stage: fifteen are new, each of whom is
// two changes, some get another role, some other groups, and some go.
const (
	farNew, farRole, farGroups, farGone = 15, 85, 85, 100
	farChanges                          = 2*farNew + farRole + farGroups + farGone
)

func newFarStage(t *testing.T) *farStage {
	f := &farStage{stage: &stage{t: t, dir: t.TempDir(), ctx: t.Context()}}
	o := gooddatatest.Organization{Name: "acme", Users: []gooddatatest.Account{{Login: robot, FirstName: "Ro", LastName: "Bot", Password: robotPassword, Admin: true}}}
	p := gooddatatest.Project{ID: "one", Groups: []gooddatatest.Group{{Name: "Sales"}, {Name: "Support"}}, Members: []gooddatatest.Member{{Login: robot, Roles: []string{"adminRole"}}}}
	users := "login,role,user_groups,password\n"
	for i := range farNew {
		users += fmt.Sprintf("new%03d@example.com,viewer,Support,Given-7qX!by-%03d\n", i, i)
	}
	for i := range farRole + farGroups + farGone {
		login := fmt.Sprintf("old%03d@example.com", i)
		o.Users = append(o.Users, gooddatatest.Account{Login: login, FirstName: "Old", LastName: fmt.Sprint(i), Email: login})
		p.Members = append(p.Members, gooddatatest.Member{Login: login, Roles: []string{"readOnlyUserRole"}, Groups: []string{"Sales"}})
		switch {
		case i < farRole:
			users += login + ",editor,Sales,\n"
		case i < farRole+farGroups:
			users += login + `,viewer,"Support,Newcomers",` + "\n"
		}
	}
	o.Projects = []gooddatatest.Project{p}
	f.serve(gooddatatest.State{Organizations: []gooddatatest.Organization{o}})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if loses := f.loses.Load(); loses != nil && (*loses)(r) {
			f.server.Load().ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		f.server.Load().ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	f.write("users.csv", users)
	f.write("params.json", fmt.Sprintf(`{"sync_mode": "sync_domain_and_project", "organization": "acme", "project": "one", "max_removals": "none", "input_source": %q,
		"platform": {"type": "gooddata", "url": %q, "username": %q, "password": %q}}`, f.path("users.csv"), server.URL, robot, robotPassword))
	return f
}

// serve makes the platform one that holds a state. Each request that changes
// something is a step.
func (f *farStage) serve(state gooddatatest.State) {
	f.t.Helper()
	server, err := gooddatatest.New(state, gooddatatest.Faults{})
	if err != nil {
		f.t.Fatal(err)
	}
	server.SetHooks(gooddatatest.Hooks{
		Before: func(_ int, r *http.Request) {
			if changesSomething(r) {
				f.mu.Lock()
			}
		},
		After: func(_ int, r *http.Request) {
			if !changesSomething(r) {
				return
			}
			if f.after != nil {
				f.after()
			}
			f.mu.Unlock()
		},
	})
	f.server.Store(server)
}

// changesSomething reports whether a request changes more than the session.
func changesSomething(r *http.Request) bool {
	return r.Method != http.MethodGet && !strings.Contains(r.URL.Path, "/account/login") && !strings.Contains(r.URL.Path, "/account/token")
}

// farLeft is what a kill leaves, here and there.
type farLeft struct {
	left
	state gooddatatest.State
}

func (f *farStage) restoreFar(l farLeft) {
	f.t.Helper()
	f.restore(l.left)
	f.serve(l.state)
}

// kills does a whole run and returns what a kill -9 would leave after each
// step of it, and the platform as it is in the end.
func (f *farStage) kills() (after []farLeft, want string, totals tally) {
	f.t.Helper()
	f.after = func() { after = append(after, farLeft{f.look(), f.server.Load().State()}) }
	f.must("run", f.path("params.json"))
	f.after = nil
	totals = f.report(f.run())
	if totals.Totals.Changes() != farChanges || len(after) < farNew+20 {
		f.t.Fatalf("%d steps, and the totals are %+v", len(after), totals)
	}
	return after, f.holds(), totals
}

// holds is what the platform holds, given passwords included.
func (f *farStage) holds() string {
	f.t.Helper()
	var b bytes.Buffer
	state := f.server.Load().State()
	if err := state.Write(&b); err != nil {
		f.t.Fatal(err)
	}
	return b.String()
}

// members returns everybody as the platform holds him now, accounts without
// their attributes.
func (f *farStage) members() map[brick.Scope]map[brick.Login]*brick.Member {
	o := f.server.Load().State().Organizations[0]
	all := map[brick.Scope]map[brick.Login]*brick.Member{brick.Organization(o.Name): {}}
	for _, a := range o.Users {
		all[brick.Organization(o.Name)][brick.Login(a.Login)] = &brick.Member{Login: brick.Login(a.Login)}
	}
	for _, p := range o.Projects {
		all[brick.Project(p.ID)] = map[brick.Login]*brick.Member{}
		for _, m := range p.Members {
			status := m.Status
			if status == 0 {
				status = brick.Enabled
			}
			all[brick.Project(p.ID)][brick.Login(m.Login)] = &brick.Member{
				Login: brick.Login(m.Login), Status: status, Roles: brick.Set(m.Roles), Groups: brick.FoldSet(m.Groups),
			}
		}
	}
	return all
}

// truth demands that a journal says of nobody that he is done who is not, nor
// that he was not tried who is not as he was.
func (f *farStage) truth(when, dir string) (done int) {
	f.t.Helper()
	now := f.members()
	f.each(dir, func(c *brick.Change, fate plan.Fate) {
		person := now[c.Scope][c.Login()]
		switch {
		case fate == plan.Done:
			done++
			if c.Scope.Level == brick.ProjectLevel && !plan.Holds(c, person) || person == nil {
				f.t.Errorf("%s: %s in %s is told as done and is %+v", when, c.Login(), c.Scope, person)
			}
		case fate == plan.Pending && !plan.Fits(c, person):
			f.t.Errorf("%s: %s in %s is told as not tried and is %+v", when, c.Login(), c.Scope, person)
		case fate == plan.Failed || fate == plan.HeldBack:
			f.t.Errorf("%s: %s in %s is told as %d", when, c.Login(), c.Scope, fate)
		}
	})
	return done
}

// The same as on the directory, where each request is an effect of its own and
// a change may take several.
func TestARunOnGoodDataThatIsKilledAfterAnyStepIsGoneOnWith(t *testing.T) {
	t.Parallel()
	f := newFarStage(t)
	after, want, totals := f.kills()
	for n, l := range after {
		when := fmt.Sprintf("killed after step %d of %d", n+1, len(after))
		f.restoreFar(l)
		dir := f.run()
		f.truth(when, dir)
		code, out := f.main("run", "--resume", filepath.Base(dir), f.path("params.json"))
		if code != 0 {
			t.Fatalf("%s: exit %d\n%s", when, code, out)
		}
		f.arrived(when, want)
		told := f.report(dir)
		if have, full := asText(told), asText(totals); have != full {
			t.Errorf("%s: the report says %s, want %s", when, have, full)
		}
		if done := f.truth(when, dir); done != farChanges || passwords(dir) {
			t.Errorf("%s: the journal ends with %d done; passwords are left: %v", when, done, passwords(dir))
		}
	}
}

func asText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func (f *farStage) arrived(when, want string) {
	f.t.Helper()
	if have := f.holds(); have != want {
		f.t.Errorf("%s: the platform is not as it should be:\n%s", when, firstDifference(have, want))
	}
}

func TestARunOnGoodDataThatIsKilledAfterAnyStepIsMadeGoodByTheNext(t *testing.T) {
	t.Parallel()
	f := newFarStage(t)
	after, want, _ := f.kills()
	for n, l := range after {
		f.restoreFar(l)
		when := fmt.Sprintf("killed after step %d of %d", n+1, len(after))
		if code, out := f.main("run", f.path("params.json")); code != 0 {
			t.Fatalf("%s: exit %d\n%s", when, code, out)
		}
		f.arrived(when, want)
	}
}

// A signal comes while a request is under way whose answer is lost, so that it
// is not sent again: report and journal say alike who may have been changed,
// and nobody is called untried who was.
func TestARunOnGoodDataThatIsStoppedWhileAnAnswerIsLost(t *testing.T) {
	t.Parallel()
	f := newFarStage(t)
	start := farLeft{f.look(), f.server.Load().State()}
	f.must("run", f.path("params.json"))
	want := f.holds()
	perhaps := 0
	for n := int64(1); ; n += 6 {
		when := fmt.Sprintf("stopped at writing request %d", n)
		f.restoreFar(start)
		ctx, stop := context.WithCancelCause(t.Context())
		var writes atomic.Int64
		loses := func(r *http.Request) bool {
			if !changesSomething(r) || writes.Add(1) != n {
				return false
			}
			stop(stopSignal{syscall.SIGTERM})
			return true
		}
		f.ctx = ctx
		f.loses.Store(&loses)
		code, out := f.main("run", f.path("params.json"))
		f.goAhead()
		f.loses.Store(nil)
		stop(nil)
		if writes.Load() < n {
			break
		}
		dir := f.run()
		told := f.report(dir)
		counts := f.counts(dir)
		if code == 143 && (counts[plan.Unknown] != int(told.Totals.Unknown) || counts[plan.Pending] != int(told.Totals.Untried) || counts[plan.Done] != int(told.Totals.Changes())) {
			t.Errorf("%s: the journal says %v, the report %+v\n%s", when, counts, told, out)
		}
		perhaps += counts[plan.Unknown]
		f.truth(when, dir)
		if code, out := f.main("run", "--resume", "last", f.path("params.json")); code != 0 {
			t.Fatalf("%s: going on: exit %d\n%s", when, code, out)
		}
		f.arrived(when, want)
	}
	if perhaps == 0 {
		t.Error("nobody was perhaps changed")
	}
}

// counts returns how many changes of a run have which fate, as its journal
// says.
func (s *stage) counts(dir string) (counts [5]int) {
	s.t.Helper()
	s.each(dir, func(_ *brick.Change, fate plan.Fate) { counts[fate]++ })
	return counts
}
