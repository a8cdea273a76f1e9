// Package platform says what a place where users live must be able to do, and
// gives the engine one careful way to talk to any of them.
//
// A connector implements [Driver] and as many of the optional interfaces as
// its platform has: [Roles], [Groups], [Projects], [Clients], [Self], [Clears]. It does
// one thing at a time and holds no policy: retries, the rate and the number
// of calls at once are the business of [View], which planning gets, and of
// [Conn], which can act as well. Every connector sits the exam in package platformtest.
package platform

import (
	"context"
	"iter"

	"users-brick/brick"
)

// Driver is all that a connector must be able to do. Its methods are called
// from several goroutines at once.
//
// Errors are [*brick.Error] where their kind matters: NotFound, Gone and
// Forbidden for a scope, a role or a person; Invalid for a person the
// platform refuses; BadPassword when only the password is refused; Denied
// when the brick itself may not work here; Throttled and Unavailable for what
// may succeed later. Anything else counts as Failed.
type Driver interface {
	// List yields every member of the scope once, in any order: the accounts
	// of an organization, or the enabled and disabled members of a project.
	// After an error the sequence ends, and the caller takes what came before
	// for nothing. The list of an unknown scope is an error of kind NotFound.
	List(ctx context.Context, s brick.Scope) iter.Seq2[brick.Member, error]

	// Apply does the changes of one scope and returns as many errors: the i-th
	// says what became of the i-th change, nil when it holds now. A change
	// that holds already succeeds and changes nothing. A bad change does not
	// keep the others of its batch from being done. Afterwards List shows
	// what was done. No login stands in a batch twice.
	//
	//	organization: Add creates the account with After.Profile and Password,
	//	  and if it exists lays After.Profile over it; Update lays
	//	  After.Profile over it, empties the attributes in Clear (see
	//	  [Clears]), and sets Password when it is given; Remove deletes it,
	//	  with its memberships. When the password is refused (BadPassword),
	//	  nothing of the change has been done.
	//	project: Add and Enable make the member enabled; Update leaves his
	//	  status; all three set Roles and Groups where After gives them (Roles
	//	  and Groups not nil) and leave them otherwise; with AddGroups he
	//	  stays in all other groups that he is in; a group that is not
	//	  there is an error of kind NotFound, like an unknown role and a login
	//	  without an account. Disable makes him disabled and leaves his roles,
	//	  Remove deletes the membership with its groups; both set Groups first
	//	  where After gives them.
	//	Update and Disable of somebody who is not there are errors of kind
	//	NotFound; Remove succeeds.
	Apply(ctx context.Context, s brick.Scope, batch []brick.Change) []error

	// Features says what the platform can take.
	Features() Features

	// Close ends the work. It is called once, after everything else.
	Close() error
}

// Need says what a caller needs of a listing, and what he expects.
type Need struct {
	Groups  bool  // the groups of members; without it they may be missing
	Members int64 // about how many members there may be, 0 when nobody knows
}

// Thrifty is implemented where a listing costs less when less of it is needed,
// or goes faster when its length is about known.
type Thrifty interface {
	// ListOnly is List for a caller who needs no more than he says. However
	// wrong his expectation is, he gets every member.
	ListOnly(ctx context.Context, s brick.Scope, need Need) iter.Seq2[brick.Member, error]
}

// Remote is implemented by connectors that send requests over the net. They
// do so through a [Web], which keeps to the limits, tries again and counts.
// To their Apply goes the ctx of the run itself: once it has ended they begin
// no further request that changes something and finish those under way. A
// change of which nothing was sent then is [NotBegun]; one that is Interrupted
// without it may have taken place, or a part of it.
type Remote interface {
	Web() *Web
}

// Features describe a platform to the engine.
type Features struct {
	Batch       int // how many changes one Apply may carry; 0 means 1
	Concurrency int // how many calls at once are useful; 0 means 1
}

// Clears is implemented where attributes of an account can be emptied.
type Clears interface {
	// Clears returns the attributes that Update can empty. No Update has
	// others in its Clear.
	Clears() brick.FieldSet
}

// Roles is implemented where members of projects have roles.
type Roles interface {
	// Roles returns the roles that the project knows. One of them may be
	// marked ReadOnly, and those whose holders run the project are marked Admin.
	Roles(ctx context.Context, project brick.Scope) ([]brick.Role, error)
}

// Groups is implemented where projects have groups of members.
type Groups interface {
	// Groups returns the names of the project's groups.
	Groups(ctx context.Context, project brick.Scope) ([]string, error)
	// CreateGroup makes a group. If one of that name is there, letter case
	// ignored, it succeeds and changes nothing.
	CreateGroup(ctx context.Context, project brick.Scope, name string) error
}

// Project is what a platform knows of one project beside its members.
type Project struct {
	ID       string
	Title    string
	CustomID string // the id by which the customer knows it, from its metadata
	ClientID string // the client whose project it is
}

// Projects is implemented where projects have titles and ids of their own.
type Projects interface {
	// Project returns what is known of a project; NotFound, Gone or
	// Forbidden as for List. The client is looked up in the data product of
	// the organization; an empty organization leaves ClientID empty, and an
	// unknown data product is an error of kind BadInput.
	Project(ctx context.Context, organization, dataProduct, id string) (Project, error)
}

// Client is a customer that a platform serves with a project of his own.
type Client struct {
	ID      string
	Segment string // may be empty
	Project string // may be empty: no project yet
}

// Clients is implemented where clients can be listed.
type Clients interface {
	// Clients yields the clients of a data product of the organization, each
	// once. An unknown organization is an error of kind NotFound, an unknown
	// data product one of kind BadInput; nothing is ever created.
	Clients(ctx context.Context, organization, dataProduct string) iter.Seq2[Client, error]
	// Segments returns the data product's segments.
	Segments(ctx context.Context, organization, dataProduct string) ([]string, error)
}

// Self is implemented where the brick works under an account of its own.
type Self interface {
	// Self returns the login of that account, which the brick never touches.
	// The empty login means that there is none.
	Self(ctx context.Context) (brick.Login, error)
}
