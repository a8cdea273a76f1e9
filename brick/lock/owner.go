package lock

import (
	"errors"
	"fmt"
	"time"

	"users-brick/brick"
)

// Lease is how long a run may be silent before it counts as gone where no
// kernel can tell, and how old the last sign of one may be before it is told
// with its age.
const Lease = 2 * time.Minute

// Owner is a run that holds a lock, for people who look for it.
type Owner struct {
	Host    string    `json:"host"`
	PID     int       `json:"pid"`
	RunID   string    `json:"run_id"`
	Program string    `json:"program"` // name and version
	Started time.Time `json:"started"` // when it took the lock
	Renewed time.Time `json:"renewed"` // the last sign of life
}

// String names the run, where it is, and since when it holds the lock.
func (o Owner) String() string {
	if o.RunID == "" {
		return "a run that has not said its name"
	}
	return fmt.Sprintf("run %s on host %s (process %d, %s), since %s", o.RunID, o.Host, o.PID, o.Program, o.Started.UTC().Format(time.RFC3339))
}

// Held returns the error of kind Locked that tells who holds a target, as
// somebody sees it who looks at the time now.
func Held(target string, o Owner, now time.Time) error {
	text := fmt.Sprintf("another run works on %s: %v", target, o)
	if silent := now.Sub(o.Renewed); o.RunID != "" && silent > Lease {
		text += fmt.Sprintf("; its last sign of life is %v old", silent.Round(time.Second))
	}
	hint := "run it again when that one has ended, or let it wait with --lock-timeout 10m"
	if o.RunID != "" {
		hint += fmt.Sprintf("; if it hangs, end process %d on %s", o.PID, o.Host)
	}
	return &brick.Error{Kind: brick.Locked, Err: errors.New(text), Hint: hint}
}
