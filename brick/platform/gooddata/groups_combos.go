package gooddata

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"users-brick/brick"
)

// shortID is the id of an account in sixteen bytes.
type shortID [16]byte

func shortOf(id string) (a shortID) {
	if len(id) == hex.EncodedLen(len(a)) {
		if _, err := hex.Decode(a[:], []byte(id)); err == nil {
			return a
		}
	}
	sum := sha256.Sum256([]byte(id))
	copy(a[:], sum[:])
	return a
}

// memberships say in which groups everybody is. Many people are in the same
// groups: each combination of groups is kept once, and a person costs about
// thirty bytes.
type memberships struct {
	people map[shortID]*combination
	known  map[string]*combination
}

// combination is some groups.
type combination struct {
	names []string // a FoldSet, never nil
	with  map[string]*combination
}

func newMemberships() *memberships {
	none := &combination{names: []string{}}
	return &memberships{people: map[shortID]*combination{}, known: map[string]*combination{"": none}}
}

// add puts somebody into a group.
func (m *memberships) add(id, name string) {
	who := shortOf(id)
	now := m.people[who]
	if now == nil {
		now = m.known[""]
	}
	next := now.with[name]
	if next == nil {
		next = m.combination(brick.FoldSet(append(slices.Clone(now.names), name)))
		if now.with == nil {
			now.with = map[string]*combination{}
		}
		now.with[name] = next
	}
	m.people[who] = next
}

func (m *memberships) combination(names []string) *combination {
	key := strings.Join(names, "\x00")
	if m.known[key] == nil {
		m.known[key] = &combination{names: slices.Clip(names)}
	}
	return m.known[key]
}

// size is how much they take, in hundreds of bytes.
func (m *memberships) size() int { return len(m.people)/3 + len(m.known) }

// of returns the groups of somebody, a FoldSet that is never nil and not to be
// changed.
func (m *memberships) of(id string) []string {
	if c := m.people[shortOf(id)]; c != nil {
		return c.names
	}
	return m.known[""].names
}
