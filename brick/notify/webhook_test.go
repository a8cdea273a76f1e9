package notify_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"users-brick/brick"
	"users-brick/brick/notify"
	"users-brick/inputs/fetch"
	"users-brick/params"
)

func noon() time.Time { return time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC) }

// quick tries again at once, as often as it takes.
var quick = fetch.Retry{First: time.Nanosecond, Most: time.Nanosecond, Deadline: time.Hour}

func teller() *notify.Teller {
	return &notify.Teller{Agent: "users-brick test", Now: noon, Retry: quick}
}

// failed is the event of a run that failed for somebody.
func failed() notify.Event {
	e := notify.Event{
		RunID: "20260102T120000Z-abcdef", Program: "users-brick test", Mode: "sync_project", Platform: "directory", Target: "users.db",
		Shard:   brick.Shard{Index: 1, Of: 3},
		Outcome: "partial", ExitCode: brick.ExitPartial, Started: noon(), DurationMS: 12, Report: "/runs/1/report.json", More: true,
	}
	e.Totals.Added, e.Totals.Failed = 1, 1
	e.Guard.Objections = []brick.Objection{{Rule: "max_removals", Scope: brick.Project("p1"), Found: 3, Limit: 2, Text: "too many", First: []brick.Login{"ann@example.com"}, Removals: true}}
	e.People = []notify.Person{{What: "failed", Scope: brick.Project("p1"), Login: "ann@example.com", Action: brick.Add, Lines: []int{3}, Text: "no such role", Kind: "not found", RequestID: "4711"}}
	return e
}

func hook(address string) params.Notification {
	return params.Notification{Type: params.WebhookNotice, URL: address, When: []string{params.Always}, Secret: brick.NewSecret("key")}
}

// got is a request as a server saw it.
type got struct {
	header http.Header
	method string
	body   []byte
}

// ear is a server that hears of runs and answers as told, the last answer for
// ever.
type ear struct {
	*httptest.Server
	mu    sync.Mutex
	heard []got
}

func newEar(t *testing.T, answers ...http.HandlerFunc) *ear {
	e := &ear{}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		e.mu.Lock()
		e.heard = append(e.heard, got{r.Header.Clone(), r.Method, body})
		answer := answers[min(len(e.heard), len(answers))-1]
		e.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(e.Close)
	return e
}

func (e *ear) all() []got {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.heard
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// cut ends the connection without an answer.
func cut(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		conn.Close()
	}
}

// tell tells of an event and returns the errors as one text.
func tell(t *notify.Teller, e notify.Event, all ...params.Notification) string {
	var texts []string
	for _, err := range t.Tell(context.Background(), all, e, "") {
		texts = append(texts, err.Error())
	}
	return strings.Join(texts, "\n")
}

func TestAWebhookGetsASignedDocument(t *testing.T) {
	ear := newEar(t, status(204))
	n := hook(ear.URL + "/hook?token=t")
	n.Headers = map[string]brick.Secret{"X-Tenant": brick.NewSecret("7"), "Content-Type": brick.NewSecret("text/html"), "x-users-brick-signature": brick.NewSecret("forged")}
	if err := tell(teller(), failed(), n); err != "" {
		t.Fatal(err)
	}
	heard := ear.all()
	if len(heard) != 1 || heard[0].method != "POST" {
		t.Fatalf("heard %d requests", len(heard))
	}
	h, body := heard[0].header, heard[0].body
	mac := hmac.New(sha256.New, []byte("key"))
	mac.Write([]byte(h.Get("X-Users-Brick-Timestamp") + "."))
	mac.Write(body)
	if want := "sha256=" + hex.EncodeToString(mac.Sum(nil)); len(h.Values("X-Users-Brick-Signature")) != 1 || h.Get("X-Users-Brick-Signature") != want {
		t.Errorf("signatures %q, want %s", h.Values("X-Users-Brick-Signature"), want)
	}
	if h.Get("X-Users-Brick-Timestamp") != "1767355200" || h.Get("Content-Type") != "application/json" || h.Get("X-Tenant") != "7" || h.Get("User-Agent") != "users-brick test" {
		t.Errorf("headers %v", h)
	}
	var e notify.Event
	if err := json.Unmarshal(body, &e); err != nil || e.Event != "run_ended" || e.RunID != failed().RunID || e.ID == "" || e.ID != h.Get("Idempotency-Key") || e.People[0].Login != "ann@example.com" {
		t.Errorf("the document is %s, %v", body, err)
	}
	follows(t, body)
}

