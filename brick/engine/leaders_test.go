package engine_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"users-brick/brick"
	"users-brick/brick/platform/memory"
)

// leaders returns who runs a project, in order.
func leaders(w town, id string) []brick.Login {
	var found []brick.Login
	for login, m := range w.projects[id] {
		if leads(m) {
			found = append(found, login)
		}
	}
	slices.Sort(found)
	return found
}

func out(m brick.Member) brick.Member {
	m.Status = brick.Disabled
	return m
}

func TestTheLastAdministratorOfAProjectStays(t *testing.T) {
	remove := func(r *run) { r.params.RemoveUsersFromProject = true }
	spare := func(r *run) { r.params.Whitelists = []string{string(ben)} }
	for _, c := range []struct {
		name    string
		members []brick.Member
		rows    []brick.Row
		change  func(*run)
		want    []brick.Login // who runs the project afterwards
		held    []brick.Login
	}{
		{"he is not disabled", []brick.Member{member(ann, "admin"), member(ben, "viewer")}, []brick.Row{row("", ben, "viewer")}, nil, []brick.Login{ann}, []brick.Login{ann}},
		{"he is not removed", []brick.Member{member(ann, "admin"), member(ben, "viewer")}, []brick.Row{row("", ben, "viewer")}, remove, []brick.Login{ann}, []brick.Login{ann}},
		{"he is not lowered", []brick.Member{member(ann, "admin")}, []brick.Row{row("", ann, "viewer")}, nil, []brick.Login{ann}, []brick.Login{ann}},
		{"none of several goes", []brick.Member{member(ann, "admin"), member(ben, "admin")}, []brick.Row{row("", ann, "viewer"), row("", cem, "viewer")}, nil, []brick.Login{ann, ben}, []brick.Login{ann, ben}},
		{"one of two may go", []brick.Member{member(ann, "admin"), member(ben, "admin")}, []brick.Row{row("", ben, "admin")}, nil, []brick.Login{ben}, nil},
		{"he hands over to a newcomer", []brick.Member{member(ann, "admin")}, []brick.Row{row("", ann, "viewer"), row("", cem, "admin")}, nil, []brick.Login{cem}, nil},
		{"he leaves after a member has risen", []brick.Member{member(ann, "admin"), member(ben, "viewer")}, []brick.Row{row("", ben, "admin")}, nil, []brick.Login{ben}, nil},
		{"whoever is enabled again takes over", []brick.Member{member(ann, "admin"), out(member(ben, "admin"))}, []brick.Row{row("", ben, "admin")}, nil, []brick.Login{ben}, nil},
		{"a spared administrator counts", []brick.Member{member(ann, "admin"), member(ben, "admin")}, []brick.Row{row("", cem, "viewer")}, spare, []brick.Login{ben}, nil},
		{"a disabled one does not count", []brick.Member{member(ann, "admin"), out(member(ben, "admin"))}, []brick.Row{row("", cem, "viewer")}, nil, []brick.Login{ann}, []brick.Login{ann}},
		{"nor does a disabled one who is spared", []brick.Member{member(ann, "admin"), out(member(ben, "admin"))}, []brick.Row{row("", cem, "viewer")}, spare, []brick.Login{ann}, []brick.Login{ann}},
		{"a disabled one may be removed", []brick.Member{member(ann, "admin"), out(member(ben, "admin"))}, []brick.Row{row("", ann, "admin")}, remove, []brick.Login{ann}, nil},
		{"a project without administrators is like any", []brick.Member{member(ann, "viewer"), member(ben, "editor")}, []brick.Row{row("", cem, "viewer")}, nil, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := townOf(c.members, nil)
			before.accounts[cem] = brick.Profile{}
			r := &run{mode: "sync_project", rows: c.rows}
			r.params.AllowEmpty = true // no limit is in the way
			if c.change != nil {
				c.change(r)
			}
			d := before.inMemory()
			res := r.do(t, d)
			if res.err != nil || !slices.Equal(leaders(look(t, d, "p1"), "p1"), c.want) {
				t.Errorf("%v run it, want %v; %v", leaders(look(t, d, "p1"), "p1"), c.want, res.err)
			}
			for _, login := range c.held {
				notes := res.notesOf(login, "held")
				if len(notes) != 1 || notes[0].Action == 0 || !strings.Contains(notes[0].Text, "nobody else would run the project") {
					t.Errorf("%s: %+v", login, notes)
				}
			}
			if n := res.end.Counts.Held; n != int64(len(c.held)) {
				t.Errorf("%d are held, want %d", n, len(c.held))
			}
		})
	}
}

