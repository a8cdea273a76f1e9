package gooddata_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"users-brick/brick"
	"users-brick/brick/platform/gooddata"
)

// refusals are bodies of errors as the platform, and what stands before it,
// writes them.
var refusals = []struct {
	name, kind, body     string
	message, class, code string
}{
	{"the web application", "application/json;charset=UTF-8",
		`{"error":{"errorClass":"com.gooddata.webapp.rest.resource.lifecycle.ClientException","trace":"","message":"Changing client '%s' to '%s' is not allowed","component":"Webapp","errorId":"1fbda1a3","errorCode":"gdc.c4.bad_request.dataproduct.client_id.mismatch","parameters":["tenant_a","different_id"]}}`,
		"Changing client 'tenant_a' to 'different_id' is not allowed", "com.gooddata.webapp.rest.resource.lifecycle.ClientException", "gdc.c4.bad_request.dataproduct.client_id.mismatch"},
	{"the older part", "application/json",
		`{"error":{"parameters":["project","STRUCTURE INVALID - name of structure:'Project'(tag:project),  /project/ProjectType: Key 'meta' is compulsory."],"requestId":":a:b","component":"Apache::REST","errorClass":"GDC::Exception::User","message":"Checking '%s', result %s"}}`,
		"Checking 'project', result STRUCTURE INVALID - name of structure:'Project'(tag:project), /project/ProjectType: Key 'meta' is compulsory.", "GDC::Exception::User", ""},
	{"the login, without a wrapper", "application/json;charset=UTF-8",
		`{"component":"Webapp","message":"Bad Login or Password!","parameters":[]}`, "Bad Login or Password!", "", ""},
	{"the gateway, with a number", "application/json; charset=utf-8",
		`{"error":{"code":401,"message":"Authorization Required","description":"This server could not verify","links":{"documentation":"https://help"}}}`,
		"Authorization Required", "", "401"},
	{"numbers among the parameters", "application/json",
		`{"error":{"message":"Internal error %d of %s, %x","parameters":[7,"x",null]}}`, "Internal error 7 of x,", "", ""},
	{"a description only", "application/json", `{"error":{"description":"no message here"}}`, "no message here", "", ""},
	{"a class only", "application/json", `{"error":{"errorClass":"GDC::Exception::NotFound"}}`, "GDC::Exception::NotFound", "GDC::Exception::NotFound", ""},
	{"an error that is a text", "application/json", `{"error":"just so"}`, "just so", "", ""},
	{"one parameter that is no list", "application/json", `{"error":{"message":"it is %s","parameters":"so"}}`, "it is so", "", ""},
	{"a page", "text/html; charset=iso-8859-1", "<!DOCTYPE HTML>\n<html><head>\n<TITLE>503 Service\nUnavailable &amp; gone</TITLE></head></html>", "an HTML page: 503 Service Unavailable & gone", "", ""},
	{"a page without a title", "text/html", "<html><title> </title>", "an HTML page", "", ""},
	{"a page that says it is JSON", "application/json", "<html><title>Proxy</title>", "an HTML page: Proxy", "", ""},
	{"nothing", "application/json", " \n", "", "", ""},
	{"no content type and nothing", "", "", "", "", ""},
	{"an empty object", "application/json", "{}", "", "", ""},
	{"plain words", "text/plain", "too\tmany \x1b[31mrequests\r\n", "too many [31mrequests", "", ""},
	{"JSON that ends early", "application/json", `{"error":{"mess`, `{"error":{"mess`, "", ""},
	{"JSON that is no object", "application/json", `[1,2]`, `[1,2]`, "", ""},
}

func TestEveryRefusalReadsAsOneLine(t *testing.T) {
	for _, c := range refusals {
		t.Run(c.name, func(t *testing.T) {
			message, class, code, _ := gooddata.Problem(400, c.kind, c.body)
			if message != c.message || class != c.class || code != c.code {
				t.Errorf("have %q %q %q\nwant %q %q %q", message, class, code, c.message, c.class, c.code)
			}
		})
	}
}