// follows checks a document against the schema.
func follows(t *testing.T, body []byte) {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(notify.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("event.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("event.json")
	if err != nil {
		t.Fatal(err)
	}
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err == nil {
		err = schema.Validate(instance)
	}
	if err != nil {
		t.Errorf("%s\n%v", body, err)
	}
}

// filled returns a value in which nothing that reflection reaches is zero.
func filled(v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(noon()))
	case v.Type() == reflect.TypeFor[brick.Level]():
		v.Set(reflect.ValueOf(brick.ProjectLevel))
	case v.Type() == reflect.TypeFor[brick.Action]():
		v.Set(reflect.ValueOf(brick.Remove))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			filled(v.Field(i))
		}
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		filled(v.Index(0))
	case v.Kind() == reflect.String:
		v.SetString("text")
	case v.CanInt():
		v.SetInt(1)
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	}
}

func TestTheSchemaKnowsEverythingThatADocumentMayHave(t *testing.T) {
	var e notify.Event
	filled(reflect.ValueOf(&e).Elem())
	e.Version, e.Event, e.Outcome = notify.Version, "run_ended", "refused"
	body, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	follows(t, body)
}

func TestWithoutASecretNothingIsSigned(t *testing.T) {
	ear := newEar(t, status(200))
	n := hook(ear.URL)
	n.Secret = brick.Secret{}
	n.Headers = map[string]brick.Secret{"X-Users-Brick-Signature": brick.NewSecret("forged")}
	if err := tell(teller(), failed(), n); err != "" || ear.all()[0].header.Get("X-Users-Brick-Signature") != "" {
		t.Errorf("%s, headers %v", err, ear.all())
	}
}

func TestWhatMaySucceedLaterIsSentAgainUnderOneID(t *testing.T) {
	ear := newEar(t, status(503), cut, status(429), status(408), status(200))
	if err := tell(teller(), failed(), hook(ear.URL)); err != "" {
		t.Fatal(err)
	}
	heard := ear.all()
	if len(heard) != 5 {
		t.Fatalf("sent %d times, want 5", len(heard))
	}
	for _, g := range heard {
		if !bytes.Equal(g.body, heard[0].body) || g.header.Get("Idempotency-Key") != heard[0].header.Get("Idempotency-Key") {
			t.Error("what is sent again is another notification")
		}
	}
}

func TestWhatIsRefusedIsNotSentAgain(t *testing.T) {
	for _, code := range []int{301, 307, 400, 401, 404, 410} {
		ear := newEar(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(code)
		})
		n := hook(strings.Replace(ear.URL, "://", "://me:s3cr3t@", 1) + "/path/s3cr3t?token=s3cr3t")
		err := tell(teller(), failed(), n)
		if !strings.HasPrefix(err, "notify 1: tell "+ear.URL+": the server answers ") || strings.Contains(err, "s3cr3t") || len(ear.all()) != 1 {
			t.Errorf("%d: sent %d times, %s", code, len(ear.all()), err)
		}
	}
}

