package fetch

import (
	"fmt"
	"io"

	"users-brick/brick"
)

// TooLarge is the error of a file that has more bytes than are allowed.
func TooLarge(op string, most int64) error {
	return &brick.Error{
		Kind: brick.BadInput, Op: op, Err: fmt.Errorf("the file is larger than %d bytes", most),
		Hint: "check that it is the right one, or raise `max_bytes`",
	}
}

// AtMost returns the bytes of a body. Once there were more than most, it ends
// with [TooLarge]; 0 means any number.
func AtMost(body io.Reader, most int64, op string) io.Reader {
	if most <= 0 {
		return body
	}
	return &limited{body: body, left: most, err: TooLarge(op, most)}
}

// limited hands out so many bytes.
type limited struct {
	body io.Reader
	left int64
	err  error
}

// Read asks for one byte more than is allowed, to tell the end of the body
// from too many bytes.
func (l *limited) Read(p []byte) (int, error) {
	if l.left < 0 {
		return 0, l.err
	}
	if int64(len(p)) > l.left {
		p = p[:l.left+1]
	}
	n, err := l.body.Read(p)
	if int64(n) > l.left {
		n, err = int(l.left), l.err
		l.left = -1
		return n, err
	}
	l.left -= int64(n)
	return n, err
}
