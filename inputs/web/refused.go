package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"users-brick/brick"
	"users-brick/inputs/fetch"
)

// refused is the error of an answer that sends no file.
func (d *download) refused(resp *http.Response) error {
	said := fmt.Sprintf("the server answers %s", fetch.Status(resp.StatusCode))
	if d.foreign {
		said = fmt.Sprintf("the server %s, to which we were sent, answers %s", resp.Request.URL.Host, fetch.Status(resp.StatusCode))
	} else if text := d.message(resp); text != "" {
		said += ": " + text
	}
	e := &brick.Error{Kind: brick.BadInput, Err: errors.New(said)}
	switch code := resp.StatusCode; code {
	case http.StatusTooManyRequests:
		e.Kind = brick.Throttled
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported, http.StatusNetworkAuthenticationRequired:
	case http.StatusAccepted, http.StatusRequestTimeout, http.StatusTooEarly:
		e.Kind = brick.Unavailable
	default:
		if code >= 500 {
			e.Kind = brick.Unavailable
		}
	}
	if e.Kind.Temporary() {
		e.After = fetch.RetryAfter(resp.Header)
		return e
	}
	e.Hint = d.hint(resp.StatusCode)
	return e
}

// hint says what to do about a status.
func (d *download) hint(code int) string {
	switch code {
	case http.StatusUnauthorized:
		if d.header.Get("Authorization") == "" {
			return "give `username` and `password`, a `bearer_token`, or the `headers` that it wants"
		}
		return "check the credentials; they may have expired"
	case http.StatusForbidden:
		return "let those who own the file give access to it; a signed address may have expired"
	case http.StatusNotFound, http.StatusGone:
		return "check the address, letter case included"
	case http.StatusProxyAuthRequired:
		return "see HTTPS_PROXY and HTTP_PROXY in the environment"
	}
	return "check the address"
}

// message returns what a server says of its refusal, "" when it says nothing
// that is meant for programs.
func (d *download) message(resp *http.Response) string {
	if !isJSON(resp.Header) {
		return ""
	}
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 16<<10))
	return d.secrets.Clean(messageIn(text))
}

// messageIn finds the message in a JSON document, also one level below.
func messageIn(text []byte) string {
	var fields map[string]json.RawMessage
	if json.NewDecoder(bytes.NewReader(text)).Decode(&fields) != nil {
		return ""
	}
	for _, name := range []string{"message", "error_description", "detail", "error", "title"} {
		var found string
		if json.Unmarshal(fields[name], &found) == nil && found != "" {
			return found
		}
		if inner := messageIn(fields[name]); inner != "" {
			return inner
		}
	}
	return ""
}

func isJSON(h http.Header) bool {
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	return kind == "application/json" || strings.HasSuffix(kind, "+json")
}
