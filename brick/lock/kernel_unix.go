//go:build unix

package lock

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/gofrs/flock"
)

// mine reports whether a file belongs to the user of this process.
func mine(about fs.FileInfo) bool {
	s, ok := about.Sys().(*syscall.Stat_t)
	return ok && int(s.Uid) == os.Geteuid()
}

// bootID names the running kernel: containers on one machine have the same.
const bootID = "/proc/sys/kernel/random/boot_id"

// placeOf names a locked file so that no other kernel and no other file has
// the same name, while this kernel runs.
func placeOf(f *flock.Flock) string {
	boot, err := os.ReadFile(bootID)
	if err != nil {
		return ""
	}
	about, err := f.Stat()
	if err != nil {
		return ""
	}
	s, ok := about.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s/%d/%d", strings.TrimSpace(string(boot)), s.Dev, s.Ino)
}
