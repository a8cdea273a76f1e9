package inputs

import (
	"slices"
	"strings"
	"unicode"

	"users-brick/brick"
)

// suspect holds whoever stands in any of the cells, everywhere.
func suspect(bad *brick.BadRow, cells []string) {
	bad.Anywhere = true
	for _, cell := range cells {
		bad.Suspects = append(bad.Suspects, loginsIn(cell)...)
	}
	slices.Sort(bad.Suspects)
	bad.Suspects = slices.Compact(bad.Suspects)
	bad.Nameless = len(bad.Suspects) == 0
}

// severalWords reports whether there is a space inside of what stands before
// the last @: then its first word need not be the person's.
func severalWords(text string) bool {
	before := text
	if at := strings.LastIndexByte(text, '@'); at >= 0 {
		before = text[:at]
	}
	return strings.ContainsFunc(strings.TrimFunc(before, invisible), unicode.IsSpace)
}

// loginsIn returns the logins that stand in a cell, on their own or among
// others, brackets and line breaks.
func loginsIn(cell string) []brick.Login {
	if !strings.Contains(cell, "@") {
		return nil
	}
	var logins []brick.Login
	for part := range strings.FieldsFuncSeq(cell, func(r rune) bool { return strings.ContainsRune(",;:<>()[]|\"'\t\r\n", r) }) {
		if person, err := brick.ParseLogin(clean(part)); err == nil {
			logins = append(logins, person)
		}
	}
	return logins
}
