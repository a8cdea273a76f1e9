package engine_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"users-brick/brick"
	"users-brick/brick/plan"
	"users-brick/brick/platform"
)

// rigid is a platform of organizations that can empty no attribute.
type rigid struct{ platform.Driver }

func TestWhatWasEmptyBeforeARunIsEmptyAgain(t *testing.T) {
	before := townOf(nil, nil)
	before.accounts[ann] = brick.Profile{brick.FirstName: "Ann", brick.Country: "DE"}
	given := row("", ann, "")
	given.Profile[brick.Company], given.Profile[brick.Country] = "Acme", "CZ"
	r := &run{mode: "add_to_organization", rows: []brick.Row{given}}
	p := before.inMemory()
	done := r.did(t, p)
	defer done.forget()
	undone := done.undo(t, p)
	defer undone.forget()
	told := undone.told(t)
	if got := look(t, p).accounts[ann]; got != before.accounts[ann] {
		t.Errorf("undone leaves %v", got)
	}
	if len(told.changes) != 1 || !strings.Contains(told.changes[0].Why, `company "Acme" -> none`) || len(told.notes) != 0 {
		t.Errorf("the undo is\n%s", told.text)
	}
	redone := undone.undo(t, p)
	defer redone.forget()
	if got := look(t, p).accounts[ann]; got[brick.Company] != "Acme" || got[brick.Country] != "CZ" {
		t.Errorf("the undo, undone, leaves %v", got)
	}

	p = before.inMemory()
	hard := &rigid{p}
	stuck := r.did(t, hard)
	defer stuck.forget()
	partly := stuck.undo(t, hard)
	defer partly.forget()
	partial := partly.told(t)
	notes := partial.notesOf(ann, plan.HeldOne)
	if got := look(t, p).accounts[ann]; got[brick.Company] != "Acme" || got[brick.Country] != "DE" {
		t.Errorf("where nothing can be emptied, undone leaves %v", got)
	}
	if len(notes) != 1 || !strings.Contains(notes[0].Text, "company was empty before the run and stays as the run set it, since the platform cannot empty it") {
		t.Errorf("told is %+v", notes)
	}
}

func TestAPasswordThatWasRefusedIsNotCalledSet(t *testing.T) {
	before := townOf(nil, nil)
	before.accounts[ann] = brick.Profile{brick.Country: "DE"}
	given := row("", ann, "")
	given.Profile[brick.Country], given.Password = "CZ", brick.NewSecret("short")
	r := &run{mode: "add_to_organization", rows: []brick.Row{given}}
	r.params.UpdatePasswords = true
	p := before.inMemory()
	p.Hooks.Password = func(brick.Login, string) error { return brick.Errorf(brick.BadPassword, "too short") }
	done := r.did(t, p)
	defer done.forget()
	undone := done.undo(t, p)
	defer undone.forget()
	if told := undone.told(t); len(told.notes) != 0 || look(t, p).accounts[ann] != before.accounts[ann] {
		t.Errorf("undone leaves %v, and tells of %+v", look(t, p).accounts[ann], told.notes)
	}
}

// newLeader is a run that makes an account, and its owner an administrator.
func newLeader(others ...brick.Member) (before town, r *run) {
	before = townOf(others, nil)
	r = &run{mode: "sync_domain_and_project", rows: []brick.Row{row("p1", cem, "admin")}}
	r.params.DoNotTouchUsersThatAreNotMentioned = true
	return before, r
}

func TestWhoWasMadeAdministratorWithANewAccountGoesAgain(t *testing.T) {
	before, r := newLeader(member(ann, "admin"), member(ben, "viewer"))
	p := before.inMemory()
	done := r.did(t, p)
	defer done.forget()
	undone := done.undo(t, p)
	defer undone.forget()
	if got := look(t, p, "p1", "p2").String(); got != before.String() {
		t.Errorf("undone leaves\n%s\nwant\n%s\n%s", got, before, undone.told(t).text)
	}
}

// With his account the last administrator of a project would lose that, too.
func TestTheLastAdministratorKeepsTheAccountThatARunMade(t *testing.T) {
	before, r := newLeader(member(ben, "viewer"))
	p := before.inMemory()
	done := r.did(t, p)
	defer done.forget()
	after := look(t, p, "p1", "p2").String()
	undone := done.undo(t, p)
	defer undone.forget()
	if got := look(t, p, "p1", "p2").String(); got != after {
		t.Errorf("undone leaves\n%s\nwant\n%s", got, after)
	}
	told := undone.told(t)
	notes := told.notesOf(cem, plan.HeldOne)
	if len(notes) != 2 || notes[0].Scope != acme || !strings.HasPrefix(notes[0].Text, "he stays in project p1, which nobody else would run") {
		t.Errorf("told is %+v", notes)
	}
}

// The same where it turns out only when the undo is done.
func TestAnAdministratorWhoseSuccessorFailedKeepsHisAccount(t *testing.T) {
	before, r := newLeader(member(ann, "admin"), member(ben, "viewer"))
	r.rows = append(r.rows, row("p1", ann, "viewer"))
	p := before.inMemory()
	done := r.did(t, p)
	defer done.forget()
	p.Hooks.Fail = func(s brick.Scope, c *brick.Change) error {
		if s == project1 && c.Login() == ann {
			return brick.Errorf(brick.Invalid, "not today")
		}
		return nil
	}
	undone := done.undo(t, p)
	defer undone.forget()
	now := look(t, p, "p1", "p2")
	if _, kept := now.accounts[cem]; !kept || !isRun(now.projects["p1"]) {
		t.Errorf("undone leaves\n%s", now)
	}
	told := undone.told(t)
	for i := range told.changes {
		if c := &told.changes[i]; c.Scope == acme && c.Login() == cem {
			if err := undone.out.Err(c.Seq); err == nil || !strings.Contains(err.Error(), "he runs project p1, which could not be taken from him") {
				t.Errorf("his account: %v", err)
			}
		}
	}
	p.Hooks.Fail = nil
	next := done.undo(t, p)
	defer next.forget()
	if got := look(t, p, "p1", "p2").String(); got != before.String() {
		t.Errorf("the next undo leaves\n%s\nwant\n%s", got, before)
	}
}

