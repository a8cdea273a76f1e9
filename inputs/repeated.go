package inputs

import (
	"hash/maphash"
	"math/bits"
	"slices"
	"strings"

	"users-brick/brick"
)

// Repeated says who stands in more than one row, in modes that work by project
// in more than one row of a project. People are told apart by hashes of 64
// bits: that two are taken for one happens to one file of a million people in
// thirty million.
type Repeated struct {
	People int64    `json:"people"` // who stand in several rows
	Rows   int64    `json:"rows"`   // rows beside their first ones
	First  []Repeat `json:"first"`  // the first 20 of them, in the order of their second rows
	// UnknownFrom is the line from which on nobody new was remembered, since
	// a million people were known; 0 when all were.
	UnknownFrom  int    `json:"unknown_from_line,omitzero"`
	UnknownPlace string `json:"unknown_from_place,omitzero"` // the same as file:line, of joined files
}

// Repeat is somebody who stands in several rows.
type Repeat struct {
	Login   brick.Login `json:"login"`
	Project string      `json:"project,omitzero"` // in modes that work by project
	Rows    int64       `json:"rows"`
	Lines   []int       `json:"lines"`           // of the first 20 rows
	Places  []string    `json:"places,omitzero"` // the same as file:line, of joined files
}

// knownPeople is how many people are remembered. The table for so many has 32 MiB.
const knownPeople = 1 << 20

// repeated finds rows of one person.
type repeated struct {
	byProject bool
	seed      maphash.Seed
	table     []sighting // open addressing, at most half full; of 8192, 32768, … places
	n         int
	found     Repeated
	index     map[uint64]int // of found.First

	// Rows wait until there are some: the processor then fetches their places in
	// the table, which are far apart, side by side.
	waiting [64]waitingRow
	waits   int
	fetched uint64 // keeps the compiler from leaving the fetching out
}

// sighting is the first row of somebody.
type sighting struct {
	hash  uint64 // 0: nobody
	line  uint32
	again bool
}

// waitingRow is a row that is still to be looked up.
type waitingRow struct {
	hash    uint64
	line    int
	login   brick.Login
	project string
}

// add notes a row with a login.
func (r *repeated) add(row *brick.Row) {
	if r.table == nil {
		r.table, r.seed, r.index = make([]sighting, 1<<13), maphash.MakeSeed(), map[uint64]int{}
	}
	w := waitingRow{hash: maphash.String(r.seed, string(row.Login)), line: row.Line, login: row.Login}
	if r.byProject {
		w.hash, w.project = bits.RotateLeft64(w.hash, 1)^maphash.String(r.seed, row.Project), row.Project
	}
	w.hash = max(w.hash, 1)
	r.waiting[r.waits] = w
	if r.waits++; r.waits == len(r.waiting) {
		r.lookUp()
	}
}

// lookUp looks up all rows that wait.
func (r *repeated) lookUp() {
	waiting := r.waiting[:r.waits]
	for i := range waiting {
		r.fetched |= r.table[waiting[i].hash%uint64(len(r.table))].hash
	}
	for i := range waiting {
		r.note(&waiting[i])
	}
	r.waits = 0
}

// note notes a row.
func (r *repeated) note(row *waitingRow) {
	s := r.find(row.hash)
	switch {
	case s.hash != 0:
		r.repeat(row, s)
	case r.n == knownPeople:
		if r.found.UnknownFrom == 0 {
			r.found.UnknownFrom = row.line
		}
	default:
		*s = sighting{hash: row.hash, line: uint32(row.line)}
		if r.n++; 2*r.n > len(r.table) {
			r.grow()
		}
	}
}

// find returns where the hash stands in the table, or is to stand.
func (r *repeated) find(hash uint64) *sighting {
	mask := uint64(len(r.table) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		if s := &r.table[i]; s.hash == hash || s.hash == 0 {
			return s
		}
	}
}

func (r *repeated) grow() {
	old := r.table
	r.table = make([]sighting, 4*len(old))
	for _, s := range old {
		if s.hash != 0 {
			*r.find(s.hash) = s
		}
	}
}

// repeat notes another row of somebody who has been seen.
func (r *repeated) repeat(row *waitingRow, s *sighting) {
	told := &r.found
	told.Rows++
	if !s.again {
		s.again = true
		if told.People++; len(told.First) < mostRepeated {
			one := Repeat{Login: brick.Login(strings.Clone(string(row.login))), Rows: 1, Lines: []int{int(s.line)}}
			if r.byProject {
				one.Project = strings.Clone(row.project)
			}
			r.index[s.hash] = len(told.First)
			told.First = append(told.First, one)
		}
	}
	if i, listed := r.index[s.hash]; listed {
		one := &told.First[i]
		if one.Rows++; len(one.Lines) < mostRepeated {
			one.Lines = append(one.Lines, row.line)
		}
	}
}

func (r *repeated) told() Repeated {
	if r.waits > 0 {
		r.lookUp()
	}
	told := r.found
	told.First = slices.Clone(told.First)
	if told.First == nil {
		told.First = []Repeat{}
	}
	return told
}