// In a bubble of synctest only waiting takes time, and so the deadline is not
// over before the first attempt is.
func TestAServerThatStaysAwayIsGivenUp(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	synctest.Test(t, func(t *testing.T) {
		teller := teller()
		retried := 0
		teller.Emit = func(e brick.Event) {
			if r, ok := e.(brick.Retrying); ok && !strings.Contains(r.Op, "s3cr3t") {
				retried++
			}
		}
		teller.Retry = fetch.Retry{First: time.Second, Most: time.Second, Deadline: 10 * time.Second}
		failure := tell(teller, failed(), hook("http://"+address+"/?s3cr3t=s3cr3t"))
		if !strings.Contains(failure, "notify 1: tell http://"+address+": the server gave no answer") || strings.Contains(failure, "s3cr3t") || retried == 0 {
			t.Errorf("tried again %d times, %s", retried, failure)
		}
	})
}

func TestAServerThatIsSilentIsGivenUp(t *testing.T) {
	release := make(chan struct{})
	ear := newEar(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	teller := teller()
	teller.Within = time.Millisecond
	if err := tell(teller, failed(), hook(ear.URL)); !strings.Contains(err, "notify 1: tell "+ear.URL) {
		t.Errorf("the error is %q", err)
	}
}

func TestACertificateThatNobodyVouchesForIsRefused(t *testing.T) {
	server := httptest.NewTLSServer(status(200))
	defer server.Close()
	server.Config.ErrorLog = nil
	if err := tell(teller(), failed(), hook(server.URL)); !strings.Contains(err, "certificate cannot be trusted") {
		t.Errorf("the error is %q", err)
	}
}

func TestAnAddressOfTheSurroundingsIsRefusedWhereverItComesFrom(t *testing.T) {
	for _, host := range []string{"169.254.169.254", "[::ffff:169.254.169.254]", "[fe80::1]"} {
		if err := tell(teller(), failed(), hook("http://"+host+"/latest")); !strings.Contains(err, "the host leads to the machine's own surroundings") {
			t.Errorf("%s: %q", host, err)
		}
	}
}

func TestOnlyThoseAreToldWhomItConcerns(t *testing.T) {
	events := map[string]notify.Event{
		"converged": {ExitCode: 0}, "planned": {ExitCode: 0, PlanOnly: true}, "pending": {ExitCode: 10, PlanOnly: true},
		"partial": {ExitCode: 4}, "nothing": {ExitCode: 0}, "refused": {ExitCode: 3}, "bad file": {ExitCode: 2}, "locked": {ExitCode: 5}, "stopped": {ExitCode: 143},
	}
	for _, name := range []string{"converged", "partial", "stopped", "planned"} {
		e := events[name]
		e.Totals.Updated = 1
		events[name] = e
	}
	for occasion, want := range map[string]string{
		params.OnFailure: "partial locked stopped", params.OnRefusal: "refused bad-file", params.OnChange: "converged partial stopped",
		params.Always: "converged planned pending partial nothing refused bad-file locked stopped",
	} {
		for name, e := range events {
			n := params.Notification{When: []string{occasion}}
			wanted := strings.Contains(" "+want+" ", " "+strings.ReplaceAll(name, " ", "-")+" ")
			if e.Concerns(&n) != wanted {
				t.Errorf("%s concerns %s: %t", name, occasion, !wanted)
			}
		}
	}
	quiet := newEar(t, status(200))
	n := hook(quiet.URL)
	n.When = []string{params.OnRefusal, params.OnChange}
	if err := tell(teller(), notify.Event{ExitCode: 1}, n); err != "" || len(quiet.all()) != 0 {
		t.Errorf("told %d times, %s", len(quiet.all()), err)
	}
}

func TestOneThatFailsKeepsNobodyElseFromBeingTold(t *testing.T) {
	broken, whole := newEar(t, status(404)), newEar(t, status(200))
	var all []params.Notification
	for range 6 {
		all = append(all, hook(broken.URL), hook(whole.URL))
	}
	err := tell(teller(), failed(), all...)
	if len(whole.all()) != 6 || strings.Count(err, "\n") != 5 || !strings.Contains(err, "notify 11: ") {
		t.Errorf("told %d, %s", len(whole.all()), err)
	}
}
