package inputs

import (
	"hash/maphash"
	"strings"
)

// memo remembers what short cells mean that stand in many rows, such as roles.
// It is of fixed size: a column in which every cell differs, or is long, gains
// nothing, and costs no memory.
type memo[T any] struct {
	seed  maphash.Seed
	parse func(string) T
	slots [512]struct {
		text    string
		meaning T
		known   bool
	}
}

func newMemo[T any](parse func(string) T) *memo[T] {
	return &memo[T]{seed: maphash.MakeSeed(), parse: parse}
}

// of returns what the text means. Rows with the same text may share the
// meaning.
func (m *memo[T]) of(text string) T {
	const longest = 256
	if len(text) > longest {
		return m.parse(text)
	}
	hash := maphash.String(m.seed, text)
	slot := &m.slots[hash%uint64(len(m.slots))]
	if slot.known && slot.text != text {
		// Two frequent texts must not drive each other out.
		slot = &m.slots[hash>>32%uint64(len(m.slots))]
	}
	if !slot.known || slot.text != text {
		slot.text = strings.Clone(text)
		slot.meaning = m.parse(slot.text)
		slot.known = true
	}
	return slot.meaning
}
