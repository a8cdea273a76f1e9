package engine

import (
	"cmp"

	"users-brick/brick"
	"users-brick/brick/spool"
)

// doubts are what rows say that cannot be used as they stand.
type doubts struct {
	people   map[brick.Login]string // held; the text says why
	locals   map[string]string      // members with such a local part are not taken out
	letters  map[string]string      // nor is one whose login has these letters and digits
	nameless string                 // why nobody may be taken out, "" when there is no such reason

	place func(line int) string
}

// mostDoubts is how many rows that may belong anywhere are remembered. A file
// with more of them names its projects nowhere: it is not what it should be.
const mostDoubts = 100_000

func newDoubts(place func(line int) string) doubts {
	return doubts{people: map[brick.Login]string{}, locals: map[string]string{}, letters: map[string]string{}, place: place}
}

// add notes a bad row.
func (d *doubts) add(row *brick.Row) {
	reason := d.place(row.Line) + ": " + row.Bad.Reason
	for _, login := range row.Bad.Suspects {
		d.people[login] = cmp.Or(d.people[login], reason)
	}
	if row.Login != "" {
		d.people[row.Login] = cmp.Or(d.people[row.Login], reason)
	}
	if row.Bad.Local != "" {
		d.locals[row.Bad.Local] = cmp.Or(d.locals[row.Bad.Local], reason)
		letters := brick.Letters(row.Bad.Local)
		d.letters[letters] = cmp.Or(d.letters[letters], reason)
	}
	if row.Bad.Nameless {
		d.nameless = cmp.Or(d.nameless, reason)
	}
}

// len returns how many people and beginnings of logins are remembered.
func (d *doubts) len() int { return len(d.people) + len(d.locals) }

// meant says which row that cannot be read may mean somebody, "" when none.
func (d *doubts) meant(login brick.Login) string {
	reason := d.locals[login.Local()]
	if reason == "" && len(d.letters) > 0 {
		reason = d.letters[brick.Letters(string(login))]
	}
	return reason
}

// stay says why somebody must not be taken out, "" when he may.
func (d *doubts) stay(login brick.Login) string {
	if reason := d.meant(login); reason != "" {
		return "he may be meant by a row that cannot be read: " + reason
	}
	if d.nameless != "" {
		return "a row names nobody, so nobody is taken out here: " + d.nameless
	}
	return ""
}

// rowDoubts finds what rows without a usable login mean for a scope. They
// come first in the order of logins.
func rowDoubts(rows *spool.Group, place func(line int) string) (doubts, error) {
	d := newDoubts(place)
	if rows == nil {
		return d, nil
	}
	for record, err := range rows.Records() {
		if err != nil {
			return d, err
		}
		if len(record.Order) > 0 {
			break
		}
		var row brick.Row
		if err := spool.DecodeRow(rows.Key(), record, &row); err != nil {
			return d, err
		}
		d.add(&row)
	}
	return d, nil
}
