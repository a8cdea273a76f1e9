package inputs

import (
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// wide makes UTF-8 of UTF-16. Its fields say which of two bytes counts more.
type wide struct{ low, high int }

// unit returns the two bytes at i as a number.
func (w wide) unit(src []byte, i int) rune {
	return rune(src[i+w.high])<<8 | rune(src[i+w.low])
}

// text is the function of an [encoding].
func (w wide) text(dst, src []byte, end bool) ([]byte, int, error) {
	at := 0
	for ; at+1 < len(src); at += 2 {
		r := w.unit(src, at)
		if utf16.IsSurrogate(r) {
			if at+3 >= len(src) {
				break
			}
			pair := utf16.DecodeRune(r, w.unit(src, at+2))
			if pair == utf8.RuneError {
				return dst, at, &unreadable{fmt.Sprintf("0x%04x is half a character in UTF-16, and the other half is missing", r), "save the file again, best as UTF-8"}
			}
			r = pair
			at += 2
		}
		dst = utf8.AppendRune(dst, r)
	}
	if end && at < len(src) {
		return dst, at, &unreadable{"the file ends in the middle of a character of UTF-16", "make or fetch the file again"}
	}
	return dst, at, nil
}
