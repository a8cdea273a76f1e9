package gooddatatest

// roster is a list of things with ids that grows, shrinks and is read by
// pages, all of it in time that does not depend on its length. What is left
// keeps its order.
type roster[T any] struct {
	items []*T // nil where something was taken out
	at    map[string]int
}

// get returns the thing of an id, nil when there is none.
func (r *roster[T]) get(id string) *T {
	if i, ok := r.at[id]; ok {
		return r.items[i]
	}
	return nil
}

// len returns how many there are.
func (r *roster[T]) len() int { return len(r.at) }

// put appends a thing, or replaces the one of its id.
func (r *roster[T]) put(id string, item *T) {
	if r.at == nil {
		r.at = map[string]int{}
	}
	if i, ok := r.at[id]; ok {
		r.items[i] = item
		return
	}
	r.at[id] = len(r.items)
	r.items = append(r.items, item)
}

// drop takes the thing of an id out, if there is one. Holes are closed when
// they are half of the list, so that each costs little.
func (r *roster[T]) drop(id string) {
	i, ok := r.at[id]
	if !ok {
		return
	}
	r.items[i] = nil
	delete(r.at, id)
	if len(r.items) > 2*len(r.at) {
		r.close()
	}
}

func (r *roster[T]) close() {
	moved := make([]int, len(r.items))
	kept := r.items[:0]
	for i, item := range r.items {
		if item != nil {
			moved[i] = len(kept)
			kept = append(kept, item)
		}
	}
	clear(r.items[len(kept):])
	r.items = kept
	for id, i := range r.at {
		r.at[id] = moved[i]
	}
}

// page calls each for at most limit things, from the offset-th on.
func (r *roster[T]) page(offset, limit int, each func(*T)) {
	if len(r.items) == len(r.at) {
		for _, item := range r.items[min(offset, len(r.items)):] {
			if limit--; limit < 0 {
				return
			}
			each(item)
		}
		return
	}
	for _, item := range r.items {
		switch {
		case item == nil:
		case offset > 0:
			offset--
		case limit <= 0:
			return
		default:
			limit--
			each(item)
		}
	}
}

// all calls each for everything.
func (r *roster[T]) all(each func(*T)) { r.page(0, len(r.items), each) }
