package gooddata_test

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"users-brick/brick"
	"users-brick/brick/platform"
	"users-brick/brick/platform/gooddata"
)

// shelf answers requests in this process, with pages that were made before.
type shelf struct{ pages [][]byte }

func (s shelf) RoundTrip(r *http.Request) (*http.Response, error) {
	body := []byte(`{}`)
	switch {
	case strings.HasSuffix(r.URL.Path, "/users"):
		body = []byte(`{"users":[]}`)
		if offset, err := strconv.Atoi(r.URL.Query().Get("offset")); err == nil && offset/1000 < len(s.pages) {
			body = s.pages[offset/1000]
		}
	case strings.HasSuffix(r.URL.Path, "/roles"):
		body = []byte(rolesOf("p1"))
	case strings.HasPrefix(r.URL.Path, "/gdc/projects/"):
		body = []byte(projectDocument)
	}
	h := http.Header{"Content-Type": {"application/json"}, "X-Gdc-Authtt": {"tt"}, "X-Gdc-Authsst": {"sst"}}
	return &http.Response{StatusCode: 200, Header: h, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), Request: r}, nil
}

// BenchmarkListMembers reads a project of a hundred thousand members without
// a net between.
func BenchmarkListMembers(b *testing.B) {
	const pages = 100
	var s shelf
	for p := range pages {
		ids := make([]string, 1000)
		for i := range ids {
			ids[i] = personID(p*1000 + i)
		}
		s.pages = append(s.pages, []byte(usersPage("p1", ids, "")))
	}
	web := platform.NewWeb(platform.WebOptions{Concurrency: 16, Base: s})
	d, err := gooddata.Open(b.Context(), gooddata.Options{URL: "https://acme.example.com", Web: web, SST: brick.NewSecret("sst")})
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, err := range d.ListOnly(b.Context(), p1, platform.Need{Members: pages * 1000}) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != pages*1000 {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*pages*1000), "ns/member")
}
