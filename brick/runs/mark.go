package runs

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// mark says which process a run is going on in.
type mark struct {
	PID     int       `json:"pid"`
	Host    string    `json:"host"` // containers that share a store have pids of their own
	Started time.Time `json:"started"`
}

// stale is how old a mark is when nobody believes it any more: the number may
// belong to another process by then.
const stale = 7 * 24 * time.Hour

func thisProcess(now time.Time) mark {
	host, _ := os.Hostname() // without a name every process counts as one of this host
	return mark{os.Getpid(), host, now.UTC()}
}

// GoingOn reports whether the run has not ended yet as far as one can tell: it
// has left no report since it was marked, and its process lives or is one of
// another host, where one cannot look.
func (r *Run) GoingOn(now time.Time) bool {
	text, err := os.ReadFile(filepath.Join(r.Dir, markFile))
	if err != nil {
		return false
	}
	var m mark
	if json.Unmarshal(text, &m) != nil || m.PID <= 0 {
		m = mark{Started: r.Started, Host: "unknown"} // half-written: by its age alone
	}
	report, err := os.Stat(filepath.Join(r.Dir, ReportFile))
	if err == nil && !report.ModTime().Before(m.Started) || now.Sub(m.Started) > stale {
		return false
	}
	return m.Host != thisProcess(now).Host || lives(m.PID)
}

// lives reports whether there is a process with that number.
func lives(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	defer p.Release()
	err = p.Signal(syscall.Signal(0))
	return !errors.Is(err, os.ErrProcessDone) && !errors.Is(err, syscall.ESRCH)
}
