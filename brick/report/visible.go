package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longest is how many characters of one text a page or a Markdown report
// shows; the JSON document has all of it.
const longest = 300

// visible returns a text as people may be shown it: what would turn it round,
// hide in it or break its line is written as its code, ⟨U+202E⟩, and what is
// longer than [longest] characters ends in an ellipsis.
func visible(text string) string {
	if plain(text) {
		return text
	}
	var b strings.Builder
	n := 0
	for _, r := range text {
		if n++; n > longest {
			b.WriteString("…")
			break
		}
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			b.WriteByte(' ')
		case hidden(r):
			fmt.Fprintf(&b, "⟨U+%04X⟩", r)
		default:
			b.WriteRune(r) // what is no UTF-8 becomes U+FFFD
		}
	}
	return b.String()
}

// plain reports whether a text is short and made of printable ASCII, as
// nearly all are.
func plain(text string) bool {
	if len(text) > longest {
		return false
	}
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// hidden reports whether a character shows as nothing or changes how others
// show. The two joiners, which some scripts are written with, and the parts
// of emoji are not among them.
func hidden(r rune) bool {
	switch {
	case r == '\u200c' || r == '\u200d':
		return false
	case r == utf8.RuneError:
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}
