package gooddata

import (
	"net/url"
	"strings"

	"users-brick/brick"
)

// ref is what brick.Member.Ref holds of an account: its id, and what an update
// must send along that no brick.Profile has a place for.
//
//	5ad80b…                        nearly always
//	5ad80b…?timezone=Europe%2FPrague
//	5ad80b…?ip=none                nobody may log in
type ref struct {
	id       string
	timezone string
	blocked  bool // the list of addresses is empty, which is not the same as no list
}

// longestID is how long an id may be; those of the platform have 32
// characters.
const longestID = 128

// String returns the ref as text.
func (r ref) String() string {
	if r.id == "" {
		return ""
	}
	id := r.id
	if !ordinary(id) {
		id = url.PathEscape(id)
	}
	var rest []string
	if r.blocked {
		rest = append(rest, "ip=none")
	}
	if r.timezone != "" {
		rest = append(rest, "timezone="+url.QueryEscape(r.timezone))
	}
	if rest == nil {
		return id
	}
	return id + "?" + strings.Join(rest, "&")
}

// parseRef reads what [ref.String] wrote, and reports false for anything else.
func parseRef(text string) (ref, bool) {
	escaped, rest, _ := strings.Cut(text, "?")
	id, err := url.PathUnescape(escaped)
	if err != nil || id == "" || len(id) > longestID {
		return ref{}, false
	}
	r := ref{id: id}
	if rest != "" {
		values, err := url.ParseQuery(rest)
		if err != nil {
			return ref{}, false
		}
		r.timezone, r.blocked = values.Get("timezone"), values.Get("ip") == "none"
	}
	return r, r.String() == text
}

// accountOf returns the account that a listing showed as a member, and false
// when the member does not come from a listing.
func accountOf(m *brick.Member) (account, bool) {
	if m == nil {
		return account{}, false
	}
	r, ok := parseRef(m.Ref)
	return account{login: string(m.Login), ref: r, profile: m.Profile}, ok
}
