package gooddata

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// Options say where the platform is and who works there.
type Options struct {
	// URL is the address of the platform, such as https://acme.gooddata.com;
	// a path behind the host is an error. Plain http is an error, too, unless
	// the host is a loopback address or AllowHTTP is set.
	URL       string
	AllowHTTP bool

	// Username and Password, or SST, a session that somebody else began and
	// that is left open at the end. With both, the password counts.
	Username string
	Password brick.Secret
	SST      brick.Secret

	Web   *platform.Web // through which all requests go; required, and the caller closes it
	RunID string        // goes into the id of every request
	Agent string        // how the program calls itself, such as "users-brick 1.2"
	Emit  brick.Emit    // hears of warnings; may be nil
}

// Driver works on the platform under one account. It is a [platform.Driver]
// with all the optional abilities.
type Driver struct {
	options    Options
	base       string // of every address: scheme and host
	authority  string // the same in one spelling
	client     *http.Client
	session    *session
	idPrefix   string // of every request's id
	calls      atomic.Int64
	deprecated sync.Map // kinds of resources that were warned of
	people     people
	lost       logins // creations of which nobody knows what became
	self       self
	pages      pages
	decoding   *decoding
	projects   projects
}

// Open logs in. A refused login is an error of kind Denied, and is never tried
// again; options that cannot be used are one of kind BadInput. The caller
// closes the driver, which ends the session.
func Open(ctx context.Context, o Options) (*Driver, error) {
	u, err := address(&o)
	if err != nil {
		return nil, err
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	d := &Driver{
		options: o, base: u.String(), authority: authority(u), client: o.Web.Client(),
		idPrefix: idPrefix(o.RunID), session: newSession(ctx),
		decoding: newDecoding(),
	}
	if err := d.begin(ctx); err != nil {
		d.Close() // a login that was under way when ctx ended may have begun a session
		return nil, err
	}
	return d, nil
}

func (o *Options) check() error {
	switch {
	case o.Web == nil:
		return brick.Errorf(brick.BadInput, "nothing is said about how to send requests")
	case o.Username != "" && o.Password.Given(), o.SST.Given():
		return nil
	case o.Username != "":
		return missingLogin("the password for " + o.Username + " is missing")
	case o.Password.Given():
		return missingLogin("the user name that belongs to the password is missing")
	}
	return missingLogin("there is no login for the platform")
}

func missingLogin(what string) error {
	return &brick.Error{Kind: brick.BadInput, Err: errors.New(what), Hint: "give GDC_USERNAME and GDC_PASSWORD, or GDC_SST"}
}

// hasPassword reports whether the driver logs in by itself.
func (o *Options) hasPassword() bool { return o.Username != "" && o.Password.Given() }

// begin gets the first tokens.
func (d *Driver) begin(ctx context.Context) error {
	d.session.renew = d.renewTT
	d.session.sst = d.options.SST
	if d.options.hasPassword() {
		d.session.open, d.session.sst = d.logIn, brick.Secret{}
	}
	d.session.now = &token{ended: true, good: true} // none yet: the first to ask begins the session
	t, err := d.session.take(ctx)
	if err == nil {
		d.session.settle(t, nil)
	}
	return err
}

// batch is how many changes one Apply takes. The platform takes a hundred
// people in one request; a batch of many requests lets the groups of all these
// people be set with one request for each group.
const batch = 10_000

// idPrefix makes the first part of the ids of all requests from the id of the
// run.
func idPrefix(run string) string {
	safe := strings.Map(func(r rune) rune {
		if r < 0x80 && ordinary(string(r)) {
			return r
		}
		return '-'
	}, run)
	return firstOf(safe[:min(len(safe), 64)], "run") + ":"
}

// Web returns what the requests go through.
func (d *Driver) Web() *platform.Web { return d.options.Web }

// Close ends the session, if the driver began it itself. It is not to be used
// afterwards.
func (d *Driver) Close() error {
	t := d.session.close()
	if d.options.hasPassword() && t.state != "" {
		d.logOut(context.WithoutCancel(d.session.life), t)
	}
	return nil
}
