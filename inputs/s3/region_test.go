package s3_test

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/inputs/s3"
)

// amazon is Amazon's own store as far as regions are concerned: it sees what
// would go to its hosts.
type amazon struct {
	region string // of the bucket
	says   string // header, message or nothing
	hosts  []string
	header []http.Header
}

var signedFor = regexp.MustCompile(`Credential=[^/]+/\d+/([a-z0-9-]+)/s3/`)

func (a *amazon) RoundTrip(r *http.Request) (*http.Response, error) {
	a.hosts = append(a.hosts, r.URL.Host)
	a.header = append(a.header, r.Header)
	h := http.Handler(&bucket{content: csv, etag: `"1"`})
	if found := signedFor.FindStringSubmatch(r.Header.Get("Authorization")); found == nil || found[1] != a.region {
		switch a.says {
		case "header":
			h = refusing(301, "PermanentRedirect", "use the specified endpoint", "x-amz-bucket-region", a.region)
		case "message":
			h = refusing(400, "AuthorizationHeaderMalformed", "the region 'x' is wrong; expecting '"+a.region+"'")
		case "evil":
			h = refusing(301, "PermanentRedirect", "", "x-amz-bucket-region", "evil.example.com/?")
		case "loop":
			h = refusing(301, "PermanentRedirect", "", "x-amz-bucket-region", "eu-north-"+string('1'+rune(len(a.hosts))))
		default:
			h = refusing(301, "PermanentRedirect", "use the specified endpoint")
		}
	}
	return handled(h, r), nil
}

func TestBucketIsFoundWhereItIs(t *testing.T) {
	for _, says := range []string{"header", "message"} {
		a := &amazon{region: "eu-central-1", says: says}
		s := source(t, "")
		s.Transport = a
		reads(t, s, csv)
		if got := strings.Join(a.hosts, " "); got != "users.s3.us-west-2.amazonaws.com users.s3.eu-central-1.amazonaws.com" {
			t.Errorf("asked %s", got)
		}
	}
}

func TestRegionOfTheEnvironmentIsTriedFirst(t *testing.T) {
	a := &amazon{region: "eu-central-1", says: "header"}
	s := source(t, "")
	s.Transport = a
	t.Setenv("AWS_REGION", "eu-west-1")
	reads(t, s, csv)
	if got := strings.Join(a.hosts, " "); got != "users.s3.eu-west-1.amazonaws.com users.s3.eu-central-1.amazonaws.com" {
		t.Errorf("asked %s", got)
	}
}

func TestRegionThatIsNamedCounts(t *testing.T) {
	a := &amazon{region: "eu-central-1", says: "header"}
	s := source(t, "")
	s.Transport, s.Region = a, "eu-central-1"
	reads(t, s, csv)
	if len(a.hosts) != 1 {
		t.Errorf("asked %v", a.hosts)
	}
	s.Region = "eu-west-1"
	_, err := s.Open(t.Context())
	wants(t, err, brick.BadInput, "the bucket is in the region eu-central-1, not in eu-west-1", "`region`")
}

func TestRegionThatCannotBeFoundIsToBeNamed(t *testing.T) {
	for _, says := range []string{"nothing", "evil", "loop"} {
		a := &amazon{region: "eu-central-1", says: says}
		s := source(t, "")
		s.Transport, s.Retry = a, quick
		_, err := s.Open(t.Context())
		wants(t, err, brick.BadInput, "the bucket is in another region", "`region`")
		for _, host := range a.hosts {
			if !strings.HasSuffix(host, ".amazonaws.com") || len(a.hosts) > 2 {
				t.Errorf("%s: asked %v", says, a.hosts)
			}
		}
	}
}

func TestWritingFindsTheBucketToo(t *testing.T) {
	a := &amazon{region: "eu-central-1", says: "header"}
	s := source(t, "")
	s.Transport = a
	if err := s3.WriteObject(t.Context(), s, "", strings.NewReader("x")); err != nil || len(a.hosts) != 2 {
		t.Errorf("asked %v, error %v", a.hosts, err)
	}
}

