package gooddata

import (
	"context"
	"sync"

	"users-brick/brick"
)

// walk is one way through the pages of a listing.
//
//	offset ──► page ──► page ──► page      asked for ahead, a stride apart,
//	           └─ yielded in this order    and fetched by a crew
//
// The offset advances by what was really received. When a page is not as long
// as the stride, what was asked for ahead lies in the wrong places: it is
// dropped, and the walk goes on from the right one.
type walk[T any] struct {
	listing[T]
	driver *Driver
	yield  func(T, error) bool
	idle   int // pages in a row without anything new
	seen   seen

	crew    sync.WaitGroup
	ahead   []*ahead[T]
	stride  int
	guessed bool // the stride, before any page has come
	offset  int  // of the page that comes next
	proved  int  // items were seen before this offset, even if now none come
	length  int  // of the page before
	count   int  // pages so far
	beyond  int  // pages behind those that were expected
}

// run yields all items.
func (w *walk[T]) run(ctx context.Context) error {
	defer w.drop()
	w.askFirst(ctx)
	for {
		p := w.take(ctx)
		if p.err != nil {
			return p.err
		}
		if more, err := w.give(p.items); !more || err != nil {
			return err
		}
		if p.next != "" || w.linked {
			w.drop()
			w.driver.pages.follows(w.kind)
			return w.follow(ctx, p.next)
		}
		if last, err := w.ended(len(p.items)); last || err != nil {
			return err
		}
		w.askAhead(ctx, len(p.items))
	}
}

// follow yields the items behind a link, "" when there are none.
func (w *walk[T]) follow(ctx context.Context, link string) error {
	passed := map[string]bool{w.path(0, pageSize): true}
	for link != "" {
		path, err := w.driver.local(link)
		if err != nil {
			return err
		}
		if passed[path] {
			return brick.Errorf(brick.Failed, "a page of %s names an earlier one as the next", w.kind)
		}
		passed[path] = true
		p := w.fetch(ctx, w.driver, path)
		if p.err != nil {
			return p.err
		}
		if more, err := w.give(p.items); !more || err != nil {
			return err
		}
		link = p.next
	}
	return nil
}

// ended notes that the page at the offset has n items, and reports whether it
// was the last.
func (w *walk[T]) ended(n int) (bool, error) {
	lengths := &w.driver.pages
	lengths.saw(w.kind, n)
	if w.count++; w.count > 1 {
		lengths.followed(w.kind, w.length, n > 0)
	}
	w.length = n
	if w.guessed && n != w.stride && !lengths.short(w.kind, n) {
		w.drop() // of a page that is as long as any, what lies elsewhere tells nothing
	}
	w.guessed = false
	if len(w.ahead) > 0 {
		if n == w.stride {
			w.offset += n
			return false, nil
		}
		if err := w.outOfStep(n); err != nil {
			return false, err
		}
	}
	if n == 0 && w.offset < w.proved {
		w.offset += max(w.stride, 1)
		return false, nil
	}
	w.offset += n
	return w.offset >= w.proved && lengths.end(w.kind, n, w.about > int64(w.offset)), nil
}

// outOfStep drops the pages that were asked for ahead, since the one before
// them is not as long as it should be. If there are items behind a short page
// all the same, nothing can be said from the length of pages any more.
func (w *walk[T]) outOfStep(n int) error {
	defer w.drop()
	if n > w.stride {
		return nil
	}
	second := w.ahead[0]
	<-second.done
	if second.page.err != nil {
		return second.page.err
	}
	if items := len(second.page.items); items > 0 {
		w.proved = w.offset + w.stride + items
		if !w.grows {
			w.driver.pages.distrust(w.kind)
		}
	}
	return nil
}
