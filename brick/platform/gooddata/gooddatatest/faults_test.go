package gooddatatest_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"users-brick/brick"
	"users-brick/brick/platform/gooddata/gooddatatest"
)

// statuses sends a request n times; 0 stands for a connection that ended.
func (w *world) statuses(n int, method, path, body string) (all []int) {
	for range n {
		r, err := w.try(method, path, body)
		if err != nil {
			r.status = 0
		}
		all = append(all, r.status)
	}
	return all
}

func TestEveryFewRequestsAreThrottled(t *testing.T) {
	w := visit(t, gooddatatest.Faults{})
	for name, c := range map[string]struct {
		faults gooddatatest.Faults
		want   string
	}{
		"no header": {gooddatatest.Faults{ThrottleEvery: 1}, ""},
		"seconds":   {gooddatatest.Faults{ThrottleEvery: 1, RetryAfter: 1500 * time.Millisecond}, "2"},
		"date":      {gooddatatest.Faults{ThrottleEvery: 1, RetryAfter: time.Minute, RetryAfterDate: true}, "Thu, 07 May 2020 10:52:12 GMT"},
		"busy":      {gooddatatest.Faults{BusyFirst: 1e6, RetryAfter: time.Second}, "1"},
	} {
		t.Run(name, func(t *testing.T) {
			w.T = t
			w.server.SetClock(func() time.Time { return at })
			w.server.SetFaults(c.faults)
			status := http.StatusTooManyRequests
			if c.faults.BusyFirst > 0 {
				status = http.StatusServiceUnavailable
			}
			w.ask("GET", "/gdc/ping", "").has(status, `"error"`).heads("Retry-After", c.want)
		})
	}
	w.T = t
	w.server.SetFaults(gooddatatest.Faults{})
	w.server.SetFaults(gooddatatest.Faults{ThrottleEvery: 3})
	throttled := w.server.Counts().Throttled
	n := 0
	for _, status := range w.statuses(9, "GET", "/gdc/ping", "") {
		if status == http.StatusTooManyRequests {
			n++
		}
	}
	if n != 3 || w.server.Counts().Throttled != throttled+3 {
		t.Errorf("%d of 9 are throttled, counted %d", n, w.server.Counts().Throttled-throttled)
	}
}

func TestAShareOfRequestsFindsAPlatformThatIsBusy(t *testing.T) {
	counts := map[uint64]int{}
	for _, seed := range []uint64{1, 1, 2} {
		w := open(t, town, gooddatatest.Faults{Busy: 0.25, Seed: seed})
		n := 0
		for _, status := range w.statuses(400, "GET", "/gdc/ping", "") {
			if status == http.StatusServiceUnavailable {
				n++
			}
		}
		if n < 60 || n > 140 || counts[seed] != 0 && counts[seed] != n {
			t.Errorf("%d of 400 are busy, by the same seed %d", n, counts[seed])
		}
		counts[seed] = n
	}
}

func TestEveryEndpointFailsOnce(t *testing.T) {
	w := visit(t, gooddatatest.Faults{})
	w.server.SetFaults(gooddatatest.Faults{ErrorOnce: true, BusyFirst: 1, Only: []string{"GET /gdc/projects/", "/gdc/userGroups"}})
	for path, want := range map[string][]int{
		"/gdc/projects/p1":             {503, 500, 200, 200},
		"/gdc/projects/p1/users":       {503, 500, 200, 200},
		groupsOfP1:                     {503, 500, 200, 200},
		"/gdc/account/profile/current": {307, 307, 307, 307},
	} {
		if have := w.statuses(4, "GET", path, ""); !equal(have, want) {
			t.Errorf("%s answers %v, want %v", path, have, want)
		}
	}
	if have := w.statuses(1, "POST", p1Users, entry("d0a", "ENABLED", 4)); have[0] != 200 {
		t.Errorf("another method answers %v", have)
	}
}

func equal(a, b []int) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

