package gooddata

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"

	"users-brick/brick"
	"users-brick/brick/platform"
)

// accountsPath is the resource of an organization's accounts.
func accountsPath(s brick.Scope) string {
	return "/gdc/account/domains/" + segment(s.ID) + "/users"
}

func profilePath(id string) string { return "/gdc/account/profile/" + segment(id) }

// listAccounts yields the accounts of an organization, each once. Accounts
// whose login is no email address are left out: no file can name them.
func (d *Driver) listAccounts(ctx context.Context, s brick.Scope, need platform.Need) iter.Seq2[brick.Member, error] {
	if need.Groups {
		d.playGroups()
	}
	return func(yield func(brick.Member, error) bool) {
		odd := 0
		for a, err := range each(ctx, d, accountsOf(s, need)) {
			if err != nil {
				yield(brick.Member{}, ofOrganization(err))
				return
			}
			login, err := brick.ParseLogin(a.login)
			if err != nil {
				odd++
				continue
			}
			d.remember(login, a.ref.id)
			if !yield(a.member(login), nil) {
				return
			}
		}
		if odd > 0 {
			d.warn(fmt.Sprintf("%v: %d accounts are left out, their logins are no email addresses", s, odd))
		}
	}
}

func accountsOf(s brick.Scope, need platform.Need) listing[account] {
	return listing[account]{
		kind: "accounts", about: need.Members, decode: decodeAccounts, key: (*account).key,
		path: func(offset, limit int) string {
			return accountsPath(s) + "?offset=" + strconv.Itoa(offset) + "&limit=" + strconv.Itoa(limit)
		},
	}
}

// lookUp returns the account of a login, false when the organization has none.
func (d *Driver) lookUp(ctx context.Context, s brick.Scope, login brick.Login) (account, bool, error) {
	a, err := d.do(ctx, call{method: http.MethodGet, path: accountsPath(s) + "?login=" + url.QueryEscape(string(login))})
	if err != nil {
		return account{}, false, ofOrganization(err)
	}
	found, _, err := decodeAccounts(a.body)
	if err != nil {
		return account{}, false, garbled(a, err)
	}
	for _, one := range found {
		if brick.Fold(one.login) == string(login) && one.ref.id != "" {
			d.remember(login, one.ref.id)
			return one, true, nil
		}
	}
	if len(found) > 0 { // then the answer does not tell whether there is such an account
		return account{}, false, &brick.Error{RequestID: requestID(a, ""), Err: errors.New("asked for one login, the platform tells of others")}
	}
	return account{}, false, nil
}

// ofOrganization says what an error of an organization's own resources means.
func ofOrganization(err error) error {
	e, ok := errors.AsType[*brick.Error](err)
	p, refused := errors.AsType[*problem](err)
	if !ok || !refused {
		return err
	}
	full := *e
	switch p.status {
	case http.StatusForbidden:
		full.Kind, full.Err = brick.Denied, fmt.Errorf("not an administrator of the organization: %w", e.Err)
		full.Hint = "the run must log in as an administrator of the organization; check its name, too"
	case http.StatusNotFound:
		full.Hint = "check the name of the organization"
	}
	return &full
}
