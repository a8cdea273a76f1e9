package s3

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"users-brick/brick"
	"users-brick/inputs/fetch"
)

// problem is what a code of the store means.
type problem struct {
	text, hint string
}

// problems returns what users meet, by code.
func problems() map[string]problem {
	return map[string]problem{
		"NoSuchKey":             {"there is no object with this key", "check `key`: letter case counts, and so does a slash at its beginning"},
		"NoSuchBucket":          {"there is no bucket of this name", "check `bucket`, and `endpoint` if it is not Amazon's"},
		"NoSuchVersion":         {"there is no such version of the object", "it may have been deleted; run again"},
		"InvalidBucketName":     {"this is no name of a bucket", "check `bucket`"},
		"AccessDenied":          {"access is denied", "the access key needs s3:GetObject to read and s3:PutObject to write; without s3:ListBucket a key that does not exist looks the same"},
		"InvalidAccessKeyId":    {"the store does not know the access key", "check `access_key_id`, and `endpoint` if it is not Amazon's"},
		"SignatureDoesNotMatch": {"the access key and its secret do not fit together", "check `secret_access_key`"},
		"ExpiredToken":          {"the session token has expired", "get new keys, or use keys that do not expire"},
		"InvalidToken":          {"the session token is not valid", "check `session_token`; it belongs to its own access key only"},
		"RequestTimeTooSkewed":  {"the clock of this machine is wrong", "set the clock"},
		"InvalidObjectState":    {"the object is archived", "restore it from the archive first"},
		"PermanentRedirect":     {"the bucket is in another region", "write its `region`"},
	}
}

// sameAs are other codes for the same.
func sameAs(code string) string {
	switch code {
	case "Forbidden", "AllAccessDisabled", "AccountProblem":
		return "AccessDenied"
	case "TokenRefreshRequired", "RequestExpired", "ExpiredTokenException":
		return "ExpiredToken"
	case "AuthorizationHeaderMalformed", "TemporaryRedirect", "MovedPermanently":
		return "PermanentRedirect"
	}
	return code
}

// explain makes an error of what the SDK returns.
func (o *object) explain(err error) error {
	if e, ok := errors.AsType[*brick.Error](err); ok {
		return e
	}
	answer, answered := errors.AsType[*awshttp.ResponseError](err)
	if !answered || statusOf(err) == 0 {
		return o.unanswered(err)
	}
	status := statusOf(err)
	if status == http.StatusPreconditionFailed {
		return fetch.Changed("the store has another version")
	}
	e := &brick.Error{Kind: kindOf(status, codeOf(err)), RequestID: o.secrets.Clean(answer.RequestID)}
	if e.Kind.Temporary() {
		e.After = fetch.RetryAfter(answer.Response.Header)
	}
	known, found := problems()[sameAs(codeOf(err))]
	switch {
	case found:
		e.Err, e.Hint = errors.New(known.text), known.hint
	case status == http.StatusForbidden:
		e.Err, e.Hint = o.said(status, err), problems()["AccessDenied"].hint
	default:
		e.Err = o.said(status, err)
	}
	if e.Kind == brick.BadInput && e.Hint == "" {
		e.Hint = "check `endpoint`, `bucket` and `key`"
	}
	return e
}

// unanswered is the error of a request that had no answer.
func (o *object) unanswered(err error) error {
	if e, ok := errors.AsType[*smithyhttp.RequestSendError](err); ok {
		return fetch.Unreachable(e.Err, o.secrets)
	}
	return brick.Errorf(brick.BadInput, "the store cannot be asked: %s", o.secrets.Clean(innermost(err).Error()))
}

// said repeats the code and the message of the store.
func (o *object) said(status int, err error) error {
	text := "the store answers " + fetch.Status(status)
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		text += fmt.Sprintf(" (%s)", o.secrets.Clean(e.ErrorCode()+": "+e.ErrorMessage()))
	}
	return errors.New(text)
}

// kindOf says what is to be done about an answer.
func kindOf(status int, code string) brick.Kind {
	_, throttled := retry.DefaultThrottleErrorCodes[code]
	_, passes := retry.DefaultRetryableErrorCodes[code]
	switch {
	case throttled || status == http.StatusTooManyRequests:
		return brick.Throttled
	case passes, status == http.StatusRequestTimeout, code == "OperationAborted":
		return brick.Unavailable
	case status >= 500 && status != http.StatusNotImplemented:
		return brick.Unavailable
	}
	return brick.BadInput
}

func codeOf(err error) string {
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		return e.ErrorCode()
	}
	return ""
}

// statusOf returns the status of the answer in an error, 0 when there is none.
func statusOf(err error) int {
	if e, ok := errors.AsType[*awshttp.ResponseError](err); ok && e.Response != nil && e.Response.Response != nil {
		return e.Response.StatusCode
	}
	return 0
}

// innermost returns the reason below all that wraps it.
func innermost(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

// expected finds the region in what a store says of a wrong signature.
var expected = regexp.MustCompile(`expecting '([a-z0-9-]+)'`)

// regionIn returns the region in which a store says the bucket is, "" when it
// says nothing of it.
func regionIn(err error) string {
	e, ok := errors.AsType[*awshttp.ResponseError](err)
	if !ok || sameAs(codeOf(err)) != "PermanentRedirect" && !isRedirect(statusOf(err)) {
		return ""
	}
	region := e.Response.Header.Get("x-amz-bucket-region")
	if api, ok := errors.AsType[smithy.APIError](err); ok && region == "" {
		if found := expected.FindStringSubmatch(api.ErrorMessage()); found != nil {
			region = found[1]
		}
	}
	if !isRegion(region) {
		return ""
	}
	return region
}

func isRedirect(status int) bool { return status/100 == 3 }

// isRegion reports whether a text may be a region, which becomes a part of
// the name of a host.
func isRegion(text string) bool {
	return text != "" && len(text) < 64 && !strings.ContainsFunc(text, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-'
	})
}
