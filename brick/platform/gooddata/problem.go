package gooddata

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// problem is what the platform says about a request that it refused.
type problem struct {
	status  int
	class   string // such as com.gooddata.webapp.service.userprovisioning.LoginNameAlreadyRegisteredException
	code    string // such as gdc1052
	message string // one line, empty when the platform gives no reason

	password bool // the reason speaks of a password
	doubt    bool // the request was sent before, and may have been done then
}

// Error returns the reason in one line.
func (p *problem) Error() string {
	reason := p.message
	if reason == "" {
		reason = "the platform gives no reason"
	}
	return fmt.Sprintf("%s (status %d)", reason, p.status)
}

// is reports whether the problem has the code, or a class of that name in
// whatever package.
func (p *problem) is(code, class string) bool {
	return code != "" && p.code == code || class != "" && (p.class == class || strings.HasSuffix(p.class, "."+class))
}

// refusal is the error that an answer of status 300 and more amounts to.
// Secrets that the platform repeats are hidden.
func refusal(a *answer, id string, hide []brick.Secret) *brick.Error {
	p := parseProblem(a.status, a.header.Get("Content-Type"), a.body, hide)
	p.doubt = a.doubt
	return &brick.Error{Kind: kindOf(a.status), RequestID: requestID(a, id), After: platform.RetryAfter(a.header), Err: p}
}

// kindOf says what is to be done about a status.
func kindOf(status int) brick.Kind {
	switch status {
	case http.StatusUnauthorized:
		return brick.Denied
	case http.StatusForbidden:
		return brick.Forbidden
	case http.StatusNotFound:
		return brick.NotFound
	case http.StatusGone:
		return brick.Gone
	case http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusConflict,
		http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return brick.Invalid
	case http.StatusTooManyRequests:
		return brick.Throttled
	case http.StatusRequestTimeout:
		return brick.Unavailable
	}
	if status >= 500 {
		return brick.Unavailable
	}
	return brick.Failed
}

// requestID returns the id under which the platform knows a request, or else
// the one that was sent.
func requestID(a *answer, sent string) string {
	if id := oneLine(a.header.Get(headerRequest), longestName); id != "" {
		return id
	}
	return sent
}

// aboutPassword reports whether a refusal of an account is one of its
// password.
func (p *problem) aboutPassword() bool {
	return p.code == "gdc1051" || p.password || p.silent()
}

// ofUsedPassword reports whether a refusal of a password may be one of a
// password that the account has, or had.
func (p *problem) ofUsedPassword() bool {
	reason := strings.ToLower(p.message)
	says := func(word string) bool { return strings.Contains(reason, word) }
	return p.silent() || slices.ContainsFunc([]string{"before", "already", "previous", "same", "reuse", "history", "recent"}, says)
}

// silent reports whether the platform gives no reason at all.
func (p *problem) silent() bool {
	return p.status == http.StatusBadRequest && p.class == "" && (p.message == "" || strings.EqualFold(p.message, http.StatusText(p.status)))
}
