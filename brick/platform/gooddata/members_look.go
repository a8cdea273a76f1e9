package gooddata

import (
	"context"
	"errors"

	"users-brick/brick"
)

// look reads the members of the project, once and only as far as needed, when
// something must be known of people before anything is done: how those are
// whose status a change leaves, and the accounts of those who leave groups or
// the project.
func (w *work) look(ctx context.Context) {
	unknown := w.some(func(t *task) bool {
		switch t.change.Action {
		case brick.Update, brick.Disable:
			return t.have == nil || t.id == "" && t.setsGroups()
		case brick.Remove:
			return t.id == ""
		}
		return t.have != nil && t.id == "" && t.setsGroups()
	})
	w.find(ctx, unknown, func(t *task, m *brick.Member) {
		switch {
		case m != nil:
			w.meet(t, m)
		case t.removes():
			t.idle = true
		case t.change.Action == brick.Update, t.change.Action == brick.Disable:
			t.err = brick.Errorf(brick.NotFound, "not a member")
		}
	})
}

// meet takes down how a member is listed. What was known of him before stays,
// since it may say more.
func (w *work) meet(t *task, m *brick.Member) {
	if t.id = refID(m); t.id == "" && t.setsGroups() {
		t.err = errNoAccount
		return
	}
	if t.have == nil {
		t.have = m
		w.aim(t)
	}
}

// errNoAccount is said of a listed member when his account must be known.
var errNoAccount = &brick.Error{Kind: brick.Failed, Err: errors.New("the project does not say which account is his")}

// find calls a function with every task and the member of the project whom it
// concerns, nil when he is none.
func (w *work) find(ctx context.Context, tasks []*task, found func(*task, *brick.Member)) {
	if len(tasks) == 0 {
		return
	}
	missing := make(map[brick.Login]*task, len(tasks))
	for _, t := range tasks {
		missing[t.login] = t
	}
	l := memberList{project: w.project, known: w.roles, named: map[string][]string{}}
	for p, err := range each(ctx, w.driver, personPages(w.project, 0)) {
		if err != nil {
			w.fail(err, tasks...)
			return
		}
		m, known, err := l.member(&p)
		if err != nil {
			w.fail(err, tasks...)
			return
		}
		t := missing[m.Login]
		if !known || t == nil {
			continue
		}
		found(t, &m)
		if delete(missing, t.login); len(missing) == 0 {
			return
		}
	}
	for _, t := range missing {
		found(t, nil)
	}
}

// refID returns the account of a listed member, "" when it is not known.
func refID(m *brick.Member) string {
	r, _ := parseRef(m.Ref)
	return r.id
}
