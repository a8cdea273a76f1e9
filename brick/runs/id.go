package runs

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"users-brick/brick"
)

const idTime = "20060102T150405Z"

var idForm = regexp.MustCompile(`^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}$`)

// NewID returns an id of a run that begins now. It sorts by time, and no other
// run has it.
func NewID(now time.Time) string {
	var tail [3]byte
	rand.Read(tail[:])
	return now.UTC().Format(idTime) + "-" + hex.EncodeToString(tail[:])
}

// parseID returns when the run with an id began, and false when the text is
// no id.
func parseID(text string) (time.Time, bool) {
	if !idForm.MatchString(text) {
		return time.Time{}, false
	}
	started, err := time.Parse(idTime, text[:len(idTime)])
	return started, err == nil
}

// Find returns the run that a name means: an id, a beginning that only one id
// has, last for the newest run, or last-1 for the one before it and so on. A
// name that means no run, or several, is an error of kind BadInput with a hint.
func (s *Store) Find(name string) (Run, error) {
	all, err := s.All()
	if err != nil {
		return Run{}, err
	}
	if len(all) == 0 {
		return Run{}, unknown("there are no runs in "+s.dir, "a run leaves its directory there; BRICK_RUN_DIR names another place")
	}
	if back, ok := counted(name); ok {
		if back >= len(all) {
			return Run{}, unknown(fmt.Sprintf("%s is before the first run", name), "there are "+brick.Number(int64(len(all)), "run"))
		}
		return all[back], nil
	}
	return begins(all, name)
}

// counted returns how many runs before the last a name such as last-2 means.
func counted(name string) (int, bool) {
	if name == "last" {
		return 0, true
	}
	digits, ok := strings.CutPrefix(name, "last-")
	back, err := strconv.ParseUint(digits, 10, 31)
	return int(back), ok && err == nil
}

// begins returns the only run whose id begins with a text.
func begins(all []Run, text string) (Run, error) {
	var found []Run
	for _, r := range all {
		if text != "" && strings.HasPrefix(r.ID, text) {
			found = append(found, r)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return Run{}, unknown(fmt.Sprintf("no run is called %q", text), "did you mean "+nearest(all, text)+"? `users-brick runs ls` lists them all")
	}
	last := found[len(found)-1]
	return Run{}, unknown(
		fmt.Sprintf("%s begin with %q", brick.Number(int64(len(found)), "run"), text),
		fmt.Sprintf("write more of it: from %s to %s", last.ID, found[0].ID))
}

// nearest returns the id that agrees longest with a text, the newest of
// equals; last when none agrees at all.
func nearest(all []Run, text string) string {
	best, longest := "last", 0
	for _, r := range all {
		n := 0
		for n < min(len(text), len(r.ID)) && text[n] == r.ID[n] {
			n++
		}
		if n > longest {
			best, longest = r.ID, n
		}
	}
	return best
}

func unknown(text, hint string) error {
	return &brick.Error{Kind: brick.BadInput, Op: "find run", Err: fmt.Errorf("%s", text), Hint: hint}
}
