package inputs

import (
	"encoding/binary"
	"math/bits"
	"strings"
)

// memo remembers what short cells mean that stand in many rows, such as roles.
// It is of fixed size: a column in which every cell differs, or is long, gains
// nothing, and costs no memory.
type memo[T any] struct {
	parse func(string) T
	slots [512]remembered[T]
}

// remembered is a text and what it means; both are empty until it is used.
type remembered[T any] struct {
	text    string
	meaning T
}

func newMemo[T any](parse func(string) T) *memo[T] {
	m := &memo[T]{parse: parse}
	for i := range m.slots {
		m.slots[i].meaning = parse("") // then a slot is right even before it is used
	}
	return m
}

// of returns what the text means. Rows with the same text may share the
// meaning.
func (m *memo[T]) of(text string) T {
	const longest = 256
	spread := spread(text)
	slot := &m.slots[spread%uint64(len(m.slots))]
	if slot.text == text {
		return slot.meaning
	}
	if slot.text != "" {
		// Two frequent texts must not drive each other out.
		slot = &m.slots[spread>>32%uint64(len(m.slots))]
	}
	if len(text) > longest {
		return m.parse(text)
	}
	if slot.text != text {
		slot.text = strings.Clone(text)
		slot.meaning = m.parse(slot.text)
	}
	return slot.meaning
}

// spread returns a number for a text, made of its length, its beginning and
// its end. Other texts may have the same one: they only share a slot.
func spread(text string) uint64 {
	var start, end uint64
	switch n := len(text); {
	case n >= 8:
		start, end = binary.LittleEndian.Uint64([]byte(text)), binary.LittleEndian.Uint64([]byte(text[n-8:]))
	case n >= 4:
		start, end = uint64(binary.LittleEndian.Uint32([]byte(text))), uint64(binary.LittleEndian.Uint32([]byte(text[n-4:])))
	case n > 0:
		start, end = uint64(text[0]), uint64(text[n/2])<<8|uint64(text[n-1])
	}
	// Multiplication carries every bit upwards; only the upper ones are used.
	const odd = 0x9e3779b97f4a7c15
	mixed := ((start ^ uint64(len(text))) * odd) ^ bits.RotateLeft64(end*odd, 32)
	return bits.RotateLeft64(mixed*odd, 32)
}
