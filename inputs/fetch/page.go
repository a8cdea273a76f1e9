package fetch

import "bytes"

// IsPage reports whether the first bytes of a body are those of a web page,
// whatever it is said to be.
func IsPage(head []byte) bool {
	text := Text(head)
	start := bytes.ToLower(text[:min(len(text), 16)])
	for _, tag := range []string{"<!doctype html", "<html", "<head", "<body"} {
		if bytes.HasPrefix(start, []byte(tag)) {
			return true
		}
	}
	return false
}

// Text returns the first bytes of a body without a byte order mark and blanks.
func Text(head []byte) []byte {
	return bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n\f")
}
