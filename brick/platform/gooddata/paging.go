package gooddata

import (
	"context"
	"iter"
	"net/http"

	"users-brick/brick"
)

// pageSize is how many items are asked for at once; the platform may give
// fewer.
const pageSize = 1000

// listing is a resource that comes in pages.
type listing[T any] struct {
	kind   string                                 // whose pages have one size: "members", "accounts", ...
	path   func(offset, limit int) string         // of a page
	decode func(body []byte) ([]T, string, error) // items and the link to the next page, "" when there is none
	key    func(*T) string                        // tells items apart; "" for an item that is like no other
	about  int64                                  // how many items may come, 0 when nobody knows

	// linked says that a page without a link is the last one: pages of this
	// resource are not counted off.
	linked bool

	// grows says that items come in behind while the list is read, which says
	// nothing of its pages, and that no more than expected are looked for.
	grows bool
}

// each yields every item of a listing once. Where the platform names a next
// page that is followed; otherwise pages are counted off, several at once as
// far as the listing is expected to go. A page that the platform cuts shorter
// than was asked for is not taken for the last. After an error the sequence
// ends.
//
// What is added or taken away while pages are counted off moves the others: an
// item may then be missed, but none comes twice.
func each[T any](ctx context.Context, d *Driver, l listing[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		w := &walk[T]{listing: l, driver: d, yield: yield}
		defer w.crew.Wait()
		defer cancel()
		if err := w.run(ctx); err != nil {
			var none T
			yield(none, err)
		}
	}
}

// fetched is one page of a listing, or why there is none.
type fetched[T any] struct {
	items []T
	next  string
	err   error
}

// fetch asks for a page.
func (l *listing[T]) fetch(ctx context.Context, d *Driver, path string) (p fetched[T]) {
	a, err := d.decoding.await(func() (*answer, error) { return d.do(ctx, call{method: http.MethodGet, path: path}) })
	if err != nil {
		return fetched[T]{err: err}
	}
	d.decoding.decode(func() { p.items, p.next, err = l.decode(a.body) })
	if err != nil {
		return fetched[T]{err: garbled(a, err)}
	}
	d.options.Web.Reuse(a.body) // nothing that was decoded is a part of it
	return p
}

// barren is how many pages in a row may bring nothing new before the platform
// is taken to send the same again and again.
const barren = 16

// give yields the items of a page that are new. It returns false when nobody
// wants more.
func (w *walk[T]) give(items []T) (bool, error) {
	news := 0
	for i := range items {
		if !w.isNew(&items[i]) {
			continue
		}
		news++
		if !w.yield(items[i], nil) {
			return false, nil
		}
	}
	if w.idle++; news > 0 {
		w.idle = 0
	}
	if w.idle > barren {
		return false, brick.Errorf(brick.Failed, "the platform sends the same page of %s again and again", w.kind)
	}
	return true, nil
}

// isNew reports whether an item comes for the first time.
func (w *walk[T]) isNew(item *T) bool {
	key := w.key(item)
	return key == "" || w.seen.add(key)
}