func TestLoginIsDisturbedUnlessSpared(t *testing.T) {
	w := open(t, town, gooddatatest.Faults{BusyFirst: 1})
	w.ask("POST", "/gdc/account/login", loginBody("boss", "boss-secret")).has(503)
	w.server.SetFaults(gooddatatest.Faults{BusyFirst: 1e6, SpareLogin: true})
	w.as("boss").ask("GET", "/gdc/projects/p1", "").has(503)
}

func TestAConnectionEndsBeforeOrAfterTheEffect(t *testing.T) {
	w := visit(t, gooddatatest.Faults{})
	before := w.server.State()
	w.server.SetFaults(gooddatatest.Faults{CutBeforeEvery: 1})
	if r, err := w.try("POST", "/gdc/userGroups", group("New")); err == nil {
		t.Errorf("there is an answer: %+v", r)
	}
	same(t, w.server.State(), before)

	w.server.SetFaults(gooddatatest.Faults{CutAfterEvery: 1})
	r, err := w.try("POST", "/gdc/userGroups", group("New"))
	if !errors.Is(err, io.ErrUnexpectedEOF) || r.status != 201 || r.body == "" {
		t.Errorf("the answer is %+v, %v", r, err)
	}
	if _, err := w.try("DELETE", "/gdc/account/profile/be1", ""); err == nil {
		t.Error("there is an answer without a body")
	}
	if n := strings.Count(written(t, w.server.State()), `"name": "New"`); n != 1 {
		t.Errorf("there are %d new groups", n)
	}
	w.server.SetFaults(gooddatatest.Faults{})
	w.ask("GET", "/gdc/account/profile/be1", "").has(404)
}

func TestAnswersCanBeNoJSON(t *testing.T) {
	w := visit(t, gooddatatest.Faults{})
	whole := w.ask("GET", p1Users, "").has(200).body
	w.server.SetFaults(gooddatatest.Faults{TruncateEvery: 1})
	if r := w.ask("GET", p1Users, "").has(200); r.body != whole[:len(whole)/2] {
		t.Errorf("of %q comes %q", whole, r.body)
	}
	w.server.SetFaults(gooddatatest.Faults{HTMLEvery: 1})
	w.ask("POST", "/gdc/userGroups", group("New")).heads("Content-Type", "text/html").has(502, "<h1>Proxy Error</h1>")
	w.server.SetFaults(gooddatatest.Faults{})
	w.ask("GET", "/gdc/userGroups?project=p1", "").has(200)
	if strings.Contains(written(t, w.server.State()), `"New"`) {
		t.Error("the proxy let the group through")
	}
}

// roundTrip asks without a connection, in time that may stand still.
func roundTrip(t *testing.T, server *gooddatatest.Server, path string) *http.Response {
	t.Helper()
	request, err := http.NewRequest("GET", "http://platform"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := server.Transport().RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response
}

// platform is a platform without any connection.
func platform(t *testing.T, f gooddatatest.Faults) *gooddatatest.Server {
	t.Helper()
	server, err := gooddatatest.New(read(t, town), f)
	if err != nil {
		t.Fatal(err)
	}
	return server
}

func TestLatencyPassesByTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := platform(t, gooddatatest.Faults{Latency: time.Second, Jitter: time.Second})
		var spent []time.Duration
		for range 20 {
			begin := time.Now()
			roundTrip(t, server, "/gdc/ping")
			d := time.Since(begin)
			if d < time.Second || d > 2*time.Second {
				t.Errorf("an answer takes %v", d)
			}
			spent = append(spent, d)
		}
		if spent[0] == spent[1] && spent[1] == spent[2] {
			t.Errorf("nothing jitters: %v", spent)
		}
		server.SetFaults(gooddatatest.Faults{SlowBody: 8 * time.Second})
		begin := time.Now()
		if r := roundTrip(t, server, "/gdc"); r.StatusCode != 200 || time.Since(begin) != 8*time.Second {
			t.Errorf("a slow answer %d takes %v", r.StatusCode, time.Since(begin))
		}
	})
}

