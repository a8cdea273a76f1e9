package gooddata

import (
	"context"
	"iter"
)

// pageSize is how many items are asked for at once; the platform may give
// fewer.
const pageSize = 1000

// listing is a resource that comes in pages.
type listing[T any] struct {
	kind   string                                 // whose pages have one size: "members", "accounts", ...
	path   func(offset, limit int) string         // of a page
	decode func(body []byte) ([]T, string, error) // items and the link to the next page, "" when there is none
	key    func(*T) string                        // tells items apart
	about  int64                                  // how many items may come, 0 when nobody knows
}

// each yields every item of a listing once. Where the platform names a next
// page that is followed; otherwise pages are counted off, several at once as
// far as the listing is expected to go. A page that the platform cuts shorter
// than was asked for is not taken for the last.
func each[T any](ctx context.Context, d *Driver, l listing[T]) iter.Seq2[T, error] {
	panic("seam")
}
