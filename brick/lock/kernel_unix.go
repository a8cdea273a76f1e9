//go:build unix

package lock

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/gofrs/flock"
)

// mine reports whether a file belongs to the user of this process.
func mine(about fs.FileInfo) bool {
	s, ok := about.Sys().(*syscall.Stat_t)
	return ok && int(s.Uid) == os.Geteuid()
}

// placeOf says what only the running kernel knows of a locked file and of this
// process: "BOOT FILE SPACE PID START". Elsewhere than on Linux it says
// nothing.
func placeOf(f *flock.Flock) string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id") // containers on one machine have the same
	if err != nil {
		return ""
	}
	space, err := os.Readlink("/proc/self/ns/pid") // where the number of a process means that process
	if err != nil {
		return ""
	}
	about, err := f.Stat()
	if err != nil {
		return ""
	}
	s, ok := about.Sys().(*syscall.Stat_t)
	_, start := process(os.Getpid())
	if !ok || start == "" {
		return ""
	}
	return fmt.Sprintf("%s %d/%d %s %d %s", strings.TrimSpace(string(boot)), s.Dev, s.Ino, space, os.Getpid(), start)
}

// Ended reports whether a run is known to have ended, by the Place of its lock
// and by ours, whose claim excludes its claim: either had it to let go of the
// same file, or its process is gone. False means that nobody can tell.
func Ended(theirs, ours string) bool {
	their, our := strings.Fields(theirs), strings.Fields(ours)
	if len(their) != 5 || len(our) != 5 || their[0] != our[0] {
		return false
	}
	if their[1] == our[1] {
		return true
	}
	pid, err := strconv.Atoi(their[3])
	if their[2] != our[2] || err != nil || pid <= 0 {
		return false
	}
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	dead, start := process(pid)
	return dead || start != "" && start != their[4]
}

// goesOn reports whether a run is known to go on, by the Place of its lock and
// by ours: its process is here. False means that nobody can tell.
func goesOn(theirs, ours string) bool {
	their, our := strings.Fields(theirs), strings.Fields(ours)
	if len(their) != 5 || len(our) != 5 || their[0] != our[0] || their[2] != our[2] {
		return false
	}
	pid, err := strconv.Atoi(their[3])
	if err != nil || pid <= 0 {
		return false
	}
	dead, start := process(pid)
	return !dead && start != "" && start == their[4]
}

// process returns whether a process only waits for its parent to hear of its
// end, and when it began, in ticks of the kernel; nothing when that cannot be
// read. See proc_pid_stat(5).
func process(pid int) (dead bool, start string) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false, ""
	}
	// The second field is the name, in parentheses, and may hold anything.
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 20 {
		return false, ""
	}
	return fields[0] == "Z" || fields[0] == "X", fields[19]
}
