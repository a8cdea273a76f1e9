package brick

import "time"

// Event is something that happened in a run. The core emits events and writes
// no log lines: logs, progress and metrics are made of events by whoever
// listens. Emitters call from several goroutines.
type Event interface{ event() }

// The events of a run, in about the order in which they come.
type (
	// RunStarted opens a run.
	RunStarted struct {
		RunID, Mode, Platform, Target string
		Shard                         Shard // the part of the run that this process does
	}
	// RowsRead counts the rows read so far; Done when the file has ended well.
	RowsRead struct {
		Rows, Bad int64
		Done      bool
	}
	// ScopePlanned says that a scope has been compared with the file.
	ScopePlanned struct {
		Scope   Scope
		Members int64
		Changes int64
		Done    int // scopes planned so far
		Total   int // scopes to plan
		Err     error
	}
	// PlanMade says that the whole plan is on disk.
	PlanMade struct {
		Scopes, Changes int64
		Digest          string
	}
	// GuardSpoke carries one objection of the guard.
	GuardSpoke struct {
		Rule, Text string
		Scope      Scope
		Held       bool // only the removals are held; else all is refused
	}
	// Applied says what became of one change; Err is nil when it is done.
	Applied struct {
		Change *Change
		Err    error
		Done   int64 // changes tried so far
		Total  int64 // changes to do
	}
	// Retrying says that a request will be repeated.
	Retrying struct {
		Op      string
		Scope   Scope
		Attempt int
		Wait    time.Duration
		Err     error
	}
	// Noticed carries a warning.
	Noticed struct {
		Finding Finding
	}
	// Verified says that a changed scope was read again.
	Verified struct {
		Scope Scope
		Wrong int64
		Err   error
	}
	// RunEnded closes a run.
	RunEnded struct {
		RunID    string
		Outcome  string
		ExitCode int
		Duration time.Duration
	}
)

func (RunStarted) event()   {}
func (RowsRead) event()     {}
func (ScopePlanned) event() {}
func (PlanMade) event()     {}
func (GuardSpoke) event()   {}
func (Applied) event()      {}
func (Retrying) event()     {}
func (Noticed) event()      {}
func (Verified) event()     {}
func (RunEnded) event()     {}

// Emit receives events. A nil Emit drops them.
type Emit func(Event)

// Send hands an event on, unless nobody listens.
func (emit Emit) Send(e Event) {
	if emit != nil {
		emit(e)
	}
}
