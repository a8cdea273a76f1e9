// Package params reads what a run is told to do: one JSON object, the params,
// and what the environment adds to it.
//
//	document ─ parse ──┐
//	BRICK_PARAM_* ─────┼─ merge ─ gd_encoded_params ─ gd_encoded_hidden_params ─ a|b keys
//	                   │                                                           │
//	          fields.go: THE ONE TABLE ──── read ──── lint ──── Params, Findings ◄─┘
//
// [Fields] is the only place where a param is described; reading, the schema,
// the tables of the README and the redacted copy all follow it. Whatever is
// wrong is a [brick.Finding] with its line and column, and all are reported at
// once. What comes from gd_encoded_hidden_params or HIDDEN_BRICK_PARAM_* never
// shows in a finding, nor when Params are printed or encoded.
//
// Params say what is to be done; [Env] says how this container works. Start
// with [Load].
package params

import (
	"time"

	"users-brick/brick"
)

// DefaultMode is the sync_mode of params that name none.
const DefaultMode = "sync_domain_and_project"

// DefaultDatabase is the path of the embedded directory when none is given.
const DefaultDatabase = "users.db"

// Params are the effective params of a run: what was given, else the default.
// Printing or encoding them in any way gives their redacted form.
type Params struct {
	SyncMode     string // the name of a mode
	Organization string
	Project      string // the id of the current project, never a URI
	Input        Input
	Platform     Platform

	// MultipleProjectsColumn is folded; empty means the mode's own default.
	MultipleProjectsColumn string
	Columns                Columns

	AuthenticationModes []string // in lower case, sorted; nil when the file decides
	SSOProvider         string   // empty when the file decides
	DefaultRole         string

	Whitelists       []string // as written
	RegexpWhitelists []string // as written; each one compiles

	DoNotTouchUsersThatAreNotMentioned bool
	RemoveUsersFromProject             bool
	RemovalGrace                       time.Duration // 0: who is deleted is deleted at once
	CreateNonExistingUserGroups        bool

	DataProduct    string
	SegmentsFilter []string // nil means all segments

	IgnoreFailures bool
	OnBadRow       OnBadRow
	MaxBadRows     brick.Limit
	MaxRemovals    brick.Limit
	MaxRemovalsRun brick.Limit
	MaxUpdates     brick.Limit
	AllowEmpty     bool
	MinRows        brick.Limit // below it a file is taken for broken; a share is one of the last good file
	AllowShrink    bool
	OnGuard        OnGuard

	DryRun          bool
	Verify          bool
	UpdatePasswords bool

	Notify []Notification // who is told of a run, and when

	Schedule string // a cron expression, empty for none
	Timezone string // an IANA name, empty for the machine's own

	hidden hiddenPaths
	named  map[string]bool // the params that name a column and were given
}

// NamesColumn reports whether a param such as role_column was given, so that
// the file must have that column, even if it is the usual name.
func (p *Params) NamesColumn(param string) bool { return p.named[param] }

// ProjectColumn returns the name of the column that says to which project a
// row belongs: the one given, else the mode's default.
func (p *Params) ProjectColumn(mode *brick.Mode) string {
	if p.MultipleProjectsColumn != "" {
		return p.MultipleProjectsColumn
	}
	return mode.ProjectColumn()
}

// OnBadRow says what happens to a file with a row that cannot be used.
type OnBadRow string

// What may happen on a bad row.
const (
	HoldBadRow   OnBadRow = "hold"   // that person is left alone, the rest is done
	RefuseBadRow OnBadRow = "refuse" // nothing is written
)

// OnGuard says what happens when the guard objects to removals.
type OnGuard string

// What may happen when the guard objects.
const (
	Abort        OnGuard = "abort"         // nothing is written
	HoldRemovals OnGuard = "hold_removals" // all the rest is done
)

// InputType says where the file of users is.
type InputType string

// The places a file may come from.
const (
	FileInput InputType = "file" // a path on this machine
	WebInput  InputType = "web"  // an http or https address
	S3Input   InputType = "s3"   // an object in a bucket
)

// Input says where the file of users is and how its bytes are to be read.
type Input struct {
	Type InputType

	Path   string // file
	URL    string // web; may hold secrets in its query
	Bucket string // s3; that of s3_client when the input names none
	Key    string // s3

	Delimiter   string // one character, or auto; empty for a comma
	Quote       string // one character; empty for the double quote
	Encoding    string // a name such as windows-1252; empty for UTF-8
	Compression string // gzip, zstd or none; auto or empty to look at the content
	SHA256      string // 64 hexadecimal digits in lower case; empty for any content
	MaxBytes    int64  // 0 for no limit

	Headers     map[string]brick.Secret // web
	Username    string                  // web
	Password    brick.Secret            // web
	BearerToken brick.Secret            // web
	Timeout     time.Duration           // web; 0 for the operator's own

	S3 S3

	hidden hiddenPaths
}

// S3 says how to reach a bucket. What is empty is left to the chain of
// defaults of the AWS SDK.
type S3 struct {
	Bucket          string // as s3_client names it
	Region          string
	Endpoint        string
	AccessKeyID     brick.Secret
	SecretAccessKey brick.Secret
	SessionToken    brick.Secret
	PathStyle       bool // the bucket stands in the path, not in the host name
}

// Columns are the names of the file's columns, folded with [brick.Fold].
type Columns struct {
	FirstName           string
	LastName            string
	Login               string
	Password            string
	Email               string
	Role                string
	SSOProvider         string
	AuthenticationModes string
	UserGroups          string
	Language            string
	Company             string
	Position            string
	Country             string
	Phone               string
	IPWhitelist         string
}
