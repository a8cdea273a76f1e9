package web

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzip"

	"users-brick/brick"
	"users-brick/inputs/fetch"
)

// codingOf returns how a body is coded for the way, "" for not at all.
func codingOf(h http.Header) string {
	coding := strings.ToLower(strings.TrimSpace(strings.Join(h.Values("Content-Encoding"), ",")))
	switch coding {
	case "identity":
		return ""
	case "x-gzip":
		return "gzip"
	}
	return coding
}

// isCoded reports whether the body is not the file itself. Of a file that is
// itself compressed, and is called so, many servers say that it is coded.
func (d *download) isCoded(file *fetch.File) bool {
	coding := codingOf(file.Header)
	return coding != "" && !(coding == "gzip" && strings.HasSuffix(strings.ToLower(d.address.Path), ".gz"))
}

// decode takes away what a server did to the file for the way only.
func (d *download) decode(file *fetch.File) (io.Reader, error) {
	switch coding := codingOf(file.Header); {
	case !d.isCoded(file):
		return file, nil
	case coding != "gzip":
		return nil, refuse(d.op, fmt.Errorf("the server sends the file in a coding that is not known (%s)", d.secrets.Clean(coding)), "let it send the file as it is")
	}
	// An empty body is no gzip, but servers send it as such.
	peeked := bufio.NewReader(file)
	switch _, err := peeked.Peek(1); {
	case err == io.EOF:
		return peeked, nil
	case err != nil:
		return nil, err
	}
	unzip, err := gzip.NewReader(peeked)
	if err != nil {
		return nil, d.broken(err)
	}
	return &unzipped{unzip, d}, nil
}

// unzipped is a decoded body.
type unzipped struct {
	*gzip.Reader
	d *download
}

// Read implements io.Reader.
func (u *unzipped) Read(p []byte) (int, error) {
	n, err := u.Reader.Read(p)
	if err != nil && err != io.EOF {
		err = u.d.broken(err)
	}
	return n, err
}

// broken is an error of the coding, unless it comes from the net.
func (d *download) broken(err error) error {
	if e, ok := errors.AsType[*brick.Error](err); ok {
		return e
	}
	said := err.Error()
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		said = "it ends too early"
	}
	return refuse(d.op, fmt.Errorf("what the server compressed for the way (gzip) is damaged: %s", said), "ask those who run the server")
}
