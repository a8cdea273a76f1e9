package inputs

import (
	"slices"
	"strings"

	"users-brick/brick"
)

// detach gives a bad row texts of its own. Somebody may remember the people of
// many bad rows, and must not keep the rows around them in memory.
func detach(row *brick.Row) {
	row.Login = brick.Login(strings.Clone(string(row.Login)))
	row.Bad.Local = strings.Clone(row.Bad.Local)
	for i, login := range row.Bad.Suspects {
		row.Bad.Suspects[i] = brick.Login(strings.Clone(string(login)))
	}
}

// suspect holds whoever stands in any of the cells, everywhere.
func suspect(bad *brick.BadRow, cells []string, q quoting) {
	bad.Anywhere = true
	for _, cell := range cells {
		logins, _ := loginsIn(cell)
		bad.Suspects = append(bad.Suspects, logins...)
		// A quote out of place may stand in the middle of a login.
		bad.Nameless = bad.Nameless || strings.Contains(cell, "@") && strings.ContainsAny(cell, `"`+string(rune(q)))
	}
	slices.Sort(bad.Suspects)
	bad.Suspects = slices.Compact(bad.Suspects)
	bad.Nameless = bad.Nameless || len(bad.Suspects) == 0
}

// suspectLogin holds everybody whom a login that cannot be read may mean.
func suspectLogin(bad *brick.BadRow, text string) {
	logins, alone := loginsIn(text)
	bad.Suspects = logins
	bad.Local = brick.LocalGuess(text)
	bad.Nameless = !alone && !showsLocal(text, bad.Local)
}

// suspectShort holds whoever stands in a row with too few cells, of which two
// may have become one: jane@x.com and Jane would read jane@x.comJane. A login
// that stands in its own place can only have grown at its end.
func suspectShort(bad *brick.BadRow, record []string, login int, q quoting) {
	suspect(bad, record, q)
	if login < len(record) {
		if logins, alone := loginsIn(record[login]); len(logins) == 1 && alone {
			bad.Local = logins[0].Local()
			return
		}
	}
	bad.Nameless = true
}

// showsLocal reports whether a text that is no login has one local part for
// certain, which is the guess: the text goes on with an @, or ends with it, so
// that at most an @ is missing. Two names in the text may mean two people.
func showsLocal(text, guess string) bool {
	rest := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(text)), guess)
	if guess == "" || rest == "" {
		return guess != ""
	}
	return rest[0] == '@' && !strings.Contains(strings.TrimLeft(rest, "@"), "@")
}

// loginsIn returns the logins that stand in a cell, on their own or among
// others, brackets and line breaks, and whether they stand alone: with nothing
// but a person's name before them, as in Jane Doe <jane@acme.com>.
func loginsIn(cell string) (logins []brick.Login, alone bool) {
	name, address, named := strings.Cut(cell, "<")
	if !named {
		name, address = "", cell
	}
	logins, _ = loginsAmong(name)
	others, alone := loginsAmong(address)
	return append(logins, others...), alone
}

// loginsAmong returns the logins that stand in a text, and whether nothing
// else does.
func loginsAmong(text string) (logins []brick.Login, alone bool) {
	if !strings.Contains(text, "@") {
		return nil, false
	}
	alone = true
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(",;:<>()[]|\"'\t\r\n", r) }) {
		if part = clean(part); part == "" {
			continue
		}
		person, err := brick.ParseLogin(part)
		if alone = alone && err == nil; err == nil {
			logins = append(logins, person)
		}
	}
	return logins, alone && len(logins) > 0
}
