package engine_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"users-brick/brick"
	"users-brick/brick/plan"
)

// damage turns a bit near the end of every temporary file that this process
// has open in a folder, and returns how many there are.
func damage(t *testing.T, dir string) (files int) {
	t.Helper()
	dir = asOpened(t, dir)
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range open {
		path := filepath.Join("/proc/self/fd", fd.Name())
		if name, err := os.Readlink(path); err != nil || !strings.HasPrefix(name, filepath.Join(dir, "users-brick-")) {
			continue
		}
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		info, err := f.Stat()
		at := info.Size() - 150
		bit := []byte{0}
		if err == nil && at >= 0 {
			_, err = f.ReadAt(bit, at)
		}
		if err == nil && at >= 0 {
			_, err = f.WriteAt([]byte{bit[0] ^ 1}, at)
			files++
		}
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	return files
}

// What lies on disk of a large scope is read ahead and written beside; damage
// of it ends the planning all the same, and nobody is left at work.
func TestDamagedTemporaryFilesOfALargeScopeEndThePlanning(t *testing.T) {
	const people = 8000
	const decided = people - people/21 - 1 // the others are neither in the file nor members
	for name, after := range map[string]int{"at the first": 1, "in the middle": people / 2, "at the last": decided} {
		t.Run(name, func(t *testing.T) {
			w, r := neighbourhood(people, 1)
			for i := range r.rows { // so that the rows take more than the memory
				r.rows[i].Profile[brick.Company] = strings.Repeat("x", 100)
			}
			r.memory = 256 << 10
			synctest.Test(t, func(t *testing.T) {
				dir := t.TempDir()
				job := r.job(t, dir)
				decisions, files := 0, 0
				job.Watch = func(brick.Scope, *plan.Decision) {
					if decisions++; decisions == after {
						files = damage(t, dir)
					}
				}
				made, err := r.planWith(t.Context(), job, r.connect(w.inMemory()).View)
				if err == nil {
					made.Close()
				}
				if files < 2 || err == nil || !strings.Contains(err.Error(), "not those that were written") {
					t.Errorf("%d damaged files: %v", files, err)
				}
				if _, err := os.Stat(filepath.Join(dir, plan.PlanFile)); !os.IsNotExist(err) {
					t.Errorf("a plan is left: %v", err)
				}
			})
		})
	}
}