func TestNoAccountIsDeletedWhileAProjectCannotBeRead(t *testing.T) {
	before, r := newLeader(member(ann, "admin"))
	p := before.inMemory()
	done := r.did(t, p)
	defer done.forget()
	p.Hooks.ListFail = func(s brick.Scope, _ int) error {
		if s == project1 {
			return brick.Errorf(brick.Forbidden, "closed")
		}
		return nil
	}
	undone := done.undo(t, p)
	defer undone.forget()
	p.Hooks.ListFail = nil
	told := undone.told(t)
	notes := told.notesOf(cem, plan.HeldOne)
	if _, kept := look(t, p).accounts[cem]; !kept || len(notes) != 1 || !strings.HasPrefix(notes[0].Text, "project p1 cannot be read") {
		t.Errorf("kept: %v, told is %+v", kept, notes)
	}
}

// An undo that was killed anywhere, also between the two changes of one person,
// still fits what it left, and is gone on with to the end.
func TestWhereverAnUndoIsKilledItIsGoneOnWith(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, r := drawTown(t), drawRun(t, 0)
		p := before.inMemory()
		done := r.did(t, p)
		defer done.forget()
		after := look(t, p, projects...)
		cut := done.undoes(t, p)
		defer cut.Close()
		defer os.RemoveAll(cut.Dir)
		killed := &mortal{Platform: p, life: p.Counts().Effects + rapid.IntRange(0, 6).Draw(t, "killed after")}
		out, _ := r.job(t, cut.Dir).Apply(context.Background(), r.connect(killed), cut)
		begun := rapid.SampledFrom([]plan.Fate{plan.Pending, plan.Unknown}).Draw(t, "what was not done is")
		told := rapid.SampledFrom([]plan.Fate{plan.Done, plan.Unknown}).Draw(t, "what was done is told as")
		for seq := int64(1); seq <= out.Changes(); seq++ {
			if out.Of(seq) == plan.Done {
				out.Set(seq, told)
			} else {
				out.Set(seq, begun)
			}
		}
		job := r.job(t, cut.Dir)
		if _, err := job.FitsAfter(context.Background(), r.connect(p).View, cut, out); err != nil {
			t.Fatalf("%s: the undo does not fit what it left: %v\n%s", r.mode, err, look(t, p, projects...))
		}
		if err := job.Resume(context.Background(), r.connect(p), cut, out); err != nil {
			t.Fatalf("%s: going on: %v", r.mode, err)
		}
		if want, got := stays(before, after).String(), look(t, p, projects...).String(); got != want {
			t.Fatalf("%s leaves\n%s\nwant\n%s\nthe run:\n%s", r.mode, got, want, done.told(t).text)
		}
		if wrong, err := job.Verify(context.Background(), r.connect(p).View, cut, out); wrong != 0 || err != nil {
			t.Fatalf("%d changes do not hold, %v", wrong, err)
		}
	})
}

// Who ran the project is back only when the platform has let him in; before
// that nothing takes it from who runs it since.
func TestAnUndoTakesAProjectFromNobodyBeforeTheOthersAreBack(t *testing.T) {
	before := townOf([]brick.Member{member(ann, "admin"), out(member(ben, "viewer"))}, nil)
	r := &run{mode: "sync_project", rows: []brick.Row{row("", ben, "admin")}}
	r.params.RemoveUsersFromProject = true
	r.params.AllowEmpty = true // no limit is in the way
	p := before.inMemory()
	done := r.did(t, p)
	defer done.forget()
	p.Hooks.Fail = func(_ brick.Scope, c *brick.Change) error {
		if c.Login() == ann {
			return brick.Errorf(brick.Invalid, "not today")
		}
		return nil
	}
	undone := done.undo(t, p)
	defer undone.forget()
	if now := look(t, p, "p1", "p2"); !isRun(now.projects["p1"]) {
		t.Fatalf("nobody runs the project:\n%s\n%s", now, undone.told(t).text)
	}
	p.Hooks.Fail = nil
	again := done.undo(t, p)
	defer again.forget()
	if got := look(t, p, "p1", "p2").String(); got != before.String() {
		t.Errorf("undone leaves\n%s\nwant\n%s", got, before)
	}
}

func TestNoUndoTakesAProjectFromItsLastAdministratorWhateverFails(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, r := drawTown(t), drawRun(t, 0)
		if r.mode == "remove_from_organization" {
			t.Skip("deletes accounts, and looks at no project")
		}
		p := before.inMemory()
		done := r.did(t, p)
		defer done.forget()
		after := look(t, p, projects...)
		broken := rapid.SampledFrom(folk).Draw(t, "refused")
		p.Hooks.Fail = func(_ brick.Scope, c *brick.Change) error {
			if c.Login() == broken {
				return brick.Errorf(brick.Invalid, "not him")
			}
			return nil
		}
		undone := done.undo(t, p)
		defer undone.forget()
		now := look(t, p, projects...)
		for _, id := range projects {
			if had := leaders(after, id); len(had) > 0 && len(leaders(now, id)) == 0 {
				t.Fatalf("%s: %v ran %s, nobody does now; the undo:\n%s", r.mode, had, id, undone.told(t).text)
			}
		}
	})
}