func TestAnAnswerTakesItsTimeWhateverItIsSpentOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := platform(t, gooddatatest.Faults{Latency: 3 * time.Second, Answer: 10 * time.Second})
		server.SetHooks(gooddatatest.Hooks{Before: func(n int, _ *http.Request) { time.Sleep(time.Duration(n) * 2 * time.Second) }})
		for n, want := range []time.Duration{10, 10, 10, 11, 13} {
			begin := time.Now()
			if roundTrip(t, server, "/gdc/ping"); time.Since(begin) != want*time.Second {
				t.Errorf("request %d takes %v, want %v s", n+1, time.Since(begin), want)
			}
		}
	})
}

func TestMoreAtOnceThanThePlatformCanIsThrottled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := platform(t, gooddatatest.Faults{Latency: time.Second, Capacity: 3})
		statuses := make(chan int, 5)
		for range 5 {
			go func() { statuses <- roundTrip(t, server, "/gdc/ping").StatusCode }()
		}
		have := map[int]int{}
		for range 5 {
			have[<-statuses]++
		}
		if have[204] != 3 || have[429] != 2 {
			t.Errorf("statuses are %v", have)
		}
		if c := server.Counts(); c.MostAtOnce < 4 || c.Throttled != 2 {
			t.Errorf("counts are %+v", c)
		}
	})
}

func TestWhoGivesUpHasAskedForNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := platform(t, gooddatatest.Faults{Latency: time.Hour})
		client := &http.Client{Transport: server.Transport(), Timeout: time.Second}
		begin := time.Now()
		if _, err := client.Get("http://platform/gdc/ping"); err == nil || time.Since(begin) != time.Second {
			t.Errorf("the request ends after %v as %v", time.Since(begin), err)
		}
		if requests := server.Requests(); len(requests) != 1 || requests[0].Status != 0 {
			t.Errorf("requests are %+v", requests)
		}
	})
}

func TestFaultsAreReadAsTheyAreWritten(t *testing.T) {
	const document = `{"latency": "20ms", "busy": 0.05, "seed": 7, "only": ["POST /gdc/"], "strict_put": true,
		"pages": {"members": 10}, "sso_providers": {"A": "b"}, "retry_after": "1m0s"}`
	f, err := gooddatatest.ReadFaults("faults.json", strings.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	if f.Latency != 20*time.Millisecond || f.RetryAfter != time.Minute || f.Busy != 0.05 || f.Seed != 7 || !f.StrictPut || f.Pages.Members != 10 {
		t.Errorf("faults are %+v", f)
	}
	text, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	reply{t: t, body: string(text)}.is(0, strings.Join(strings.Fields(document), " "))
	if text, err = json.Marshal(gooddatatest.Faults{}); err != nil || string(text) != "{}" {
		t.Errorf("no faults are written as %s, %v", text, err)
	}
	for wrong, want := range map[string]string{
		`{"latency": 20}`:          `faults.json:1:13: a duration such as "20ms" is expected here`,
		`{"latency": "-1s"}`:       `a duration such as "20ms" is expected here`,
		`{"busy": 2}`:              "busy is 2",
		`{"no_internal_roles": 1}`: "no_internal_roles is 1",
		`{"busy": "x"}`:            "a number is expected here",
		`{"capacity": 1.5}`:        "a whole number is expected here",
		`{"seed": -1}`:             "a whole number is expected here",
		`{"Latency": "1s"}`:        `unknown key "Latency"`,
		`{"strict_put": 1}`:        "true or false is expected here",
		`{"only": "POST"}`:         "a list is expected here",
		`{"sso_providers": 1}`:     "an object is expected here",
	} {
		if _, err := gooddatatest.ReadFaults("faults.json", strings.NewReader(wrong)); brick.KindOf(err) != brick.BadInput || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is refused as %v, want %s", wrong, err, want)
		}
	}
}
