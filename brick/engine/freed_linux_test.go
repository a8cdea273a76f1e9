package engine_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"users-brick/brick"
)

// asOpened returns a folder by the name that the kernel has for what is open in
// it: temporary files may be behind a link.
func asOpened(t *testing.T, dir string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// openFiles returns how many files of a folder this process holds open,
// nameless ones included.
func openFiles(t *testing.T, dir string) (n int) {
	t.Helper()
	dir = asOpened(t, dir)
	links, err := filepath.Glob("/proc/self/fd/*")
	if err != nil || len(links) == 0 {
		t.Fatalf("open files cannot be listed: %v", err)
	}
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && strings.HasPrefix(target, dir) {
			n++
		}
	}
	return n
}

func TestStoppedWhileSectionsWaitNothingOfThemIsLeft(t *testing.T) {
	before, r := manyProjects(20, func(int) int { return 200 })
	r.memory = 64 << 10 // so that sections go to disk
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		ctx, stop := context.WithCancel(t.Context())
		d := before.watch(4, func(c call) error {
			if c.what == "list" && c.scope == project(0) {
				<-ctx.Done()
			}
			return nil
		})
		failed := make(chan error)
		go func() {
			_, err := r.plan(ctx, t, d, dir)
			failed <- err
		}()
		synctest.Wait()
		if waiting := openFiles(t, dir); waiting < 4 || waiting > 30 {
			t.Errorf("%d files are open while sections wait", waiting)
		}
		stop()
		if err := <-failed; brick.KindOf(err) != brick.Interrupted || err == nil {
			t.Errorf("planning ends with %v", err)
		}
		if left := openFiles(t, dir); left > 0 {
			t.Errorf("%d files are still open", left)
		}
	})
}
