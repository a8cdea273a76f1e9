// Package reach keeps what is asked for on behalf of whoever wrote the params
// from what only the machine itself may ask.
//
// A cloud tells a machine its credentials at link-local addresses, and trusts
// whoever can ask from there. Params name addresses, servers name others by
// redirects, and names lead to other addresses than a moment ago. So it is the
// address that is about to be connected to that decides, each time:
//
//	params ──► URL ──► name ──► addresses ──► [Connect] ──► connection
//	            ▲                                 │
//	            └──── redirect ◄── answer         └─► [ErrSurroundings]
//
// Behind a proxy it is the proxy's address that is connected to, and only
// addresses that stand in a URL themselves are refused: what becomes of names
// is then for the proxy to decide.
//
// This machine and private networks may be reached, since real platforms and
// files are there.
package reach

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
)

// Permit is the variable of the operator that permits to reach everything.
const Permit = "BRICK_ALLOW_LINK_LOCAL"

// ErrSurroundings says that an address is one of the machine's own
// surroundings.
var ErrSurroundings = errors.New("the host leads to the machine's own surroundings")

// Hint says what to do about it.
const Hint = "name a host that has no link-local address; the operator permits it by " + Permit + "=true"

// Connect makes a transport connect by the dialer, or by the proxy that the
// environment names. Unless linkLocal permits them, connections to the
// machine's own surroundings end with [ErrSurroundings], whatever name led
// there. Both are changed, and serve nothing else.
func Connect(t *http.Transport, d *net.Dialer, linkLocal bool) {
	t.Proxy, t.DialContext = http.ProxyFromEnvironment, d.DialContext
	if linkLocal {
		return
	}
	d.Control = refuse
	t.Proxy = func(r *http.Request) (*url.URL, error) {
		if Surroundings(r.URL.Hostname()) {
			return nil, ErrSurroundings
		}
		return http.ProxyFromEnvironment(r)
	}
}

// refuse is asked before each connection, when names have become addresses.
func refuse(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || surround(to.Addr()) {
		return ErrSurroundings
	}
	return nil
}