func TestMessagesAreFilledInWhateverTheirForm(t *testing.T) {
	for _, c := range []struct {
		message string
		params  []string
		want    string
	}{
		{"a %s b %d c %i d %f e %x", []string{"1", "2", "3", "4", "5"}, "a 1 b 2 c 3 d 4 e 5"},
		{"%2$s before %1$s", []string{"one", "two"}, "two before one"},
		{"100%% of %s", []string{"it"}, "100% of it"},
		{"%s and %s", []string{"one"}, "one and %s"},
		{"%3$s", []string{"one"}, "%3$s (one)"},
		{"nothing", []string{"a", "", "b"}, "nothing (a, b)"},
		{"50% sure, %q, %", []string{"x"}, "50% sure, %q, % (x)"},
		{"%0$s %99999999999$s %s", []string{"x"}, "%0$s %99999999999$s x"},
		{"%s", []string{"%s %1$s"}, "%s %1$s"},
		{"", nil, ""},
	} {
		if have := gooddata.Fill(c.message, c.params); have != c.want {
			t.Errorf("%q with %q: %q, want %q", c.message, c.params, have, c.want)
		}
	}
}

func TestStatusesMeanKinds(t *testing.T) {
	for status, kind := range map[int]brick.Kind{
		400: brick.Invalid, 401: brick.Denied, 403: brick.Forbidden, 404: brick.NotFound, 405: brick.Invalid, 408: brick.Unavailable,
		409: brick.Invalid, 410: brick.Gone, 413: brick.Invalid, 422: brick.Invalid, 429: brick.Throttled,
		500: brick.Unavailable, 502: brick.Unavailable, 503: brick.Unavailable, 504: brick.Unavailable, 302: brick.Failed, 418: brick.Failed,
	} {
		err := gooddata.Refusal(status, http.Header{}, "")
		wants(t, err, kind, fmt.Sprint(status), "(request sent)")
	}
}

func TestThePlatformSaysHowLongToWait(t *testing.T) {
	for _, c := range []struct {
		header http.Header
		want   time.Duration
	}{
		{http.Header{"Retry-After": {"17"}}, 17 * time.Second},
		{http.Header{"Retry-After": {"Wed, 21 Oct 2015 07:28:30 GMT"}, "Date": {"Wed, 21 Oct 2015 07:28:00 GMT"}}, 30 * time.Second},
		{http.Header{"Retry-After": {"Wed, 21 Oct 2015 07:28:30 GMT"}, "Date": {"Wed, 21 Oct 2015 07:29:00 GMT"}}, 0},
		{http.Header{"Retry-After": {"Wed, 21 Oct 2015 07:28:30 GMT"}}, 0},
		{http.Header{"Retry-After": {"-5"}}, 0},
		{http.Header{"Retry-After": {"soon"}}, 0},
		{http.Header{}, 0},
	} {
		err := gooddata.Refusal(429, c.header, "")
		if e, ok := err.(*brick.Error); !ok || e.After != c.want {
			t.Errorf("%v: %v, want %v", c.header, err, c.want)
		}
	}
}

func TestAnErrorNeverShowsWhatIsHidden(t *testing.T) {
	const secret = "hunter%2$s"
	for _, body := range []string{
		`{"error":{"message":"password '%s' is weak","parameters":["hunter%2$s"]}}`,
		`{"error":{"message":"password 'hunter%2$s' is weak","parameters":["a","b"]}}`,
		`{"message":"bad","errorClass":"hunter%2$s","errorCode":"hunter%2$s"}`,
		`<html><title>hunter%2$s</title>`, `hunter%2$s`,
		"{\"error\":{\"message\":\"hun\u200bter%2$s\",\"errorClass\":\"h\u00adunter%2$s\"}}", "<title>hunter%\u202e2$s</title>", "hu\ufeffnter%2$s",
	} {
		message, class, code, _ := gooddata.Problem(400, "", body, brick.NewSecret(secret))
		if all := message + class + code; strings.Contains(all, "hunter") || !strings.Contains(all, "***") {
			t.Errorf("%s reads %q", body, all)
		}
	}
}