func TestNobodyGoesBeforeHisSuccessorHasCome(t *testing.T) {
	for name, ofAnn := range map[string]brick.Row{"leaves": row("", ben, "viewer"), "is lowered": row("", ann, "viewer")} {
		before := townOf([]brick.Member{member(ann, "admin"), member(ben, "viewer")}, nil)
		r := &run{mode: "sync_project", rows: []brick.Row{ofAnn, row("", ben, "viewer"), row("", dan, "admin")}} // who has no account
		d := before.inMemory()
		res := r.do(t, d)
		if got := leaders(look(t, d, "p1"), "p1"); !slices.Equal(got, []brick.Login{ann}) {
			t.Errorf("%s: %v run the project", name, got)
		}
		if err := res.failed(project1, ann); err == nil || !strings.Contains(err.Error(), "nobody else runs the project") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// orderOf notes the logins in the order in which they are changed.
type orderOf struct {
	*memory.Platform
	logins *[]brick.Login
}

func (o orderOf) Apply(ctx context.Context, s brick.Scope, batch []brick.Change) []error {
	for i := range batch {
		*o.logins = append(*o.logins, batch[i].Login())
	}
	return o.Platform.Apply(ctx, s, batch)
}

func TestAnAdministratorIsLoweredAfterAllThatGives(t *testing.T) {
	var logins []brick.Login
	before := townOf([]brick.Member{member(ann, "admin")}, nil)
	before.accounts[ben], before.accounts[cem] = brick.Profile{}, brick.Profile{}
	r := &run{mode: "sync_project", rows: []brick.Row{row("", ann, "viewer"), row("", ben, "viewer"), row("", cem, "admin")}}
	r.options.Concurrency = 1
	r.do(t, orderOf{before.inMemory(), &logins})
	if len(logins) != 3 || logins[2] != ann {
		t.Errorf("the order is %v", logins)
	}
}

func TestAPlanIsRefusedWhenTheOtherAdministratorsHaveGoneMeanwhile(t *testing.T) {
	before := townOf([]brick.Member{member(ann, "admin"), member(ben, "admin"), member(cem, "viewer")}, nil)
	lowered := before.clone()
	lowered.projects["p1"][ben] = member(ben, "viewer")
	risen := before.clone()
	risen.projects["p1"][cem] = member(cem, "admin")
	for name, c := range map[string]struct {
		now  town
		want string
	}{"as it was": {before, ""}, "the other is none any more": {lowered, "the last administrators of project p1"}, "there is one more": {risen, ""}} {
		r := &run{mode: "sync_project", rows: []brick.Row{{Login: ben}, {Login: cem}}}
		made := r.makePlan(t, before.inMemory())
		_, err := r.job(t, made.Dir).Fits(t.Context(), r.connect(c.now.inMemory()).View, made)
		if c.want == "" && err != nil || c.want != "" && (brick.KindOf(err) != brick.Refused || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// under is a platform on which the brick works under an account.
type under struct {
	*memory.Platform
	login brick.Login
}

func (u under) Self(context.Context) (brick.Login, error) { return u.login, nil }

func TestAPlanIsRefusedUnderAnAccountThatItChanges(t *testing.T) {
	before := townOf([]brick.Member{member(ann, "viewer"), member(ben, "viewer")}, nil)
	r := &run{mode: "sync_project", rows: []brick.Row{row("", ben, "viewer")}}
	made := r.makePlan(t, under{before.inMemory(), ben})
	job := r.job(t, made.Dir)
	if _, err := job.Fits(t.Context(), r.connect(under{before.inMemory(), ben}).View, made); err != nil {
		t.Errorf("the same account: %v", err)
	}
	_, err := job.Fits(t.Context(), r.connect(under{before.inMemory(), ann}).View, made)
	if brick.KindOf(err) != brick.Refused || err == nil || !strings.Contains(err.Error(), "ann@acme.com in project p1, whose account is in use now") {
		t.Errorf("another account: %v", err)
	}
}

func TestTheAccountInUseIsLeftAloneInEveryMode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, r := drawTown(t), drawRun(t, 1)
		self := rapid.SampledFrom(folk).Draw(t, "account in use")
		d := under{before.inMemory(), self}
		r.do(t, d)
		if after := look(t, d, projects...); only(before, self) != only(after, self) {
			t.Fatalf("%s: the account in use was\n%s\nis\n%s", r.mode, only(before, self), only(after, self))
		}
	})
}

func TestNoProjectLosesItsLastAdministratorWhateverFails(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, r := drawTown(t), drawRun(t, 1)
		if r.mode == "remove_from_organization" {
			t.Skip("deletes accounts, and looks at no project")
		}
		p := before.inMemory()
		broken := rapid.SampledFrom(folk).Draw(t, "refused")
		p.Hooks.Fail = func(_ brick.Scope, c *brick.Change) error {
			if c.Login() == broken {
				return brick.Errorf(brick.Invalid, "not him")
			}
			return nil
		}
		r.do(t, p)
		after := look(t, p, projects...)
		for _, id := range projects {
			if had := leaders(before, id); len(had) > 0 && len(leaders(after, id)) == 0 {
				t.Fatalf("%s: %v ran %s, nobody does now", r.mode, had, id)
			}
		}
	})
}
