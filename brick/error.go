package brick

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind classes errors by what is to be done about them. The set is closed:
// it maps to exit codes and says what is tried again.
type Kind uint8

// The kinds.
const (
	Failed      Kind = iota // something broke that is not the user's doing
	BadInput                // params or file cannot be used; nothing was written
	Refused                 // the guard, or a plan that no longer fits; nothing was written
	Partial                 // done in part, the report says what is missing
	Locked                  // another run works on the same target
	Denied                  // the platform refused the login of the brick, or its rights
	NotFound                // no such scope, person, role or group
	Gone                    // the scope has been deleted
	Forbidden               // this scope or person is closed to the brick
	Invalid                 // the platform refused the person as described
	BadPassword             // the platform refused the password only
	Throttled               // too many requests; try later
	Unavailable             // the platform did not answer properly; try again
	Interrupted             // the run was asked to stop
)

var kindNames = [...]string{
	"failed", "bad input", "refused", "partial", "locked", "denied", "not found", "gone",
	"forbidden", "invalid", "bad password", "throttled", "unavailable", "interrupted",
}

// String returns the kind's word, such as "not found".
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", k)
}

// MarshalText writes the kind's word.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads the kind's word.
func (k *Kind) UnmarshalText(text []byte) error {
	for i, name := range kindNames {
		if name == string(text) {
			*k = Kind(i)
			return nil
		}
	}
	return fmt.Errorf("unknown error kind %q", text)
}

// Temporary reports whether the same request may succeed later.
func (k Kind) Temporary() bool { return k == Throttled || k == Unavailable }

// The exit codes of the program, one for each outcome.
const (
	ExitDone           = 0
	ExitFailed         = 1
	ExitBadInput       = 2
	ExitRefused        = 3
	ExitPartial        = 4
	ExitLocked         = 5
	ExitDenied         = 6
	ExitChangesPending = 10
)

// ExitCode returns the exit code of a run that ended with an error of this
// kind. Interrupted has none: it depends on the signal.
func (k Kind) ExitCode() int {
	switch k {
	case BadInput:
		return ExitBadInput
	case Refused:
		return ExitRefused
	case Partial:
		return ExitPartial
	case Locked:
		return ExitLocked
	case Denied:
		return ExitDenied
	}
	return ExitFailed
}

// Error is the error of users-brick: what was being done, to what, why it
// failed and what to do about it. All fields but Err may be empty.
type Error struct {
	Kind      Kind
	Op        string // such as "read users.csv" or "apply"
	Scope     Scope
	Login     Login
	Line      int // in the file or the params, from 1
	Column    int // from 1
	RequestID string
	After     time.Duration // how long the platform asks to wait before trying again
	Hint      string        // what to do, for a person
	Err       error
}

// Error returns one line: operation, place, reason, hint.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.Scope != (Scope{}) {
		b.WriteString(" " + e.Scope.String())
	}
	if e.Login != "" {
		b.WriteString(" " + string(e.Login))
	}
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d", e.Line)
		if e.Column > 0 {
			fmt.Fprintf(&b, ":%d", e.Column)
		}
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	if e.Err != nil {
		b.WriteString(e.Err.Error())
	} else {
		b.WriteString(e.Kind.String())
	}
	if e.RequestID != "" {
		b.WriteString(" (request " + e.RequestID + ")")
	}
	if e.Hint != "" {
		b.WriteString("; hint: " + e.Hint)
	}
	return strings.TrimSpace(b.String())
}

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of the first [Error] in the chain, Failed when
// there is none.
func KindOf(err error) Kind {
	if e, ok := asError(err); ok {
		return e.Kind
	}
	return Failed
}

// Errorf returns an error of a kind with a formatted reason; %w wraps.
func Errorf(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Err: fmt.Errorf(format, args...)}
}

func asError(err error) (*Error, bool) { return errors.AsType[*Error](err) }