// What breaks off within a secret, or writes it as JSON does, is not known for
// what it is by comparing.
func TestAReasonThatBreaksOffShowsNoPartOfWhatIsHidden(t *testing.T) {
	const secret = `Secret"7\qX`
	whole := `{"error":{"message":"Password '%s' is too weak","parameters":["Secret\"7\\qX"]}}`
	for cut := range len(whole) {
		for _, body := range []string{whole[:cut], `[` + whole[:cut] + `]`, "\ufeff" + whole[:cut]} {
			message, class, code, _ := gooddata.Problem(400, "application/json", body, brick.NewSecret(secret))
			if all := message + class + code; strings.Contains(all, "Sec") || strings.Contains(all, "qX") {
				t.Errorf("%s reads %q", body, all)
			}
		}
	}
	for _, body := range []string{
		`{"error":{"message":["Secret\"7\\qX"]}}`, `{"error":{"message":"%s","parameters":[{"password":"Secret\"7\\qX"}]}}`,
		`{"error":{"message":["Secret\u00227\\qX"]}}`, `{"message":{"Secret\"7\u005cqX":1}}`,
		`[{"password":"Secret\"7\\qX"}]`, `the password Secret"7`, `Sec`,
	} {
		message, _, _, _ := gooddata.Problem(400, "text/plain", body, brick.NewSecret(secret))
		if strings.Contains(message, "Sec") || strings.Contains(message, "qX") {
			t.Errorf("%s reads %q", body, message)
		}
	}
	if message, _, _, _ := gooddata.Problem(502, "text/plain", "the proxy is down", brick.NewSecret(secret)); message != "the proxy is down" {
		t.Errorf("plain words read %q", message)
	}
}

func TestARefusedPasswordIsKnownByItsReason(t *testing.T) {
	for body, want := range map[string]bool{
		`{"error":{"errorCode":"gdc1051","message":"no"}}`:                      true,
		`{"error":{"message":"Password is too weak"}}`:                          true,
		`{"error":{"message":"The %s is too short","parameters":["password"]}}`: true,
		`{"error":{"errorClass":"x.PasswordException","message":"no"}}`:         true,
		``:                                     true,
		`{"error":{"message":"Bad Request"}}`:  true,
		`{"error":{"message":"Bad language"}}`: false,
		`{"error":{"message":"Bad value '%s' in %s","parameters":["PASSWORD","authenticationModes"]}}`: false,
		`{"error":{"errorClass":"GDC::Exception::User"}}`:                                              false,
		`<html><title>Bad Gateway</title>`:                                                             false,
	} {
		if _, _, _, have := gooddata.Problem(400, "", body, brick.NewSecret("password")); have != want {
			t.Errorf("%s: about the password %t, want %t", body, have, want)
		}
	}
}

// FuzzProblem: whatever comes, it is one short line without tricks.
func FuzzProblem(f *testing.F) {
	for _, c := range refusals {
		f.Add(c.kind, c.body)
	}
	f.Add("", `{"error":{"message":"`+strings.Repeat("%1$s", 1000)+`","parameters":["`+strings.Repeat("x", 60000)+`"]}}`)
	f.Add("", strings.Repeat("a ", 1000))
	f.Add("", "\xff\xfe\u202e\u2028\u0085 a")
	f.Add("", "the password sword\u200bfish")
	f.Add("", `{"errorClass":"sword\u00adfish","errorCode":"swordf\u2060ish","message":"sword%s","parameters":["\ufefffish"]}`)
	f.Fuzz(func(t *testing.T, kind, body string) {
		message, class, code, _ := gooddata.Problem(400, kind, body, brick.NewSecret("swordfish"))
		for _, s := range []string{message, class, code} {
			if !utf8.ValidString(s) || utf8.RuneCountInString(s) > 402 || strings.Contains(s, "swordfish") {
				t.Errorf("%q", s)
			}
			if strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) && r != ' ' }) {
				t.Errorf("%q plays tricks", s)
			}
		}
	})
}
