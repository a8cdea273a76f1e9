package gooddata

import "context"

// How many pages are asked for ahead at most. A page of a thousand members
// takes some 300 KB until it is yielded.
const (
	mostAhead   = 64  // in one listing
	mostWaiting = 128 // in all listings
	mostBeyond  = 16  // behind the last page that is expected
	fewBeyond   = 4   // the same, while few have come there
	growth      = 4   // for each page that has come
	mostAtOnce  = 14  // with the first one, when many are expected
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

// askFirst asks for the first pages of a long listing at once, a quarter of
// those that are expected, which may turn out to be too many. Nothing is known
// of their length yet but what others of the kind had.
func (w *walk[T]) askFirst(ctx context.Context) {
	stride := w.driver.pages.likely(w.kind)
	if w.linked || stride == 0 {
		return
	}
	if n := min(w.about/int64(4*stride), mostAtOnce); n > 1 {
		w.stride, w.guessed = stride, true
		w.fill(ctx, int(n))
	}
}

// askAhead asks for the pages behind a full one of n items.
func (w *walk[T]) askAhead(ctx context.Context, n int) {
	if !w.driver.pages.full(w.kind, n) || !w.inStep() {
		return
	}
	w.stride = n
	w.fill(ctx, w.window())
}

// fill asks for pages until so many are on their way.
func (w *walk[T]) fill(ctx context.Context, want int) {
	for len(w.ahead) < want && w.driver.pages.reserve() {
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
// expected, and of a long listing the one behind, where it may end; but no
// more than a few for each that has come, since the expectation may be far too
// high. Behind those it is one, two, three, four, and from then on half of those
// that came there: who is no longer in the file may be most of the members.
func (w *walk[T]) window() int {
	if left := w.about - int64(w.offset); left >= 0 {
		expected := left/int64(w.stride) + 1
		if w.count >= longListing {
			expected++
		}
		return int(min(expected, mostAhead, int64(growth*w.count)))
	}
	if w.grows && w.about > 0 {
		return len(w.ahead)
	}
	w.beyond++
	most := min(max(fewBeyond, w.beyond/2), mostBeyond)
	return max(len(w.ahead), min(w.beyond, most))
}

// longListing is how many pages a long listing has: one request more does not
// matter then.
const longListing = 32

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
