package inputs

import (
	"encoding/binary"
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
	dst, at := w.ascii(dst, src, 0)
	for ; at+1 < len(src); dst, at = w.ascii(dst, src, at) {
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
		at += 2
	}
	if end && at < len(src) {
		return dst, at, &unreadable{"the file ends in the middle of a character of UTF-16", "make or fetch the file again"}
	}
	return dst, at, nil
}

// ascii appends the ASCII characters from at on, four at once, and returns
// where others, or fewer, begin.
func (w wide) ascii(dst, src []byte, at int) ([]byte, int) {
	beyond := uint64(0xff80ff80ff80ff80)
	if w.high == 0 {
		beyond = 0x80ff80ff80ff80ff
	}
	for ; at+8 <= len(src); at += 8 {
		four := binary.LittleEndian.Uint64(src[at:])
		if four&beyond != 0 {
			break
		}
		four >>= 8 * w.low
		dst = append(dst, byte(four), byte(four>>16), byte(four>>32), byte(four>>48))
	}
	return dst, at
}
