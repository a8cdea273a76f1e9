package fetch

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// Secrets are texts that must not be repeated from what a server says.
type Secrets []string

// Hide adds texts; empty ones are passed over.
func (s *Secrets) Hide(texts ...string) {
	for _, text := range texts {
		if text != "" {
			*s = append(*s, text)
		}
	}
	// The longer ones first: another may be a part of them.
	slices.SortFunc(*s, func(a, b string) int { return len(b) - len(a) })
}

// HideQuery hides what a query says, as it is written and as it is meant.
// Very short values are no secrets, but parts of many words.
func (s *Secrets) HideQuery(u *url.URL) {
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		_, raw, _ := strings.Cut(pair, "=")
		meant, _ := url.QueryUnescape(raw)
		for _, text := range []string{pair, raw, meant} {
			if len(text) > 3 {
				s.Hide(text)
			}
		}
	}
}

// HideValue hides a value of a header, and what it is put together from, such
// as the values of cookies.
func (s *Secrets) HideValue(value string) {
	s.Hide(value)
	for _, piece := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(" ,;=", r) }) {
		if len(piece) > 7 {
			s.Hide(piece)
		}
	}
}

// longest is how much is repeated of what a server says, in bytes.
const longest = 200

// Clean makes one short line without secrets of what a server says.
func (s Secrets) Clean(text string) string {
	for _, secret := range s {
		text = strings.ReplaceAll(text, secret, "***")
	}
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
	if len(text) <= longest {
		return text
	}
	return strings.ToValidUTF8(text[:longest], "") + "…"
}
