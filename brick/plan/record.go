package plan

import (
	"time"

	"users-brick/brick"
)

// The files of a plan, in one directory.
const (
	PlanFile      = "plan.ndjson"      // header, scopes with their changes, end
	FindingsFile  = "findings.ndjson"  // bad rows, held people, warnings: all that has line numbers
	LinesFile     = "lines.bin"        // for each change the line of its row, 8 bytes big endian, 0 for none
	MissingFile   = "missing.ndjson"   // who is missing from the file since when, where removal_grace is given
	PasswordsFile = "passwords.ndjson" // given passwords, readable by the owner only, deleted after use
)

// Version is the version of the plan file that this program writes, and the
// only one it reads.
const Version = 1

// Header is the first record of a plan. Its digest covers the whole file.
type Header struct {
	Version        int         `json:"version"`
	Program        string      `json:"program"`
	RunID          string      `json:"run_id"`
	Undoes         string      `json:"undoes,omitzero"` // the run that the plan takes back
	Created        time.Time   `json:"created"`
	Mode           string      `json:"mode"`
	Platform       string      `json:"platform"`
	Target         string      `json:"target"`
	Params         string      `json:"params"` // digest of the params that matter
	Input          Input       `json:"input"`
	Groups         bool        `json:"groups,omitzero"`          // the file says who is in which group
	Verify         bool        `json:"verify,omitzero"`          // read the changed scopes again afterwards
	IgnoreFailures bool        `json:"ignore_failures,omitzero"` // people who fail do not fail the run
	HeldOf         string      `json:"held_of,omitzero"`         // the digest of the plan of which the guard held this back
	Shard          brick.Shard `json:"shard,omitzero"`           // the part of a run that this is the plan of
	Digest         string      `json:"sha256"`                   // of the file with this text replaced by zeros
}

// Input describes the file that was read.
type Input struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`

	Files brick.Files `json:"files,omitzero"` // of a pattern; their lines are counted through
}

// End is the last record of a plan.
type End struct {
	Rows       int64             `json:"rows"`
	BadRows    int64             `json:"bad_rows"`
	OtherRows  int64             `json:"other_rows"`         // rows that belong to no scope of this run
	FoundBad   int64             `json:"found_bad,omitzero"` // of a shard: those of the bad rows that only comparing showed
	Scopes     int64             `json:"scopes"`
	Changes    int64             `json:"changes"`
	Unplanned  int64             `json:"unplanned"` // scopes that could not be planned
	Counts     brick.Counts      `json:"counts"`
	Objections []brick.Objection `json:"objections,omitzero"` // the guard's, over the whole run
	Refusal    *brick.Refusal    `json:"refusal,omitzero"`    // set: nothing may be done
	HoldTakes  bool              `json:"hold_removals,omitzero"`
	Whitelist  []Match           `json:"whitelist,omitzero"`
}

// HeldTakes says why what takes in a scope is held back, "" when it is not.
func (e *End) HeldTakes(s *brick.Summary) string {
	for _, o := range append(s.Objections[:len(s.Objections):len(s.Objections)], e.Objections...) {
		if e.HoldTakes && o.Removals {
			return o.Text
		}
	}
	return ""
}

// What a line of findings.ndjson is about.
const (
	BadRow    = "bad_row"
	HeldOne   = "held"
	NotHere   = "absent"
	Unplanned = "unplanned" // a scope that cannot be planned, with its rows
	Warning   = "warning"
)

// Note is one line of findings.ndjson.
type Note struct {
	What   string       `json:"what"`
	Scope  brick.Scope  `json:"scope,omitzero"`
	Login  brick.Login  `json:"login,omitzero"`
	Action brick.Action `json:"action,omitzero"` // what is held back
	Lines  []int        `json:"lines,omitzero"`
	Column int          `json:"column,omitzero"`
	Text   string       `json:"text"`
	Hint   string       `json:"hint,omitzero"`
}

// The kinds of records in plan.ndjson.
const (
	headerKind = "header"
	scopeKind  = "scope"
	changeKind = "change"
	endKind    = "end"
)

type headerRecord struct {
	Kind string `json:"kind"`
	Header
}

type scopeRecord struct {
	Kind string `json:"kind"`
	brick.Summary
}

type endRecord struct {
	Kind string `json:"kind"`
	End
}

type changeRecord struct {
	Kind        string         `json:"kind"`
	Scope       brick.Scope    `json:"scope"`
	Login       brick.Login    `json:"login"`
	Action      brick.Action   `json:"action"`
	Why         string         `json:"why,omitzero"`
	Lead        brick.Lead     `json:"administrator,omitzero"`
	SetPassword bool           `json:"set_password,omitzero"`
	AddGroups   bool           `json:"add_groups,omitzero"`
	Clear       brick.FieldSet `json:"clear,omitzero"`
	Before      *brick.Member  `json:"before,omitzero"`
	After       *brick.Member  `json:"after,omitzero"`
}

func (r *changeRecord) change() brick.Change {
	return brick.Change{
		Scope: r.Scope, Action: r.Action, Before: r.Before, After: r.After, Why: r.Why, Lead: r.Lead,
		SetPassword: r.SetPassword, AddGroups: r.AddGroups, Clear: r.Clear,
	}
}
