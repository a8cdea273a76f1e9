package gooddata

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// applyMembers does the changes of one project; the i-th error says what
// became of the i-th change.
func (d *Driver) applyMembers(ctx context.Context, s brick.Scope, batch []brick.Change) []error {
	errs := make([]error, len(batch))
	if len(batch) == 0 {
		return errs
	}
	roles, err := d.ready(ctx, s.ID)
	if err != nil {
		for i := range errs {
			errs[i] = err
		}
		return errs
	}
	w := &work{driver: d, project: s.ID, roles: roles, groups: &groupSet{}}
	for i := range batch {
		w.tasks = append(w.tasks, w.begin(&batch[i]))
	}
	w.run(ctx)
	for i, t := range w.tasks {
		errs[i] = t.told()
	}
	return errs
}

// work is a batch of changes of one project.
type work struct {
	driver  *Driver
	project string
	roles   *roleSet
	groups  *groupSet
	tasks   []*task

	brake  brake
	mu     sync.Mutex
	closed error // why the project takes no more changes
}

// task is one change and how far it has come.
type task struct {
	change *brick.Change
	login  brick.Login
	id     string        // of the account, "" while it is not known
	have   *brick.Member // as he was before, nil while that is not known
	want   brick.Member  // as he is to be
	places []int         // of the groups that he is in
	placed bool          // the places are known
	idle   bool          // nothing is left to be done
	err    error         // why nothing more is done
	begun  atomic.Bool   // a request was sent that may have changed him
}

// told says what became of the change: of a person for whom one request was
// sent and the next was not, nobody may think that nothing was begun.
func (t *task) told() error {
	if t.begun.Load() {
		return platform.Begun(t.err)
	}
	return t.err
}

// open reports whether there is still something to be done.
func (t *task) open() bool { return t.err == nil && !t.idle }

func (t *task) removes() bool { return t.change.Action == brick.Remove }

// setsGroups reports whether the change says which groups the person is in;
// who is removed is in none.
func (t *task) setsGroups() bool {
	return t.removes() || t.change.After != nil && t.change.After.Groups != nil
}

// setsRoles reports whether the change says which roles the person has.
func (t *task) setsRoles() bool {
	return !t.change.Action.Takes() && t.change.After != nil && t.change.After.Roles != nil
}

// begin takes what is known of a person without asking.
func (w *work) begin(c *brick.Change) *task {
	t := &task{change: c, login: brick.Login(brick.Fold(string(c.Login())))}
	if t.login == "" {
		t.err = brick.Errorf(brick.Invalid, "the change names nobody")
	}
	if c.Before != nil && c.Before.Status != 0 {
		t.have = c.Before
	}
	if c.Before != nil {
		if r, ok := parseRef(c.Before.Ref); ok {
			t.id = r.id
		}
	}
	if t.id == "" {
		t.id, _ = w.driver.knownID(t.login)
	}
	return t
}

// run does all that is to be done, step by step: whoever goes leaves his
// groups first, whoever comes must be a member before he can be in one.
func (w *work) run(ctx context.Context) {
	w.readGroupNames(ctx)
	w.each(w.aim)
	w.look(ctx)
	w.seekIDs()
	w.setGroups(ctx, func(t *task) bool { return t.change.Action.Takes() })
	w.post(ctx)
	w.remove(ctx)
	w.lookForIDs(ctx)
	w.setGroups(ctx, func(t *task) bool { return !t.change.Action.Takes() })
}

// each calls a function with every task that is open.
func (w *work) each(f func(*task)) {
	for _, t := range w.tasks {
		if t.open() {
			f(t)
		}
	}
}

// some returns the open tasks that a function picks.
func (w *work) some(pick func(*task) bool) (some []*task) {
	w.each(func(t *task) {
		if pick(t) {
			some = append(some, t)
		}
	})
	return some
}

// aim works out what a person is to be. A role or a group that the project
// does not have is an error, before anything is done.
func (w *work) aim(t *task) {
	if t.removes() {
		return
	}
	var have brick.Member
	if t.have != nil {
		have = *t.have
	}
	t.want, t.err = platform.Become(have, t.change, w.roles.spelled, w.groups.spelled)
}

// fail says why tasks cannot be done. The first reason counts.
func (w *work) fail(err error, tasks ...*task) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range tasks {
		if t.err == nil {
			t.err = err
		}
	}
}

// writesAtOnce is how many writing requests of a batch are begun at once.
const writesAtOnce = 64

// side calls a function for each of some values, several at once.
func side[T any](values []T, f func(T)) {
	var crew errgroup.Group
	crew.SetLimit(writesAtOnce)
	for _, v := range values {
		crew.Go(func() error {
			f(v)
			return nil
		})
	}
	crew.Wait()
}

// write sends a request that changes people, unless the run is to stop or the
// project is closed.
func (w *work) write(ctx context.Context, c call, people ...*task) (a *answer, err error) {
	w.mu.Lock()
	closed := w.closed
	w.mu.Unlock()
	if closed != nil {
		return nil, closed
	}
	err = w.brake.try(ctx, func() error {
		a, err = w.driver.do(ctx, c)
		return err
	})
	if !errors.Is(err, platform.ErrNotBegun) {
		for _, t := range people {
			t.begun.Store(true)
		}
	}
	return a, err
}
