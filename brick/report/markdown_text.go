package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// code writes a name or a value that somebody else chose: in it nothing is
// markup, a mention or a link.
func code(text string) string {
	text = visible(text)
	switch {
	case text == "":
		return ""
	case strings.ContainsAny(text, "`|\\") || text != strings.TrimSpace(text):
		return "<code>" + entities(text, func(rune) bool { return true }) + "</code>"
	}
	return "`" + text + "`"
}

// prose writes a sentence that may hold what somebody else chose.
func prose(text string) string {
	text = visible(text)
	before := ' '
	var b strings.Builder
	for i, r := range text {
		next, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(r):])
		switch {
		case r == '@' && !word(before), r == '#':
			fmt.Fprintf(&b, "&#%d;&#8203;", r) // so that nobody is called and no issue is linked
		case r == '_' && word(before) && word(next):
			b.WriteRune(r) // as in max_removals, where it marks nothing
		case r == ':' && next == '/':
			b.WriteString("&#58;") // no link
		default:
			b.WriteString(entities(string(r), func(r rune) bool { return strings.ContainsRune("&<|`*_[]~\\", r) }))
		}
		before = r
	}
	return b.String()
}

func word(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// entities writes ASCII punctuation that is asked for by its number.
func entities(text string, asked func(rune) bool) string {
	var b strings.Builder
	for _, r := range text {
		if r < utf8.RuneSelf && !word(r) && r != ' ' && asked(r) {
			fmt.Fprintf(&b, "&#%d;", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
