package platform

import (
	"context"
	"errors"
	"iter"
	"sync/atomic"

	"golang.org/x/time/rate"

	"users-brick/brick"
)

// Options say how a platform is talked to. The zero Options talk to it one
// call at a time, without a limit on the rate, trying nothing again.
type Options struct {
	Concurrency int        // calls at once at most; 0 means 1
	Rate        float64    // calls per second at most; 0 means no limit
	Retry       Retry      // what is tried again, and how often
	Emit        brick.Emit // hears of retries
}

// View is what planning gets of a platform: it can look, and nothing else.
// It tries again what may succeed later, and never asks for more at once than
// the options allow. It may be used from several goroutines.
type View struct {
	driver Driver
	web    *Web // that the driver sends its requests through, nil when it is no Remote
	retry  Retry
	emit   brick.Emit
	slots  chan struct{}
	rate   *rate.Limiter
	calls  atomic.Int64
}

// Look returns a View of the platform behind a driver.
func Look(d Driver, o Options) *View {
	limit := rate.Inf
	if o.Rate > 0 {
		limit = rate.Limit(o.Rate)
	}
	v := &View{
		driver: d, retry: o.Retry, emit: o.Emit,
		slots: make(chan struct{}, max(1, o.Concurrency)),
		rate:  rate.NewLimiter(limit, 1), // no bursts: two of them would meet in one second
	}
	if remote, ok := d.(Remote); ok {
		v.web = remote.Web()
		v.retry.Deadline -= v.retry.Most // what the Web gives up it has tried nearly as long, and is not begun anew
	}
	return v
}

// Features says what the platform can take, bounded by the options.
func (v *View) Features() Features {
	f := v.driver.Features()
	f.Batch = max(1, f.Batch)
	f.Concurrency = max(1, f.Concurrency)
	if v.web == nil {
		f.Concurrency = min(f.Concurrency, cap(v.slots))
	}
	return f
}

// Clears returns the attributes of an account that can be emptied, none where
// the platform knows no way.
func (v *View) Clears() brick.FieldSet {
	if d, ok := v.driver.(Clears); ok {
		return d.Clears()
	}
	return 0
}

// Read calls each with every member of a scope, with as much about him as is
// needed. When the listing breaks off
// for a reason that may pass, it begins again: start is called before each
// attempt, and what came before counts for nothing.
func (v *View) Read(ctx context.Context, s brick.Scope, need Need, start func() error, each func(*brick.Member) error) error {
	return v.try(ctx, "list", s, func(ctx context.Context) error {
		if err := start(); err != nil {
			return err
		}
		for m, err := range v.list(ctx, s, need) {
			if err != nil {
				return err
			}
			if err := each(&m); err != nil {
				return err
			}
		}
		return nil
	})
}

func (v *View) list(ctx context.Context, s brick.Scope, need Need) iter.Seq2[brick.Member, error] {
	if d, ok := v.driver.(Thrifty); ok {
		return d.ListOnly(ctx, s, need)
	}
	return v.driver.List(ctx, s)
}

// Roles returns the roles of a project, nil where the platform has none.
func (v *View) Roles(ctx context.Context, project brick.Scope) (roles []brick.Role, err error) {
	d, ok := v.driver.(Roles)
	if !ok {
		return nil, nil
	}
	err = v.try(ctx, "list roles of", project, func(ctx context.Context) error {
		roles, err = d.Roles(ctx, project)
		return err
	})
	return roles, err
}

// Groups returns the groups of a project, nil where the platform has none.
func (v *View) Groups(ctx context.Context, project brick.Scope) (names []string, err error) {
	d, ok := v.driver.(Groups)
	if !ok {
		return nil, nil
	}
	err = v.try(ctx, "list groups of", project, func(ctx context.Context) error {
		names, err = d.Groups(ctx, project)
		return err
	})
	return names, err
}

// Project returns what is known of a project. A platform that knows nothing
// beside its members is an error of kind BadInput.
func (v *View) Project(ctx context.Context, organization, dataProduct, id string) (p Project, err error) {
	d, ok := v.driver.(Projects)
	if !ok {
		return Project{}, cannot("tell the ids of projects")
	}
	err = v.try(ctx, "look up", brick.Project(id), func(ctx context.Context) error {
		p, err = d.Project(ctx, organization, dataProduct, id)
		return err
	})
	return p, err
}

// Clients calls each with every client of a data product, beginning again
// like Read. A platform without clients is an error of kind BadInput.
func (v *View) Clients(ctx context.Context, organization, dataProduct string, start func(), each func(Client)) error {
	d, ok := v.driver.(Clients)
	if !ok {
		return cannot("look up clients")
	}
	return v.try(ctx, "list clients of", brick.Organization(organization), func(ctx context.Context) error {
		start()
		for c, err := range d.Clients(ctx, organization, dataProduct) {
			if err != nil {
				return err
			}
			each(c)
		}
		return nil
	})
}

// Segments returns the segments of a data product.
func (v *View) Segments(ctx context.Context, organization, dataProduct string) (segments []string, err error) {
	d, ok := v.driver.(Clients)
	if !ok {
		return nil, cannot("look up segments")
	}
	err = v.try(ctx, "list segments of", brick.Organization(organization), func(ctx context.Context) error {
		segments, err = d.Segments(ctx, organization, dataProduct)
		return err
	})
	return segments, err
}

// Self returns the login under which the brick works, empty when there is
// none.
func (v *View) Self(ctx context.Context) (login brick.Login, err error) {
	d, ok := v.driver.(Self)
	if !ok {
		return "", nil
	}
	err = v.try(ctx, "look up the account of the brick", brick.Scope{}, func(ctx context.Context) error {
		login, err = d.Self(ctx)
		return err
	})
	return login, err
}

// Calls returns how many times the platform was asked for something: requests
// where it is reached over the net.
func (v *View) Calls() int64 {
	if v.web != nil {
		return v.web.Requests()
	}
	return v.calls.Load()
}

// Close ends the work with the platform.
func (v *View) Close() error { return v.driver.Close() }

func cannot(what string) error {
	return &brick.Error{Kind: brick.BadInput, Err: errors.New("this platform cannot " + what), Hint: "choose another sync_mode"}
}

// call keeps to the limits while f talks to the platform, unless each of its
// requests does so itself.
func (v *View) call(ctx context.Context, f func(context.Context) error) error {
	if v.web != nil {
		return f(ctx)
	}
	select {
	case v.slots <- struct{}{}:
	case <-ctx.Done():
		return interrupted(context.Cause(ctx))
	}
	defer func() { <-v.slots }()
	if err := v.rate.Wait(ctx); err != nil {
		return interrupted(err)
	}
	v.calls.Add(1)
	return f(ctx)
}

func interrupted(cause error) error {
	return brick.Errorf(brick.Interrupted, "stopped: %w", cause)
}
