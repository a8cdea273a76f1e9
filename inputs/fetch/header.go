package fetch

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Status returns a status in words, such as "404 Not Found".
func Status(code int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", code, http.StatusText(code)))
}

// RetryAfter returns how long a server asks to wait, 0 when it does not. A
// moment is measured from the server's own Date.
func RetryAfter(h http.Header) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	then, err := http.ParseTime(text)
	now, err2 := http.ParseTime(h.Get("Date"))
	if err != nil || err2 != nil {
		return 0
	}
	return max(0, then.Sub(now))
}

// ContentRange understands a header such as "bytes 10-99/100": the first byte
// that is sent and the size of the whole. It is not ok when anything is
// missing or does not fit together.
func ContentRange(text string) (from, size int64, ok bool) {
	text, ok = strings.CutPrefix(strings.TrimSpace(text), "bytes ")
	bounds, total, _ := strings.Cut(text, "/")
	first, last, _ := strings.Cut(bounds, "-")
	var numbers [3]int64
	for i, digits := range []string{first, last, total} {
		n, err := strconv.ParseUint(strings.TrimSpace(digits), 10, 63)
		if err != nil {
			return 0, 0, false
		}
		numbers[i] = int64(n)
	}
	from, to, size := numbers[0], numbers[1], numbers[2]
	return from, size, ok && from <= to && to < size
}

// OpenEnded reports whether nothing but the end of the connection tells where
// a body ends.
func OpenEnded(resp *http.Response) bool {
	return resp.ContentLength < 0 && resp.ProtoMajor < 2 && len(resp.TransferEncoding) == 0
}
