package gooddata_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"users-brick/brick/platform/gooddata"
)

const acmeHost = "https://acme.example.com"

func TestLinksStayOnThePlatform(t *testing.T) {
	for link, want := range map[string]string{
		"/gdc/account/profile/5ad80b":                     "/gdc/account/profile/5ad80b",
		"/gdc/userGroups?offset=2&limit=1000":             "/gdc/userGroups?offset=2&limit=1000",
		"https://acme.example.com/gdc/x":                  "/gdc/x",
		"https://acme.example.com:443/gdc/x":              "/gdc/x",
		"HTTPS://ACME.example.com/gdc/x":                  "/gdc/x",
		"/gdc/domains/a%2Fb/dataproducts/%C3%A9":          "/gdc/domains/a%2Fb/dataproducts/%C3%A9",
		"/gdc/x#part":                                     "/gdc/x",
		"":                                                "",
		"http://acme.example.com/gdc/x":                   "",
		"https://acme.example.com:8443/gdc/x":             "",
		"https://evil.example.com/gdc/x":                  "",
		"//evil.example.com/gdc/x":                        "",
		"https://acme.example.com@evil.example.com/gdc/x": "",
		"https://user:pw@acme.example.com/gdc/x":          "",
		"https:/gdc/x":                                    "",
		"javascript:/gdc/x":                               "",
		"/gdc/../admin":                                   "",
		"/gdc/%2e%2E/admin":                               "",
		"/gdc/..%2fadmin":                                 "",
		"/gdc%2Fx":                                        "",
		"/gdc/a%2F/x":                                     "/gdc/a%2F/x",
		"/gdcx/y":                                         "",
		"gdc/x":                                           "",
		"/admin":                                          "",
		"\\\\evil.example.com\\gdc\\x":                    "",
		"/gdc/x\r\nX-Evil: 1":                             "",
		"/gdc/x?a b":                                      "",
		"%zz":                                             "",
	} {
		have, err := gooddata.Local(acmeHost, link)
		if have != want || (err == nil) != (want != "") {
			t.Errorf("%q leads to %q, %v; want %q", link, have, err, want)
		}
	}
}

func TestIDsAreReadFromLinks(t *testing.T) {
	const prefix = "/gdc/account/profile/"
	for link, want := range map[string]string{
		"/gdc/account/profile/5ad80b":                         "5ad80b",
		"/gdc/account/profile/5ad80b/":                        "5ad80b",
		"https://acme.example.com/gdc/account/profile/5ad80b": "5ad80b",
		"/gdc/account/profile/a%20b?x=1":                      "a b",
		"/gdc/projects/x":                                     "",
		"https://evil.example.com/gdc/account/profile/5ad80b": "",
		"": "",
	} {
		if have := gooddata.IDIn(acmeHost, link, prefix); have != want {
			t.Errorf("%q has the id %q, want %q", link, have, want)
		}
	}
}

func TestNamesBecomePartsOfPaths(t *testing.T) {
	for _, name := range []string{"acme", "a/b", "..", ".", "a b?c#d%", "č", "a+b@x.com", "../../etc"} {
		part := gooddata.Segment(name)
		back, err := url.PathUnescape(part)
		if err != nil || back != name || strings.ContainsAny(part, "/?# ") || part == ".." || part == "." {
			t.Errorf("%q becomes %q", name, part)
		}
	}
}

func FuzzLinks(f *testing.F) {
	for _, link := range []string{"/gdc/x?y=1", "https://acme.example.com/gdc/a%2fb", "//x/gdc/", "/gdc/%2e%2e/", "https://acme.example.com:443/gdc/\u00e9 x", "/gdc%2fx"} {
		f.Add(link)
	}
	f.Fuzz(func(t *testing.T, link string) {
		path, err := gooddata.Local(acmeHost, link)
		if err != nil {
			return
		}
		req, err := http.NewRequest(http.MethodGet, acmeHost+path, nil)
		if err != nil {
			t.Fatalf("%q leads to %q, where nobody can go: %v", link, path, err)
		}
		if req.URL.Host != "acme.example.com" || req.URL.User != nil || !strings.HasPrefix(req.URL.RequestURI(), "/gdc/") {
			t.Errorf("%q leads to %v", link, req.URL)
		}
		if strings.ContainsFunc(req.URL.RequestURI(), func(r rune) bool { return r <= ' ' || r > '~' }) {
			t.Errorf("%q asks for %q", link, req.URL.RequestURI())
		}
	})
}
