package gooddata

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// addAccount creates an account. When its login is taken already the account
// is adopted: what is given is laid over it.
//
// A creation must not be sent twice, so that the Web never does so. When its
// answer is lost the platform is asked whether there is the account now; if not,
// the change is tried again as a whole, and begins with asking.
func (d *Driver) addAccount(ctx context.Context, s brick.Scope, login brick.Login, c *brick.Change) error {
	for tries := d.options.Web.Tries(); ; {
		lost, err := d.tryAdd(ctx, s, login, c)
		switch {
		case !lost:
			return err
		case tries.Again(ctx, "create an account", err):
		case ctx.Err() != nil:
			return platform.Begun(stopped(ctx))
		default:
			return err
		}
	}
}

// tryAdd is addAccount without another try. It reports whether the error is
// that the answer was lost and there is no account.
func (d *Driver) tryAdd(ctx context.Context, s brick.Scope, login brick.Login, c *brick.Change) (lost bool, err error) {
	if d.lost.has(login) {
		adopted, err := d.adopt(ctx, s, login, c)
		if adopted || err != nil {
			return false, platform.Begun(err)
		}
	}
	err = d.create(ctx, s, login, c)
	switch {
	case err == nil:
		d.lost.drop(login)
	case taken(err):
		return false, platform.Begun(d.adoptTaken(ctx, s, login, c, err))
	case brick.KindOf(err) == brick.Unavailable:
		d.lost.add(login)
		adopted, adoptErr := d.adopt(ctx, s, login, c)
		if adopted {
			return false, platform.Begun(adoptErr)
		}
		return adoptErr == nil, err
	}
	return false, err
}

// create sends a new account.
func (d *Driver) create(ctx context.Context, s brick.Scope, login brick.Login, c *brick.Change) error {
	a, err := d.do(ctx, call{
		method: http.MethodPost, path: accountsPath(s),
		body: newAccount(login, given(c), c.Password), hide: []brick.Secret{c.Password},
	})
	if err != nil {
		return ofOrganization(ofPassword(err, c.Password))
	}
	d.remember(login, d.createdID(a))
	return nil
}

// createdID returns the id of a new account, empty when the answer does not
// tell.
func (d *Driver) createdID(a *answer) string {
	const prefix = "/gdc/account/profile/"
	if id := d.idIn(a.header.Get("Location"), prefix); id != "" {
		return id
	}
	var body struct {
		URI string `json:"uri"`
	}
	if json.Unmarshal(a.body, &body) != nil {
		return ""
	}
	return d.idIn(body.URI, prefix)
}

// adopt lays what is given over the account of a login, and reports whether
// there is one. What a new account would get of itself is left alone where the
// account has something, since nobody can tell whether the file gives it: if
// it does, the next run sees that. So is the password: it is the account's
// own, or it was set by a creation of which no answer came.
func (d *Driver) adopt(ctx context.Context, s brick.Scope, login brick.Login, c *brick.Change) (bool, error) {
	have, found, err := d.lookUp(ctx, s, login)
	if err != nil || !found {
		return false, err
	}
	d.lost.drop(login)
	profile := *given(c)
	for f, text := range brick.NewProfile(login) {
		if profile[f] == text && have.profile[f] != "" {
			profile[f] = ""
		}
	}
	return true, d.put(ctx, &have, &wanted{profile: profile})
}

// adoptTaken adopts an account whose login the platform calls taken.
func (d *Driver) adoptTaken(ctx context.Context, s brick.Scope, login brick.Login, c *brick.Change, taken error) error {
	adopted, err := d.adopt(ctx, s, login, c)
	if adopted || err != nil {
		return err
	}
	e, _ := errors.AsType[*brick.Error](taken)
	full := *e
	if d.lost.unseen(login) { // it may be our own, and not to be seen yet
		full.Kind = brick.Unavailable
		return &full
	}
	full.Kind, full.Err = brick.Invalid, errors.New("the login is taken in another organization")
	full.Hint = "logins are unique across organizations: give the person another one, or have the other account removed"
	return &full
}

// taken reports whether an account was refused since its login is in use.
func taken(err error) bool {
	p, ok := errors.AsType[*problem](err)
	return ok && p.is("gdc1052", "LoginNameAlreadyRegisteredException")
}

// mostUnseen is how often an account that may be our own is looked for while
// its login is taken and it is not to be seen. By then seconds have passed.
const mostUnseen = 6

// logins is a set of logins.
type logins struct {
	mu  sync.Mutex
	set map[brick.Login]int // and how often each was taken and not to be seen
}

func (l *logins) has(login brick.Login) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, in := l.set[login]
	return in
}

// unseen notes that a login of the set is taken and not to be seen, and reports
// whether to look for it again.
func (l *logins) unseen(login brick.Login) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, in := l.set[login]
	if !in || n+1 >= mostUnseen {
		delete(l.set, login)
		return false
	}
	l.set[login] = n + 1
	return true
}

func (l *logins) add(login brick.Login) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.set == nil {
		l.set = map[brick.Login]int{}
	}
	l.set[login] += 0
}

func (l *logins) drop(login brick.Login) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.set, login)
}
