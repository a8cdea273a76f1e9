package gooddatatest

import (
	"maps"
	"net/http"
	"strings"
	"sync"
)

// Request is one request that the platform answered, or whose connection it
// ended.
type Request struct {
	N         int    // from 1, in the order in which requests arrived
	Method    string //
	Path      string // as it was sent, with its query
	Endpoint  string // method and shape of the path, such as GET /gdc/projects/{project}/users
	RequestID string // what X-GDC-Request said
	SST       bool   // it carried a super secure token
	Sent      int    // bytes of its body
	Status    int    // 0 when the connection ended before there was an answer
	Received  int    // bytes of the answer's body
}

// Counts says how much a platform was asked.
type Counts struct {
	Requests    int
	Writes      int // requests other than GET, whatever became of them; login, token and logout aside
	Throttled   int // answered 429
	MostAtOnce  int
	Connections int            // only where [Serve] or [Server.Start] serves
	Endpoints   map[string]int // requests by [Request.Endpoint]
}

// keptRequests is how many requests are kept one by one.
const keptRequests = 100_000

// log remembers requests.
type log struct {
	mu     sync.Mutex
	begun  int
	atOnce int
	counts Counts
	kept   []Request // a ring when it is full
	oldest int
}

// begin counts a request and returns its number and how many there are now.
func (l *log) begin(r *http.Request, endpoint string) (n, atOnce int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.begun++
	l.atOnce++
	l.counts.Requests++
	l.counts.MostAtOnce = max(l.counts.MostAtOnce, l.atOnce)
	if r.Method != http.MethodGet && !isLogin(r.URL.Path) {
		l.counts.Writes++
	}
	if l.counts.Endpoints == nil {
		l.counts.Endpoints = map[string]int{}
	}
	l.counts.Endpoints[endpoint]++
	return l.begun, l.atOnce
}

func (l *log) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.atOnce--
}

func (l *log) connection() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts.Connections++
}

func (l *log) add(one Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if one.Status == http.StatusTooManyRequests {
		l.counts.Throttled++
	}
	if len(l.kept) < keptRequests {
		l.kept = append(l.kept, one)
		return
	}
	l.kept[l.oldest] = one
	l.oldest = (l.oldest + 1) % keptRequests
}

// Requests returns the latest requests, at most 100,000, in the order in which
// they were answered.
func (s *Server) Requests() []Request {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	kept := append([]Request(nil), s.log.kept[s.log.oldest:]...)
	return append(kept, s.log.kept[:s.log.oldest]...)
}

// Counts returns the counts so far. A request counts when it arrives, one that
// was throttled when it is answered.
func (s *Server) Counts() Counts {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	counts := s.log.counts
	counts.Endpoints = maps.Clone(counts.Endpoints)
	return counts
}

// isLogin reports whether a path is about tokens only.
func isLogin(path string) bool {
	return path == tokenPath || path == loginPath || strings.HasPrefix(path, loginPath+"/")
}
