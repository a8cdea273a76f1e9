// Package grace remembers since when people are missing from the file of their
// project, for the param removal_grace: who is missing is disabled at once and
// deleted only after he has been missing for so long.
//
// The memory is one sorted file for each target, written anew after each run
// that was applied:
//
//	{"missing":1,"latest":"2026-01-09T03:04:05Z"}              when it was written, by the latest clock ever seen
//	{"scope":{"level":"project","id":"p1"}}
//	{"login":"ann@acme.com","since":"2026-01-02T03:04:05Z"}    in the order of scopes and logins
//	{"people":1,"sha256":"…"}                                  of all lines before
//
// While a plan is made its scopes are read along with their members; beside the
// plan lies what the memory becomes when it is applied (see [Line]). Nothing
// here is held in memory but a place in the file for every few thousand people.
//
// A memory that is lost or damaged makes every clock start anew: nobody is
// deleted early. Neither is anybody by a clock that was put back.
package grace

import (
	"time"

	"users-brick/brick"
)

// Entry says since when somebody is missing from the file.
type Entry struct {
	Login brick.Login `json:"login"`
	Since time.Time   `json:"since"`
}

// Line is a line of what lies beside a plan: a scope that was planned, or
// somebody in the scope before who is missing.
type Line struct {
	Scope *brick.Scope `json:"scope,omitzero"`
	Login brick.Login  `json:"login,omitzero"`
	Since time.Time    `json:"since,omitzero"`

	// Change is the place of his change among those of the scope, from 1; 0
	// when nothing is done about him.
	Change int64 `json:"change,omitzero"`
	Gone   bool  `json:"gone,omitzero"` // the change deletes him
}

// version is that of the file.
const version = 1

type opening struct {
	Missing int       `json:"missing"`
	Latest  time.Time `json:"latest"`
}

type scopeLine struct {
	Scope brick.Scope `json:"scope"`
}

type ending struct {
	People int64  `json:"people"`
	SHA256 string `json:"sha256"`
}
