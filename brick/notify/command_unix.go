//go:build unix

package notify

import (
	"os/exec"
	"syscall"
)

// together sees to it that what a program starts ends with it when its time is
// over.
func together(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
