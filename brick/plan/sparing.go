package plan

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"

	"users-brick/brick"
)

// Sparing knows who is to be left alone in every respect: whitelisted people
// and the account under which the brick works. It counts whom it spared. It
// may be used from several goroutines.
type Sparing struct {
	exact    map[brick.Login]int // index into entries
	patterns []pattern
	any      *regexp.Regexp // all patterns in one, nil when there are none

	mu      sync.Mutex
	entries []entry
}

type pattern struct {
	re    *regexp.Regexp
	entry int
}

type entry struct {
	text   string
	people map[brick.Login]bool // whom it matched
	inFile int64                // how many of them are in the file
	more   int64                // matched beyond what is remembered
	own    bool                 // the account of the brick, which nobody listed
}

// remembered is how many people of one entry are told apart; a pattern that
// matches more is counted, not listed, so that memory stays bounded.
const remembered = 100_000

// Match says whom one whitelist entry matched.
type Match struct {
	Entry  string `json:"entry"`
	Users  int64  `json:"users"`   // people of the platform or the file
	InFile int64  `json:"in_file"` // those of them that the file names, too
}

// NewSparing reads the whitelists: exact logins, compared ignoring letter
// case, and RE2 patterns, unanchored, ignoring letter case. Self is the
// account of the brick, empty when it has none. A pattern that does not
// compile is an error.
func NewSparing(exact, patterns []string, self brick.Login) (*Sparing, error) {
	s := &Sparing{exact: map[brick.Login]int{}}
	for _, text := range exact {
		login := brick.Login(brick.Fold(text))
		if _, twice := s.exact[login]; login == "" || twice {
			continue
		}
		s.exact[login] = s.add(text)
	}
	var all []string
	for _, text := range patterns {
		parsed, err := syntax.Parse(text, syntax.Perl|syntax.FoldCase)
		if err != nil {
			return nil, brick.Errorf(brick.BadInput, "whitelist pattern %q: %w", text, err)
		}
		// Written out anew, a pattern cannot run into its neighbours.
		plain := parsed.String()
		s.patterns = append(s.patterns, pattern{regexp.MustCompile(plain), s.add(text)})
		all = append(all, "(?:"+plain+")")
	}
	if len(all) > 0 {
		s.any = regexp.MustCompile(strings.Join(all, "|"))
	}
	if _, twice := s.exact[self]; self != "" && !twice {
		i := s.add(fmt.Sprintf("%s (the account of the brick)", self))
		s.exact[self], s.entries[i].own = i, true
	}
	return s, nil
}

func (s *Sparing) add(text string) int {
	s.entries = append(s.entries, entry{text: text, people: map[brick.Login]bool{}})
	return len(s.entries) - 1
}

// Leaves reports whether the person is left alone, without remembering it.
func (s *Sparing) Leaves(login brick.Login) bool {
	_, listed, matched := s.find(login)
	return listed || matched
}

func (s *Sparing) find(login brick.Login) (entry int, listed, matched bool) {
	entry, listed = s.exact[login]
	return entry, listed, s.any != nil && s.any.MatchString(string(login))
}

// Spares reports whether the person is left alone, and remembers which
// entries said so and whether the file names him.
func (s *Sparing) Spares(login brick.Login, inFile bool) bool {
	i, listed, matched := s.find(login)
	if !listed && !matched {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if listed {
		s.entries[i].note(login, inFile)
	}
	for _, p := range s.patterns {
		if matched && p.re.MatchString(string(login)) {
			s.entries[p.entry].note(login, inFile)
		}
	}
	return true
}

func (e *entry) note(login brick.Login, inFile bool) {
	before, known := e.people[login]
	switch {
	case !known && len(e.people) >= remembered:
		e.more++
		return
	case inFile && !before:
		e.inFile++
	}
	e.people[login] = before || inFile
}

// Matches says whom each entry matched, in the order of the params. The
// account of the brick comes last, if it was met at all.
func (s *Sparing) Matches() []Match {
	s.mu.Lock()
	defer s.mu.Unlock()
	matches := make([]Match, 0, len(s.entries))
	for _, e := range s.entries {
		if e.own && len(e.people) == 0 {
			continue
		}
		matches = append(matches, Match{Entry: e.text, Users: int64(len(e.people)) + e.more, InFile: e.inFile})
	}
	return matches
}
