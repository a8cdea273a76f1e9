package gooddata

import "hash/maphash"

// seen tells the items of one listing apart by hashes of their keys: 64 bits,
// at random for each listing, so that one listing of a million in thirty
// million would lose somebody. A million of them take 16 MB, half of what a
// map would; the zero value is empty.
type seen struct {
	seed  maphash.Seed
	slots []uint64 // a power of two, at most three quarters taken; 0 is free
	n     int
}

// add reports whether a key comes for the first time.
func (s *seen) add(key string) bool {
	if 4*(s.n+1) > 3*len(s.slots) {
		s.grow()
	}
	return s.put(max(1, maphash.String(s.seed, key)))
}

func (s *seen) put(hash uint64) bool {
	last := uint64(len(s.slots) - 1)
	for at := hash & last; ; at = (at + 1) & last {
		switch s.slots[at] {
		case hash:
			return false
		case 0:
			s.slots[at] = hash
			s.n++
			return true
		}
	}
}

func (s *seen) grow() {
	if s.slots == nil {
		s.seed = maphash.MakeSeed()
	}
	old := s.slots
	s.slots, s.n = make([]uint64, max(64, 2*len(old))), 0
	for _, hash := range old {
		if hash != 0 {
			s.put(hash)
		}
	}
}
