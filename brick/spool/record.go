package spool

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// record is one record as it lies in memory: raw is all of it, the others are
// parts of raw.
type record struct {
	raw, key, order, value []byte
}

// shown returns the record as others see it.
func (r record) shown() Record {
	both := r.raw[len(r.raw)-len(r.order)-len(r.value):]
	return Record{Order: r.order, Value: r.value, both: both}
}

// maxHeader bounds the three lengths in front of a record.
const maxHeader = 3 * binary.MaxVarintLen64

// recordSize returns how many bytes appendRecord adds.
func recordSize(key, order, value int) int {
	return lengthSize(key) + lengthSize(order) + lengthSize(value) + key + order + value
}

func lengthSize(n int) int { return (bits.Len64(uint64(n)|1) + 6) / 7 }

func appendRecord(dst []byte, key, order string, value []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(key)))
	dst = binary.AppendUvarint(dst, uint64(len(order)))
	dst = binary.AppendUvarint(dst, uint64(len(value)))
	dst = append(dst, key...)
	dst = append(dst, order...)
	return append(dst, value...)
}

// parse returns the record at the start of b. When b ends too early it returns
// instead how many bytes are needed at least; when b is no record, -1.
func parse(b []byte) (r record, need int) {
	var lengths [3]int
	at := 0
	for i := range lengths {
		n, size := uvarint(b[at:])
		switch {
		case size == 0:
			return record{}, len(b) + 1
		case size < 0 || n > maxLength:
			return record{}, -1
		}
		lengths[i] = int(n)
		at += size
	}
	key := at
	order := key + lengths[0]
	value := order + lengths[1]
	end := value + lengths[2]
	if end > len(b) {
		return record{}, end
	}
	return record{raw: b[:end:end], key: b[key:order:order], order: b[order:value:value], value: b[value:end:end]}, 0
}

// maxLength keeps the sum of three lengths within an int.
const maxLength = 1 << 60

// uvarint is binary.Uvarint with the one-byte case, nearly every case, in line.
func uvarint(b []byte) (uint64, int) {
	if len(b) > 0 && b[0] < 0x80 {
		return uint64(b[0]), 1
	}
	return binary.Uvarint(b)
}

func (r record) compare(s record) int {
	if c := bytes.Compare(r.key, s.key); c != 0 {
		return c
	}
	if c := bytes.Compare(r.order, s.order); c != 0 {
		return c
	}
	return bytes.Compare(r.value, s.value)
}
