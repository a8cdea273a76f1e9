package platform_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"users-brick/brick/platform"
)

// FuzzRetryAfter checks that whatever a platform asks for, the wait is
// neither longer than the deadline nor negative, and the request ends.
func FuzzRetryAfter(f *testing.F) {
	for _, after := range []string{"", "0", "7", " 7 ", "-7", "+7", "7.5", "1e3", "61", "9223372036", "9223372037", "18446744073709551616",
		"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Fri, 31 Dec 9999 23:59:59 GMT"} {
		f.Add(after, "Sat, 01 Jan 2000 00:00:00 GMT")
		f.Add(after, "")
	}
	f.Fuzz(func(t *testing.T, after, date string) {
		synctest.Test(t, func(t *testing.T) {
			events := &heard{}
			base := transport(func(req *http.Request) (*http.Response, error) {
				time.Sleep(time.Second)
				return answered(req, http.StatusTooManyRequests, "", "Retry-After", after, "Date", date), nil
			})
			web := platform.NewWeb(platform.WebOptions{Retry: slowly, Emit: events.emit, Base: base})
			began := time.Now()
			resp, _, err := ask(t.Context(), t, web, "GET", "http://platform.test/", "")
			if err != nil || resp.StatusCode != 429 {
				t.Errorf("answer %v, %v", resp, err)
			}
			within(t, "the whole", time.Since(began), 0, slowly.Deadline+time.Second)
			for _, e := range events.events {
				within(t, "a wait", e.Wait, slowly.First/2, slowly.Deadline)
			}
		})
	})
}

// FuzzAnswer checks that an answer comes as it was sent or not at all, and
// that JSON that cannot be the start of more is never taken for cut.
func FuzzAnswer(f *testing.F) {
	for _, body := range []string{"", " ", "{}", "[]\n", "{\"a\":[1,2]}", "{\"a\":", "[1,", "}", "\xff", "null", "\"x\"", "{}\x00"} {
		f.Add("application/json", body)
		f.Add("Application/Problem+JSON ; charset=utf-8", body)
		f.Add("text/html", body)
	}
	f.Fuzz(func(t *testing.T, media, body string) {
		base := transport(func(req *http.Request) (*http.Response, error) {
			return answered(req, http.StatusOK, body, "Content-Type", media), nil
		})
		web := platform.NewWeb(platform.WebOptions{Base: base})
		_, whole, err := ask(t.Context(), t, web, "GET", "http://platform.test/", "")
		if err == nil && whole != body {
			t.Errorf("%q comes as %q", body, whole)
		}
		if trimmed := strings.Trim(body, " \t\r\n"); err != nil && (trimmed == "" || json.Valid([]byte(body)) && strings.ContainsAny(trimmed[:1], "{[")) {
			t.Errorf("%q of type %q: %v", body, media, err)
		}
	})
}
