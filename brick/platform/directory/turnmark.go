package directory

import "time"

// mark says how far the turns of others have come. Every transaction in a turn
// prolongs it, so that nobody has written between two marks that are the same.
type mark struct {
	turn  int64     // the number of the last one
	until time.Time // until when the longest of them lasts
}

func (m *mark) add(row *turnRow) {
	m.turn = max(m.turn, row.turn)
	if row.until.After(m.until) {
		m.until = row.until
	}
}

// beyond reports whether somebody has had a turn since an earlier mark, or went
// on with one that seemed to be over.
func (m mark) beyond(earlier mark) bool {
	return m.turn > earlier.turn || m.until.After(earlier.until)
}

// silence is since when turns stand still that a run waits for, by their tokens
// and by the clock of this machine alone.
type silence map[string]sighting

type sighting struct{ until, since time.Time }

// longerThan reports whether a turn was not prolonged for longer than its lease
// while somebody looked.
func (s silence) longerThan(lease time.Duration, row *turnRow) bool {
	first, known := s[row.token]
	if !known || !first.until.Equal(row.until) {
		s[row.token] = sighting{row.until, time.Now()}
		return false
	}
	return time.Since(first.since) > lease
}
