package gooddata

import (
	"context"
	"errors"
	"net/http"

	"users-brick/brick"
)

// remove deletes memberships, several at once.
func (w *work) remove(ctx context.Context) {
	side(w.some((*task).removes), func(t *task) {
		if err := w.removeOne(ctx, t); err != nil {
			w.fail(err, t)
		}
	})
}

// removeOne deletes a membership. When the platform refuses that it may be
// because he is no member any more, which is as good.
func (w *work) removeOne(ctx context.Context, t *task) error {
	path := projectPrefix + segment(w.project) + "/users/" + segment(t.id)
	_, err := w.write(ctx, call{method: http.MethodDelete, path: path}, t)
	if err == nil || refusedAs(err, http.StatusNotFound) {
		return nil
	}
	if !refusedAs(err, http.StatusForbidden, http.StatusMethodNotAllowed) {
		return err
	}
	_, look := w.driver.do(ctx, call{method: http.MethodGet, path: path})
	if refusedAs(look, http.StatusNotFound) {
		return nil
	}
	if e, ok := errors.AsType[*brick.Error](err); ok {
		full := *e
		full.Hint = "the platform keeps the only administrator of a project, and lets only administrators remove members"
		return &full
	}
	return err
}
