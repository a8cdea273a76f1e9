package spool

import (
	"math/bits"

	"users-brick/brick"
)

// cursor reads a value from front to back. The texts it returns are parts of
// one string. After the first thing that cannot be read all others are empty,
// and ended says false.
type cursor struct {
	rest   string
	broken bool
}

// ended reports whether everything was there and nothing is left.
func (c *cursor) ended() bool { return !c.broken && c.rest == "" }

func (c *cursor) fail() {
	c.rest, c.broken = "", true
}

func (c *cursor) byte() byte {
	if c.rest == "" {
		c.fail()
		return 0
	}
	b := c.rest[0]
	c.rest = c.rest[1:]
	return b
}

// number reads an unsigned varint of at most 64 bits.
func (c *cursor) number() uint64 {
	var n uint64
	for shift := 0; ; shift += 7 {
		b := c.byte()
		part := uint64(b & 0x7f)
		if bits.Len64(part)+shift > 64 {
			c.fail()
			return 0
		}
		n |= part << shift
		if b < 0x80 {
			return n
		}
	}
}

// bits reads the bits in front of a value, all below end.
func (c *cursor) bits(end uint64) uint64 {
	n := c.number()
	if n >= end {
		c.fail()
		return 0
	}
	return n
}

// length reads a number of things that take at least a byte each.
func (c *cursor) length() int {
	n := c.number()
	if n > uint64(len(c.rest)) {
		c.fail()
		return 0
	}
	return int(n)
}

func (c *cursor) text() string {
	n := c.length()
	text := c.rest[:n]
	c.rest = c.rest[n:]
	return text
}

// given reads a text if it is there.
func (c *cursor) given(there bool) string {
	if !there {
		return ""
	}
	return c.text()
}

// givenList reads a list if it is there; else it is nil.
func givenList[S ~string](c *cursor, there bool) []S {
	if !there {
		return nil
	}
	list := make([]S, c.length())
	for i := range list {
		list[i] = S(c.text())
	}
	return list
}

func (c *cursor) profile(bits uint64, login string) (p brick.Profile) {
	for f := range p {
		p[f] = c.given(bits&(1<<f) != 0)
	}
	if bits&isMailedAtLogin != 0 {
		p[brick.Email] = login
	}
	return p
}

func (c *cursor) bad() *brick.BadRow {
	bits := c.bits(endOfBad)
	return &brick.BadRow{
		Anywhere: bits&isAnywhere != 0,
		Nameless: bits&isNameless != 0,
		Column:   int(c.number()),
		Reason:   c.text(),
		Hint:     c.given(bits&hasHint != 0),
		Suspects: givenList[brick.Login](c, bits&hasSuspects != 0),
		Local:    c.given(bits&hasLocal != 0),
	}
}
