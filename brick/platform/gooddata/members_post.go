package gooddata

import (
	"context"
	"net/http"
	"slices"

	"users-brick/brick"
)

// sliceSize is how many people the platform takes in one request.
const sliceSize = 100

// entry is one person in a request.
type entry struct {
	User struct {
		Content struct {
			Status string    `json:"status"`
			Roles  *[]string `json:"userRoles,omitempty"`
		} `json:"content"`
		Links struct {
			Self string `json:"self"`
		} `json:"links"`
	} `json:"user"`
}

// post sends the people whose status or roles are to change, in slices.
func (w *work) post(ctx context.Context) {
	changed := w.some(w.differs)
	side(slices.Collect(slices.Chunk(changed, sliceSize)), func(people []*task) {
		w.postSome(ctx, people, true)
	})
}

// differs reports whether status or roles of a person are not as they are to
// be, as far as anybody knows.
func (w *work) differs(t *task) bool {
	switch {
	case t.removes():
		return false
	case t.have == nil:
		return true
	}
	return t.have.Status != t.want.Status || !slices.Equal(brick.Set(t.have.Roles), brick.Set(t.want.Roles))
}

// postSome sends some people. When the platform refuses the request because
// of one of them, he is looked for by halves. Of whom the answer tells nothing
// is sent once more.
func (w *work) postSome(ctx context.Context, people []*task, again bool) {
	entries := make([]entry, len(people))
	for i, t := range people {
		entries[i] = w.entry(t)
	}
	a, err := w.write(ctx, call{method: http.MethodPost, path: projectPrefix + segment(w.project) + "/users", again: true,
		body: map[string][]entry{"users": entries}}, people...)
	switch {
	case err == nil:
		silent, err := w.results(people, a)
		switch {
		case err != nil:
			w.fail(err, people...)
		case len(silent) > 0 && again:
			w.postSome(ctx, silent, false)
		case len(silent) > 0:
			w.fail(&brick.Error{Kind: brick.Failed, RequestID: requestID(a, ""), Err: errSilent}, silent...)
		}
	case len(people) > 1 && refusedAs(err, http.StatusBadRequest, http.StatusRequestEntityTooLarge):
		half := len(people) / 2
		w.postSome(ctx, people[:half], again)
		w.postSome(ctx, people[half:], again)
	default:
		if refusedAs(err, http.StatusForbidden, http.StatusNotFound, http.StatusGone) {
			w.close(err)
		}
		w.fail(err, people...)
	}
}

// close notes why the project takes no more changes.
func (w *work) close(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = err
}

// entry describes a person as he is to be. Whoever is enabled keeps his roles
// for sure when they are sent with it. He is named by the id of his account
// where that is known, so that nobody else can be meant, and otherwise by his
// login.
func (w *work) entry(t *task) (e entry) {
	content := &e.User.Content
	e.User.Links.Self = profilePrefix + firstOf(t.id, string(t.login))
	if content.Status = "ENABLED"; t.want.Status == brick.Disabled {
		content.Status = "DISABLED"
	}
	if t.change.Action.Takes() {
		return e
	}
	uris, known := w.roles.uris(w.project, t.want.Roles)
	if t.setsRoles() || known && len(uris) > 0 {
		content.Roles = &uris
	}
	return e
}
