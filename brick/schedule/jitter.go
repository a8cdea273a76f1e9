package schedule

import (
	"hash/fnv"
	"time"
)

// Shift returns by how much the ticks of a job are put off so that jobs of one
// expression do not all begin at once: at least 0 and less than most, always
// the same for a name, and whole seconds when most is more than one.
func Shift(name string, most time.Duration) time.Duration {
	unit := time.Second
	if most <= unit {
		unit = 1
	}
	if most < unit {
		return 0
	}
	h := fnv.New64a()
	h.Write([]byte(name))
	return time.Duration(mix(h.Sum64())%uint64(most/unit)) * unit
}

// mix spreads a hash over all its bits: names that end in 1, 2 and 3 must not
// lie side by side. It is the last step of SplitMix64.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Due returns the first moment after another at which a job is due whose
// ticks are put off by a shift; the zero time when there is none.
func (t *Times) Due(after time.Time, shift time.Duration) time.Time {
	next := t.Next(after.Add(-shift))
	if next.IsZero() {
		return next
	}
	return next.Add(shift)
}
