package web_test

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"io"
	"net/http"

	"users-brick/brick"
)

func hexOf(b []byte) string { return hex.EncodeToString(b) }

// secrets makes a map of pairs.
func secrets(pairs ...string) map[string]brick.Secret {
	m := map[string]brick.Secret{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = brick.NewSecret(pairs[i+1])
	}
	return m
}

func gzipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, text)
	w.Close()
	return b.String()
}

// chunked sends a text without telling its size.
func chunked(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		half := len(text) / 2
		io.WriteString(w, text[:half])
		w.(http.Flusher).Flush()
		io.WriteString(w, text[half:])
	}
}
