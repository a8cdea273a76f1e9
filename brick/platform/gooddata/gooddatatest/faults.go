package gooddatatest

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"

	"users-brick/brick"
)

// Faults say how a platform misbehaves, and how it does what nobody knows for
// sure. Zero of each means that it does not. As JSON, durations are texts such
// as "20ms".
//
// What comes every n-th time is counted over all requests that Only lets
// through. What ends a request before its effect leaves the platform as it
// was; cut and truncated answers come after the effect.
type Faults struct {
	Seed       uint64   `json:"seed,omitempty"`        // of all that seems random
	Only       []string `json:"only,omitempty"`        // beginnings of requests that are disturbed, such as "POST /gdc/projects/" or "/gdc/userGroups"; none means all
	SpareLogin bool     `json:"spare_login,omitempty"` // login, token and logout are not disturbed

	Latency  time.Duration `json:"latency,omitempty"`   // before the effect; who is throttled or told that the platform is busy hears it at once
	Jitter   time.Duration `json:"jitter,omitempty"`    // up to as much again
	Answer   time.Duration `json:"answer,omitempty"`    // from the arrival of a request to its answer at least, the platform's own work and its latency included
	SlowBody time.Duration `json:"slow_body,omitempty"` // over which an answer is spread

	Capacity       int           `json:"capacity,omitempty"`         // requests at once; more are answered 429
	ThrottleEvery  int           `json:"throttle_every,omitempty"`   // answered 429
	RetryAfter     time.Duration `json:"retry_after,omitempty"`      // of answers 429 and 503, in whole seconds; 0 means no such header
	RetryAfterDate bool          `json:"retry_after_date,omitempty"` // as a date
	Busy           float64       `json:"busy,omitempty"`             // share of requests answered 503
	BusyFirst      int           `json:"busy_first,omitempty"`       // so many first requests of every endpoint are answered 503
	ErrorOnce      bool          `json:"error_once,omitempty"`       // the first request of every endpoint is answered 500
	CutBeforeEvery int           `json:"cut_before_every,omitempty"` // the connection ends before any effect
	CutAfterEvery  int           `json:"cut_after_every,omitempty"`  // the connection ends in the middle of the answer
	TruncateEvery  int           `json:"truncate_every,omitempty"`   // the answer is half of its JSON, properly sent
	HTMLEvery      int           `json:"html_every,omitempty"`       // a proxy answers 502 with a page for people

	TTLifetime time.Duration `json:"tt_lifetime,omitempty"` // of temporary tokens; 0 means ten minutes
	TTUses     int           `json:"tt_uses,omitempty"`     // of a temporary token
	LockAfter  int           `json:"lock_after,omitempty"`  // logins in vain that lock an account

	Pages     Pages `json:"pages,omitzero"`
	NextLinks bool  `json:"next_links,omitempty"` // pages of accounts have a link to the next
	Batch     int   `json:"batch,omitempty"`      // members in one request at most; 0 means 100

	StrictPut       bool              `json:"strict_put,omitempty"`        // what is missing in a PUT of an account becomes null
	LeaveDeleted    bool              `json:"leave_deleted,omitempty"`     // memberships of deleted accounts stay, under a login that begins with deleted-
	DropGroups      bool              `json:"drop_groups,omitempty"`       // the end of a membership ends those of the project's groups
	StrictAdd       bool              `json:"strict_add,omitempty"`        // adding who is in a group is an error
	GroupsOfMembers bool              `json:"groups_of_members,omitempty"` // only members of the project may be added to its groups
	MembersOnly     bool              `json:"members_only,omitempty"`      // an admin of the organization needs a role in a project, too
	NoInternalRoles int               `json:"no_internal_roles,omitempty"` // status with which the internal list of roles answers, such as 404
	PlainFailures   bool              `json:"plain_failures,omitempty"`    // members that failed are plain texts
	SSOProviders    map[string]string `json:"sso_providers,omitempty"`     // what the platform makes of a name of an SSO provider
}

// Pages are how many items a page has at most; 0 means 1000.
type Pages struct {
	Accounts     int `json:"accounts,omitempty"`
	Members      int `json:"members,omitempty"`
	Groups       int `json:"groups,omitempty"`
	GroupMembers int `json:"group_members,omitempty"`
	Clients      int `json:"clients,omitempty"`
}

// defaultPage is the length of a page that nothing else is said of.
const defaultPage = 1000

// defaultBatch is how many members one request may carry.
const defaultBatch = 100

func atMost(limit int) int {
	if limit > 0 {
		return limit
	}
	return defaultPage
}

// ReadFaults returns the faults that a JSON document describes; errors call it
// source. An unknown key or a value of another type is an error of kind
// BadInput with line and column.
func ReadFaults(source string, r io.Reader) (Faults, error) {
	var f Faults
	text, err := io.ReadAll(r)
	if err != nil {
		return f, fmt.Errorf("read %s: %w", source, err)
	}
	err = readInto(source, text, &f)
	wrong := func(hint, format string, args ...any) error {
		return &brick.Error{Kind: brick.BadInput, Op: source, Err: fmt.Errorf(format, args...), Hint: hint}
	}
	switch status := f.NoInternalRoles; {
	case err != nil:
	case f.Busy > 1:
		err = wrong("it is a share, from 0 to 1", "busy is %v", f.Busy)
	case status != 0 && (status < 400 || status > 599):
		err = wrong("it is the status of an error, such as 404", "no_internal_roles is %d", status)
	}
	return f, err
}

// MarshalJSON writes what [ReadFaults] reads.
func (f Faults) MarshalJSON() ([]byte, error) {
	type plain Faults
	text, err := encode(plain(f))
	if err != nil {
		return nil, err
	}
	var keys map[string]any
	if err := json.Unmarshal(text, &keys); err != nil {
		return nil, err
	}
	v := reflect.ValueOf(f)
	for key, i := range fieldsOf(v.Type()) {
		if d, ok := v.Field(i).Interface().(time.Duration); ok && d != 0 {
			keys[key] = d.String()
		}
	}
	return encode(keys)
}

// disturbs reports whether a request is one that may be disturbed.
func (f *Faults) disturbs(method, path string) bool {
	if f.SpareLogin && isLogin(path) {
		return false
	}
	for _, only := range f.Only {
		wanted, begin, found := strings.Cut(only, " ")
		if !found {
			wanted, begin = method, only
		}
		if wanted == method && strings.HasPrefix(path, begin) {
			return true
		}
	}
	return len(f.Only) == 0
}
