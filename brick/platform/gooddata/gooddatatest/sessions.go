package gooddatatest

import (
	"fmt"
	"sync"
	"time"
)

// sessions are the tokens that are good.
type sessions struct {
	mu      sync.Mutex
	made    uint64
	open    map[string]*session // by super secure token
	tickets map[string]*ticket  // by temporary token
	failed  map[string]int      // logins in vain since the last good one
}

// session is what one login began.
type session struct {
	account *account
	sst     string
	tts     []string
}

// ticket is one temporary token.
type ticket struct {
	session *session
	expires time.Time
	uses    int
}

func newSessions() *sessions {
	return &sessions{open: map[string]*session{}, tickets: map[string]*ticket{}, failed: map[string]int{}}
}

// token returns a text that no other token is. The caller holds the lock.
func (s *sessions) token() string {
	s.made++
	return fmt.Sprintf("%016x%016x", mixed(s.made, 3), s.made)
}

// begin returns a new session of an account, under its token or, when that is
// empty, a new one.
func (s *sessions) begin(a *account, sst string) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sst == "" {
		sst = s.token()
	}
	s.close(s.open[sst])
	one := &session{account: a, sst: sst}
	s.open[sst] = one
	delete(s.failed, a.login)
	return one
}

// find returns the session of a super secure token, nil when it is not good.
func (s *sessions) find(sst string) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open[sst]
}

// issue returns a new temporary token.
func (s *sessions) issue(one *session, expires time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(one.tts) >= maxTickets { // a client that renews all the time
		delete(s.tickets, one.tts[0])
		one.tts = one.tts[1:]
	}
	tt := s.token()
	one.tts = append(one.tts, tt)
	s.tickets[tt] = &ticket{session: one, expires: expires}
	return tt
}

// maxTickets is how many temporary tokens of one session are good at once.
const maxTickets = 1000

// use returns the account of a temporary token that is good now, and nil for
// another. A token is good for a number of uses; 0 means for any.
func (s *sessions) use(tt string, now time.Time, uses int) *account {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tickets[tt]
	if t == nil || !now.Before(t.expires) || uses > 0 && t.uses >= uses {
		return nil
	}
	t.uses++
	return t.session.account
}

// end closes the session of a token.
func (s *sessions) end(sst string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.close(s.open[sst])
}

// endOf closes all sessions that a test accepts.
func (s *sessions) endOf(these func(*session) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.open {
		if these(one) {
			s.close(one)
		}
	}
}

// expire makes all temporary tokens bad.
func (s *sessions) expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tickets)
	for _, one := range s.open {
		one.tts = nil
	}
}

func (s *sessions) close(one *session) {
	if one == nil {
		return
	}
	delete(s.open, one.sst)
	for _, tt := range one.tts {
		delete(s.tickets, tt)
	}
}

// refuse counts a login in vain.
func (s *sessions) refuse(login string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed[login]++
}

// locked reports whether a login failed too often; 0 attempts means never.
func (s *sessions) locked(login string, attempts int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return attempts > 0 && s.failed[login] >= attempts
}
