package gooddata

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"

	"users-brick/brick"
)

// session holds the two tokens under which all requests go: the short-lived
// one that they carry (TT), and the long-lived one that gets new short-lived
// ones (SST). When the platform ends the short-lived token, one renewal is
// made for all requests, and they wait for it. It belongs to the session and
// not to the request that happened to notice first, so that nobody fails
// because somebody else was called off.
type session struct {
	open  func(ctx context.Context) (tokens, error)                   // a new session; nil when that needs a password nobody gave
	renew func(ctx context.Context, sst brick.Secret) (tokens, error) // a new short-lived token

	life context.Context // of renewals
	stop context.CancelFunc
	crew sync.WaitGroup // the renewal under way

	mu      sync.Mutex
	now     *token
	sst     brick.Secret
	sstDead bool
	state   string   // the resource that ends the session, when it is the driver's own
	pending *renewal // nil when there is none
	refused int      // tokens in a row that never let a request in
	end     error    // why there will be no more tokens
}

// tokens are what a login, or a renewal, gives. What it does not give is
// empty.
type tokens struct {
	tt, sst brick.Secret
	state   string
}

// token is one short-lived token and what became of it.
type token struct {
	text   brick.Secret
	flying int  // requests under way with it
	good   bool // it has let a request in
	ended  bool // it has been refused
}

// renewal is one renewal under way; err may be read once done is closed.
type renewal struct {
	done chan struct{}
	err  error
}

// mostRefused is how many new tokens in a row the platform may refuse before
// the run ends.
const mostRefused = 3

func newSession(ctx context.Context) *session {
	s := &session{}
	s.life, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	return s
}

// take returns the token for a request, after the renewal when one is due.
// The token goes back with settle.
func (s *session) take(ctx context.Context) (*token, error) {
	for {
		t, r, err := s.ready()
		if t != nil || err != nil {
			return t, err
		}
		select {
		case <-r.done:
			if r.err != nil {
				return nil, r.err
			}
		case <-ctx.Done():
			return nil, stopped(ctx)
		}
	}
}

// ready returns the token when there is one that may be good, and otherwise
// the renewal to wait for.
func (s *session) ready() (*token, *renewal, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.end != nil:
		return nil, nil, s.end
	case s.pending != nil:
		return nil, s.pending, nil
	case s.now.ended:
		return nil, s.begin(), nil
	}
	s.now.flying++
	return s.now, nil, nil
}

// settle takes a token back with the answer that it got, nil when there was
// none, and reports whether the request is to be sent once more.
func (s *session) settle(t *token, a *answer) (again bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t.flying--
	switch dead := deadToken(a); {
	case dead != none:
		t.ended, again = true, true
		s.sstDead = s.sstDead || dead == deadSST && t == s.now
	case a != nil && letIn(a.status):
		t.good, s.refused = true, 0
		s.rotate(t, a.header)
	}
	s.judge(t)
	return again
}

// judge counts a token that has ended without ever letting a request in. As
// long as some request is under way with it nobody knows.
func (s *session) judge(t *token) {
	if !t.ended || t.good || t.flying > 0 {
		return
	}
	if s.refused++; s.refused >= mostRefused && s.end == nil {
		s.end = &brick.Error{Kind: brick.Denied, Err: errors.New("the platform refuses every token that it gives"),
			Hint: "somebody else may be ending the sessions of this account, or the clocks of the platform disagree; try again later"}
	}
}

// rotate takes over tokens that an answer brings along, unless the request
// itself went with an older one.
func (s *session) rotate(t *token, h http.Header) {
	if t != s.now {
		return
	}
	if text := h.Get(headerTT); text != "" && text != t.text.Reveal() {
		s.now = &token{text: brick.NewSecret(text)}
	}
	if text := h.Get(headerSST); text != "" {
		s.sst, s.sstDead = brick.NewSecret(text), false
	}
}

// begin starts a renewal. The lock is held.
func (s *session) begin() *renewal {
	r := &renewal{done: make(chan struct{})}
	sst := s.sst
	if s.sstDead {
		sst = brick.Secret{}
	}
	s.pending = r
	s.crew.Go(func() {
		got, err := s.fetch(sst)
		s.finish(r, got, err)
	})
	return r
}

// fetch gets a new token by the session, and where that has ended by a new
// one.
func (s *session) fetch(sst brick.Secret) (tokens, error) {
	if sst.Given() {
		got, err := s.renew(s.life, sst)
		if p, ok := errors.AsType[*problem](err); !ok || p.status != http.StatusUnauthorized {
			return got, barred(err, "the token of the session is no good: begin a new session")
		}
	}
	if s.open == nil {
		return tokens{}, &brick.Error{Kind: brick.Denied, Err: errors.New("the session has ended"),
			Hint: "begin a new one and give its token, or give user name and password"}
	}
	return s.open(s.life)
}

func (s *session) finish(r *renewal, got tokens, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.err = err
	switch kind := brick.KindOf(err); {
	case err == nil:
		s.accept(got)
	case !kind.Temporary() && s.end == nil: // a refused login is never tried again
		s.end = err
	}
	s.pending = nil
	close(r.done)
}

// accept makes the tokens those of the session.
func (s *session) accept(got tokens) {
	s.now, s.sstDead = &token{text: got.tt}, false
	if got.sst.Given() {
		s.sst = got.sst
	}
	if got.state != "" {
		s.state = got.state
	}
}

// close ends all renewals and returns the tokens of the session, with its
// state the first time only.
func (s *session) close() tokens {
	s.mu.Lock()
	if s.end == nil {
		s.end = errors.New("the connection to the platform has been closed")
	}
	s.mu.Unlock()
	s.stop()
	s.crew.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	last := tokens{tt: s.now.text, sst: s.sst, state: s.state}
	s.state = ""
	return last
}

// letIn reports whether a status shows that the token was accepted. A
// platform that is overloaded or down has not looked at it.
func letIn(status int) bool {
	return status < 500 && status != http.StatusUnauthorized && status != http.StatusTooManyRequests
}

// dead says which token an answer calls dead.
type dead uint8

const (
	none dead = iota
	deadTT
	deadSST
)

// deadToken reads the challenge of an answer of 401: the cookie it names is
// the token that has ended. Without one the login itself is refused, and
// another token would not help.
func deadToken(a *answer) dead {
	if a == nil || a.status != http.StatusUnauthorized {
		return none
	}
	challenge := strings.ToLower(strings.Join(a.header.Values("WWW-Authenticate"), ", "))
	switch {
	case strings.Contains(challenge, "cookie=gdcauthsst"), strings.Contains(challenge, `cookie="gdcauthsst`):
		return deadSST
	case strings.Contains(challenge, "cookie=gdcauthtt"), strings.Contains(challenge, `cookie="gdcauthtt`):
		return deadTT
	}
	return none
}
