package report

import (
	"container/heap"
	"iter"
	"strings"

	"users-brick/brick/plan"
)

// inOrder merges sequences, each in the order that compare says, into one; of
// equal items those of earlier sequences come first. It ends with the first
// error.
func inOrder[T any](compare func(a, b *T) int, all []iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		h := &heads[T]{compare: compare}
		for i, seq := range all {
			next, stop := iter.Pull2(seq)
			defer stop()
			if err := h.advance(&head[T]{next: next, from: i}); err != nil {
				yield(*new(T), err)
				return
			}
		}
		for h.Len() > 0 {
			first := heap.Pop(h).(*head[T])
			if !yield(first.item, nil) {
				return
			}
			if err := h.advance(first); err != nil {
				yield(*new(T), err)
				return
			}
		}
	}
}

// head is the next item of one sequence.
type head[T any] struct {
	item T
	from int
	next func() (T, error, bool)
}

// heads are those that have one, the first of all on top.
type heads[T any] struct {
	all     []*head[T]
	compare func(a, b *T) int
}

// advance puts the next item of a sequence among the others, if it has one.
func (h *heads[T]) advance(one *head[T]) error {
	item, err, ok := one.next()
	if err != nil || !ok {
		return err
	}
	one.item = item
	heap.Push(h, one)
	return nil
}

func (h *heads[T]) Len() int      { return len(h.all) }
func (h *heads[T]) Swap(i, j int) { h.all[i], h.all[j] = h.all[j], h.all[i] }
func (h *heads[T]) Push(one any)  { h.all = append(h.all, one.(*head[T])) }

func (h *heads[T]) Less(i, j int) bool {
	a, b := h.all[i], h.all[j]
	if c := h.compare(&a.item, &b.item); c != 0 {
		return c < 0
	}
	return a.from < b.from
}

func (h *heads[T]) Pop() any {
	last := h.all[len(h.all)-1]
	h.all = h.all[:len(h.all)-1]
	return last
}

func byScope(a, b *Scope) int { return a.Scope.Compare(b.Scope) }

// The order of the people of a report: rows of the file that belong to no
// scope, what planning found, scope by scope, and what applying did.
func byPart(a, b *Person) int {
	if c := a.part() - b.part(); c != 0 {
		return c
	}
	return a.Scope.Compare(b.Scope)
}

func (p *Person) part() int {
	switch {
	case p.Scope.ID == "":
		return 0
	case p.What == failedOne || p.What == plan.HeldOne && strings.HasPrefix(p.Text, heldByGuard):
		return 2
	}
	return 1
}
