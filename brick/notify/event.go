// Package notify tells others that a run has ended: a web address by a signed
// request, a program of this machine by the report on its standard input.
//
// What is told is short however many people there are: an [Event] has totals,
// the first people that somebody should look at, and where the report is.
// Whatever goes wrong here never changes how the run has ended.
package notify

import (
	_ "embed"
	"time"

	"users-brick/brick"
	"users-brick/params"
)

// Version is the version of the document.
const Version = 1

// Shown is how many people and how many objections an Event has at most.
const Shown = 20

// Event is the document that tells of the end of a run.
type Event struct {
	Version    int         `json:"version"`
	Event      string      `json:"event"` // always run_ended
	ID         string      `json:"id"`    // of this notification, the same whenever it is sent again
	RunID      string      `json:"run_id"`
	Shard      brick.Shard `json:"shard,omitzero"` // the part of the run that this is about
	Program    string      `json:"program"`
	Mode       string      `json:"mode"`
	Platform   string      `json:"platform"`
	Target     string      `json:"target"`
	PlanOnly   bool        `json:"plan_only"` // nothing was to be done
	Outcome    string      `json:"outcome"`
	ExitCode   int         `json:"exit_code"`
	Error      string      `json:"error,omitzero"`
	Started    time.Time   `json:"started"`
	DurationMS int64       `json:"duration_ms"`
	Totals     Totals      `json:"totals"`
	Guard      Guard       `json:"guard"`
	People     []Person    `json:"people"`          // the first who were held or failed, and what could not be read
	More       bool        `json:"more_people"`     // whether there are others
	Report     string      `json:"report,omitzero"` // where the whole report is, on the machine of the run
}

// Totals are the totals of the report.
type Totals struct {
	brick.Counts
	Planned    brick.Counts `json:"planned"`
	Untried    int64        `json:"untried"`
	Unknown    int64        `json:"unknown,omitzero"`
	Scopes     int64        `json:"scopes"`
	Unplanned  int64        `json:"unplanned"`
	HeldScopes int64        `json:"held_scopes"`
	Waiting    int64        `json:"waiting,omitzero"`
	FirstDue   time.Time    `json:"first_due,omitzero"`
}

// Guard is what the guard said.
type Guard struct {
	Refusal    string            `json:"refusal,omitzero"`
	Command    string            `json:"command,omitzero"` // goes on, for whoever means it
	Objections []brick.Objection `json:"objections"`
}

// Person is somebody, or a row or a scope, that a report names.
type Person struct {
	What      string       `json:"what"`
	Scope     brick.Scope  `json:"scope,omitzero"`
	Login     brick.Login  `json:"login,omitzero"`
	Action    brick.Action `json:"action,omitzero"`
	Lines     []int        `json:"lines,omitzero"` // the first of them
	Text      string       `json:"text"`
	Hint      string       `json:"hint,omitzero"`
	Kind      string       `json:"kind,omitzero"` // of the failure
	RequestID string       `json:"request_id,omitzero"`
}

//go:embed schema.json
var schema string

// Schema returns the JSON Schema (draft 2020-12) of the document.
func Schema() []byte { return []byte(schema) }

// Concerns reports whether the event is an occasion for a notification.
func (e *Event) Concerns(n *params.Notification) bool {
	for _, occasion := range n.When {
		switch occasion {
		case params.Always:
			return true
		case params.OnRefusal:
			if e.refused() {
				return true
			}
		case params.OnFailure:
			if e.ExitCode != brick.ExitDone && e.ExitCode != brick.ExitChangesPending && !e.refused() {
				return true
			}
		case params.OnChange:
			if !e.PlanOnly && e.Totals.Changes() > 0 {
				return true
			}
		}
	}
	return false
}

// refused reports whether nothing was done because of the file or the guard.
func (e *Event) refused() bool {
	return e.ExitCode == brick.ExitRefused || e.ExitCode == brick.ExitBadInput
}
