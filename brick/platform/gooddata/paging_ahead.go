package gooddata

import "context"

// How many pages are asked for ahead at most. A page of a thousand members
// takes some 300 KB until it is yielded.
const (
	mostAhead   = 64  // in one listing
	mostWaiting = 128 // in all listings
	mostBeyond  = 4   // behind the last page that is expected
	growth      = 4   // for each page that has come
)

// ahead is a page that is asked for before its turn.
type ahead[T any] struct {
	page   fetched[T] // good once done is closed
	done   chan struct{}
	cancel context.CancelFunc
}

// take returns the page that comes next.
func (w *walk[T]) take(ctx context.Context) fetched[T] {
	if len(w.ahead) == 0 {
		return w.fetch(ctx, w.driver, w.path(w.offset, pageSize))
	}
	a := w.ahead[0]
	<-a.done
	w.ahead[0] = nil
	w.ahead = w.ahead[1:]
	w.forget(a)
	return a.page
}

// askAhead asks for the pages behind a full one of n items.
func (w *walk[T]) askAhead(ctx context.Context, n int) {
	if !w.driver.pages.full(w.kind, n) || !w.inStep() {
		return
	}
	w.stride = n
	for want := w.window(); len(w.ahead) < want && w.driver.pages.reserve(); {
		offset := w.offset + len(w.ahead)*w.stride
		a := &ahead[T]{done: make(chan struct{})}
		var own context.Context
		own, a.cancel = context.WithCancel(ctx)
		w.ahead = append(w.ahead, a)
		w.crew.Go(func() {
			defer close(a.done)
			a.page = w.fetch(own, w.driver, w.path(offset, pageSize))
		})
	}
}

// window returns how many pages may be asked for ahead: as many as are
// expected, but no more than a few for each that has come, since the
// expectation may be far too high; and behind those one, two, three, four.
func (w *walk[T]) window() int {
	if left := w.about - int64(w.offset); left >= 0 {
		return int(min(left/int64(w.stride)+1, mostAhead, int64(growth*w.count)))
	}
	w.beyond++
	return max(len(w.ahead), min(w.beyond, mostBeyond))
}

// inStep reports whether no page that has come already shows that the
// listing ends, or is not as it seemed.
func (w *walk[T]) inStep() bool {
	for _, a := range w.ahead {
		select {
		case <-a.done:
			if a.page.err != nil || a.page.next != "" || len(a.page.items) != w.stride {
				return false
			}
		default:
		}
	}
	return true
}

// drop forgets the pages that were asked for ahead.
func (w *walk[T]) drop() {
	for _, a := range w.ahead {
		w.forget(a)
	}
	w.ahead = nil
}

func (w *walk[T]) forget(a *ahead[T]) {
	a.cancel()
	w.driver.pages.release()
}