func TestStyleOfTheAddress(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*testing.T, *s3.Source)
		host   string
	}{
		"Amazon":                {func(*testing.T, *s3.Source) {}, "users.s3.eu-central-1.amazonaws.com"},
		"Amazon, path":          {func(_ *testing.T, s *s3.Source) { s.PathStyle = true }, "s3.eu-central-1.amazonaws.com"},
		"Amazon by its address": {func(_ *testing.T, s *s3.Source) { s.Endpoint = "s3.eu-central-1.amazonaws.com" }, "users.s3.eu-central-1.amazonaws.com"},
		"another":               {func(_ *testing.T, s *s3.Source) { s.Endpoint = " https://s3.example.com:9000 " }, "s3.example.com:9000"},
		"of the environment":    {func(t *testing.T, s *s3.Source) { t.Setenv("AWS_ENDPOINT_URL", "https://env.example.com") }, "env.example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			a := &amazon{region: "eu-central-1"}
			s := source(t, "")
			s.Transport, s.Region = a, "eu-central-1"
			tt.change(t, &s)
			reads(t, s, csv)
			if a.hosts[0] != tt.host {
				t.Errorf("asked %s, want %s", a.hosts[0], tt.host)
			}
		})
	}
}

func TestAnotherStoreIsAskedAsUSEast1(t *testing.T) {
	a := &amazon{region: "us-east-1"}
	s := source(t, "https://s3.example.com")
	s.Transport = a
	reads(t, s, csv)
}

func TestKeysOfTheEnvironmentAreUsed(t *testing.T) {
	a := &amazon{region: "us-west-2"}
	s := source(t, "")
	s.AccessKeyID, s.SecretAccessKey, s.Transport = brick.Secret{}, brick.Secret{}, a
	t.Setenv("AWS_ACCESS_KEY_ID", "ENVKEY")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_SESSION_TOKEN", "token")
	reads(t, s, csv)
	if h := a.header[0]; !strings.Contains(h.Get("Authorization"), "Credential=ENVKEY/") || h.Get("X-Amz-Security-Token") != "token" {
		t.Errorf("signed as %v", h)
	}
}

func TestGivenKeysWinOverTheEnvironment(t *testing.T) {
	a := &amazon{region: "us-west-2"}
	s := source(t, "")
	s.Transport = a
	s.SessionToken = brick.NewSecret("TOKENHUSH")
	t.Setenv("AWS_ACCESS_KEY_ID", "ENVKEY")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	reads(t, s, csv)
	if h := a.header[0]; !strings.Contains(h.Get("Authorization"), "Credential=AKIDHUSH/") || h.Get("X-Amz-Security-Token") != "TOKENHUSH" {
		t.Errorf("signed as %v", h)
	}
}

func TestProfileIsUsed(t *testing.T) {
	a := &amazon{region: "eu-north-1"}
	s := source(t, "")
	s.AccessKeyID, s.SecretAccessKey, s.Transport = brick.Secret{}, brick.Secret{}, a
	path := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(path, []byte("[profile acme]\nregion=eu-north-1\naws_access_key_id=PROFILEKEY\naws_secret_access_key=s\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", path)
	t.Setenv("AWS_PROFILE", "acme")
	reads(t, s, csv)
	if h := a.header[0]; !strings.Contains(h.Get("Authorization"), "Credential=PROFILEKEY/") {
		t.Errorf("signed as %v", h)
	}
}

func TestNoKeysAtAllIsSaid(t *testing.T) {
	s := source(t, "http://127.0.0.1:1")
	s.AccessKeyID, s.SecretAccessKey = brick.Secret{}, brick.Secret{}
	_, err := s.Open(t.Context())
	wants(t, err, brick.BadInput, "read s3://users/daily/users.csv: no access key was found", "AWS_ACCESS_KEY_ID")
}

func TestProfileThatIsBrokenIsSaid(t *testing.T) {
	s := source(t, "http://127.0.0.1:1")
	s.AccessKeyID, s.SecretAccessKey = brick.Secret{}, brick.Secret{}
	t.Setenv("AWS_PROFILE", "not-there")
	_, err := s.Open(t.Context())
	wants(t, err, brick.BadInput, "hint: ")
}
