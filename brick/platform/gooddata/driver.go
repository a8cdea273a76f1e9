package gooddata

import (
	"context"

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

	Web   *platform.Web // through which all requests go
	RunID string        // goes into the id of every request
	Agent string        // how the program calls itself, such as "users-brick 1.2"
	Emit  brick.Emit    // hears of warnings; may be nil
}

// Driver works on the platform under one account. It is a [platform.Driver]
// with all the optional abilities.
type Driver struct {
	options Options
}

// Open logs in. A refused login is an error of kind Denied, and is never tried
// again; options that cannot be used are one of kind BadInput. The caller
// closes the driver, which ends the session.
func Open(ctx context.Context, o Options) (*Driver, error) {
	panic("seam")
}

// batch is how many changes one Apply takes. The platform takes a hundred
// people in one request; a batch of many requests lets the groups of all these
// people be set with one request for each group.
const batch = 10_000

// Features says that a call may carry ten thousand changes.
func (d *Driver) Features() platform.Features {
	panic("seam")
}

// Web returns what the requests go through.
func (d *Driver) Web() *platform.Web { return d.options.Web }
