package gooddata

import (
	"context"

	"users-brick/brick"
)

// New members are named by their logins, while groups know accounts only. The
// list of members tells which accounts are theirs, once they stand in it:
//
//	known, known, … known │ new, new, … new
//	                      └─ read from here on
//
// Where not all of them come last the list is read from its beginning. Of all
// batches of a project one reads at a time, and notes whomever the others look
// for: those that wait meanwhile mostly need not read themselves.

// seekIDs says whose accounts are looked for, before anybody can meet them in
// a list.
func (w *work) seekIDs() {
	for _, t := range w.withoutID() {
		w.driver.seek(t.login)
	}
}

// withoutID returns whose account must be known and is not.
func (w *work) withoutID() []*task {
	return w.some(func(t *task) bool {
		if t.id == "" {
			t.id, _ = w.driver.knownID(t.login)
		}
		return t.id == "" && t.setsGroups()
	})
}

// lookForIDs finds the accounts of new members.
func (w *work) lookForIDs(ctx context.Context) {
	if len(w.groups.groups) == 0 || len(w.withoutID()) == 0 {
		return
	}
	projects := &w.driver.projects
	defer projects.looks(w.project)()
	leave, err := projects.turn(ctx, "new members of "+w.project)
	if err != nil {
		w.fail(err, w.withoutID()...)
		return
	}
	defer leave()
	missing := map[brick.Login]*task{}
	for _, t := range w.withoutID() { // whom nobody has met meanwhile
		missing[t.login] = t
	}
	if len(missing) == 0 {
		return
	}
	if err := w.readNew(ctx, missing); err != nil {
		w.fail(err, w.withoutID()...)
		return
	}
	for _, t := range missing {
		w.fail(brick.Errorf(brick.Failed, "the project does not list him, so that he cannot be put into groups"), t)
	}
}

// readNew reads the list of members from where new ones should stand, and all
// of it when somebody is still missing then.
func (w *work) readNew(ctx context.Context, missing map[brick.Login]*task) error {
	projects := &w.driver.projects
	listed, mixed := projects.length(w.project)
	if listed > 0 && !mixed { // one less, or else a page would be asked for behind full ones
		if err := w.meetAll(ctx, listed, len(missing)-1, missing); err != nil {
			return err
		}
	}
	left := len(missing)
	if left == 0 {
		return nil
	}
	about := 0
	if listed > 0 {
		about = listed + left
	}
	err := w.meetAll(ctx, 0, about, missing)
	if err == nil && listed > 0 && len(missing) < left {
		projects.setMixed()
	}
	return err
}

// meetAll reads the list of members from an offset on, where about so many are
// expected, and notes whose accounts they are. It takes out whoever is not
// missing any more, and ends early when nobody is, here and in other batches.
func (w *work) meetAll(ctx context.Context, offset, about int, missing map[brick.Login]*task) error {
	projects := &w.driver.projects
	pages := personPages(w.project, int64(about))
	pages.grows = true
	all := pages.path
	pages.path = func(further, limit int) string { return all(offset+further, limit) }
	l := memberList{project: w.project, known: w.roles, named: map[string][]string{}}
	end := offset
	for p, err := range each(ctx, w.driver, pages) {
		if err != nil {
			return err
		}
		end++
		m, known, err := l.member(&p)
		if err != nil {
			return err
		}
		if !known {
			continue
		}
		w.meetNew(&m, missing)
		if len(missing) > 0 || projects.looking(w.project) > 1 {
			continue
		}
		if offset == 0 { // nobody knows how many there are behind
			return nil
		}
		break
	}
	projects.keepLength(w.project, end)
	return nil
}

// meetNew notes the account of a member if anybody looks for it.
func (w *work) meetNew(m *brick.Member, missing map[brick.Login]*task) {
	id := refID(m)
	if t := missing[m.Login]; t != nil {
		delete(missing, m.Login)
		if t.id = id; id == "" {
			w.fail(errNoAccount, t)
		}
	}
	if w.driver.sought(m.Login) {
		w.driver.remember(m.Login, id)
	}
}
