package brick

import "time"

// Counts are how many people of a scope met which fate. Their names are the
// words of every report.
type Counts struct {
	Added    int64 `json:"added"`
	Updated  int64 `json:"updated"`
	Enabled  int64 `json:"enabled"`
	Disabled int64 `json:"disabled"`
	Removed  int64 `json:"removed"`
	Kept     int64 `json:"kept"`   // in the file, and already so
	Spared   int64 `json:"spared"` // whitelisted, or the brick's own account
	Held     int64 `json:"held"`   // something was to be done, but is not, see the reason
	Failed   int64 `json:"failed"` // the platform refused
	Absent   int64 `json:"absent"` // to be deleted, but not there
}

// Of returns the count that an action adds to.
func (c *Counts) Of(a Action) *int64 {
	switch a {
	case Add:
		return &c.Added
	case Update:
		return &c.Updated
	case Enable:
		return &c.Enabled
	case Disable:
		return &c.Disabled
	default:
		return &c.Removed
	}
}

// Changes returns how many people are changed.
func (c *Counts) Changes() int64 {
	return c.Added + c.Updated + c.Enabled + c.Disabled + c.Removed
}

// Removals returns how many people are taken out.
func (c *Counts) Removals() int64 { return c.Disabled + c.Removed }

// Plus adds the counts of another scope.
func (c *Counts) Plus(d *Counts) {
	c.Added += d.Added
	c.Updated += d.Updated
	c.Enabled += d.Enabled
	c.Disabled += d.Disabled
	c.Removed += d.Removed
	c.Kept += d.Kept
	c.Spared += d.Spared
	c.Held += d.Held
	c.Failed += d.Failed
	c.Absent += d.Absent
}

// Summary is what the plan says of one scope as a whole. The guard judges by
// it. Spared people are in none of its figures but Spared.
type Summary struct {
	Scope Scope `json:"scope"`
	Rows  int64 `json:"rows"` // rows of the file that belong to the scope

	WasEnabled   int64 `json:"was_enabled"`          // members who can use the scope before
	WasDisabled  int64 `json:"was_disabled"`         // members who cannot
	WillBeUsable int64 `json:"will_be_usable"`       // members who can afterwards
	LoseAccess   int64 `json:"lose_access"`          // members who can before and cannot afterwards
	LastAdmins   int64 `json:"last_admins,omitzero"` // members who stay only because nobody else would run the project
	Lowered      int64 `json:"lowered,omitzero"`     // updates that take the project from an administrator; done after all that gives
	Handover     bool  `json:"handover,omitzero"`    // only members whom this plan makes administrators would run it

	Counts Counts `json:"counts"` // what is planned

	Waiting  int64     `json:"waiting,omitzero"`   // members who are missing from the file and will be deleted later
	FirstDue time.Time `json:"first_due,omitzero"` // when the first of them may be

	CreateGroups []string    `json:"create_groups,omitzero"` // groups to make first
	MayEmpty     bool        `json:"may_empty,omitzero"`     // the mode itself permits that it ends empty
	FirstOut     []Login     `json:"first_out,omitzero"`     // the first ten to be taken out
	FirstLosing  []Login     `json:"-"`                      // the first ten who can before and cannot afterwards; only the guard asks
	FirstUpdated []Login     `json:"-"`                      // the first ten to be updated or enabled; only the guard asks
	Objections   []Objection `json:"objections,omitzero"`    // the guard's, over this scope
	Failure      *Failure    `json:"failure,omitzero"`       // why the scope is not planned
}

// Wait counts somebody who will be deleted later, and when he may be.
func (s *Summary) Wait(due time.Time) {
	if s.Waiting++; s.FirstDue.IsZero() || due.Before(s.FirstDue) {
		s.FirstDue = due
	}
}

// Takes returns how many changes take something: people who are taken out, and
// administrators who become something less.
func (s *Summary) Takes() int64 { return s.Counts.Removals() + s.Lowered }

// Failure says why a scope could not be planned.
type Failure struct {
	Kind      Kind   `json:"kind"`
	Text      string `json:"text"`
	RequestID string `json:"request_id,omitzero"`
}

// FailureOf describes an error.
func FailureOf(err error) *Failure {
	f := &Failure{Kind: KindOf(err), Text: err.Error()}
	if e, ok := asError(err); ok {
		f.RequestID = e.RequestID
	}
	return f
}

// Objection is what the guard has against a plan.
type Objection struct {
	Rule  string  `json:"rule"`                 // the param that sets the limit
	Scope Scope   `json:"scope,omitzero"`       // none: the whole run
	Found int64   `json:"found"`                // what the plan does
	Limit int64   `json:"limit"`                // what is allowed at most
	Text  string  `json:"text"`                 // for a person
	Hint  string  `json:"hint,omitzero"`        // how to go on when it is meant
	First []Login `json:"people,omitzero"`      // the first ten concerned
	Where []Scope `json:"scopes,omitzero"`      // of the whole run: where each of First is concerned
	More  int64   `json:"more_people,omitzero"` // how many more are concerned
	// Command goes on when it is meant, in full. Only a report knows it, since
	// it names the digest of the plan that the objection is part of.
	Command string `json:"command,omitzero"`
	// Removals is set when holding removals back answers the objection.
	Removals bool `json:"removals,omitzero"`
}

// Refusal says why nothing of a plan may be done.
type Refusal struct {
	Kind Kind   `json:"kind"`
	Text string `json:"text"`
}
