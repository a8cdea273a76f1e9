package gooddatatest

import (
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"users-brick/brick"
)

// Server is the platform. Its methods may be called at any time, from several
// goroutines.
type Server struct {
	mux      *http.ServeMux
	sessions *sessions
	log      log
	trouble  trouble
	faults   atomic.Pointer[Faults]
	hooks    atomic.Pointer[Hooks]
	clock    atomic.Pointer[func() time.Time]

	mu    sync.RWMutex // what the world holds; nobody waits while he has it
	world *world
}

// Hooks let a test stop at every request. They are called with the number of
// the request, from 1 in the order in which requests arrive, and may end its
// connection with [Cut], change the platform's faults, or wait. A nil hook
// does nothing. Requests that faults end before their effect reach no hook.
type Hooks struct {
	Before func(n int, r *http.Request) // before the request takes effect
	After  func(n int, r *http.Request) // after it, before its answer
}

// Cut ends the connection of the request in whose hook it is called. The
// client hears nothing of what became of it. A GET on a connection that was
// used before is sent once more by net/http itself, and counts again.
func Cut() { panic(http.ErrAbortHandler) }

// New returns a platform that holds a state and has faults. A state that
// [Read] would refuse is an error of kind BadInput.
func New(state State, faults Faults) (*Server, error) {
	if bad := check(&state); bad != nil {
		return nil, bad.fault()
	}
	s := &Server{mux: http.NewServeMux(), sessions: newSessions()}
	s.SetClock(time.Now)
	s.SetFaults(faults)
	s.SetHooks(Hooks{})
	s.world = build(state.Normal(), s.stamp())
	s.route()
	return s, nil
}

// SetFaults replaces the faults, from the next request on.
func (s *Server) SetFaults(f Faults) {
	f.Only, f.SSOProviders = slices.Clone(f.Only), maps.Clone(f.SSOProviders)
	s.faults.Store(&f)
}

// SetHooks replaces the hooks, from the next request on.
func (s *Server) SetHooks(h Hooks) { s.hooks.Store(&h) }

// SetClock replaces the clock, which is time.Now otherwise. It tells how long
// tokens are good and when an account was changed.
func (s *Server) SetClock(now func() time.Time) { s.clock.Store(&now) }

func (s *Server) now() time.Time { return (*s.clock.Load())() }

// stamp returns the present as the platform writes it.
func (s *Server) stamp() string { return s.now().Format(time.DateTime) }

// State returns what the platform holds now, in the form of [State.Normal].
func (s *Server) State() State {
	s.mu.RLock()
	state := s.world.export()
	s.mu.RUnlock()
	return state.Normal()
}

// Profile returns the profile id of a login, or an error of kind NotFound.
func (s *Server) Profile(login string) (string, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if a := s.world.logins[brick.Fold(login)]; a != nil {
		return a.id, nil
	}
	return "", brick.Errorf(brick.NotFound, "%s has no account", login)
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := s.begin(w, r)
	defer s.log.end()
	kept := false
	defer func() {
		if !kept { // the connection has been cut
			s.log.add(c.request(0, 0))
		}
	}()
	a, done := c.unread, c.unread.status != 0
	if !done {
		a, done = s.before(c)
	}
	if !done {
		a = s.perform(c)
		c.keepWaiting()
	}
	s.log.add(c.request(a.status, len(a.body)))
	kept = true
	c.send(w, a)
}

// perform lets a request take effect, between the hooks.
func (s *Server) perform(c *call) answer {
	hooks := s.hooks.Load()
	if hooks.Before != nil {
		hooks.Before(c.n, c.r)
	}
	s.mux.ServeHTTP(c, c.r)
	if hooks.After != nil {
		hooks.After(c.n, c.r)
	}
	return c.answer
}
