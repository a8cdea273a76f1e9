package inputs

import (
	"fmt"
	"slices"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// codePage is an encoding in which every byte is a character.
type codePage struct {
	name  string
	table *charmap.Charmap
	// windows names the page that people often mean when they say this one: it
	// has characters where this one has controls, which no CSV file has.
	windows string
}

// codePages are those that `encoding` may name.
var codePages = []codePage{
	{"windows-1250", charmap.Windows1250, ""},
	{"windows-1251", charmap.Windows1251, ""},
	{"windows-1252", charmap.Windows1252, ""},
	{"windows-1253", charmap.Windows1253, ""},
	{"windows-1254", charmap.Windows1254, ""},
	{"windows-1255", charmap.Windows1255, ""},
	{"windows-1256", charmap.Windows1256, ""},
	{"windows-1257", charmap.Windows1257, ""},
	{"windows-1258", charmap.Windows1258, ""},
	{"ISO-8859-1", charmap.ISO8859_1, "windows-1252"},
	{"ISO-8859-2", charmap.ISO8859_2, "windows-1250"},
	{"ISO-8859-3", charmap.ISO8859_3, ""},
	{"ISO-8859-4", charmap.ISO8859_4, "windows-1257"},
	{"ISO-8859-5", charmap.ISO8859_5, "windows-1251"},
	{"ISO-8859-6", charmap.ISO8859_6, "windows-1256"},
	{"ISO-8859-7", charmap.ISO8859_7, "windows-1253"},
	{"ISO-8859-8", charmap.ISO8859_8, "windows-1255"},
	{"ISO-8859-9", charmap.ISO8859_9, "windows-1254"},
	{"ISO-8859-10", charmap.ISO8859_10, ""},
	{"ISO-8859-13", charmap.ISO8859_13, "windows-1257"},
	{"ISO-8859-14", charmap.ISO8859_14, ""},
	{"ISO-8859-15", charmap.ISO8859_15, "windows-1252"},
	{"ISO-8859-16", charmap.ISO8859_16, ""},
}

// findPage returns the code page with the key.
func findPage(key string) (codePage, bool) {
	i := slices.IndexFunc(codePages, func(p codePage) bool { return encodingKey(p.name) == key })
	if i < 0 {
		return codePage{}, false
	}
	return codePages[i], true
}

// character returns what a byte means. Beyond ASCII, controls mean nothing.
func (p *codePage) character(b byte) (rune, bool) {
	r := p.table.DecodeByte(b)
	return r, b < utf8.RuneSelf || r != utf8.RuneError && !unicode.IsControl(r)
}

// encoding returns the page as an encoding.
func (p codePage) encoding() encoding {
	var text [256]string // empty: the byte means nothing
	for i := range text {
		if r, ok := p.character(byte(i)); ok {
			text[i] = string(r)
		}
	}
	return encoding{name: p.name, isPage: true, text: func(dst, src []byte, _ bool) ([]byte, int, error) {
		for i := 0; i < len(src); i++ {
			plain := i
			for i < len(src) && src[i] < utf8.RuneSelf {
				i++
			}
			if dst = append(dst, src[plain:i]...); i == len(src) {
				break
			}
			if text[src[i]] == "" {
				return dst, i, p.refuse(src, i)
			}
			dst = append(dst, text[src[i]]...)
		}
		return dst, len(src), nil
	}}
}

// refuse says that src[i] means nothing, and what the file may be instead.
func (p *codePage) refuse(src []byte, i int) error {
	u := &unreadable{fmt.Sprintf("byte 0x%02x is no character of %s", src[i], p.name), "set `encoding` to what the file is written in"}
	if withinUTF8(src, i) {
		u.hint = "the file looks like UTF-8: leave `encoding` out"
	} else if page, ok := findPage(encodingKey(p.windows)); ok {
		if r, ok := page.character(src[i]); ok {
			u.hint = fmt.Sprintf("the file looks like %s, where the byte is %c: set `encoding` to that", page.name, r)
		}
	}
	return u
}

// withinUTF8 reports whether b[i] belongs to a character of several bytes in
// valid UTF-8.
func withinUTF8(b []byte, i int) bool {
	for start := i; start >= 0 && start > i-utf8.UTFMax; start-- {
		if utf8.RuneStart(b[start]) {
			_, size := utf8.DecodeRune(b[start:])
			return size > i-start && size > 1
		}
	}
	return false
}

// utf8Guess notes whether a file in a code page reads as UTF-8: text that
// does so by chance has hardly a character beyond ASCII.
type utf8Guess struct{ characters, others int }

// note looks at more of the file. What its ends cut off is left out.
func (g *utf8Guess) note(b []byte) {
	for i := 0; i < len(b) && g.others == 0; {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		_, size := utf8.DecodeRune(b[i:])
		switch {
		case size > 1:
			g.characters++
		case i >= utf8.UTFMax && utf8.FullRune(b[i:]):
			g.others++
		}
		i += size
	}
}

// likely reports whether the file reads as UTF-8 from end to end.
func (g *utf8Guess) likely() bool { return g.others == 0 && g.characters > 2 }

// supposed says which characters a byte would be in the two pages that files
// most often are written in which should be UTF-8; empty when it is none.
func supposed(b byte) string {
	western, _ := findPage("windows1252")
	central, _ := findPage("windows1250")
	r, ok := western.character(b)
	if !ok || b < utf8.RuneSelf {
		return ""
	}
	text := fmt.Sprintf("it looks like windows-1252, where the byte is %c", r)
	if other, ok := central.character(b); ok && other != r {
		text += fmt.Sprintf(", or windows-1250, where it is %c", other)
	}
	return text
}
