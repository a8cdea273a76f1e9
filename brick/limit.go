package brick

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Limit is how many of something may be: a number, or a share of a whole. The
// zero Limit is none at all: everything is allowed.
//
// A percentage always allows at least Floor, since a share of a small whole
// says little: a fifth of four members is none of them. A number is exact.
type Limit struct {
	set     bool
	percent bool
	bare    bool // without Floor
	value   float64
}

// Floor is what a percentage always allows.
const Floor = 10

// ParseLimit reads a number ("25") or a percentage ("20%"). Negative numbers,
// fractions of a person and percentages above 100 are errors.
func ParseLimit(text string) (Limit, error) {
	s := strings.TrimSpace(text)
	number, percent := strings.CutSuffix(s, "%")
	if percent {
		v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || !(v >= 0 && v <= 100) {
			return Limit{}, fmt.Errorf("%q is not a percentage from 0%% to 100%%", text)
		}
		return Limit{set: true, percent: true, value: v}, nil
	}
	v, err := strconv.ParseUint(s, 10, 52)
	if err != nil {
		return Limit{}, fmt.Errorf("%q is neither a whole number nor a percentage such as 20%%", text)
	}
	return Limit{set: true, value: float64(v)}, nil
}

// MustLimit is [ParseLimit] for texts that are known to be right; it panics
// otherwise.
func MustLimit(text string) Limit {
	l, err := ParseLimit(text)
	if err != nil {
		panic(err)
	}
	return l
}

// Allows reports whether n of a whole may be.
func (l Limit) Allows(n, whole int64) bool { return n <= l.Most(whole) }

// Most returns how many of a whole may be at most.
func (l Limit) Most(whole int64) int64 {
	switch {
	case !l.set:
		return math.MaxInt64
	case l.percent && l.bare:
		return int64(l.share(whole) + hair)
	case l.percent:
		return max(Floor, int64(l.share(whole)+hair))
	}
	return int64(l.value)
}

// Part returns the part that a shard has of a limit over the whole run, such
// that all shards together never pass more than the limit: of a number as
// [Shard.Part] says; of a percentage the same share of the shard's own whole,
// without Floor, which each of them would add.
func (l Limit) Part(s Shard) Limit {
	switch {
	case s.Whole() || !l.set:
	case l.percent:
		l.bare = true
	default:
		l.value = float64(s.Part(int64(l.value)))
	}
	return l
}

// share returns a percentage of a whole, a hair off at most: 29% of 100 must not
// come out as a little less than 29.
func (l Limit) share(whole int64) float64 { return l.value * float64(whole) / 100 }

// hair is less than any percentage of a person and more than arithmetic loses.
const hair = 1e-6

// Least returns how many there must still be of a whole that once was: a number
// as it stands; of a percentage never more than the whole without Floor. Without
// a limit none have to be.
func (l Limit) Least(whole int64) int64 {
	switch {
	case !l.set:
		return 0
	case l.percent:
		return max(0, min(int64(math.Ceil(l.share(whole)-hair)), whole-Floor))
	}
	return int64(l.value)
}

// Set reports whether there is a limit.
func (l Limit) Set() bool { return l.set }

// String returns the text that ParseLimit reads, or "none".
func (l Limit) String() string {
	switch {
	case !l.set:
		return "none"
	case l.percent:
		return strconv.FormatFloat(l.value, 'f', -1, 64) + "%"
	}
	return strconv.FormatFloat(l.value, 'f', 0, 64)
}
